"""A first look: an admin, an API key and the example case, in development mode only."""

from __future__ import annotations

from importlib import resources

import screener
from screener import Note, ScreenerError
from service.opening import open_store
from service.security.principal import KEY_SCOPES, service_principal
from service.settings import Settings
from service.store import migrate

CASE, TEAM, ADMIN = "example-1", "First team", "admin"


def first_look(settings: Settings) -> str:
    """Make what a first session needs, once, and return what to tell the person who started it.

    Raises ScreenerError outside development mode: a real service starts with `screener account add`.
    """
    if not (settings.development and settings.store):
        raise ScreenerError("--example needs mode=development and store=true; it is not for real notes")
    migrate(settings.database)
    reader = screener.load(profile=settings.profile, lexicons=settings.lexicons)
    store = open_store(settings, reader)
    try:
        password = store.accounts.first_admin(ADMIN, TEAM)
        if password is None:
            return "Already set up. To begin anew, delete the database file."
        who = service_principal()
        (team,) = store.teams.list(who)
        made = store.keys.create(who, team.id, "first look", sorted(KEY_SCOPES))
        loader = store.keys.find(made.secret, acting_for="First look")
        assert loader is not None
        for note in example_notes():
            store.notes.put(loader, CASE, reader.screen(note))
    finally:
        store.close()
    return (
        f"Review pages: http://{settings.host}:{settings.port}/\n"
        f"Sign in as '{ADMIN}' with the one-time password: {password}\n"
        f"API key of team '{TEAM}': {made.secret}\n"
        f"The example case is '{CASE}'. docs/api-guide.md goes on from here."
    )


def example_notes() -> list[Note]:
    """Return the notes of the bundled example case, in date order. Their file names are date and author role."""
    files = sorted(
        (f for f in resources.files("screener.examples").joinpath("case").iterdir() if f.name.endswith(".txt")),
        key=lambda f: f.name,
    )
    return [
        Note.model_validate(
            {
                "id": file.name.removesuffix(".txt").replace(" ", "-"),
                "case": CASE,
                "date": file.name[:10],
                "author_role": file.name[11:-4].replace("-", " "),
                "text": file.read_text(encoding="utf-8"),
            }
        )
        for file in files
    ]
