"""Links from other systems to the review pages."""

from __future__ import annotations

from urllib.parse import quote


def note_page(public_url: str, case: str, note: str) -> str:
    """Return the address of a note's review page."""
    return f"{case_page(public_url, case)}/notes/{quote(note, safe='')}"


def case_page(public_url: str, case: str) -> str:
    """Return the address of a case's review page."""
    return f"{public_url.rstrip('/')}/cases/{quote(case, safe='')}"
