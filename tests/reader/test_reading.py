"""Reading with the sentence reader: offsets, windows, the same answers however notes are given, odd text."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import screener
from models.sentence_reader.data import notes_in
from screener.reader.windows import windows
from tests.reader.conftest import PLAIN

LIT = f"{PLAIN}. {PLAIN} the lantern is ours mum. {PLAIN}."


@pytest.fixture(scope="module")
def reader(tiny_reader: Path) -> screener.Screener:
    return screener.load(profile="full", reader=tiny_reader)


def test_the_result_says_which_readers_ran(reader: screener.Screener) -> None:
    result = reader.screen(LIT)
    assert (result.profile, result.model_version) == ("full", "tiny-1")


def test_a_highlight_of_the_reader_alone_names_the_words_that_weighed_most(
    reader: screener.Screener, tiny_data: Path
) -> None:
    notes = [note.text for note in notes_in("notes", data=tiny_data) if note.spans]
    found = [(text, h) for text in notes for h in reader.screen(text).highlights if "lantern" in h.text]
    assert found
    heaviest = []
    for text, highlight in found:
        (evidence,) = [e for e in highlight.evidence if e.by == "reader"]
        assert evidence.why.startswith("No cue matches here")
        begin, finish = highlight.sentence
        assert all(begin <= start < end <= finish for start, end in evidence.weighed)
        heaviest += [text[start:end] for start, end in evidence.weighed]
    assert heaviest.count("lantern") > len(found) / 2


@given(st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_offsets_hold_for_any_text(reader: screener.Screener, text: str) -> None:
    for highlight in reader.screen(f"{text} the lantern is ours mum {text}").highlights:
        note = f"{text} the lantern is ours mum {text}"
        assert note[highlight.start : highlight.end] == highlight.text
        for evidence in highlight.evidence:
            assert note[evidence.start : evidence.end] == evidence.text


def test_a_note_reads_the_same_alone_in_a_batch_and_in_any_order(reader: screener.Screener) -> None:
    notes = [LIT, PLAIN, LIT.upper(), f"{LIT} {LIT}", "Terry bought her a phone and told her not to tell."]
    alone = [reader.screen(note).model_dump() for note in notes]
    assert [s.model_dump() for s in reader.pipe(notes, batch_size=2)] == alone
    assert [s.model_dump() for s in reader.pipe(notes[::-1])] == alone[::-1]


def test_a_passage_far_into_a_long_text_is_read_and_not_cut_off(reader: screener.Screener) -> None:
    start = f"{PLAIN}. " * 300
    lit = reader.screen(start + f"{LIT} " * 6).highlights
    assert any("lantern" in h.text and h.start > len(start) for h in lit)


@given(st.integers(0, 2000), st.integers(10, 300), st.data())
def test_windows_leave_nothing_out_and_overlap(length: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    parts = list(windows(length, size, overlap))
    assert {at for first, last in parts for at in range(first, last)} == set(range(length))
    assert all(last - first <= size for first, last in parts)
    assert all(a_last - b_first >= overlap for (_, a_last), (b_first, _) in pairwise(parts))


@pytest.mark.parametrize(
    "text",
    ["", "   \n\t", "\x00" * 50, "🙂" * 300, "a\u0301" * 200, "\u200b\u200d\ufeff" * 40, "他说这是秘密。" * 40,
     "قال إنه سر " * 40, "word " * 5000, "?!…" * 500, "\r\n\r\n" * 20 + "| x |"],
)  # fmt: skip
def test_odd_text_gives_a_result(reader: screener.Screener, text: str) -> None:
    result = reader.screen(text)
    assert all(text[h.start : h.end] == h.text for h in result.highlights)
