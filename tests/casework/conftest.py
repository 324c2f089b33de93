"""The case language and patterns that travel with the library, read once."""

import pytest

import screener
from screener.casework.knowledge import CaseKnowledge
from screener.casework.language import CaseLanguage


@pytest.fixture(scope="session")
def knowledge(lexicon_screener: screener.Screener) -> CaseKnowledge:
    return lexicon_screener.knowledge


@pytest.fixture(scope="session")
def case_language(knowledge: CaseKnowledge) -> CaseLanguage:
    return knowledge.language
