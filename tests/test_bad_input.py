"""Whatever is handed in: a typed error saying what to do, or a valid result; never a hang, never a note's words."""

import io
import json
import logging
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screener import Note, NoteError, Screener, ScreenerError, Screening, load
from screener.documents.read import Problem, read_paths
from screener.documents.write import write_csv, write_jsonl

LIT = "Terry bought her a new phone and told her not to tell mum"
MARKER = "zanzibarquince"
#: Long enough that work growing with the square of it would go on for minutes; read once, it takes about a second.
LONG = 100_000

NOT_TEXT: dict[str, Any] = {
    "a number": 7,
    "nothing": None,
    "bytes": MARKER.encode(),
    "a list": [MARKER],
    "a mapping": {"text": MARKER},
    "a note without text": Note(id="n"),
    "half a character": f"{LIT} {MARKER} \ud83d",
    "the other half": f"\ude00 {MARKER}",
    "half a character in a note": Note.model_construct(id="n", text=f"{MARKER}\udfff"),
}

EMPTY = {"nothing": "", "blanks": " \t\n" * 50, "NUL": "\0\0", "invisible": "\u200b\ufeff", "marks": "\u0301"}

REPEATED = {
    "one letter": "a",
    "one digit": "1",
    "one sign of another script": "漢",
    "words of another script": "مرحبا بالعالم ",
    "blanks": " ",
    "line breaks": "\r\n",
    "NUL": "\0",
    "combining marks": "\u0301",
    "zero-width joiners": "\u200d",
    "emoji joined": "👩‍👩‍👧‍👦 ",
    "full stops": ".",
    "stops and quotation marks": '."',
    "exclamation and question marks": "?!",
    "apostrophes": "'",
    "opening quotation marks": ' "a',
    "single quotes around words": " 'a'",
    "opening brackets": "([{",
    "closing brackets": ")]}",
    "tick boxes": "[ ] ☐ ",
    "dashes": "-",
    "heading marks": "# ",
    "equals signs": "=",
    "colons": ": ",
    "slashes": "a/b/",
    "commas": ", ",
    "initials": "A. ",
    "questions": "Any phone? ",
    "answers": "Seen alone: no ",
    "dates": "01/02/2023 ",
    "underlined headings": "Plan\n----\n",
    "one word": "phone ",
    "negations": "denies no not any ",
    "passages": f"{LIT} ",
    "passages in quotation marks": f"'{LIT}' ",
    "passages by line": f"{LIT}\n",
    "passages with denials": f"denies {LIT}, ",
}


