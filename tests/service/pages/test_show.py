"""The small rules that templates share."""

import datetime as dt

import pytest

from service.pages.entrance import local
from service.pages.pictures import Bar, bars
from service.pages.show import as_written, at, moment, of_answer, waiting


def test_ids_stand_encoded_in_addresses() -> None:
    assert at("a b+c", "notes", "n(1)@x", team=None, shown="yes") == "/cases/a%20b%2Bc/notes/n%281%29%40x?shown=yes"


def test_moments_are_shown_in_uk_time() -> None:
    assert moment(dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)) == "1 Jul 2026, 13:00"
    assert moment(None) == "–"


@pytest.mark.parametrize(
    ("days", "said"), [(-1, "since today"), (0, "since today"), (1, "for 1 day"), (9, "for 9 days")]
)
def test_waiting_is_said_in_days(days: int, said: str) -> None:
    assert waiting(dt.datetime.now(dt.UTC) - dt.timedelta(days=days, minutes=1)) == said


def test_note_text_keeps_its_line_ends_and_no_markup() -> None:
    assert str(as_written("a\r\n<b>\0")) == "a&#13;\n&lt;b&gt;�"


def test_an_answer_is_said_in_plain_words() -> None:
    assert of_answer("set_aside", "about_someone_else") == "Set aside: The passage is about someone else"
    assert of_answer("with_supervision", None) == "Passed to supervision"


@pytest.mark.parametrize(
    ("path", "leads"), [("/queue?a=b", "/queue?a=b"), ("//x", "/"), ("https://x", "/"), ("", "/"), ("/a\nb", "/")]
)
def test_only_paths_of_this_service_are_gone_to(path: str, leads: str) -> None:
    assert local(path) == leads


def test_bars_are_drawn_to_one_scale_and_none_where_there_is_nothing() -> None:
    longest, half = bars([Bar("a", 4, 1, "4"), Bar("b", 2, 0, "2")])
    assert (longest.length, longest.part, half.length) == (340, 85, 170)
    assert [one.length for one in bars([Bar("a", 0, 0, "0")])] == [0]
