"""A note on its page: the words inside each mark are the passage's, and nothing typed is lost."""

from collections import defaultdict
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from service.store.records import AnswerRequest
from tests.service.pages.conftest import PASSWORD, Office, sign_in

Context = Callable[..., BrowserContext]

GIFT = "Terry bought her a new phone and told her not to tell mum."
TEXTS = {
    "emoji": f"👩‍👧‍👦 Seen at home 🙂. {GIFT} 🇬🇧 Next week.",
    "combining marks": f"Zoe\u0308 and Rene\u0301e came. {GIFT} \u0d15\u0d4d\u0d37",
    "less than": f"<b>Age < 9</b> & small. {GIFT} <script>alert(1)</script>",
    "line ends": f"First line.\r\nSecond.\rThird.\n\n{GIFT}\r\nLast.",
    "overlaps": "Terry bought her a new phone, our secret; he told her not to tell mum about it.",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_words_inside_each_mark_are_the_passages(office: Office, context: Context, text: str) -> None:
    office.put(text)
    page = context().new_page()
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    shown: defaultdict[str, str] = defaultdict(str)
    marks = page.locator(".text mark").evaluate_all("all => all.map(m => [m.dataset.passages, m.textContent])")
    for ids, words in marks:
        for ident in ids.split():
            shown[ident] += words
    found = office.served.store.highlights.list(office.system, case="case-1", note="note-1").items
    assert dict(shown) == {record.highlight.id: record.highlight.text for record in found}
    assert shown
    without_numbers = "all => all.map(e => { e = e.cloneNode(true); e.querySelectorAll('sup').forEach(s => s.remove());"
    assert page.locator(".text").evaluate_all(f"{without_numbers} return e.textContent; }})") == [text]


def test_a_note_that_is_a_script_runs_nothing(office: Office, context: Context) -> None:
    office.put(f"<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script> {GIFT}")
    page = context().new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    expect(page.locator(".text")).to_contain_text("<img src=x onerror=")
    assert "run" not in page.title()
    assert said == []


def test_words_typed_while_the_session_runs_out_are_sent_after_signing_in_again(
    office: Office, context: Context
) -> None:
    office.put(GIFT)
    window = context()
    page = window.new_page()
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    words = "Spoke with the school; <they> will ring back."
    page.get_by_label("In your own words").fill(words)
    window.clear_cookies()
    page.get_by_role("button", name="Record what was done").click()
    expect(page.get_by_role("status")).to_contain_text("nothing was recorded yet")
    page.get_by_label("Name").fill(office.name)
    page.get_by_label("Password").fill("wrong the first time")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded for passage 1: Acted")
    assert _answers(office) == [words]


def test_two_leads_who_answer_at_once_both_keep_their_words(office: Office, context: Context) -> None:
    office.put(GIFT)
    page = context().new_page()
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    first = office.served.store.highlights.list(office.system, case="case-1").items[0]
    office.served.store.highlights.answer(office.system, first.id, AnswerRequest(state="acted", words="I was first."))
    page.get_by_label("In your own words").fill("I was second.")
    page.get_by_role("button", name="Record what was done").click()
    expect(page.get_by_role("alert")).to_contain_text("Someone answered this while you were writing")
    expect(page.get_by_text("I was first.")).to_be_visible()
    expect(page.get_by_label("In your own words")).to_have_value("I was second.")
    page.get_by_role("button", name="Record what was done").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded")
    assert _answers(office) == ["I was first.", "I was second."]


def test_an_answer_without_the_words_it_needs_says_so_and_keeps_the_page(office: Office, context: Context) -> None:
    office.put(GIFT)
    page = context().new_page()
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    page.get_by_role("button", name="Something else, written below").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was recorded. Words are needed")


def test_what_is_not_lit_is_shown_with_its_reason_and_can_be_opened(office: Office, context: Context) -> None:
    office.put(f"There was no self-harm. {GIFT}")
    page = context().new_page()
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    page.locator("summary", has_text="Not lit (").click()
    page.locator("details", has_text="Not lit (").last.get_by_role("link").first.click()
    expect(page.get_by_text("Not lit because: negated.")).to_be_visible()
    page.get_by_label("Why it should be followed up").fill("The nurse saw cuts the day before.")
    page.get_by_role("button", name="Open it for follow-up").click()
    expect(page.get_by_role("status")).to_contain_text("Opened again")


def _answers(office: Office) -> list[str | None]:
    found = office.served.store.highlights.list(office.system, case="case-1").items
    return [answer.words for record in found for answer in record.answers]


def test_a_note_folds_its_words_away_without_javascript_too(office: Office, context: Context) -> None:
    office.put(GIFT)
    page: Page = context(java_script_enabled=False).new_page()
    sign_in(page, office.name)
    expect(page.get_by_text("new phone")).to_have_count(0)
    page.goto("/cases/case-1/notes/note-1")
    expect(page.locator(".text")).to_be_hidden()
    page.locator("#folded > summary").click()
    expect(page.locator(".text")).to_be_visible()