def monotonous(filling: str) -> str:
    """The filling many times over: by itself, on the line of a passage, and after a word that could be a heading."""
    filling = filling * (LONG // len(filling))
    return f"{LIT}.\n{filling}\n\n{LIT} {filling} x\n\nPlan{filling}x\n\n{LIT}."


def offsets_fit(note_text: str, screening: Screening) -> bool:
    spans = [(h.start, h.end, h.text) for h in screening.highlights]
    spans += [(e.start, e.end, e.text) for h in screening.highlights for e in h.evidence]
    within = all(h.sentence[0] <= h.start < h.end <= h.sentence[1] for h in screening.highlights)
    return within and all(note_text[start:end] == text for start, end, text in spans)


@contextmanager
def no_hang(seconds: int = 20) -> Iterator[None]:
    """Stop what does not come to an end. Nothing is measured: linear work has many times the time it needs."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"still at work after {seconds} s of processor time")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("kind", NOT_TEXT)
def test_what_is_no_text_is_refused_with_a_typed_error(lexicon_screener: Screener, kind: str) -> None:
    with pytest.raises(NoteError) as error:
        lexicon_screener.screen(NOT_TEXT[kind])
    assert isinstance(error.value, ScreenerError)
    assert MARKER not in "".join(traceback.format_exception(error.value, chain=True))


@pytest.mark.parametrize("span", [(-5, 3), (3, 1), (0, 0), (0, 10**9), (5, 6)])
def test_spans_that_cover_no_word_of_the_note_are_refused(lexicon_screener: Screener, span: tuple[int, int]) -> None:
    with pytest.raises(NoteError) as error:
        lexicon_screener.contexts(f"{LIT} {MARKER}", [span])
    assert MARKER not in str(error.value)


@pytest.mark.parametrize("kind", EMPTY)
def test_notes_without_words_give_an_empty_result(lexicon_screener: Screener, kind: str) -> None:
    result = lexicon_screener.screen(EMPTY[kind])
    assert result.highlights == ()
    assert result.note.text == EMPTY[kind]


@pytest.mark.parametrize("filling", REPEATED)
def test_long_monotonous_notes_are_read_to_the_end(lexicon_screener: Screener, filling: str) -> None:
    text = monotonous(REPEATED[filling])
    with no_hang():
        result = lexicon_screener.screen(text)
    assert offsets_fit(text, result)
    starts = {h.start for h in result.highlights if h.indicator == "gifts_or_money"}
    assert min(starts) < len(LIT)
    assert max(starts) >= len(text) - len(LIT) - 1


def lines_run(work: Callable[[], object]) -> int:
    """Count the lines of Python that some work runs through."""
    count = 0

    def step(_frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("joined_by", [". ", " ", "\n", ", "])
def test_four_times_the_note_is_four_times_the_work(lexicon_screener: Screener, joined_by: str) -> None:
    page = joined_by.join([LIT, "Seen alone: no", "denies self-harm", "the bus was late and he had his tea"] * 10)
    pages = joined_by.join([page] * 4)
    spans = [(at, at + 8) for at in range(0, len(pages) - 8, 40)]
    lexicon_screener.screen(page)
    assert lines_run(lambda: lexicon_screener.screen(pages)) < 5 * lines_run(lambda: lexicon_screener.screen(page))
    one = lines_run(lambda: lexicon_screener.contexts(page, spans[: len(spans) // 4]))
    assert lines_run(lambda: lexicon_screener.contexts(pages, spans)) < 5 * one


def test_ten_megabytes_on_one_line_are_read(lexicon_screener: Screener) -> None:
    line = "Lunch was soup and bread and then the clocks changed, " * 190_000
    text = f"{LIT}, {line}{LIT}"
    assert len(text) > 10_000_000
    with no_hang(120):
        result = lexicon_screener.screen(text)
    assert offsets_fit(text, result)
    assert {h.start < len(LIT) for h in result.highlights if h.indicator == "gifts_or_money"} == {True, False}


def test_fifty_thousand_identical_words_and_a_sentence_of_five_thousand_are_read(lexicon_screener: Screener) -> None:
    for text in ("phone " * 50_000, " ".join([LIT, *["and then the bus came"] * 1000, LIT])):
        with no_hang():
            assert offsets_fit(text, lexicon_screener.screen(text))


def test_nested_punctuation_is_only_punctuation(lexicon_screener: Screener) -> None:
    text = "(" * 5000 + LIT + ")" * 5000 + "[({" * 3000 + "})]" * 3000
    with no_hang():
        result = lexicon_screener.screen(text)
    assert offsets_fit(text, result)
    assert "gifts_or_money" in {h.indicator for h in result.highlights}


PHRASES = st.sampled_from(
    [
        LIT,
        "Has her own mug at his",
        "denies self-harm",
        "our little secret",
        "no marks seen",
        "Self-harm: N",
        "☐ Missing ☒ Drugs",
        "'don’t make me go there'",
        "history of going missing",
        "Plan: closed, NFA.",
        "She said “he touches me”.",
    ]
)
# fmt: off
ODD = st.sampled_from([
    "\r\n", "\r", "\t", "\0", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u0301", "e\u0301", "\ufb01", "\u0130", "ß", "…",
    "\u2028", "\u202e", "\x85", "\U000e0041", "\U0010ffff", "👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "👍🏽", "１２",
    "ſ", "中文", "мама", "אמא", '"', "’", "?", ". ", ": ",
])
# fmt: on
MIXED = st.lists(st.one_of(PHRASES, ODD, st.text(max_size=6), st.just(" "), st.just("\n")), max_size=25).map("".join)
#: An odd character inside each word of a phrase, as pasted text has them.
BROKEN_UP = st.tuples(PHRASES, ODD, st.integers(1, 12)).map(
    lambda t: t[1].join(t[0][i : i + t[2]] for i in range(0, len(t[0]), t[2]))
)


@given(text=st.one_of(MIXED, BROKEN_UP, st.text(max_size=60)))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_offsets_always_lead_back_to_the_note_as_given(lexicon_screener: Screener, text: str) -> None:
    result = lexicon_screener.screen(text)
    assert offsets_fit(text, result)
    assert result.note.text == text
    assert Screening.model_validate_json(result.model_dump_json()) == result
    assert lexicon_screener.screen(text) == result


@given(text=MIXED, ends=st.tuples(st.integers(-3, 90), st.integers(-3, 90)))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_context_of_any_span_is_a_context_or_a_typed_error(
    lexicon_screener: Screener, text: str, ends: tuple[int, int]
) -> None:
    try:
        (context,) = lexicon_screener.contexts(text, [ends])
    except NoteError:
        return
    assert 0 <= context.start < context.end <= len(text)
    assert all(text[e.start : e.end] == e.text for e in context.evidence)


@pytest.mark.parametrize(
    "hidden",
    ["ph\u200bone", "ph\u00adone", "phone\ufeff", "ｐhone", "phóne", "pho\u0301ne"],
)
def test_invisible_and_lookalike_characters_do_not_hide_a_passage(lexicon_screener: Screener, hidden: str) -> None:
    text = f"Terry bought her a new {hidden}."
    assert "gifts_or_money" in {h.indicator for h in lexicon_screener.screen(text).follow_up}


def test_nothing_of_a_note_is_logged_or_warned_of(lexicon_screener: Screener, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for note in (f"{LIT} {MARKER}", *NOT_TEXT.values(), monotonous(f"{MARKER} ")):
            with suppress(NoteError):
                lexicon_screener.screen(note)
    assert MARKER not in caplog.text
    assert [str(w.message) for w in warned if MARKER in str(w.message)] == []


def test_halves_of_characters_in_json_lines_are_replaced_and_the_note_is_read(
    lexicon_screener: Screener, tmp_path: Path
) -> None:
    rows = [{"text": f"{LIT} \ud800", "id": "a\udc00"}, {"no text": MARKER}, {"text": "\ud83d\ude00 seen"}]
    (tmp_path / "export.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    items = list(read_paths([tmp_path]))
    assert [n.text for n in items if isinstance(n, Note)] == [f"{LIT} \ufffd", "😀 seen"]
    assert [p.where for p in items if isinstance(p, Problem)] == ["export.jsonl, row 2"]
    assert all(MARKER not in str(p) for p in items if isinstance(p, Problem))
    out = io.StringIO()
    for note in items:
        if isinstance(note, Note):
            write_jsonl(lexicon_screener.screen(note), out, show_all=True)
    write_csv(map(lexicon_screener.screen, (n for n in items if isinstance(n, Note))), out, show_all=True)
    assert out.getvalue().encode("utf-8")


def test_a_table_without_a_header_does_not_have_its_first_note_repeated(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(f"1,{LIT} {MARKER},2024-01-01\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text(f"1,{LIT} {MARKER},2024-01-01\n2,seen,2024-01-02", encoding="utf-8")
    problems = [str(item) for item in read_paths([tmp_path])]
    assert problems[0] == "export.csv: has no rows below its header"
    assert problems[1].startswith("two.csv: has no text column")
    assert MARKER not in "".join(problems)


@pytest.mark.parametrize("profile", ["slow", "Full", "nonsense"])
def test_a_profile_that_is_not_there_is_refused_by_name(profile: Any) -> None:
    with pytest.raises(ScreenerError, match=f"'{profile}'"):
        load(profile=profile)


def test_a_cue_whose_example_fails_is_named_with_its_place(lexicon_folder: Callable[..., Path]) -> None:
    from screener.pipeline.proof import check

    cue = (
        "indicator: secrecy\ncues:\n  - id: secrecy.ours\n    match: quiet corner\n    why: w\n    source: s\n"
        '    examples: {finds: ["Nothing of the kind."], leaves: ["They sat in the quiet corner."]}\n'
    )
    failures = [f for f in check(load(lexicons=lexicon_folder(cues__secrecy=cue)), ["secrecy"]) if "ours" in f.cue]
    assert [str(f).split(": ")[2] for f in failures] == [
        "does not find its own example",
        "must leave this alone, but points at it",
    ]
    assert all("ours/cues/secrecy.yaml:3" in str(f) for f in failures)
