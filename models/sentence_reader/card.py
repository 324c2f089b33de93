"""Write the model card, ``CARD.md``, from the output of the training runs and from the readers that ship.

    python -m models.sentence_reader.card
    python -m models.sentence_reader.card --add FOLDER --name N --shape S --base B --way W

``--add`` first keeps what a run left in FOLDER (``log.json`` and, where it was calibrated, ``calibration.json``) as
``runs/N.json``, with the words that stand for it in the comparison.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from screener.errors import ModelError
from screener.reader import weights
from screener.reader.labels import POINTS
from screener.records import ATTRIBUTES, INDICATORS

HERE = Path(__file__).parent
_PROFILES = ("full", "fast")


@dataclass(frozen=True)
class Run:
    """One training run: how it is called, its shape, base and way of training, its plan, epochs and calibration."""

    name: str
    shape: str
    base: str
    way: str
    plan: dict[str, Any]
    epochs: list[dict[str, float]]
    calibration: dict[str, Any] | None = None

    @property
    def best(self) -> int:
        """The epoch that was kept, from 1: the one with the highest score."""
        return max(range(len(self.epochs)), key=lambda at: self.epochs[at]["score"]) + 1

    @property
    def figures(self) -> dict[str, float]:
        """The figures of the epoch that was kept."""
        return self.epochs[self.best - 1]


def runs_in(folder: Path) -> list[Run]:
    """Return the runs kept in a folder, by name."""
    return [Run(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.json"))]


def add(folder: Path, runs: Path, name: str, shape: str, base: str, way: str) -> Path:
    """Keep what a run left in ``folder`` under ``runs`` and return the file."""
    kept: dict[str, Any] = {"name": name, "shape": shape, "base": base, "way": way}
    kept |= json.loads((folder / "log.json").read_text(encoding="utf-8"))
    calibrated = folder / "calibration.json"
    kept["calibration"] = json.loads(calibrated.read_text(encoding="utf-8")) if calibrated.exists() else None
    runs.mkdir(parents=True, exist_ok=True)
    path = runs / f"{name}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return path


def shipped(folder: Path) -> dict[str, weights.Settings]:
    """Return the settings of the readers in a folder by profile; those that are not there are left out."""
    found = {}
    for profile in _PROFILES:
        try:
            found[profile] = weights.settings_in(folder / profile)
        except ModelError:
            continue
    return found


def card(runs: Sequence[Run], readers: dict[str, weights.Settings], folder: Path) -> str:
    """Return the card of the readers in a folder, and of the runs they came from."""
    return "\n".join(
        [
            _WHAT,
            _readers(readers, folder),
            _INTENDED,
            _comparison(runs, readers),
            *(_course(run, profile) for run in runs if (profile := _ships_as(run, readers))),
            _thresholds(readers),
            *(_calibration(run, profile) for run in runs if (profile := _ships_as(run, readers))),
            _DATA,
            _LIMITS,
            _AGAIN,
        ]
    )


def _readers(readers: dict[str, weights.Settings], folder: Path) -> str:
    rows = []
    for profile, settings in readers.items():
        files = [folder / profile / name for name in settings.sha256]
        sizes = [path.stat().st_size / 1e6 for path in files]
        size = settings.encoder
        rows.append(
            (
                f"`{profile}`",
                f"{settings.name} {settings.version}",
                f"{settings.base} ({settings.licence})",
                f"{size['num_hidden_layers']} × {size['hidden_size']}",
                f"{settings.window} / {settings.overlap}",
                f"{sum(sizes):.0f} MB in {len(files)} files, the largest {max(sizes):.0f} MB",
            )
        )
    text = "## What ships\n\n"
    text += "".join(
        f"Profile `{profile}`: no reader is there yet.\n\n" for profile in _PROFILES if profile not in readers
    )
    header = ("profile", "reader", "base and its licence", "layers × width", "window / overlap, tokens", "on disk")
    return text + (_table(header, rows) if rows else "")


def _ships_as(run: Run, readers: dict[str, weights.Settings]) -> str | None:
    """Return the profile whose reader came out of a run: the same base, plan and number of epochs."""
    came = {"plan": run.plan, "epochs": len(run.epochs)}
    return next((p for p, s in readers.items() if s.base == run.base and came.items() <= s.trained_on.items()), None)


def _comparison(runs: Sequence[Run], readers: dict[str, weights.Settings]) -> str:
    rows = []
    for run in sorted(runs, key=lambda run: -run.figures["recall_at_rate"]):
        found = run.figures
        joined = (run.calibration or {}).get("held-out briefs", {})
        profile = _ships_as(run, readers)
        rows.append(
            (
                run.name + (f" (ships as `{profile}`)" if profile else ""),
                run.shape,
                run.base,
                run.way,
                f"{run.best} of {len(run.epochs)}",
                f"{sum(epoch.get('seconds', 0.0) for epoch in run.epochs) / 60:.0f}",
                f"{found['recall_at_rate']:.2f} / {found['precision_at_rate']:.2f}",
                f"{found['label_f1']:.2f}",
                f"{joined['pointed-at recall']:.2f} / {joined['pointed-at precision']:.2f}" if joined else "–",
                f"{joined['label F1']:.2f}" if joined else "–",
            )
        )
    text = (
        "## What was tried\n\n"
        "Every figure is of the briefs held out of training, from the runs' own output (`runs/`). *Alone*: what the "
        "reader points at by itself, recall read off at a fixed rate of false highlights (`screener/reader/judge.py`); "
        "the epoch with the best mean of this recall and label F1 is kept. *Joined*: with the lexicon, after "
        "calibration. The gold test half, which had no part in any choice here, is in "
        "[eval/RESULTS.md](../../eval/RESULTS.md).\n\n"
    )
    header = (
        "run", "shape", "base", "way of training", "best epoch", "minutes", "alone: pointed-at recall / precision",
        "alone: label F1", "joined: recall / precision", "joined: label F1",
    )  # fmt: skip
    return text + (_table(header, rows) if rows else "No run is kept yet.\n")


def _course(run: Run, profile: str) -> str:
    names = ("loss", "recall_at_rate", "precision_at_rate", "label_f1", "score", "seconds")
    rows = [
        (str(at), *(f"{epoch[name]:.0f}" if name == "seconds" else f"{epoch[name]:.3f}" for name in names))
        for at, epoch in enumerate(run.epochs, 1)
    ]
    plan = ", ".join(f"{name} {value}" for name, value in run.plan.items())
    title = f"### How `{profile}` was trained: {run.name}\n\n{plan}.\n\n"
    return title + _table(("epoch", *(name.replace("_", " ") for name in names)), rows)


def _thresholds(readers: dict[str, weights.Settings]) -> str:
    text = (
        "## Thresholds\n\n"
        "The probability from which a token belongs to a passage, set so that what the reader alone lights is kept "
        "equally often for every indicator.\n\n"
    )
    if not readers:
        return text + "No reader is there yet.\n"
    rows = [(name, *(f"{settings.thresholds[name]:.2f}" for settings in readers.values())) for name in INDICATORS]
    text += _table(("indicator", *(f"`{profile}`" for profile in readers)), rows) + "\n"
    for profile, settings in readers.items():
        decided = ", ".join(settings.decides) or "none"
        text += f"Attributes that `{profile}` decides where no context cue speaks: {decided}.\n"
    return text


def _calibration(run: Run, profile: str) -> str:
    found = run.calibration
    if found is None:
        return f"## Calibration of `{profile}`\n\nNot kept with the run.\n"
    names = list(found["held-out briefs"])
    rows = [(f"{float(level):g}", *(f"{figures[n]:g}" for n in names)) for level, figures in found["levels"].items()]
    rows.append(("as shipped", *(f"{found['held-out briefs'][name]:g}" for name in names)))
    shares = found["attributes (passages, defaults right, reader right)"]
    deciding = [(name, str(of), f"{ours:.2f}", f"{its:.2f}") for name, (of, ours, its) in shares.items()]
    return (
        f"## Calibration of `{profile}`\n\n"
        "The joined match confidence is a logistic function of what the reader says and of how strong the cues are, "
        "fitted on the held-out briefs. *Level*: how often what the reader alone lights is to be kept under its "
        f"indicator. Level {found['level']:g} ships.\n\n"
        + _table(("level", *names), rows)
        + "\nWhere no context cue speaks, how often the attribute is right:\n\n"
        + _table(("attribute", "passages", "by default", "by the reader"), deciding)
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


_WHAT = f"""# Model card: the sentence reader

