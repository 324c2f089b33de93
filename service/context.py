"""What every route works with: settings, the loaded screener, metrics, and the store where it is switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

import anyio
import anyio.to_thread
from fastapi import Depends, Request

import screener
from screener import CaseReview, Note, Screener, Screening
from service.oidc import Issuer
from service.settings import Settings
from service.store import Store
from service.telemetry import Metrics

Result = TypeVar("Result")


@dataclass
class Service:
    """The parts of a running service. ``ready`` is false while it starts and once it is told to stop."""

    settings: Settings
    screener: Screener
    metrics: Metrics
    store: Store | None = None
    issuer: Issuer | None = None
    ready: bool = False
    #: Reading is Python's own work for most profiles: more readers at once would only wait for one another.
    _reading: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(2))

    async def screen(self, notes: Iterable[Note]) -> list[Screening]:
        """Screen notes away from the event loop, counting them."""
        return await self.read(lambda: self.screen_now(notes))

    def screen_now(self, notes: Iterable[Note]) -> list[Screening]:
        """Screen notes in this thread, counting them."""
        screenings = list(self.screener.pipe(notes))
        self.metrics.notes.inc(len(screenings))
        self.metrics.words.inc(sum(s.words for s in screenings))
        return screenings

    def review(self, screenings: Iterable[Screening], case: str) -> CaseReview:
        """Read the screenings of one case together, in this thread. Raises CaseError."""
        return screener.review(screenings, case=case, knowledge=self.screener.knowledge)

    async def read(self, work: Callable[[], Result]) -> Result:
        """Do reading work away from the event loop, few at a time."""
        return await anyio.to_thread.run_sync(work, limiter=self._reading)


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


ServiceHere = Annotated[Service, Depends(_service)]
