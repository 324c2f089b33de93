"""What a page's form sends, and the guard that it was sent from one of our pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from service.problems import Problem

#: Fields that a page adds of itself: they are not what a person typed.
_OWN = {"csrf"}
_MOST_FIELDS = 5_000


class Form:
    """The fields of a form, in order; a name can come more than once."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def get(self, name: str) -> str:
        """Return a field without spaces round it; empty where it was not sent."""
        return next((value.strip() for key, value in self._fields if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return tuple(value for key, value in self._fields if key == name)

    def given(self, name: str) -> str | None:
        """Return a field, or None where it is empty."""
        return self.get(name) or None

    def number(self, name: str) -> int | None:
        """Return a whole number; None where there is none."""
        value = self.get(name)
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None

    def typed(self) -> Iterator[tuple[str, str]]:
        """Give the fields to keep where a session has run out, so that nothing typed is lost."""
        return ((key, value) for key, value in self._fields if key not in _OWN)


async def _form(request: Request) -> Form:
    try:
        fields = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise Problem(400, "malformed", "This form cannot be read. Go back and send it again.") from None
    if any("\0" in part for field in fields for part in field):
        raise Problem(400, "malformed", "This form holds a character that no text can hold.")
    # Browsers send line ends as CR LF, whatever was typed.
    return Form([(key, value.replace("\r\n", "\n")) for key, value in fields])


FormHere = Annotated[Form, Depends(_form)]
