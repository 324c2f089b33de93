"""The training data of the sentence reader, read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from screener.annotations import AnnotatedNote, read

HERE = Path(__file__).parent


def notes_in(
    folder: str, leave: Sequence[str] = (), keep: Sequence[str] | None = None, data: Path = HERE
) -> list[AnnotatedNote]:
    """Read a folder (``notes``, ``contrast``, ``everyday``): without some briefs, or only some."""
    files = sorted((data / folder).glob("*.txt"))
    return [
        note for file in files if file.stem not in leave and (keep is None or file.stem in keep) for note in read(file)
    ]


def held_out(data: Path = HERE) -> list[str]:
    """Return the names of the briefs held out of training."""
    found: list[str] = yaml.safe_load((data / "split.yaml").read_text(encoding="utf-8"))["held_out_briefs"]
    return found


def names(data: Path = HERE) -> list[list[str]]:
    """Return lists of first names that may stand for one another."""
    return list(yaml.safe_load((data / "names.yaml").read_text(encoding="utf-8")).values())
