"""What the case level knows: the case language and the patterns, read together from lexicon folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from screener.casework.language import CaseLanguage, read_language
from screener.casework.patterns.model import PatternBook
from screener.casework.patterns.read import read_patterns
from screener.lexicon.model import Lexicon
from screener.lexicon.read import read, shipped


@dataclass(frozen=True)
class CaseKnowledge:
    """The case language and the patterns of one set of lexicon folders. Safe to share; holds nothing of any note."""

    language: CaseLanguage
    patterns: PatternBook


def read_knowledge(lexicon: Lexicon, folders: Iterable[str | Path]) -> CaseKnowledge:
    """Read the case language and the patterns of lexicon folders, later ones over earlier ones. Raises LexiconError.

    ``lexicon`` gives the word classes and inflections that both build on.
    """
    paths = [Path(folder) for folder in folders]
    patterns = read_patterns(paths)
    return CaseKnowledge(read_language(lexicon, paths, patterns.words, patterns.classes), patterns)


@cache
def shipped_knowledge() -> CaseKnowledge:
    """Return what travels with the library; read once."""
    return read_knowledge(read([shipped()]), [shipped()])