Written by `python -m models.sentence_reader.card`; do not edit.

A token tagger: a pretrained English sentence encoder with one linear layer over every token, fine-tuned here on notes
invented for this project. It reads a note in overlapping windows and gives each token {len(INDICATORS)} indicators, "to
follow up" ({len(POINTS)} yes-or-no outputs in all), and the attributes {", ".join(ATTRIBUTES)}. Runs of tokens above a
threshold are the passages it points at. They are joined with what the lexicons find; the lexicons are never silenced.
"""

_INTENDED = """## What it is for, and what it is not for

For pointing a practitioner at passages in case notes that no word list foresaw, inside the case-note screener, beside
the lexicons, where a person reads the passage and decides.

Not for deciding anything, ranking children or families, scoring risk, screening people, or reading anything but notes
written by professionals about children. Nothing highlighted says nothing about whether a child is safe. The match
confidence is the chance that an annotator would keep the highlight as a reading of the text; it is never a risk.
"""

_DATA = """## Data

Whole annotated notes, contrast families and everyday notes, all invented, from many author briefs; sizes, variety and
how much of it no cue finds: [data/CARD.md](data/CARD.md). Whole briefs, one of each lane of writers, are held out
(`data/split.yaml`): training stops early on them, and thresholds and calibration are set on them, so the figures above
flatter a little. At each epoch notes are retyped "by another hand": other first names, typing errors, lost stops and
subjects.
"""

_LIMITS = """## Limits and known blind spots

