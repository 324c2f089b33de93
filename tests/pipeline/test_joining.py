"""Lexicon and sentence reader joined: the rules written at the top of ``screener/pipeline/joining.py``."""

from dataclasses import replace

import pytest

import screener
from eval import gold
from screener.annotations import AnnotatedNote
from screener.lexicon.rows import Rows
from screener.pipeline.context import Attributes
from screener.pipeline.cues import find_cues
from screener.pipeline.highlights import Passage, merge
from screener.pipeline.joining import decided, join, joined_confidence, settle
from screener.reader.spans import Sighting
from screener.records import Evidence
from screener.text.parsed import Parsed

TEXT = "He has told her not to tell mum about the phone. She wedges her door when he stays."
WEIGHTS = {"base": -1.0, "reader": 1.0, "cue.strong": 2.0, "cue.moderate": 1.5, "cue.weak": 0.5, "sighting": 0.2}


class Silent:
    """A reader that says nothing is anything."""

    def of(self, indicator: str, start: int, end: int) -> None:
        return None


def sighting(words: str, indicator: str, **attributes: str) -> Sighting:
    start = TEXT.index(words)
    usual = {"assertion": "affirmed", "temporality": "current", "subject": "child", "source": "professional"}
    flags = {"template": "false", "resolved": "false"}
    return Sighting(indicator, start, start + len(words), 0.9, 0.9, usual | flags | attributes)


@pytest.fixture(scope="module")
def by_cues(lexicon_screener: screener.Screener) -> tuple[Parsed, list[Passage]]:
    parsed = lexicon_screener.lexicon.parse(TEXT)
    (hits,) = find_cues(Rows([parsed], lexicon_screener.lexicon.symbols), lexicon_screener.lexicon)
    return parsed, merge(hits)


def joined(by_cues: tuple[Parsed, list[Passage]], *sightings: Sighting) -> list[Passage]:
    parsed, passages = by_cues
    fresh = [Passage(p.indicator, p.sentence, p.first, p.last, list(p.hits)) for p in passages]
    return join(parsed, fresh, Silent(), list(sightings), WEIGHTS)  # type: ignore[arg-type]


def test_every_passage_of_a_cue_is_kept(by_cues: tuple[Parsed, list[Passage]]) -> None:
    assert [(p.indicator, p.first, p.last) for p in joined(by_cues)] == [
        (p.indicator, p.first, p.last) for p in sorted(by_cues[1], key=lambda p: (p.first, p.last, p.indicator))
    ]


def test_a_sighting_that_touches_a_cue_of_its_indicator_joins_it(by_cues: tuple[Parsed, list[Passage]]) -> None:
    both = joined(by_cues, sighting("told her not to tell mum about the phone", "secrecy"))
    (secrecy,) = [p for p in both if p.indicator == "secrecy"]
    assert secrecy.hits
    assert secrecy.sighting is not None
    parsed = by_cues[0]
    assert TEXT[slice(*parsed.original(secrecy.first, secrecy.last))].endswith("about the phone")


def test_a_sighting_that_no_cue_shares_is_a_passage_of_its_own(by_cues: tuple[Parsed, list[Passage]]) -> None:
    both = joined(by_cues, sighting("when he stays", "fear_or_avoidance"))
    (own,) = [p for p in both if p.sighting is not None]
    assert (own.indicator, own.hits) == ("fear_or_avoidance", [])


def test_sightings_of_other_indicators_stand_beside_a_cue(by_cues: tuple[Parsed, list[Passage]]) -> None:
    both = joined(by_cues, sighting("told her not to tell mum", "threat_or_coercion"))
    assert {"secrecy", "threat_or_coercion"} <= {p.indicator for p in both}


def test_confidence_rises_with_what_points(by_cues: tuple[Parsed, list[Passage]]) -> None:
    (alone,) = [p for p in joined(by_cues) if p.indicator == "secrecy"]
    (shared,) = [p for p in joined(by_cues, sighting("told her not to tell", "secrecy")) if p.indicator == "secrecy"]
    assert shared.confidence > alone.confidence
    assert joined_confidence(shared, WEIGHTS) == shared.confidence


def test_punctuation_alone_is_no_passage(by_cues: tuple[Parsed, list[Passage]]) -> None:
    assert all(p.sighting is None for p in joined(by_cues, sighting(". ", "secrecy")))


def negation() -> Attributes:
    said = Evidence(by="context", id="no", start=0, end=2, text="no", why="said", sets="assertion=negated")
    return Attributes(assertion="negated", evidence=(said,))


