"""Text marked with gold spans: read, checked, and turned into notes with offsets.

The format (``docs/annotating.md``) marks passages in the running text::

    === NOTE id=n1; date=2024-05-02; author_role=therapist; kind=session
    ⟦fear_or_avoidance;source=child|"don't make me go there on Saturdays"⟧

Marks nest but never cross. Cases are opened by ``=== CASE id=…; closure=…; patterns=a,b``; the notes after such a line
belong to it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from screener.errors import AnnotationError
from screener.records import (
    ATTRIBUTES,
    GROUP_OF,
    INDICATORS,
    Evidence,
    Highlight,
    Note,
    Screening,
    highlight_id,
    reason_not_followed_up,
    text_digest,
)
from screener.version import __version__

OPEN, CLOSE, SPLIT = "⟦", "⟧", "|"
_HEADER = re.compile(r"^=== (NOTE|CASE)\b(.*)$")
_NOTE_FIELDS = {"id", "date", "author_role", "kind"}
_CASE_FIELDS = {"id", "closure", "patterns", "title"}
_CLOSURES = ("none", "silent", "justified")
_DEFAULTS = {
    "assertion": "affirmed",
    "temporality": "current",
    "subject": "child",
    "source": "unclear",
    "template": "false",
    "resolved": "false",
}


@dataclass(frozen=True)
class GoldSpan:
    """One marked span: character offsets into the note's text without marks, indicator and attributes."""

    start: int
    end: int
    text: str
    indicator: str
    assertion: str
    temporality: str
    subject: str
    source: str
    template: bool
    resolved: bool

    @property
    def reason_not(self) -> str | None:
        """Why the span is not for follow-up, or ``None`` (the computed rule, never stored by hand)."""
        return reason_not_followed_up(
            self.indicator,
            assertion=self.assertion,
            temporality=self.temporality,
            subject=self.subject,
            template=self.template,
            resolved=self.resolved,
        )

    @property
    def follow_up(self) -> bool:
        """Whether the span is to follow up by section 5 of the guidelines."""
        return self.reason_not is None


@dataclass(frozen=True)
class AnnotatedNote:
    """A note and the spans a person marked in it."""

    id: str
    text: str
    spans: tuple[GoldSpan, ...]
    date: dt.date | None = None
    author_role: str | None = None
    kind: str | None = None
    case: str | None = None

    def note(self) -> Note:
        """Return the note without its marks, as the screener would be given it."""
        return Note(
            id=self.id, text=self.text, date=self.date, author_role=self.author_role, case=self.case, kind=self.kind
        )

    def screening(self) -> Screening:
        """Return the marks as a screening, as if found, so that the case level can be judged apart from the reading."""
        digest = text_digest(self.text)
        highlights = tuple(
            Highlight(
                id=highlight_id(digest, span.indicator, span.start, span.end),
                start=span.start,
                end=span.end,
                text=span.text,
                indicator=span.indicator,
                group=GROUP_OF[span.indicator],
                assertion=span.assertion,
                temporality=span.temporality,
                subject=span.subject,
                source=span.source,
                template=span.template,
                resolved=span.resolved,
                follow_up=span.follow_up,
                reason_not=span.reason_not,
                match_confidence=1.0,
                evidence=(
                    Evidence(
                        by="annotator",
                        id="annotation",
                        start=span.start,
                        end=span.end,
                        text=span.text,
                        why="marked by a person",
                    ),
                ),
                prompt="",
                sentence=(span.start, span.end),
            )
            for span in self.spans
        )
        return Screening(
            note=self.note(),
            highlights=highlights,
            words=len(self.text.split()),
            lexicon_version="annotated",
            model_version=None,
            profile="annotated",
            screener_version=__version__,
        )


