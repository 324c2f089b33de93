"""Where the gold notes are, and the floor below which a test fails."""

from __future__ import annotations

import json
from pathlib import Path

from screener.annotations import AnnotatedNote, read

HERE = Path(__file__).resolve().parent
FLOORS: dict[str, float] = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))


def notes(half: str, wording: str = "oblique") -> list[AnnotatedNote]:
    """Return the gold notes of a half, ``dev`` or ``test``, in which signs are worded ``oblique`` or ``plain``."""
    return [note for path in sorted((HERE / "gold" / wording / half).glob("*.txt")) for note in read(path)]