def test_the_reader_decides_only_where_no_cue_speaks_and_what_it_may(
    by_cues: tuple[Parsed, list[Passage]],
) -> None:
    seen = sighting("when he stays", "fear_or_avoidance", assertion="possible", source="child", template="true")
    (own,) = [p for p in joined(by_cues, seen) if p.sighting is not None]
    assert decided(own, Attributes(), ("source", "template")) == Attributes(source="child", template=True)
    assert decided(own, negation(), ("assertion",)).assertion == "negated"
    assert decided(own, Attributes(), ()) == Attributes()


def settled(passages: list[Passage], **reader_says: str) -> list[tuple[Passage, Attributes]]:
    """Settle passages, those of the reader with the given attributes and those of cues with the usual ones."""
    contexts = [Attributes(**reader_says) if p.sighting is not None else Attributes() for p in passages]  # type: ignore[arg-type]
    return settle(passages, contexts)


@pytest.mark.parametrize(
    ("to_follow_up", "strength", "doubted"),
    [
        (0.02, "moderate", True),
        (0.02, "weak", True),
        (0.02, "strong", False),
        (0.2, "moderate", False),
        (None, "moderate", False),
    ],
    ids=["moderate", "weak", "strong", "the reader sees something", "the reader did not read it"],
)
def test_cues_alone_are_doubted_where_the_reader_finds_nothing_unless_one_is_strong(
    by_cues: tuple[Parsed, list[Passage]], to_follow_up: float | None, strength: str, doubted: bool
) -> None:
    (passage,) = [p for p in joined(by_cues) if p.indicator == "secrecy"]
    passage.hits = [replace(hit, cue=replace(hit.cue, strength=strength)) for hit in passage.hits]  # type: ignore[arg-type]
    passage.to_follow_up = to_follow_up
    read = decided(passage, Attributes(), ())
    assert read.doubted == doubted
    assert (read.reason_not("secrecy") is None) != doubted


def test_where_the_two_read_the_same_words_differently_they_are_one_passage_with_both_as_evidence(
    by_cues: tuple[Parsed, list[Passage]],
) -> None:
    both = joined(by_cues, sighting("not to tell mum about the phone", "threat_or_coercion"))
    cues = {hit.cue.id for p in both if p.indicator == "secrecy" for hit in p.hits}
    kept = [passage for passage, _ in settled(both)]
    (threat,) = [p for p in kept if p.indicator == "threat_or_coercion"]
    assert cues
    assert cues <= {hit.cue.id for hit in threat.differing}
    assert not [p for p in kept if p.indicator == "secrecy" and p.first < threat.last]


def test_a_cue_that_the_reader_holds_likely_too_stays_a_passage_of_its_own(
    by_cues: tuple[Parsed, list[Passage]],
) -> None:
    both = joined(by_cues, sighting("not to tell mum about the phone", "threat_or_coercion"))
    for passage in both:
        passage.probability = 0.5
    assert {"secrecy", "threat_or_coercion"} <= {passage.indicator for passage, _ in settled(both)}


def test_a_cue_is_not_taken_into_a_passage_that_is_set_aside(by_cues: tuple[Parsed, list[Passage]]) -> None:
    both = joined(by_cues, sighting("not to tell mum about the phone", "threat_or_coercion"))
    assert "secrecy" in {passage.indicator for passage, _ in settled(both, assertion="hypothetical")}


@pytest.fixture(scope="module")
def fast() -> screener.Screener:
    return screener.load(profile="fast")


@pytest.mark.parametrize("note", gold.notes("dev")[::9], ids=lambda note: note.id)
def test_what_the_lexicon_lights_stays_lit_with_its_cue_as_evidence_or_says_that_the_reader_doubts_it(
    note: AnnotatedNote, lexicon_screener: screener.Screener, fast: screener.Screener
) -> None:
    strong = {cue.id for cue in lexicon_screener.lexicon.lexicon.cues if cue.strength == "strong"}
    highlights = fast.screen(note.note()).highlights
    for lit in lexicon_screener.screen(note.note()).follow_up:
        touching = [h for h in highlights if h.start < lit.end and lit.start < h.end and (h.follow_up or h.doubted)]
        cues = {evidence.id for evidence in lit.evidence if evidence.by == "cue"}
        assert cues <= {evidence.id for h in touching for evidence in h.evidence}
        if cues & strong:
            assert cues <= {evidence.id for h in touching if h.follow_up for evidence in h.evidence}
