"""How fast the profiles with a sentence reader are, each in a process of its own, beside a plain pipeline."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from eval import results
from eval.benchmarks import corpus
from screener.errors import ModelError
from screener.reader import weights

#: Words of the notes whose single reading is timed.
LONG = 300
_ROOT = Path(__file__).resolve().parents[2]
_TITLES = {
    "running": "as it ships",
    "exact": "the same reader in fp32",
    "pipeline": "base, transformers pipeline, fp32, sentence by sentence",
}

#: (profile, way) → figures of ``one_reader.measured``.
Figures = Mapping[tuple[str, str], Mapping[str, float]]


def measure(count: int, bases: Path | None, say: Callable[[str], None]) -> tuple[Figures, list[str]]:
    """Measure ``full`` and ``fast`` on ``count`` notes; what cannot be measured here is given back in words.

    ``bases`` is the folder of pretrained encoders that ``models.sentence_reader.bases`` fetches.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    missing: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes.json"
        long = corpus.notes(max(5, count // 3), LONG)
        notes.write_text(json.dumps({"notes": corpus.notes(count), "long": long}), encoding="utf-8")
        for profile in ("full", "fast"):
            try:
                settings = weights.settings_in(weights.shipped(profile))
            except ModelError:
                missing.append(f"profile '{profile}', whose sentence reader is not there")
                continue
            ways = {"running": weights.shipped(profile), "exact": weights.shipped(profile)}
            if bases is not None:
                ways["pipeline"] = bases / settings.base
            else:
                missing.append(f"the plain pipeline beside '{profile}': the bases were not given (--bases)")
            for way, where in ways.items():
                command = [sys.executable, "-m", "eval.benchmarks.one_reader", way, profile, str(where), str(notes)]
                run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT)
                if run.returncode:
                    missing.append(f"{profile}, {_TITLES[way]}: stopped with exit code {run.returncode}")
                else:
                    found[profile, way] = json.loads(run.stdout.splitlines()[-1])
                say(f"speed: {profile}, {_TITLES[way]}")
    return found, missing


def section(found: Figures, missing: list[str], count: int) -> str:
    """Return the figures as Markdown."""
    text = (
        "## How fast with a sentence reader\n\n"
        f"{count} invented notes of about {corpus.WORDS} words, seed {corpus.SEED}; one process each, on all cores, "
        f"wall time after one note of warming up. *One note*: the median over single notes of {LONG} words. Ratios "
        "hold within this run only.\n\n"
    )
    rows = []
    for (profile, way), figures in found.items():
        plain = found.get((profile, "pipeline"))
        rows.append(
            [
                f"{profile}: {_TITLES[way]}",
                f"{figures['load_seconds']:.1f}",
                f"{figures['loaded_mb']:.0f}",
                f"{figures['peak_mb']:.0f}",
                f"{figures['long_ms']:.0f}",
                f"{figures['notes']:.1f}",
                f"{figures['words']:.0f}",
                f"{figures['notes'] / plain['notes']:.1f}×" if plain else "–",
            ]
        )
    header = [
        "way",
        "load, s",
        "MB loaded",
        "peak MB",
        "one note, ms",
        "notes/s",
        "words/s",
        "notes/s beside the pipeline",
    ]
    text += results.table(header, rows) if rows else ""
    if ("full", "running") in found and ("fast", "running") in found:
        ratio = found["fast", "running"]["notes"] / found["full", "running"]["notes"]
        text += f"\n`fast` reads {ratio:.1f} times the notes a second of `full`.\n"
    return text + "".join(f"\nNot measured here: {what}.\n" for what in missing)
