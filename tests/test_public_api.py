"""The library as a developer meets it: load once, screen much, from any thread or process, always the same answer."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

import screener
from screener import Note, NoteError, Screener, Screening

LIT = "Terry bought her a new phone and told her not to tell mum."
PLAIN = "Height and weight fine."
NOTES = [
    Note(id=f"n{i}", text=f"{LIT if i % 3 == 0 else PLAIN} Visit {i}. {'No self-harm.' if i % 2 else 'Tea.'}", case="c")
    for i in range(70)
]


def test_everything_promised_is_there_and_nothing_else() -> None:
    assert all(hasattr(screener, name) for name in screener.__all__)
    assert [name for name in screener.__all__ if not getattr(screener, name).__doc__ and name != "__version__"] == []


def test_a_bare_string_and_a_note_are_read_alike(lexicon_screener: Screener) -> None:
    from_text = lexicon_screener.screen(LIT)
    from_note = lexicon_screener.screen(Note(id="n1", text=LIT, author_role="teacher"))
    assert from_text.highlights == from_note.highlights
    assert from_note.note.author_role == "teacher"
    assert from_text.note.id == lexicon_screener.screen(LIT).note.id != lexicon_screener.screen(PLAIN).note.id


def test_a_screening_says_with_what_it_was_read(lexicon_screener: Screener) -> None:
    result = lexicon_screener.screen(LIT)
    assert result.lexicon_version == lexicon_screener.lexicon.version
    assert (result.profile, result.model_version, result.screener_version) == ("lexicon", None, screener.__version__)
    assert result.words == 13


def test_loading_again_gives_the_same_version_and_the_same_answer(lexicon_screener: Screener) -> None:
    again = screener.load(profile="lexicon")
    assert again.lexicon.version == lexicon_screener.lexicon.version
    assert [again.screen(note) for note in NOTES[:6]] == [lexicon_screener.screen(note) for note in NOTES[:6]]


def test_a_teams_own_lexicon_is_layered_over_the_shipped_one(lexicon_screener: Screener, tmp_path: Path) -> None:
    (tmp_path / "cues").mkdir()
    (tmp_path / "cues" / "secrecy.yaml").write_text(
        "indicator: secrecy\ncues:\n  - id: ours.den\n    match: blue den\n    why: w\n    source: s\n"
        '    examples: {finds: ["They sat in the blue den."], leaves: ["They sat in the garden."]}\n',
        encoding="utf-8",
    )
    ours = screener.load(profile="lexicon", lexicons=tmp_path)
    assert [h.indicator for h in ours.screen("They sat in the blue den.").highlights] == ["secrecy"]
    assert ours.screen(LIT).highlights == lexicon_screener.screen(LIT).highlights
    assert ours.lexicon.version != lexicon_screener.lexicon.version


@pytest.mark.parametrize("size", [1, 2, 64, 1000])
def test_pipe_keeps_the_order_and_reads_as_screen_does_whatever_the_batch(
    lexicon_screener: Screener, size: int
) -> None:
    piped = list(lexicon_screener.pipe(NOTES, batch_size=size))
    assert [s.note.id for s in piped] == [n.id for n in NOTES]
    assert piped == [lexicon_screener.screen(note) for note in NOTES]


def test_pipe_gives_out_what_came_before_a_note_that_cannot_be_read(lexicon_screener: Screener) -> None:
    results = lexicon_screener.pipe([NOTES[0], NOTES[1], "\ud800", NOTES[2]], batch_size=64)
    assert [next(results), next(results)] == [lexicon_screener.screen(note) for note in NOTES[:2]]
    with pytest.raises(NoteError):
        next(results)


def test_pipe_is_lazy_and_holds_no_more_than_a_batch(lexicon_screener: Screener) -> None:
    drawn = 0

    def endless() -> Iterator[Note]:
        nonlocal drawn
        while True:
            drawn += 1
            yield NOTES[drawn % len(NOTES)]

    results = lexicon_screener.pipe(endless(), batch_size=8)
    assert drawn == 0
    for read in range(1, 30):
        next(results)
        assert drawn - read < 8


def test_a_batch_holds_at_least_one_note(lexicon_screener: Screener) -> None:
    for size in (0, -1):
        with pytest.raises(ValueError, match="at least 1"):
            next(lexicon_screener.pipe(NOTES, batch_size=size))
    assert list(lexicon_screener.pipe([])) == []


def test_a_note_whose_text_was_withheld_is_named_in_the_error(lexicon_screener: Screener) -> None:
    withheld = lexicon_screener.screen(NOTES[0]).without_text().note
    with pytest.raises(NoteError, match="'n0' has no text"):
        lexicon_screener.screen(withheld)


def test_the_context_of_spans_found_by_other_means(lexicon_screener: Screener) -> None:
    text = "Denies self-harm. History of running away. Bruise seen today."
    spans = [(text.index(words), text.index(words) + len(words)) for words in ("self-harm", "running away", "Bruise")]
    denied, past, seen = lexicon_screener.contexts(text, spans)
    assert (denied.assertion, past.temporality) == ("negated", "historical")
    assert (seen.assertion, seen.temporality) == ("affirmed", "current")
    assert [(c.start, c.end) for c in (denied, past, seen)] == spans
    assert denied.evidence[0].text == "Denies"
    assert lexicon_screener.contexts(text, []) == []


def test_threads_share_one_screener(lexicon_screener: Screener) -> None:
    alone = [lexicon_screener.screen(note) for note in NOTES]
    fresh = pickle.loads(pickle.dumps(lexicon_screener))
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(fresh.screen, NOTES * 4))
    assert together == alone * 4


def _screen(reader: Screener, note: Note) -> Screening:
    return reader.screen(note)


def test_a_screener_and_its_results_travel_to_other_processes(lexicon_screener: Screener) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(_screen, lexicon_screener, NOTES[0]).result()
    assert there == lexicon_screener.screen(NOTES[0])


def test_a_screener_that_travels_carries_no_word_of_the_notes_it_read() -> None:
    reader = screener.load(profile="lexicon")
    reader.screen(f"{LIT} Spoke to Zanzibarquince about it.")
    assert b"anzibarquince" not in pickle.dumps(reader)