@dataclass(frozen=True)
class AnnotatedCase:
    """A case with its notes in file order, the patterns it holds and how it was closed."""

    id: str
    notes: tuple[AnnotatedNote, ...]
    closure: Literal["none", "silent", "justified"]
    patterns: tuple[str, ...]
    title: str | None = None


def read(path: str | Path) -> list[AnnotatedNote]:
    """Read the annotated notes of one file, in file order.

    Raises AnnotationError with file and line for unbalanced marks, unknown names, empty spans, duplicate note ids,
    or overlapping spans of one indicator.
    """
    return read_text(Path(path).read_text(encoding="utf-8-sig"), str(path))


def read_text(text: str, where: str) -> list[AnnotatedNote]:
    """Read annotated notes from a text; ``where`` names it in errors. Raises AnnotationError as ``read`` does."""
    return [note for _, notes in _parse(text, where) for note in notes]


def read_cases(path: str | Path) -> list[AnnotatedCase]:
    """Read the annotated cases of one file, in file order. Raises AnnotationError as `read` does."""
    cases = []
    for header, notes in _parse(Path(path).read_text(encoding="utf-8-sig"), str(path)):
        if header is None:
            if notes:
                raise AnnotationError(f"{path}: notes stand before the first '=== CASE' line; put a CASE line first")
            continue
        patterns = tuple(p.strip() for p in header.get("patterns", "").split(",") if p.strip())
        cases.append(
            AnnotatedCase(
                id=header["id"],
                notes=tuple(notes),
                closure=header.get("closure", "none"),  # type: ignore[arg-type]
                patterns=patterns,
                title=header.get("title"),
            )
        )
    return cases


def parse_marked(marked: str, where: str = "text", first_line: int = 1) -> tuple[str, tuple[GoldSpan, ...]]:
    """Split marked text into plain text and its spans, sorted by start and end.

    `where` and `first_line` only serve error messages.
    """
    plain: list[str] = []
    length = 0
    stack: list[tuple[int, str, int]] = []
    spans: list[GoldSpan] = []
    line = first_line
    i = 0
    while i < len(marked):
        char = marked[i]
        if char == OPEN:
            split = marked.find(SPLIT, i)
            if split < 0 or "\n" in marked[i:split]:
                raise AnnotationError(f"{where}:{line}: '{OPEN}' without '{SPLIT}' after the indicator")
            stack.append((length, marked[i + 1 : split], line))
            i = split + 1
            continue
        if char == CLOSE:
            if not stack:
                raise AnnotationError(f"{where}:{line}: '{CLOSE}' without an opening '{OPEN}'")
            start, label, opened = stack.pop()
            covered = "".join(plain[start:length])
            if not covered.strip():
                raise AnnotationError(f"{where}:{opened}: empty span; mark at least one word")
            spans.extend(_spans(label, start, length, covered, f"{where}:{opened}"))
        else:
            plain.append(char)
            length += 1
            line += char == "\n"
        i += 1
    if stack:
        raise AnnotationError(f"{where}:{stack[-1][2]}: '{OPEN}' is never closed with '{CLOSE}'")
    return "".join(plain), tuple(sorted(spans, key=lambda s: (s.start, s.end, s.indicator)))


def _spans(label: str, start: int, end: int, text: str, where: str) -> list[GoldSpan]:
    names, *settings = label.split(";")
    attributes = dict(_DEFAULTS)
    for setting in settings:
        name, _, value = (part.strip() for part in setting.partition("="))
        if name not in ATTRIBUTES:
            raise AnnotationError(f"{where}: unknown attribute '{name}'; known: {', '.join(ATTRIBUTES)}")
        if value not in ATTRIBUTES[name]:
            raise AnnotationError(f"{where}: {name} cannot be '{value}'; it is one of {', '.join(ATTRIBUTES[name])}")
        attributes[name] = value
    lead = len(text) - len(text.lstrip())
    trail = len(text) - len(text.rstrip())
    spans = []
    for name in (n.strip() for n in names.split(",")):
        if name not in INDICATORS:
            raise AnnotationError(f"{where}: unknown indicator '{name}'; see 'screener indicators'")
        spans.append(
            GoldSpan(
                start=start + lead,
                end=end - trail,
                text=text.strip(),
                indicator=name,
                assertion=attributes["assertion"],
                temporality=attributes["temporality"],
                subject=attributes["subject"],
                source=attributes["source"],
                template=attributes["template"] == "true",
                resolved=attributes["resolved"] == "true",
            )
        )
    return spans


