"""Point at passages in case notes that a careful colleague would want someone to come back to.

>>> import screener
>>> result = screener.load(profile="lexicon").screen("Text of a note.")
>>> result.highlights
()
"""

from screener.errors import (
    AnnotationError,
    CaseError,
    DocumentError,
    LexiconError,
    ModelError,
    NoteError,
    ScreenerError,
)
from screener.pipeline.screen import Screener, load
from screener.records import Context, Evidence, Highlight, Note, Screening
from screener.version import __version__

__all__ = [
    "AnnotationError",
    "CaseError",
    "Context",
    "DocumentError",
    "Evidence",
    "Highlight",
    "LexiconError",
    "ModelError",
    "Note",
    "NoteError",
    "Screener",
    "ScreenerError",
    "Screening",
    "__version__",
    "load",
]
