"""The queue of what waits, and the answers that people give."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from screener import Screening
from service.errors import Changed, Conflict, Invalid, NotFound
from service.store import Store
from service.store.records import AnswerRequest, TeamSettings

from .conftest import Clock, People

GIFT = "Dave has bought E a new phone."
SECRET = "She said it is our secret."
Screened = Callable[..., Screening]
ACTED = AnswerRequest(state="acted", reason="discussed_with_safeguarding_lead", words="Told the lead.")


@pytest.fixture
def ident(store: Store, people: People, screened: Screened) -> str:
    return store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened[0]


def test_an_answer_names_who_gave_it_and_in_what_role(store: Store, people: People, ident: str) -> None:
    answered = store.highlights.answer(people.practitioner, ident, ACTED)
    (answer,) = answered.answers
    assert (answer.by, answer.role, answer.words) == ("practitioner", "practitioner", "Told the lead.")
    assert answered.state == "acted"


def test_answers_are_added_and_never_overwritten(store: Store, people: People, ident: str) -> None:
    store.highlights.answer(people.practitioner, ident, AnswerRequest(state="with_supervision"))
    store.highlights.answer(people.lead, ident, ACTED)
    store.highlights.answer(people.lead, ident, AnswerRequest(state="open", words="Look again."))
    found = store.highlights.get(people.lead, ident)
    assert [a.state for a in found.answers] == ["with_supervision", "acted", "open"]
    assert found.state == "open"


@pytest.mark.parametrize(
    ("answer", "field"),
    [
        (AnswerRequest(state="acted"), "words"),
        (AnswerRequest(state="set_aside"), "reason"),
        (AnswerRequest(state="set_aside", reason="because"), "reason"),
        (AnswerRequest(state="set_aside", reason="other"), "words"),
        (AnswerRequest(state="with_supervision", reason="other"), "reason"),
        (AnswerRequest(state="open", words="Still open."), "state"),
    ],
)
def test_an_answer_must_say_enough(store: Store, people: People, ident: str, answer: AnswerRequest, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        store.highlights.answer(people.practitioner, ident, answer)
    assert refused.value.field == field
    assert store.highlights.get(people.lead, ident).state == "open"


def test_silence_is_not_a_state() -> None:
    with pytest.raises(ValidationError):
        AnswerRequest(state="seen")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        AnswerRequest(state="acted", words="   ")


def test_of_two_writers_who_read_the_same_one_is_told(store: Store, people: People, ident: str) -> None:
    version = store.highlights.get(people.lead, ident).version

    def answer(number: int) -> str:
        who = (people.practitioner, people.colleague)[number % 2]
        try:
            store.highlights.answer(who, ident, ACTED, if_match=version)
        except Changed:
            return "changed"
        return "answered"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(answer, range(8)))
    assert sorted(outcomes) == ["answered"] + ["changed"] * 7
    assert len(store.highlights.get(people.lead, ident).answers) == 1


def test_a_request_sent_twice_is_one_answer(store: Store, people: People, ident: str) -> None:
    first = store.highlights.answer(people.practitioner, ident, ACTED, if_match=1, request_key="r1")
    again = store.highlights.answer(people.practitioner, ident, ACTED, if_match=1, request_key="r1")
    assert again == first
    with pytest.raises(Conflict):
        store.highlights.answer(people.practitioner, ident, AnswerRequest(state="with_supervision"), request_key="r1")
    other = store.highlights.answer(people.colleague, ident, ACTED, request_key="r1")
    assert len(other.answers) == 2, "another person's key of the same name is another request"


def test_due_dates_follow_the_tier_and_the_team(store: Store, people: People, screened: Screened, clock: Clock) -> None:
    store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}"))
    due = {h.highlight.indicator: h.due_at for h in store.highlights.list(people.lead).items}
    assert due == {
        "gifts_or_money": clock.now + dt.timedelta(days=1),
        "secrecy": clock.now + dt.timedelta(days=28),
    }
    store.teams.update(people.lead, people.team, settings=TeamSettings(due_days={"A": 3}))
    store.notes.put(people.practitioner, "case-2", screened("n1", GIFT))
    (found,) = store.highlights.list(people.lead, case="case-2").items
    assert found.due_at == clock.now + dt.timedelta(days=3)


def test_the_queue_is_filtered_and_counted(store: Store, people: People, screened: Screened, clock: Clock) -> None:
    gift = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened[0]
    clock.move(hours=1)
    secret = store.notes.put(people.practitioner, "case-2", screened("n1", SECRET)).opened[0]
    store.highlights.assign(people.lead, secret, owner=people.practitioner.id)

    def ids(**filters: object) -> list[str]:
        return [h.id for h in store.highlights.list(people.practitioner, **filters).items]  # type: ignore[arg-type]

    assert ids() == [gift, secret]
    assert ids(owner="me") == [secret]
    assert ids(owner="none") == [gift]
    assert ids(indicator="secrecy") == [secret]
    assert ids(tier="A") == [gift]
    assert ids(case="case-2", note="n1") == [secret]
    assert ids(overdue=True) == []
    clock.move(days=2)
    assert ids(overdue=True) == [gift]
    assert ids(overdue=False) == [secret]
    assert ids(state="acted") == []
    counts = store.highlights.counts(people.practitioner)
    assert (counts.mine, counts.team, counts.overdue) == (1, 2, 1)


def test_pages_hold_everything_once_in_order(store: Store, people: People, screened: Screened) -> None:
    for number in range(4):
        store.notes.put(people.practitioner, f"case-{number}", screened("n1", f"{SECRET} {GIFT}"))
    whole = [h.id for h in store.highlights.list(people.lead, limit=200).items]
    seen: list[str] = []
    cursor = None
    while True:
        page = store.highlights.list(people.lead, cursor=cursor, limit=3)
        seen += [h.id for h in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == whole
    assert len(set(seen)) == 8


@pytest.mark.parametrize("cursor", ["", "x", "WyJhIiwiYiIsImMiXQ", "WzEsMl0", "é", "' OR 1=1 --"])
def test_cursors_of_others_are_refused(store: Store, people: People, cursor: str) -> None:
    with pytest.raises(Invalid):
        store.highlights.list(people.lead, cursor=cursor)


def test_an_owner_is_a_member_of_the_team(store: Store, people: People, ident: str) -> None:
    with pytest.raises(Invalid):
        store.highlights.assign(people.lead, ident, owner=people.stranger.id)
    assert store.highlights.assign(people.lead, ident, owner=people.colleague.id).owner == people.colleague.id
    assert store.highlights.assign(people.lead, ident, owner=None).owner is None


def test_a_cases_owner_gets_what_is_open_and_what_comes(store: Store, people: People, screened: Screened) -> None:
    store.notes.put(people.practitioner, "case-1", screened("n1", GIFT))
    store.cases.update(people.lead, "case-1", owner=people.colleague.id)
    store.notes.put(people.practitioner, "case-1", screened("n2", SECRET))
    assert {h.owner for h in store.highlights.list(people.lead).items} == {people.colleague.id}


def test_a_person_looks_and_a_system_does_not(store: Store, people: People, ident: str, clock: Clock) -> None:
    made = store.keys.create(people.admin, people.team, "Case system", ["cases:read"])
    key = store.keys.find(made.secret)
    assert key is not None
    assert store.highlights.get(key, ident).first_looked_at is None
    clock.move(hours=5)
    assert store.highlights.get(people.lead, ident).first_looked_at == clock.now
    (month,) = store.reports.lead_view(people.lead, people.team).first_look
    assert (month.passages, month.looked_at, month.median_hours) == (1, 1, 5.0)


def test_leads_see_passages_and_wording_never_workers_or_children(
    store: Store, people: People, screened: Screened, clock: Clock
) -> None:
    gift, secret = store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}")).opened
    store.highlights.answer(people.lead, secret, AnswerRequest(state="set_aside", reason="words_mean_something_else"))
    clock.move(days=3)
    view = store.reports.lead_view(people.lead, people.team)
    assert [(b.days_from, b.unanswered, b.overdue) for b in view.unanswered_by_age if b.unanswered] == [(2, 1, 1)]
    (aside,) = view.set_aside
    assert (aside.indicator, aside.set_aside, aside.reasons) == ("secrecy", 1, {"words_mean_something_else": 1})
    assert [(c.indicator, c.kept, c.misread) for c in view.cues] == [("secrecy", 0, 1)]
    shown = view.model_dump_json()
    for hidden in (people.lead.id, people.practitioner.id, "practitioner", "case-1", gift):
        assert hidden not in shown


def test_answers_can_be_learned_from(store: Store, people: People, screened: Screened) -> None:
    gift, secret = store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}")).opened
    store.highlights.answer(people.lead, gift, ACTED)
    store.highlights.answer(people.lead, secret, AnswerRequest(state="set_aside", reason="words_mean_something_else"))
    rows = {row.highlight: row for row in store.reports.learn_rows(people.lead, people.team)}
    assert (rows[gift].kept, rows[gift].text) == (True, GIFT)
    row = rows[secret]
    assert (row.kept, row.text[row.start : row.end]) == (False, "our secret")
    assert rows[secret].cues


@pytest.mark.parametrize("ident", ["hl_none", "' OR '1'='1", "a\0b", "x" * 100_000, "{{7*7}}", "<script>"])
def test_ids_that_name_nothing_find_nothing(store: Store, people: People, ident: str) -> None:
    for ask in (
        lambda: store.highlights.get(people.lead, ident),
        lambda: store.patterns.get(people.lead, ident),
        lambda: store.cases.get(people.lead, ident),
        lambda: store.closures.confirm(people.lead, ident),
    ):
        with pytest.raises((NotFound, Invalid)):
            ask()
