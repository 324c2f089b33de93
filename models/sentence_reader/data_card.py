"""Measure the training data and write ``data/CARD.md``: ``python -m models.sentence_reader.data_card``.

Sizes, marks, how unlike one another the texts are, and how much of what is marked no lexicon cue touches. The lexicon
is loaded, no model is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

import screener
from models.sentence_reader.data import HERE, held_out
from models.sentence_reader.diversity import (
    Near,
    distinct_per_thousand,
    near_duplicates,
    nearest,
    ngrams,
    vectors,
    words_of,
)
from screener.annotations import AnnotatedNote, read
from screener.records import ATTRIBUTES, INDICATORS
from screener.text.parsed import Parsed

#: Cosine from which two texts count as near-duplicates.
ALIKE = 0.8
#: Words of the stretches over which distinct n-grams are averaged.
STRETCH = 10_000
#: How far the lexicons' cues were written on the notes of a lane (see README.md).
CUES_FROM = {
    "cues were written on them": ("t1", "t2", "t3", "t4"),
    "some were": ("t5", "t6"),
    "none was": ("t7", "t8"),
}
_LISTED = 20
_KINDS = ("notes", "contrast", "everyday")


@dataclass(frozen=True)
class Text:
    """One text of the training data: the folder and file it stands in, and its family where it is a contrast text."""

    kind: str
    file: str
    note: AnnotatedNote
    words: tuple[str, ...]

    @property
    def family(self) -> str:
        """The texts that differ by a small change share their id but for its last letters."""
        return re.sub(r"[a-z]+$", "", self.note.id)


def texts_in(folder: Path) -> list[Text]:
    """Return every training text under a data folder. Raises AnnotationError where one cannot be read."""
    return [
        Text(kind, path.stem, note, tuple(words_of(note.text)))
        for kind in _KINDS
        for path in sorted((folder / kind).glob("*.txt"))
        for note in read(path)
    ]


def card(folder: Path, lexicon: screener.Screener, unseen: Sequence[str]) -> str:
    """Return the data card of a data folder; ``unseen`` names the briefs held out of training."""
    texts = texts_in(folder)
    by_kind = {kind: [text for text in texts if text.kind == kind] for kind in _KINDS}
    notes = by_kind["notes"]
    briefs = sum(len(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in (folder / "briefs").glob("*.yaml"))
    sections = [
        "# Data card: training data of the sentence reader\n\n"
        "Written by `python -m models.sentence_reader.data_card`; do not edit. Every text was invented for this "
        "project; no person, family or place in it exists. What the folders hold: [README.md](README.md).\n",
        _sizes(by_kind, briefs, unseen),
        _marks(by_kind),
        _attributes(by_kind),
        _without_cue(by_kind, lexicon, unseen),
        _variety(by_kind),
        _neighbours(by_kind),
        _phrases(by_kind),
        _duplicates(by_kind),
        _limits(notes),
    ]
    return "\n".join(sections)


def _sizes(by_kind: dict[str, list[Text]], briefs: int, unseen: Sequence[str]) -> str:
    notes, contrast, everyday = (by_kind[kind] for kind in _KINDS)
    words = sum(_length(text) for text in notes)
    per_brief = Counter[str]()
    for text in notes:
        per_brief[text.file] += _length(text)
    largest, share = max(((name, n / words) for name, n in per_brief.items()), key=lambda item: item[1])
    quiet = sum(not any(span.follow_up for span in text.note.spans) for text in notes)
    unmarked = sum(not text.note.spans for text in notes)
    left_out = [text for text in notes if text.file in unseen]
    families = {text.family for text in contrast}
    rows = [
        ("annotated notes", f"{len(notes)}"),
        ("words in them", f"{words:,}"),
        ("briefs with notes (briefs written)", f"{len(per_brief)} ({briefs})"),
        ("largest share of one brief, by words", f"{share:.1%} ({largest})"),
        ("notes with nothing to follow up", f"{quiet} ({quiet / len(notes):.0%})"),
        ("notes with no mark at all", f"{unmarked} ({unmarked / len(notes):.0%})"),
        ("marks in notes (to follow up)", _marked(notes)),
        ("notes of briefs held out of training", f"{len(left_out)} of {len(unseen)} briefs ({', '.join(unseen)})"),
        ("contrast texts (sentences)", f"{len(contrast)} ({_sentences(contrast)})"),
        ("contrast families, texts in each", f"{len(families)}, {len(contrast) / max(1, len(families)):.1f}"),
        ("marks in contrast texts (to follow up)", _marked(contrast)),
        ("everyday notes (words)", f"{len(everyday)} ({sum(map(_length, everyday)):,})"),
        ("marks in everyday notes (to follow up)", _marked(everyday)),
    ]
    return "## Sizes\n\n" + _table(("", ""), rows)


def _marks(by_kind: dict[str, list[Text]]) -> str:
    counts = {
        kind: Counter(span.indicator for text in by_kind[kind] for span in text.note.spans) for kind in _KINDS[:2]
    }
    lit = Counter(span.indicator for text in by_kind["notes"] for span in text.note.spans if span.follow_up)
    briefs: defaultdict[str, set[str]] = defaultdict(set)
    for text in by_kind["notes"]:
        for span in text.note.spans:
            briefs[span.indicator].add(text.file)
    rows = [
        (name, str(counts["notes"][name]), str(lit[name]), str(len(briefs[name])), str(counts["contrast"][name]))
        for name in INDICATORS
    ]
    header = ("indicator", "marks in notes", "to follow up", "from so many briefs", "marks in contrast texts")
    return "## Marks of each indicator\n\n" + _table(header, rows)


def _attributes(by_kind: dict[str, list[Text]]) -> str:
    rows = []
    for name, values in ATTRIBUTES.items():
        for kind in _KINDS[:2]:
            found = Counter(str(getattr(s, name)).lower() for text in by_kind[kind] for s in text.note.spans)
            rows.append((name, kind, ", ".join(f"{value} {found[value]}" for value in values)))
    return "## Attributes\n\n" + _table(("attribute", "in", "marks"), rows)


def _without_cue(by_kind: dict[str, list[Text]], lexicon: screener.Screener, unseen: Sequence[str]) -> str:
    notes = by_kind["notes"]
    parts = {
        "notes": notes,
        **{
            f"of them, lanes {', '.join(lanes)}: {how}": [text for text in notes if text.file.split("-")[0] in lanes]
            for how, lanes in CUES_FROM.items()
        },
        "of them, briefs held out of training": [text for text in notes if text.file in unseen],
        "contrast texts": by_kind["contrast"],
    }
    rows = []
    for title, part in parts.items():
        marks, none, not_same = cue_free(part, lexicon)
        rows.append(
            (title, str(marks), f"{none} ({_share(none, marks):.0%})", f"{not_same} ({_share(not_same, marks):.0%})")
        )
    return (
        "## Marks to follow up that no cue finds\n\n"
        f"Lexicon {lexicon.lexicon.version}. A cue touches a mark where their characters overlap, whatever the cue's "
        "indicator. Where cues were written on a lane of notes, they find more there than they would elsewhere; the "
        "lanes that none was written on say how obliquely the signs are put.\n\n"
        + _table(("in", "marks to follow up", "touched by no cue", "by none of its indicator"), rows)
    )


def cue_free(texts: Iterable[Text], lexicon: screener.Screener) -> tuple[int, int, int]:
    """Count the marks to follow up, those that no lexicon cue touches, and those that none of their indicator does."""
    marks = none = not_same = 0
    listed = list(texts)
    for text, screening in zip(listed, lexicon.pipe([text.note.note() for text in listed]), strict=True):
        cues = [
            (h.indicator, e.start, e.end) for h in screening.highlights for e in h.evidence if e.by == "cue"
        ]  # a highlight may reach past its cues
        for span in text.note.spans:
            if span.follow_up:
                touching = {name for name, start, end in cues if start < span.end and span.start < end}
                marks += 1
                none += not touching
                not_same += span.indicator not in touching
    return marks, none, not_same


def _variety(by_kind: dict[str, list[Text]]) -> str:
    rows = []
    for kind, texts in by_kind.items():
        words = [text.words for text in texts]
        rows.append((kind, "all of it", *(f"{distinct_per_thousand(words, n):.0f}" for n in range(1, 5))))
        mean = (f"{distinct_per_thousand(words, n, STRETCH):.0f}" for n in range(1, 5))
        rows.append((kind, f"stretches of {STRETCH:,} words", *mean))
    return (
        "## Distinct n-grams in 1,000 words\n\n"
        "A longer text always repeats itself more, so the second line of each is the one to compare. Contrast texts "
        "repeat themselves on purpose: a family differs in a few words.\n\n"
        + _table(("", "over", "1 word", "2 words", "3 words", "4 words"), rows)
    )


def _neighbours(by_kind: dict[str, list[Text]]) -> str:
    rows = []
    for kind, title in (
        ("notes", "notes, by brief"),
        ("everyday", "everyday notes, by writer's file"),
        ("contrast", "contrast texts, by family"),
    ):
        texts = by_kind[kind]
        made = vectors([text.words for text in texts])
        groups = [text.family if kind == "contrast" else text.file for text in texts]
        for within, where in ((True, "within"), (False, "across")):
            found = nearest(made, groups, within)
            if found:
                rows.append((title, where, *(f"{value:.2f}" for value in np.quantile(found, (0.05, 0.5, 0.95)))))
    return (
        "## Distance to the nearest neighbour\n\n"
        "1 - cosine of TF-IDF vectors over words (0: the same words, 1: none shared). *Within*: the nearest text of "
        "the same brief, file or family; *across*: of any other.\n\n"
        + _table(("texts", "nearest", "5th percentile", "median", "95th percentile"), rows)
    )


def _phrases(by_kind: dict[str, list[Text]]) -> str:
    counts = Counter[tuple[str, ...]]()
    briefs: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for text in by_kind["notes"]:
        for span in text.note.spans:
            for gram in ngrams(words_of(span.text), 4):
                counts[gram] += 1
                briefs[gram].add(text.file)
    rows = [(" ".join(gram), str(n), str(len(briefs[gram]))) for gram, n in counts.most_common(_LISTED)]
    return "## Most frequent runs of four words inside marks of notes\n\n" + _table(
        ("words", "times", "in briefs"), rows
    )


def _duplicates(by_kind: dict[str, list[Text]]) -> str:
    notes = by_kind["notes"] + by_kind["everyday"]
    contrast = by_kind["contrast"]
    pairs = near_duplicates(vectors([text.words for text in notes]), ALIKE, lambda *_: True)
    across = near_duplicates(
        vectors([text.words for text in contrast]),
        ALIKE,
        lambda one, other: contrast[one].family != contrast[other].family,
    )
    rows = [
        ("notes and everyday notes, all pairs", str(len(pairs)), _named(pairs, notes)),
        ("contrast texts of different families", str(len(across)), _named(across, contrast)),
    ]
    return f"## Near-duplicates (cosine {ALIKE} or more)\n\n" + _table(("among", "pairs", "nearest first"), rows)


def _limits(notes: Sequence[Text]) -> str:
    signs = sum(any(span.follow_up for span in text.note.spans) for text in notes)
    return (
        "## What these data are not\n\n"
        f"- Invented, from {len({text.file for text in notes})} briefs; real files are longer, duller and less "
        "consistent.\n"
        "- English as written in the United Kingdom.\n"
        "- Whoever wrote a text also marked it, and knew the 25 indicators.\n"
        f"- {_share(signs, len(notes)):.0%} of the notes hold something to follow up. In real files far fewer do, so "
        "precision in use will be lower than measured here.\n"
    )


def _named(pairs: Sequence[Near], texts: Sequence[Text]) -> str:
    named = [f"{texts[p.first].note.id} / {texts[p.second].note.id} {p.cosine:.2f}" for p in pairs[:_LISTED]]
    return "; ".join(named) or "–"


def _marked(texts: Iterable[Text]) -> str:
    spans = [span for text in texts for span in text.note.spans]
    return f"{len(spans)} ({sum(span.follow_up for span in spans)})"


def _sentences(texts: Iterable[Text]) -> int:
    return sum(len(Parsed(text.note.text).sentences) for text in texts)


def _length(text: Text) -> int:
    return len(text.note.text.split())


def _share(part: int, of: int) -> float:
    return part / of if of else 0.0


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def main() -> None:
    """Measure the data of this project and write their card."""
    (HERE / "CARD.md").write_text(card(HERE, screener.load(profile="lexicon"), held_out()), encoding="utf-8")


if __name__ == "__main__":
    main()