- **Invented notes.** It has never seen a real one. Figures on invented notes are not figures on real ones; measure it
  on your own (`screener evaluate`, docs/annotating.md).
- **What the 25 indicators do not name** it was not taught to see.
- **One note at a time.** A passage that worries only someone who knows the rest of the file is not lit.
- **English as written in the United Kingdom.** It was taught nothing else, and does not warn of other languages.
- **Rare indicators** have few examples: their thresholds rest on a few dozen passages of the held-out briefs.
- **Damaged text, and words about people** (names, pronouns, origin, body, care, home): what they move is measured in
  [eval/RESULTS.md](../../eval/RESULTS.md), beside the passages missed and wrongly lit on the development half.
- **The words said to have weighed most** are a rough account (gradient times input over the sentence), not a reason.
- It may repeat what its writers took for granted about families and professions.
"""

_AGAIN = """## Licence, and how to train it again

The bases are all-mpnet-base-v2 and all-MiniLM-L6-v2 of the sentence-transformers project, Apache-2.0. The readers made
from them, and their data, are under this project's licence, Apache-2.0.

```sh
python -m models.sentence_reader.bases bases/          # fetch the pretrained encoders and check them
python -m models.sentence_reader.train --base bases/mpnet --out run/
python -m models.sentence_reader.calibrate --base bases/mpnet --state run/best.pt \\
    --out models/sentence_reader/full --name NAME
python -m models.sentence_reader.card --add run/ --name NAME --shape "token tagger" --base mpnet --way "plain"
python -m eval                                         # measure it on the gold
```

The plan of each shipped reader, seed included, stands above with the seconds of each epoch. Training goes on where it
was stopped when the same command is given again.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Keep a run where asked, and write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--add", type=Path, help="folder of a run to keep for the comparison")
    words = ("name", "shape", "base", "way")
    for word in words:
        parser.add_argument(f"--{word}", help=f"the run's {word}, with --add")
    given = parser.parse_args(arguments)
    if given.add is not None:
        if not all(getattr(given, word) for word in words):
            parser.error("--add needs --name, --shape, --base and --way")
        add(given.add, HERE / "runs", given.name, given.shape, given.base, given.way)
    (HERE / "CARD.md").write_text(card(runs_in(HERE / "runs"), shipped(HERE), HERE), encoding="utf-8")


if __name__ == "__main__":
    main()
