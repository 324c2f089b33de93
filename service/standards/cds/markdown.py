"""Text of notes inside the Markdown of a card: shown as it is, never as formatting, a link or a page's own code."""

from __future__ import annotations

import re

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: What means something to some Markdown reader: anywhere, where a line begins, and in an address made into a link.
_MEANING = re.compile(r"[!#$&*:<>@\[\\\]^_`{|}~]|^[-+=]|(?<=www)\.", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")


def literal(text: str) -> str:
    """Return text on one line that every Markdown reader shows word for word."""
    one_line = _MEANING.sub(lambda found: _ENTITIES.get(found[0], "\\" + found[0]), " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\\2", one_line)
