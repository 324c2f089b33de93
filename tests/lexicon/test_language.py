"""The cue language: what each construct finds, and what it refuses."""

import pytest

from screener.errors import LexiconError
from screener.lexicon import language
from screener.lexicon.inflect import Inflector
from screener.lexicon.matcher import Matcher
from screener.lexicon.model import Place, WordClass
from screener.lexicon.rows import Rows
from screener.lexicon.terms import Terms
from screener.text.parsed import Parsed

PLACE = Place("test.yaml", 1)
CLASSES = {
    "item": WordClass("item", ("phone", "gift card", "{cash}"), PLACE),
    "cash": WordClass("cash", ("tenner", "£"), PLACE),
    "someone": WordClass("someone", ("he", "mum's friend", "{name}"), PLACE),
}


def found(match: str, text: str) -> list[str]:
    terms = Terms(CLASSES, Inflector([["buy", "buys", "bought", "buying"]], ["left"]))
    matcher: Matcher[str] = Matcher(terms)
    for sequence in language.parse(match):
        matcher.add("cue", sequence)
    matcher.enter_symbols()
    matcher.build()
    terms.symbols.settle()
    parsed = Parsed(text)
    whole = Rows([parsed], terms.symbols).runs([(0, 0, len(parsed.words))])
    hits = matcher.find_in(whole).get(0, [])
    return [text[slice(*parsed.original(first, last))] for _, first, last in hits]


@pytest.mark.parametrize(
    ("match", "text", "expected"),
    [
        ("tickle", "He tickles; was tickling; tickled", ["tickles", "tickling", "tickled"]),
        ("buy phone", "bought phones", ["bought phones"]),
        ("sexualised", "over sexualized play", ["sexualized"]),
        ("over-sexualised", "oversexualised", ["oversexualised"]),
        ("over-sexualised", "over sexualised", ["over sexualised"]),
        ("own? mug", "her own mug, a mug", ["own mug", "mug", "mug"]),
        ("he ..2 {item}", "he got her phone", ["he got her phone"]),
        ("he ..1 {item}", "he got her phone", []),
        ("he ..4 phone", "he rang; phone off", []),
        ("(his|her) {item}", "his gift card and her £", ["his gift card", "her £"]),
        ("{someone} ..2 {item}", "Dave gave E a tenner", []),
        ("{someone} ..3 {item}", "Dave gave E a tenner", ["Dave gave E a tenner"]),
        ("{someone} phone", "mums friend phoned", ["mums friend phoned"]),
        ('"left" phone', "left phone, leaves phone", ["left phone"]),
        ("gone off", "gone, off", []),
        ("dont tell", "don't tell", ["don't tell"]),
        ("f/c says", "f/c says", ["f/c says"]),
        ("{number} phones", "2 phones", ["2 phones"]),
    ],
)
def test_what_a_match_finds(match: str, text: str, expected: list[str]) -> None:
    assert sorted(found(match, text)) == sorted(expected)


@pytest.mark.parametrize(
    ("match", "says"),
    [
        ("", "empty"),
        ("..3 phone", "begins or ends with a gap"),
        ("phone ..3", "begins or ends with a gap"),
        ("he ..99 phone", "between 1 and"),
        ("(he|she", "never closed"),
        ("he) phone", "without"),
        ("phone?", "can be empty"),
        ("{phone", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(match: str, says: str) -> None:
    with pytest.raises(LexiconError, match=says):
        language.parse(match)


def test_a_match_that_stands_for_too_many_sequences_is_refused() -> None:
    with pytest.raises(LexiconError, match="split it"):
        language.parse(" ..1 ".join(["a?"] * 12) + " ..1 b")


def test_matches_of_one_sequence_do_not_overlap_even_on_endless_repetition() -> None:
    assert len(found("phone ..5 phone", "phone " * 20_000)) == 10_000
