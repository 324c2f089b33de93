"""The messenger: sends what waits in the outbox, at least once and in order per case, whatever the receiver does."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import ssl
import threading
import time
from collections.abc import Callable

import httpx

from service import telemetry
from service.errors import ServiceError
from service.standards.webhooks.events import CONTENT_TYPE, envelope
from service.standards.webhooks.signing import headers
from service.store import Store
from service.store.records import OutboxEvent

_PAUSE, _REMINDERS_EVERY = 2.0, 600.0
#: A claim lasts until the slowest receiver has had all of them: nothing is sent by two processes at once.
_AT_ONCE = 10


class Messenger:
    """A thread that sends what waits in the outbox. Stop it, and what was not taken waits for the next start.

    ``patience`` is the time a receiver has for one event, from connecting to its answer, in seconds.
    """

    def __init__(
        self, store: Store, url: str, secret: str, *, patience: float = 10.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._url, self._secret = store, url, secret
        self._patience, self._clock = patience, clock
        self._tls = ssl.create_default_context()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="messenger", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the event under way, and stop."""
        self._stopped.set()
        self._thread.join(self._patience + 1)

    def send_waiting(self) -> int:
        """Send what is due now, and return how many were taken."""
        taken = 0
        lease = dt.timedelta(seconds=(_AT_ONCE + 1) * self._patience)
        for event in self._store.outbox.claim(_AT_ONCE, lease):
            if self._stopped.is_set():
                break  # Its claim runs out, and it goes out after the next start.
            if asyncio.run(self._send(event)):
                self._store.outbox.delivered(event.id)
                taken += 1
            else:
                self._store.outbox.failed(event.id)
        return taken

    async def _send(self, event: OutboxEvent) -> bool:
        """Say whether the receiver took an event: only a 2xx in time says so. Of its answer nothing else is read."""
        body = envelope(event)
        signed = headers(self._secret, event.id, int(self._clock()), body)
        # No proxy, no .netrc and no redirect: what is sent goes to the address that was set, or nowhere.
        client = httpx.AsyncClient(verify=self._tls, timeout=self._patience, trust_env=False, follow_redirects=False)
        sent_headers = {"content-type": CONTENT_TYPE, **signed}
        try:
            # The time-out of the client bounds each read; this one all of it, so that a receiver cannot drip.
            async with (
                asyncio.timeout(self._patience),
                client,
                client.stream("POST", self._url, content=body, headers=sent_headers) as answer,
            ):
                status, took = answer.status_code, answer.is_success
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            telemetry.log("webhook-failed", logging.WARNING, error, event_id=event.id, attempt=event.attempt)
            return False
        telemetry.log("webhook", event_id=event.id, attempt=event.attempt, status=status)
        return took

    def _run(self) -> None:
        remind_at = 0.0
        while not self._stopped.wait(_PAUSE):
            try:
                if time.monotonic() >= remind_at:
                    self._store.outbox.queue_overdue()
                    remind_at = time.monotonic() + _REMINDERS_EVERY
                while self.send_waiting() and not self._stopped.is_set():
                    pass
            except ServiceError as error:
                telemetry.log("webhooks-wait", logging.WARNING, error)
