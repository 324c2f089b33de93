"""Measure one way of reading in a process of its own; prints one line of JSON.

python -m eval.benchmarks.one_reader WAY PROFILE FOLDER NOTES.json

WAY: ``running`` (the screener as it ships), ``exact`` (the same in 32-bit floating point) or ``pipeline`` (every
sentence sent one by one through the plain transformers pipeline on the base in FOLDER, in 32-bit floating point).
NOTES.json holds ``notes`` (for notes a second) and ``long`` (for the time of one note).
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Read = Callable[[str], Any]


def running(profile: str, folder: Path) -> Read:
    """Return the screener with the reader in a folder, as it ships."""
    import screener

    return screener.load(profile=profile, reader=folder).screen  # type: ignore[arg-type]


def exact(profile: str, folder: Path) -> Read:
    """Return the same screener with the reader in 32-bit floating point throughout."""
    import torch

    from screener.lexicon.compiled import load
    from screener.pipeline.screen import Screener
    from screener.reader import weights
    from screener.reader.reading import SentenceReader

    reader = SentenceReader(weights.load(folder), torch.float32)
    return Screener(load(), profile, reader).screen  # type: ignore[arg-type]


def pipeline(_: str, folder: Path) -> Read:
    """Return the plain feature-extraction pipeline on a base, which is sent a note's sentences one by one."""
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers import pipeline as make

    from screener.text.parsed import Parsed

    model = AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    extract = make("feature-extraction", model=model, tokenizer=tokenizer, tokenize_kwargs={"truncation": True})

    def read(text: str) -> list[Any]:
        parsed = Parsed(text)
        return [extract(parsed.text[s.start : s.end]) for s in parsed.sentences]

    return read


WAYS: dict[str, Callable[[str, Path], Read]] = {f.__name__: f for f in (running, exact, pipeline)}


def measured(build: Callable[[], Read], notes: list[str], long: list[str]) -> dict[str, float]:
    """Load, warm up on one note, then time: seconds, megabytes, milliseconds of a long note, notes and words a second.

    Wall time: a reader uses every core.
    """
    begun = time.perf_counter()
    read = build()
    loaded = time.perf_counter() - begun
    loaded_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    read(long[0])
    each = []
    for text in long:
        begun = time.perf_counter()
        read(text)
        each.append(1000 * (time.perf_counter() - begun))
    begun = time.perf_counter()
    for text in notes:
        read(text)
    seconds = time.perf_counter() - begun
    return {
        "load_seconds": loaded,
        "loaded_mb": loaded_mb,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "long_ms": statistics.median(each),
        "notes": len(notes) / seconds,
        "words": sum(len(text.split()) for text in notes) / seconds,
    }


def main() -> None:
    """Measure what the command line says."""
    way, profile, folder, file = sys.argv[1:5]
    texts = json.loads(Path(file).read_text(encoding="utf-8"))
    print(json.dumps(measured(lambda: WAYS[way](profile, Path(folder)), texts["notes"], texts["long"])))


if __name__ == "__main__":
    main()
