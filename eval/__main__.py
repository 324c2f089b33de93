"""Measure everything in one run and write ``eval/RESULTS.md`` and its charts.

    python -m eval [quality] [cases] [robustness] [fairness] [--profiles lexicon,full,fast] [--public DIR]

Without a part named, all of them. A profile whose reader is not there is left out, and the results say so.

``--public`` names a folder with public text that is measured on but not kept here: ``ordinary/*.jsonl`` (lines of
``{"id", "text"}``) and ``context/*.tsv`` (the NegEx/ConText annotated sentences). Without it those parts say so.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import screener
from eval import cases, fairness, gold, negex, results, robustness, systems
from eval.baselines import keywords, peers
from eval.swaps import swaps
from eval.systems import Reads, Screen
from models.sentence_reader.data import held_out, notes_in
from screener.annotations import AnnotatedNote
from screener.documents import charts
from screener.evaluation import Evaluation, contributions, evaluate

_PARTS = ("quality", "cases", "robustness", "fairness")
_CHARTS = gold.HERE / "charts"
_RESULTS = gold.HERE / "RESULTS.md"


def main() -> None:
    """Run the measurements asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of {', '.join(_PARTS)} (default: all)")
    parser.add_argument("--profiles", default=",".join(systems.PROFILES), help="some of lexicon,fast,full")
    parser.add_argument("--public", type=Path, help="folder with ordinary/ and context/")
    given = parser.parse_args()
    wanted = [profile for profile in systems.PROFILES if profile in given.profiles.split(",")]
    if not set(given.parts) <= set(_PARTS) or not wanted:
        parser.error(f"parts are some of {', '.join(_PARTS)}; profiles some of {', '.join(systems.PROFILES)}")
    loaded, missing = systems.load(wanted)
    for profile, error in missing.items():
        _say(f"{profile} is left out: {error}")
    if not loaded:
        parser.error("none of the profiles can be loaded here")
    parts = given.parts or _PARTS
    if "quality" in parts:
        absent = [f"profile '{profile}', whose sentence reader is not there" for profile in missing]
        results.write(_RESULTS, "quality", quality(loaded, absent, given.public))
    if "cases" in parts:
        results.write(_RESULTS, "cases", cases.section(loaded, _CHARTS, _say))
    if "robustness" in parts:
        findings = robustness.measure(loaded, gold.notes("dev"), _say)
        robustness.draw(findings, _CHARTS / "robustness.png")
        results.write(_RESULTS, "robustness", [results.robustness(findings)])
    if "fairness" in parts:
        compared = {name: loaded[name] for name in dict.fromkeys(("lexicon", systems.best(loaded))) if name in loaded}
        outcomes = {name: fairness.measure(reads, gold.notes("dev"), swaps(), _say) for name, reads in compared.items()}
        results.write(_RESULTS, "fairness", [results.fairness(outcomes)])
    _say("written to eval/RESULTS.md")


def quality(loaded: dict[str, Reads], absent: list[str], public: Path | None) -> list[str]:
    """Return the sections on how well: gold halves, briefs left out, who found what, ordinary text, negation."""
    own = systems.screens(loaded)
    best = systems.best(loaded)
    test, dev, unseen = gold.notes("test"), gold.notes("dev"), notes_in("notes", keep=held_out())
    plain = {half: gold.notes(half, "plain") for half in ("test", "dev")}
    every = [*test, *dev, *plain["test"], *plain["dev"], *unseen]
    for profile, reads in loaded.items():
        reads.all(every)
        _say(f"{profile} has read {len(every)} notes")
    on_test, on_unseen = _measured(own, test), _measured(own, unseen)
    sections = [
        results.heading(loaded, absent),
        _comparison("oblique", "test", test, on_test),
        _comparison("plain", "test", plain["test"], _measured(own, plain["test"])),
        results.briefs_left_out(on_test, on_unseen, held_out()),
        results.per_indicator(_alone_and_joined(on_test)),
        results.contributions({name: contributions(test, loaded[name]) for name in loaded if name != "lexicon"}),
        results.attributes(on_test),
        _comparison("plain", "dev", plain["dev"], _measured(own, plain["dev"])),
        _comparison("oblique", "dev", dev, on_dev := _measured(own, dev)),
        results.mistakes(best, on_dev[best]),
        _ordinary(loaded, public),
        _negex(loaded[best].screener, public),
    ]
    charts.indicators(on_test[best], _CHARTS / "indicators.png")
    charts.trade_off(on_test, _CHARTS / "precision-recall.png")
    for name, result in on_test.items():
        charts.reliability(result, _CHARTS / f"reliability-{name}.png")
    return sections


def _measured(screens: dict[str, Screen], notes: list[AnnotatedNote]) -> dict[str, Evaluation]:
    return {name: evaluate(notes, screen) for name, screen in screens.items()}


def _alone_and_joined(measured: dict[str, Evaluation]) -> dict[str, Evaluation]:
    return {name: result for name, result in measured.items() if name != "fast" or "full" not in measured}


def _comparison(wording: str, half: str, notes: list[AnnotatedNote], own: dict[str, Evaluation]) -> str:
    """Return our systems beside the baselines on one half of the gold of one wording."""
    screens: dict[str, Screen] = {"keyword list with negation": keywords.screener(keywords.find)}
    missing = []
    for system, title in (("medspacy", "keyword list, medspaCy ConText"), ("negspacy", "keyword list, negspaCy")):
        try:
            found = peers.ask(system, [{"text": note.text} for note in notes], keywords.KEYWORDS)
        except peers.PeerUnavailableError as error:
            missing.append(str(error))
            continue
        hits = {note.text: [(h[0], h[1], h[2], h[3]) for h in of] for note, of in zip(notes, found, strict=True)}
        screens[title] = keywords.screener(hits.__getitem__)
    measured = own | _measured(screens, notes)
    _say(f"{wording} {half}: {len(notes)} notes, {len(measured)} systems")
    chart = f"systems-{wording}-{half}.png"
    charts.systems(measured, _CHARTS / chart)
    return results.comparison(f"{wording} wording, {half} half", chart, notes, measured, missing)


def _ordinary(loaded: dict[str, Reads], public: Path | None) -> str:
    found = []
    for path in sorted((public / "ordinary").glob("*.jsonl")) if public else []:
        texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for profile, reads in loaded.items():
            screenings = list(reads.screener.pipe(texts))
            words = sum(s.words for s in screenings)
            lit = [h for s in screenings for h in s.follow_up]
            found.append(results.Lit(path.stem, profile, len(texts), words, lit))
            _say(f"ordinary text: {profile} has read {path.stem}, {words} words")
    return results.ordinary(found)


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
