"""Write screenings as a terminal table, JSON, JSON lines or CSV. The HTML report is in ``report.py``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO

from rich.console import Console
from rich.text import Text

from screener.documents.read import Problem
from screener.documents.words import BANNER, IMMEDIATE, empty_result, lit_by, read_summary
from screener.lexicon.model import IndicatorInfo
from screener.records import Highlight, Screening

CSV_FIELDS = (
    "case",
    "note",
    "date",
    "author_role",
    "start",
    "end",
    "text",
    "indicator",
    "group",
    "follow_up",
    "reason_not",
    "assertion",
    "temporality",
    "subject",
    "source",
    "template",
    "resolved",
    "match_confidence",
    "evidence",
    "why",
    "guidance",
    "prompt",
    "highlight",
    "lexicon_version",
    "model_version",
    "screener_version",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def shown(screening: Screening, show_all: bool) -> tuple[Highlight, ...]:
    """Return the highlights that a writer shows: those to follow up, or with ``show_all`` all of them."""
    return screening.highlights if show_all else screening.follow_up


def write_jsonl(screening: Screening, out: IO[str], show_all: bool) -> None:
    """Write one screening as one line of JSON, so that long runs can be read as they go."""
    kept = screening.model_copy(update={"highlights": shown(screening, show_all)})
    out.write(kept.model_dump_json() + "\n")


def write_json(screenings: Iterable[Screening], problems: Iterable[Problem], out: IO[str], show_all: bool) -> None:
    """Write one JSON document: what was read, the screenings, and what was not read."""
    kept = [s.model_copy(update={"highlights": shown(s, show_all)}) for s in screenings]
    document = {
        "banner": BANNER,
        "read": read_summary(kept),
        "screenings": [s.model_dump(mode="json") for s in kept],
        "not_read": [{"where": p.where, "what": p.what} for p in problems],
    }
    json.dump(document, out, ensure_ascii=False, indent=2)
    out.write("\n")


def write_csv(screenings: Iterable[Screening], out: IO[str], show_all: bool) -> None:
    """Write one row a highlight. Cells that a spreadsheet would run as a formula are made plain text."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_FIELDS)
    for screening in screenings:
        for highlight in shown(screening, show_all):
            writer.writerow([_plain_cell(value) for value in _row(screening, highlight)])


def _row(screening: Screening, h: Highlight) -> list[object]:
    note = screening.note
    first = h.evidence[0]
    return [
        note.case,
        note.id,
        note.date,
        note.author_role,
        h.start,
        h.end,
        h.text,
        h.indicator,
        h.group,
        h.follow_up,
        h.reason_not,
        h.assertion,
        h.temporality,
        h.subject,
        h.source,
        h.template,
        h.resolved,
        f"{h.match_confidence:.2f}",
        "; ".join(e.id for e in h.evidence),
        lit_by(first, note.text),
        first.source,
        h.prompt,
        h.id,
        screening.lexicon_version,
        screening.model_version,
        screening.screener_version,
    ]


def _plain_cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return "" if value is None else value


def write_table(
    screenings: Iterable[Screening], indicators: dict[str, IndicatorInfo], console: Console, show_all: bool
) -> None:
    """Print each note's passages with their reasons, widest first glance at the left, for a terminal."""
    kept = list(screenings)
    console.print(Text(BANNER, style="bold"))
    lit = 0
    for screening in kept:
        passages = shown(screening, show_all)
        lit += len(passages)
        if passages:
            _print_note(screening, passages, indicators, console)
    console.print()
    if not lit:
        console.print(Text(empty_result(len(kept))))
    console.print(Text(read_summary(kept)["sentence"], style="dim"))
    console.print(Text(IMMEDIATE))


def _print_note(
    screening: Screening, passages: tuple[Highlight, ...], indicators: dict[str, IndicatorInfo], console: Console
) -> None:
    note = screening.note
    about = " · ".join(str(part) for part in (note.date, note.author_role) if part)
    console.print()
    console.print(Text(note.id, style="bold underline") + Text(f"  {about}" if about else "", style="dim"))
    for h in passages:
        line = Text("  ")
        line.append(indicators[h.indicator].title, style="bold")
        line.append("  ")
        line.append(" ".join(h.text.split()), style="reverse" if h.follow_up else "")
        console.print(line, soft_wrap=True)
        first = h.evidence[0]
        detail = f"    {lit_by(first, note.text)} ({first.id})"
        if not h.follow_up:
            detail = (
                f"    Not lit because: {h.reason_not} – {', '.join(e.text for e in h.evidence if e.sets) or first.id}"
            )
        console.print(Text(detail, style="dim"), soft_wrap=True)
        if h.follow_up:
            console.print(Text("    " + h.prompt, style="italic"), soft_wrap=True)