def _parse(text: str, path: str) -> list[tuple[dict[str, str] | None, list[AnnotatedNote]]]:
    groups: list[tuple[dict[str, str] | None, list[AnnotatedNote]]] = [(None, [])]
    header: tuple[int, dict[str, str]] | None = None
    body: list[str] = []
    seen: set[tuple[str | None, str]] = set()

    def finish() -> None:
        if header is None:
            if any(line.strip() for line in body):
                raise AnnotationError(f"{path}:1: text stands before the first '=== NOTE' line")
            return
        at, fields = header
        case = groups[-1][0]
        key = (case["id"] if case else None, fields["id"])
        if key in seen:
            raise AnnotationError(f"{path}:{at}: note id '{fields['id']}' occurs twice; ids must be unique")
        seen.add(key)
        groups[-1][1].append(_note(path, at, fields, body, case["id"] if case else None))

    for number, raw in enumerate(text.splitlines(), 1):
        match = _HEADER.match(raw)
        if not match:
            if raw.startswith("==="):
                raise AnnotationError(f"{path}:{number}: a line that starts with '===' must be NOTE or CASE")
            body.append(raw)
            continue
        finish()
        body = []
        if match[1] == "CASE":
            fields = _fields(path, number, match[2], _CASE_FIELDS)
            closure = fields.get("closure", "none")
            if closure not in _CLOSURES:
                raise AnnotationError(f"{path}:{number}: closure is one of {', '.join(_CLOSURES)}, not '{closure}'")
            groups.append((fields, []))
            header = None
        else:
            header = (number, _fields(path, number, match[2], _NOTE_FIELDS))
    finish()
    return groups


def _fields(path: str, line: int, text: str, known: set[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals or name.strip() not in known:
            raise AnnotationError(f"{path}:{line}: cannot read '{name.strip()}'; fields are {', '.join(sorted(known))}")
        fields[name.strip()] = value.strip()
    if not fields.get("id"):
        raise AnnotationError(f"{path}:{line}: the header has no id=")
    return fields


def _note(path: str, line: int, fields: dict[str, str], body: list[str], case: str | None) -> AnnotatedNote:
    start = next((i for i, text in enumerate(body) if text.strip()), len(body))
    end = next((i for i in range(len(body), start, -1) if body[i - 1].strip()), start)
    text, spans = parse_marked("\n".join(body[start:end]), path, line + 1 + start)
    _refuse_overlap(path, line, fields["id"], spans)
    day = None
    if fields.get("date"):
        try:
            day = dt.date.fromisoformat(fields["date"])
        except ValueError as error:
            raise AnnotationError(f"{path}:{line}: date must be YYYY-MM-DD, not '{fields['date']}'") from error
    return AnnotatedNote(
        id=fields["id"],
        text=text,
        spans=spans,
        date=day,
        author_role=fields.get("author_role"),
        kind=fields.get("kind"),
        case=case,
    )


def _refuse_overlap(path: str, line: int, note_id: str, spans: tuple[GoldSpan, ...]) -> None:
    last_end: dict[str, int] = {}
    for span in spans:
        if span.start < last_end.get(span.indicator, -1):
            raise AnnotationError(
                f"{path}:{line}: note '{note_id}' has two overlapping spans of {span.indicator}; merge them"
            )
        last_end[span.indicator] = max(span.end, last_end.get(span.indicator, -1))
