"""For the machines that look after the service: is it alive, is it ready, what does it count."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel

from service.context import ServiceHere
from service.problems import Problem, not_found

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    """An answer at all is the news."""

    status: str = "alive"


class Ready(BaseModel):
    """The service can take requests."""

    status: str = "ready"
    store: str


@router.get("/health/live", summary="Is the process alive?")
async def live() -> Alive:
    """Answer as long as the process can."""
    return Alive()


@router.get("/health/ready", summary="Can it take requests?")
def ready(service: ServiceHere) -> Ready:
    """Say whether lexicons are loaded and the database answers; 503 while it starts, stops or waits for either."""
    if not service.ready:
        raise Problem(503, "not-ready", "The service is starting or stopping.", headers={"retry-after": "2"})
    if service.store is None:
        return Ready(store="off")
    service.store.ping()
    return Ready(store="on")


@router.get("/metrics", summary="Counts and times for Prometheus", response_class=Response)
def metrics(service: ServiceHere, authorization: Annotated[str, Header()] = "") -> Response:
    """Give counts and times by route: never a case, a person or a word."""
    token = service.settings.metrics_token
    if token is None and not service.settings.development:
        raise not_found()
    wanted = f"Bearer {token.get_secret_value()}" if token else ""
    if token is not None and not hmac.compare_digest(authorization.encode(), wanted.encode()):
        raise Problem(401, "not-signed-in", "Send the metrics token.", headers={"www-authenticate": "Bearer"})
    page, kind = service.metrics.page()
    return Response(page, media_type=kind)
