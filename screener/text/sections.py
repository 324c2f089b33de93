"""Sections of a note: headings of the kinds notes really have, and the entries of dated logs.

A heading is a line of its own that ends in a colon, stands in capitals, is numbered, marked (``##``, ``**…**``) or
underlined, or a short label before a colon at the start of a line ("Hx: …", "Plan: …", "S (f/c): …"). A new date at
the start of a line opens an entry, which ends whatever section stood before.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_DATE = (
    r"(?:\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{4}-\d{2}-\d{2}|"
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?\d{1,2}(?:st|nd|rd|th)?\s+"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+\d{2,4})?)"
)
_ENTRY = re.compile(rf"[\[(*\s-]*{_DATE}(?![\w/])(?:[ ,]+\d{{1,2}}[:.]\d{{2}})?[\])]?", re.IGNORECASE)
_NUMBER = r"(?:\(?(?:\d{1,2}(?:\.\d{1,2})*|[A-Z])[.)]\s+)?"
# Possessive (``*+``): a line of nothing but blanks after a word must not be tried again from each of them.
_LABEL = re.compile(rf"\s*(?:#+\s*|\*\*\s*)?{_NUMBER}(?P<title>[^\W_][^:\n]{{0,58}}?)\s*+(?:\*\*\s*+)?:(?!\d)(?:\*\*)?")
_ALONE = re.compile(
    rf"\s*(?:#+\s+|\*\*\s*|=+\s*)?{_NUMBER}(?P<title>[^\W_][^:\n.!?;,]{{1,58}}?)\s*+(?:(?:\*\*|=++)\s*+)?$"
)
_UNDERLINE = re.compile(r"\s*[-=_~]{3,}\s*$")
_MARKED = re.compile(r"\s*(?:#+\s+|\*\*|=+\s*\w)")
_MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Section:
    """One section: where it begins (its heading included) and where its heading's words stand; none in a bare entry."""

    start: int
    title_start: int
    title_end: int


class Sections:
    """The sections of one folded text, in order; what stands before the first heading belongs to none."""

    __slots__ = ("_sections", "_starts")

    def __init__(self, folded_text: str) -> None:
        self._sections = list(_find(folded_text))
        self._starts = [section.start for section in self._sections]

    def at(self, offset: int) -> Section | None:
        """Return the section that holds an offset, or ``None`` where it stands under no heading."""
        index = bisect_right(self._starts, offset) - 1
        section = self._sections[index] if index >= 0 else None
        return section if section is not None and section.title_end > section.title_start else None


def _find(text: str) -> Iterator[Section]:
    lines = text.split("\n")
    at = 0
    blank = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        stripped = line.strip()
        if stripped and not _UNDERLINE.match(line):
            found = _heading(line, following, blank or number == 0)
            if found is not None:
                yield Section(at, at + found[0], at + found[1])
        blank = not stripped
        at += len(line) + 1


def _heading(line: str, following: str, after_blank: bool) -> tuple[int, int] | None:
    entry = _ENTRY.match(line)
    begin = entry.end() if entry else 0
    label = _LABEL.match(line, begin)
    if label is not None and len(label["title"].split()) <= _MAX_WORDS and _title_like(label["title"]):
        return label.span("title")
    if entry is not None:
        return entry.end(), entry.end()
    alone = _ALONE.match(line)
    if alone is None or len(alone["title"].split()) > _MAX_WORDS:
        return None
    title = alone["title"]
    marked = _UNDERLINE.match(following) or _MARKED.match(line)
    if marked or (title.isupper() and len(title) > 3) or (after_blank and _title_like(title) and following.strip()):
        return alone.span("title")
    return None


def _title_like(title: str) -> bool:
    first = title.lstrip("(")[:1]
    return first.isupper() or first.isdigit()
