"""Highlights: merged, explained, ending where a reader would end them."""

from itertools import pairwise

import pytest

import screener
from screener.records import GROUP_OF


def test_cues_of_one_indicator_that_overlap_make_one_highlight(lexicon_screener: screener.Screener) -> None:
    result = lexicon_screener.screen("Terry bought her a new phone and new trainers.")
    gifts = [h for h in result.highlights if h.indicator == "gifts_or_money"]
    assert all(a.end <= b.start for a, b in pairwise(gifts))


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("Tilly has gone from chatty to hardly speaking since half term.", "hardly"),
        ("Her uncle's mate gave £20 to each of the boys.", "each"),
    ],
)
def test_a_highlight_does_not_end_on_a_word_that_leaves_it_hanging(
    lexicon_screener: screener.Screener, text: str, ending: str
) -> None:
    lit = lexicon_screener.screen(text).highlights
    assert any(h.text.endswith(ending) for h in lit)
    assert not any(h.text.split()[-1].lower() in ("to", "the", "her", "of") for h in lit)


def test_every_highlight_explains_itself(lexicon_screener: screener.Screener) -> None:
    for h in lexicon_screener.screen("Terry bought her a new phone and told her not to tell mum.").highlights:
        assert h.group == GROUP_OF[h.indicator]
        assert h.prompt.endswith("?")
        assert any(e.by == "cue" and e.why and e.source for e in h.evidence)
        assert h.sentence[0] <= h.start < h.end <= h.sentence[1]
