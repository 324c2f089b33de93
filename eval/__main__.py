"""Measure everything in one run and write ``eval/RESULTS.md`` and its charts.

    python -m eval [--public DIR]

``--public`` names a folder with public text that is measured on but not kept here: ``ordinary/*.jsonl`` (lines of
``{"id", "text"}``) and ``context/*.tsv`` (the NegEx/ConText annotated sentences). Without it those parts say so.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import screener
from eval import gold, negex, results
from eval.baselines import keywords, peers
from screener.annotations import AnnotatedNote
from screener.documents import charts
from screener.evaluation import Evaluation, evaluate
from screener.records import Screening

Screen = Callable[[AnnotatedNote], Screening]


def main() -> None:
    """Run every measurement and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, help="folder with ordinary/ and context/")
    public: Path | None = parser.parse_args().public
    ours = screener.load(profile="lexicon")
    sections = [results.heading(ours)]
    for split in ("test", "dev"):
        notes = gold.notes(split)
        measured, missing = _systems(ours, notes)
        _say(f"{split}: {len(notes)} notes, {len(measured)} systems")
        sections.append(results.comparison(split, notes, measured, missing))
        charts.systems(measured, gold.HERE / "charts" / f"systems-{split}.png")
        if split == "test":
            best = measured["lexicon"]
            charts.indicators(best, gold.HERE / "charts" / "indicators.png")
            charts.reliability(best, gold.HERE / "charts" / "reliability.png")
            sections += [results.per_indicator(best), results.attributes(best)]
        else:
            sections.append(results.mistakes(measured["lexicon"]))
    sections.append(_ordinary(ours, public))
    sections.append(_negex(ours, public))
    results.write(gold.HERE / "RESULTS.md", "quality", sections)
    _say("written to eval/RESULTS.md")


def _systems(ours: screener.Screener, notes: list[AnnotatedNote]) -> tuple[dict[str, Evaluation], list[str]]:
    screens: dict[str, Screen] = {
        "lexicon": lambda note: ours.screen(note.note()),
        "keyword list with negation": keywords.screener(keywords.find),
    }
    missing = []
    for system, title in (("medspacy", "keyword list, medspaCy ConText"), ("negspacy", "keyword list, negspaCy")):
        try:
            found = peers.ask(system, [{"text": note.text} for note in notes], keywords.KEYWORDS)
        except peers.PeerUnavailableError as error:
            missing.append(str(error))
            continue
        hits = {note.text: [(h[0], h[1], h[2], h[3]) for h in of] for note, of in zip(notes, found, strict=True)}
        screens[title] = keywords.screener(hits.__getitem__)
    return {title: evaluate(notes, screen) for title, screen in screens.items()}, missing


def _ordinary(ours: screener.Screener, public: Path | None) -> str:
    rows = []
    for path in sorted((public / "ordinary").glob("*.jsonl")) if public else []:
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        screenings = list(ours.pipe(texts))
        words = sum(s.words for s in screenings)
        lit = [h for s in screenings for h in s.follow_up]
        rows.append((path.stem, len(texts), words, lit))
    return results.ordinary(rows)


def _negex(ours: screener.Screener, public: Path | None) -> str:
    files = sorted((public / "context").glob("*.tsv")) if public else []
    sentences = [s for path in files for s in negex.read(path)]
    if not sentences:
        return results.negex([], 0, ["the annotated sentences were not given (--public)"])
    rows = negex.agreements("screener", sentences, negex.ours(ours, sentences))
    missing = []
    for system in peers.REQUIREMENTS:
        try:
            rows += negex.agreements(system, sentences, negex.theirs(system, sentences))
        except peers.PeerUnavailableError as error:
            missing.append(str(error))
    return results.negex(rows, len(sentences), missing)


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
