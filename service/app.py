"""The application factory: the parts of the service put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from fastapi import FastAPI

import screener
from service import problems, telemetry
from service.context import Service
from service.middleware import JSON, LINES, BoundBodies, GuardAnswers, RationRequests, Watch
from service.oidc import Issuer
from service.opening import open_store
from service.pages import router as pages
from service.routes import (
    audit,
    cases,
    closures,
    health,
    highlights,
    indicators,
    notes,
    oidc,
    people,
    reports,
    screen,
    sessions,
    standards,
)
from service.settings import Settings, read_settings
from service.standards.webhooks.messenger import Messenger
from service.store import migrate

_DESCRIPTION = (
    f"{screener.BANNER} {screener.IMMEDIATE}\n\n"
    "It points, it never decides: no answer of this service is a score, a rank or a finding about a person. "
    "Offsets count characters (Unicode code points) of the text exactly as sent. "
    "Every refusal is an RFC 9457 problem document and repeats no word of what was sent."
)
#: The addresses that take many notes at once, and what each reads.
_BATCHES = {"/v1/screen/batch": LINES, "/v1/screen/case": JSON, **standards.BATCHES}

#: What is there only where the case store is switched on.
_KEEPING = (cases, notes, highlights, closures, reports, audit, sessions, oidc, people, pages)


def create_app(settings: Settings, reader: screener.Screener | None = None) -> FastAPI:
    """Return the application for these settings. ``reader`` saves loading one where the caller has it."""
    metrics = telemetry.Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loaded = reader or screener.load(profile=settings.profile, lexicons=settings.lexicons)
        service = Service(settings, loaded, metrics)
        app.state.service = service
        with ExitStack() as open_parts:
            if settings.store:
                _open_store(service, open_parts)
            service.ready = True
            telemetry.log("started", lexicon=loaded.lexicon.version, profile=loaded.profile, store=settings.store)
            yield
            service.ready = False
        telemetry.log("stopped")

    app = FastAPI(
        title="Case-note screener",
        version=screener.__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        # Their pages load scripts from elsewhere; the description itself is at /openapi.json.
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": problems.ProblemDocument, "description": "A problem document (RFC 9457)."}},
    )
    problems.install(app)
    for routes in (screen, indicators, health, *(_KEEPING if settings.store else ())):
        app.include_router(routes.router)
    standards.install(app, settings)
    # The last one added stands outermost.
    app.add_middleware(BoundBodies, settings=settings, batches=_BATCHES)
    app.add_middleware(RationRequests, settings=settings)
    app.add_middleware(GuardAnswers, https=not settings.development)
    app.add_middleware(Watch, metrics=metrics)
    return app


def _open_store(service: Service, open_parts: ExitStack) -> None:
    """Bring the tables up to date, open the store, and begin to send what its outbox holds."""
    settings = service.settings
    migrate(settings.database)
    service.store = open_store(settings, service.screener)
    open_parts.callback(service.store.close)
    service.issuer = _issuer(settings)
    if service.issuer:
        open_parts.callback(service.issuer.close)
    if settings.webhook_url and settings.webhook_secret:
        messenger = Messenger(service.store, settings.webhook_url, settings.webhook_secret.get_secret_value())
        messenger.start()
        open_parts.callback(messenger.stop)


def _issuer(settings: Settings) -> Issuer | None:
    """Return the issuer of the settings, of which either all parts are set or none."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret and settings.public_url):
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    back = settings.public_url.rstrip("/") + oidc.CALLBACK
    return Issuer(settings.oidc_issuer, settings.oidc_client_id, secret, back, settings.secret)


def from_environment() -> FastAPI:
    """Return the application for the settings of the environment: what each worker process calls."""
    telemetry.set_up_logging()
    return create_app(read_settings())
