"""The shipped lexicons: every cue proves itself, every indicator is covered."""

from collections import Counter

import screener
from screener.pipeline.proof import check
from screener.records import INDICATORS


def test_every_cue_finds_its_examples_and_leaves_its_near_misses(lexicon_screener: screener.Screener) -> None:
    assert [str(failure) for failure in check(lexicon_screener)] == []


def test_every_indicator_is_put_in_many_ways(lexicon_screener: screener.Screener) -> None:
    ways = Counter(c.indicator for c in lexicon_screener.lexicon.lexicon.cues for _ in c.match)
    assert {name for name in INDICATORS if ways[name] < 30} == set()


def test_prompts_are_neutral_questions(lexicon_screener: screener.Screener) -> None:
    for info in lexicon_screener.lexicon.lexicon.indicators.values():
        assert info.prompt.endswith("?")
        assert not {"abuser", "perpetrator", "victim", "grooming"} & set(info.prompt.lower().split())
