"""The routes of the standards, put into the application together."""

from __future__ import annotations

from fastapi import FastAPI

from service.middleware import JSON
from service.routes import cds_hooks, exports, fhir, webhooks
from service.settings import Settings, SettingsError
from service.standards.cds.catalogue import CASE_SERVICE
from service.standards.cds.clients import Clients
from service.standards.fhir import MEDIA_TYPE

#: Addresses that take many notes at once, and what each reads.
BATCHES = {"/v1/fhir/screen": MEDIA_TYPE, f"/cds-services/{CASE_SERVICE}": JSON}


def install(app: FastAPI, settings: Settings) -> None:
    """Add the routes. Raises SettingsError where the CDS clients cannot be read."""
    app.state.cds_clients = _cds_clients(settings)
    for router in (cds_hooks.router, fhir.router, exports.stateless):
        app.include_router(router)
    if settings.store:
        app.include_router(exports.kept)
        app.include_router(webhooks.router)


def _cds_clients(settings: Settings) -> Clients | None:
    if settings.cds_clients is None:
        return None
    if settings.public_url is None:
        raise SettingsError("cds_clients needs public_url: a token names the address that it is for")
    return Clients.read(settings.cds_clients, settings.public_url)
