"""The example case, reviewed once for all tests of what is written about it."""

from pathlib import Path

import pytest

import screener
from screener.documents.read import Problem, read_paths

EXAMPLE = Path(screener.__file__).parent / "examples" / "case"


@pytest.fixture(scope="session")
def example(lexicon_screener: screener.Screener) -> screener.CaseReview:
    return lexicon_screener.review_case(note for note in read_paths([EXAMPLE]) if not isinstance(note, Problem))
