"""Measure speed and write it to ``eval/RESULTS.md``.

    python -m eval.benchmarks [lexicon] [readers] [--notes N] [--passes N] [--read N] [--bases DIR]

Without a part named, both. Every figure is a ratio within one run: compare nothing across runs or machines.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from eval import gold, results
from eval.baselines import keywords, peers
from eval.benchmarks import corpus, lexicons, readers
from screener.pipeline.screen import Screener

_PARTS = ("lexicon", "readers")
_HERE = Path(__file__).resolve().parent
_TITLES = {
    "tokeniser": "spaCy bare tokeniser (ceiling)",
    "phrase_matcher": "spaCy phrase matcher, no context",
    "negspacy": "negspaCy, phrase cues",
    "medspacy": "medspaCy ConText, phrase cues",
    "screener_same_phrases": "screener, the same phrases, every attribute",
    "screener_full": "screener, full lexicon, every attribute",
}


def main() -> None:
    """Run the parts asked for and write the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help="lexicon, readers (default: both)")
    parser.add_argument("--notes", type=int, default=1000, help="notes for the systems without a sentence reader")
    parser.add_argument("--passes", type=int, default=3, help="passes of those over the notes")
    parser.add_argument("--read", type=int, default=60, help="notes for the sentence readers")
    parser.add_argument(
        "--bases", type=Path, help="folder of pretrained encoders (python -m models.sentence_reader.bases)"
    )
    args = parser.parse_args()
    parts = args.parts or _PARTS
    if not set(parts) <= set(_PARTS):
        parser.error(f"parts are some of {', '.join(_PARTS)}")
    path = gold.HERE / "RESULTS.md"
    if "lexicon" in parts:
        texts = corpus.notes(args.notes)
        sections = [_heading(texts), _systems(texts, args.passes), _lexicon_size(texts[: args.notes // 2]), _length()]
        results.write(path, "speed", sections)
    if "readers" in parts:
        found, missing = readers.measure(args.read, args.bases, _say)
        results.write(path, "reader-speed", [readers.section(found, missing, args.read)])
    _say("written to eval/RESULTS.md")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _heading(texts: list[str]) -> str:
    words = sum(len(t.split()) for t in texts)
    return (
        "## How fast\n\n"
        f"{len(texts)} invented notes, {words} words, seed {corpus.SEED}; CPU time of one process each; "
        f"Python {platform.python_version()} on {platform.machine()}. First pass: every note seen for the first time. "
        "Ratios hold within this run only.\n"
    )


def _systems(texts: list[str], passes: int) -> str:
    measured: dict[str, dict[str, Any]] = {}
    missing = []
    with tempfile.TemporaryDirectory() as folder:
        notes_file, phrases_file = Path(folder) / "notes.json", Path(folder) / "phrases.json"
        notes_file.write_text(json.dumps(texts), encoding="utf-8")
        phrases_file.write_text(json.dumps(keywords.KEYWORDS), encoding="utf-8")
        for system in _TITLES:
            try:
                python = str(peers.python_of(system)) if system in peers.REQUIREMENTS else sys.executable
            except peers.PeerUnavailableError as error:
                missing.append(str(error))
                continue
            command = [python, str(_HERE / "one_system.py"), system, str(notes_file), str(phrases_file), str(passes)]
            run = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
            if run.returncode:
                missing.append(f"{system} stopped with exit code {run.returncode}")
                continue
            measured[system] = json.loads(run.stdout.splitlines()[-1])
    ceiling = measured["tokeniser"]["first"]
    rows = [
        [
            _TITLES[system],
            f"{m['first']:.0f}",
            f"{m['later']:.0f}",
            f"{m['words']:.0f}",
            f"{m['first'] / ceiling:.2f}",
            f"{m['build_seconds']:.2f}",
            f"{m['peak_mb']:.0f}",
        ]
        for system, m in measured.items()
    ]
    header = [
        "system",
        "notes/s, first pass",
        "later passes",
        "words/s",
        "of the ceiling",
        "import and load, s",
        "peak MB",
    ]
    text = "### Beside other systems\n\n" + results.table(header, rows)
    return text + "".join(f"\nNot measured here: {what}.\n" for what in missing)


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(_HERE.parents[1]), "OMP_NUM_THREADS": "1"}


def _lexicon_size(texts: list[str]) -> str:
    rows = []
    base = 0.0
    for times in (1.0, 0.5, 2.0, 4.0):
        compiled = lexicons.of_size(times)
        seconds = _best(Screener(compiled), texts)
        base = base or seconds
        rows.append((times, lexicons.sized(compiled.lexicon), seconds / base))
    return "### Lexicon size\n\n" + results.table(
        ["lexicon", "match lines", "time beside 1×"], [[f"{t:g}×", str(n), f"{r:.2f}"] for t, n, r in sorted(rows)]
    )


def _length() -> str:
    import screener

    reader = screener.load(profile="lexicon")
    rows = []
    base = 0.0
    for words in (100, 1_000, 10_000, 100_000):
        texts = corpus.notes(max(1, 200_000 // words), words)
        per_word = _best(reader, texts) / sum(len(t.split()) for t in texts)
        base = base or per_word
        rows.append([f"{words:,}", str(len(texts)), f"{per_word / base:.2f}"])
    return "### Note length\n\n" + results.table(["words a note", "notes", "time a word beside 100 words"], rows)


def _best(reader: Screener, texts: list[str], passes: int = 3) -> float:
    seconds = []
    for _ in range(passes):
        start = time.process_time()
        for _ in reader.pipe(texts):
            pass
        seconds.append(time.process_time() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
