"""The whole way: a note arrives, is highlighted, a lead reviews it, a closure is refused, followed up, and closed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.service.pages.conftest import PASSWORD, Office, sign_in
from tests.service.pages.hands import Keyboard, Mouse, WithoutJavaScript

Context = Callable[..., BrowserContext]

NOTE = "Terry bought her a new phone and told her not to tell mum. Mum says Terry is a godsend, he has her overnight."


@pytest.mark.parametrize("way", [Mouse, Keyboard, WithoutJavaScript])
def test_a_case_is_closed_once_all_that_stood_open_was_answered_or_named(
    office: Office, context: Context, way: type[Mouse]
) -> None:
    with office.served.with_key(office.secret, "A. Practitioner") as system:
        put = system.put("/v1/cases/case-1/notes/note-1", json={"text": NOTE, "date": "2026-05-02"})
        assert put.status_code == 201
        found = len(put.json()["opened"])
    page = context(java_script_enabled=way.javascript).new_page()
    hands = way(page)

    page.goto("/")
    hands.write(page.get_by_label("Name"), office.name)
    hands.write(page.get_by_label("Password"), PASSWORD)
    hands.press(page.get_by_role("button", name="Sign in"))
    expect(page.get_by_role("link", name=f"Team ({found})")).to_be_visible()

    hands.press(page.get_by_role("link", name="Look at the one that has waited longest"))
    expect(page.get_by_text("Why it is pointed at")).to_be_hidden()
    hands.press(page.locator("#folded > summary"))
    expect(page.get_by_text("Why it is pointed at")).to_be_visible()
    hands.write(page.get_by_label("In your own words"), "Rang the front door; they will visit on Monday.")
    hands.press(page.get_by_role("button", name="Record what was done"))
    expect(page.get_by_role("status")).to_contain_text("Recorded for passage 1: Acted")
    hands.press(page.get_by_role("button", name="The words mean something else here"))
    expect(page.get_by_role("status")).to_contain_text("Set aside: The words mean something else here")

    hands.press(page.get_by_role("link", name="Case case-1"))
    hands.press(page.get_by_role("link", name="Record a closure"))
    summary, reason = (
        "The family has moved; the file is passed on.",
        "Weighed with the police on 3 May; see the record.",
    )
    hands.write(page.get_by_label("Why, in a sentence or two"), summary)
    hands.press(page.get_by_role("button", name="Record the closure"))
    expect(page.get_by_role("alert")).to_contain_text("Nothing was recorded")
    expect(page.get_by_label("Why, in a sentence or two")).to_have_value(summary)
    assert office.served.store.cases.get(office.system, "case-1").status == "open"

    hands.press(page.get_by_role("link", name="Look at it").first)
    hands.press(page.locator("#folded > summary"))
    hands.press(page.get_by_role("button", name="Pass to supervision"))
    hands.press(page.get_by_role("link", name="Case case-1"))
    hands.press(page.get_by_role("link", name="Record a closure"))
    hands.write(page.get_by_label("Why, in a sentence or two"), summary)
    for box in page.get_by_role("checkbox").all():
        hands.choose(box)
    hands.write(page.get_by_label("The written reason"), reason)
    hands.press(page.get_by_role("button", name="Record the closure"))
    expect(page.get_by_role("heading", name="Closed by")).to_be_visible()
    expect(page.get_by_text(reason)).to_be_visible()

    hands.press(page.get_by_role("link", name="Audit"))
    expect(page.get_by_text("Closure refused")).to_be_visible()
    expect(page.get_by_text(reason)).to_be_visible()
    assert office.served.store.cases.get(office.system, "case-1").status == "closed"
    assert office.served.store.highlights.counts(office.system).team == 0


def test_the_oldest_passage_is_answered_in_four_actions_with_sign_in_one_of_them(
    office: Office, context: Context
) -> None:
    office.put(NOTE)
    page = context().new_page()
    sign_in(page, office.name)  # 1
    expect(page.get_by_role("heading", name="Case case-1, note note-1")).to_be_visible()
    page.wait_for_load_state()  # keys are read once the page's script is there
    page.keyboard.press("n")  # 2: the one that has waited longest
    expect(page.get_by_role("heading", name="Note note-1", exact=True)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("s")
    page.keyboard.press("o")  # 3: its words, and why it is lit
    expect(page.get_by_text("Why it is pointed at")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("s")  # 4: answered
    expect(page.get_by_role("status")).to_contain_text("Recorded for passage 1: Passed to supervision")


def test_single_keys_can_be_switched_off(office: Office, context: Context) -> None:
    office.put(NOTE)
    page = context().new_page()
    sign_in(page, office.name)
    page.goto("/cases/case-1/notes/note-1?shown=yes")
    page.get_by_label("Answer with single keys").uncheck()
    page.keyboard.press("s")
    page.reload()
    page.keyboard.press("s")
    expect(page.get_by_label("Answer with single keys")).not_to_be_checked()
    expect(page.get_by_role("status")).to_have_count(0)


def test_a_second_person_confirms_a_closure_on_the_page(office: Office, context: Context) -> None:
    office.put("Height and weight fine.")
    page: Page = context().new_page()
    sign_in(page, office.name)
    page.goto(f"/teams/{office.team.id}/settings")
    page.get_by_label("A closure needs a second person").check()
    page.get_by_role("button", name="Save").click()
    page.goto("/cases/case-1/close")
    page.get_by_label("Why, in a sentence or two").fill("Work complete.")
    page.get_by_role("button", name="Record the closure").click()
    expect(page.get_by_text("It waits for a second person.")).to_be_visible()
    page.get_by_role("button", name="Confirm it as the second person").click()
    expect(page.get_by_text("not the one who recorded it")).to_be_visible()
    other = context().new_page()
    sign_in(other, office.colleague())
    other.goto("/cases/case-1")
    other.get_by_role("button", name="Confirm it as the second person").click()
    expect(other.get_by_text("Confirmed by")).to_be_visible()
