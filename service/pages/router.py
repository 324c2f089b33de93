"""All pages together, and the static files that they use."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service.pages import admin, cases, lexicon, notes, patterns, queue, signing, teams
from service.pages.route import pages
from service.pages.show import ASSETS
from service.problems import not_found

router = APIRouter(include_in_schema=False)
_static = pages()


@_static.get("/static/{digest}/{name}")
def static(digest: str, name: str) -> Response:
    """Give out a static file. Its address changes with its content, so that it can be kept for good."""
    found = ASSETS.get(f"/static/{digest}/{name}")
    if found is None:
        raise not_found()
    content, kind = found
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})


for part in (signing.router, queue.router, notes.router, patterns.router, cases.router, lexicon.router, teams.router):
    router.include_router(part)
router.include_router(admin.router)
router.include_router(_static)
