"""What many tests share: one loaded screener, and lexicon folders written on the spot."""

from collections.abc import Callable
from pathlib import Path

import pytest

import screener


@pytest.fixture(scope="session")
def lexicon_screener() -> screener.Screener:
    return screener.load(profile="lexicon")


@pytest.fixture
def lexicon_folder(tmp_path: Path) -> Callable[..., Path]:
    """Write files into a lexicon folder: ``lexicon_folder(cues__secrecy="…")`` writes ``cues/secrecy.yaml``."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / "ours" / (name.replace("__", "/").replace("_yaml", "") + ".yaml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "ours"

    return write
