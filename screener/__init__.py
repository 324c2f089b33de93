"""Point at passages in case notes that a careful colleague would want someone to come back to.

>>> import screener
>>> result = screener.load(profile="lexicon").screen("Text of a note.")
>>> result.highlights
()
"""

from screener.case_records import AcrossCases, CaseReview
from screener.casework.across import same_adult_across_children
from screener.casework.review import review
from screener.casework.screener import Screener, load
from screener.documents.words import BANNER, IMMEDIATE, empty_result, read_summary
from screener.errors import (
    AnnotationError,
    CaseError,
    DocumentError,
    LexiconError,
    ModelError,
    NoteError,
    ScreenerError,
)
from screener.records import Context, Evidence, Highlight, Note, Screening
from screener.version import __version__

__all__ = [
    "BANNER",
    "IMMEDIATE",
    "AcrossCases",
    "AnnotationError",
    "CaseError",
    "CaseReview",
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
    "empty_result",
    "load",
    "read_summary",
    "review",
    "same_adult_across_children",
]
