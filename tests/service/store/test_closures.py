"""A case never closes silently."""

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from screener import Note, Screener, Screening
from service.errors import Changed, ClosureRefused, Conflict, Forbidden, Invalid, NotFound
from service.security.principal import Principal
from service.store import Store
from service.store.records import AnswerRequest, ClosureRequest, TeamSettings, WrittenReason

from .conftest import Clock, People, ask_for_second_person, populate

GIFT = "Dave has bought E a new phone."
SECRET = "She said it is our secret."
Screened = Callable[..., Screening]
DONE = ClosureRequest(summary="The work was done.")


def named(*idents: str) -> ClosureRequest:
    reasons = (WrittenReason(names=idents, reason="Checked with the school on 3 March."),) if idents else ()
    return ClosureRequest(summary="The work was done.", reasons=reasons)


@pytest.fixture
def opened(store: Store, people: People, screened: Screened) -> tuple[str, ...]:
    return store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}")).opened


def test_a_closure_over_open_passages_is_refused_with_their_list(
    store: Store, people: People, opened: tuple[str, ...]
) -> None:
    with pytest.raises(ClosureRefused) as refused:
        store.closures.record(people.practitioner, "case-1", DONE)
    assert [item.id for item in refused.value.open] == list(opened)
    assert store.cases.get(people.lead, "case-1").status == "open"
    assert store.closures.list(people.lead, "case-1") == ()
    refusal = store.audit.list(people.lead, case="case-1").items
    assert [row.details["unnamed"] for row in refusal if row.action == "closure.refused"] == [sorted(opened)]


def test_naming_some_is_not_naming_all(store: Store, people: People, opened: tuple[str, ...]) -> None:
    with pytest.raises(ClosureRefused) as refused:
        store.closures.record(people.practitioner, "case-1", named(opened[0]))
    assert [item.id for item in refused.value.open] == list(opened[1:])


def test_a_closure_with_written_reasons_stands_in_the_audit_for_good(
    store: Store, people: People, opened: tuple[str, ...]
) -> None:
    closure = store.closures.record(people.practitioner, "case-1", named(*opened))
    assert (closure.state, closure.named, closure.by) == ("recorded", opened, "practitioner")
    assert store.cases.get(people.lead, "case-1").status == "closed"
    (row,) = [r for r in store.audit.list(people.lead, case="case-1").items if r.action == "closure.recorded"]
    assert row.details["named"] == list(opened)
    assert json.loads(row.words or "")["reasons"][0]["reason"] == "Checked with the school on 3 March."


def test_answered_passages_need_no_naming(store: Store, people: People, opened: tuple[str, ...]) -> None:
    for ident in opened:
        store.highlights.answer(people.practitioner, ident, AnswerRequest(state="acted", words="Told the lead."))
    assert store.closures.record(people.practitioner, "case-1", DONE).named == ()


@pytest.mark.parametrize("empty", ["", "   \n\t   ", "short"])
def test_a_reason_must_say_something(empty: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        WrittenReason(names=("hl_1",), reason=empty)


def test_a_reason_names_only_what_is_in_the_case(store: Store, people: People, opened: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        store.closures.record(people.practitioner, "case-1", named(*opened, "hl_elsewhere"))


def test_a_closed_case_is_not_closed_again(store: Store, people: People, opened: tuple[str, ...]) -> None:
    store.closures.record(people.practitioner, "case-1", named(*opened))
    with pytest.raises(Conflict):
        store.closures.record(people.practitioner, "case-1", named(*opened))


def test_the_same_request_again_gives_the_same_closure(store: Store, people: People, opened: tuple[str, ...]) -> None:
    first = store.closures.record(people.practitioner, "case-1", named(*opened), request_key="r1")
    assert store.closures.record(people.practitioner, "case-1", named(*opened), request_key="r1") == first
    with pytest.raises(Conflict):
        store.closures.record(people.practitioner, "case-1", DONE, request_key="r1")


def test_a_closure_from_an_older_reading_of_the_case_is_refused(
    store: Store, people: People, opened: tuple[str, ...]
) -> None:
    version = store.cases.get(people.lead, "case-1").version
    store.cases.update(people.lead, "case-1", owner=people.lead.id)
    with pytest.raises(Changed):
        store.closures.record(people.practitioner, "case-1", named(*opened), if_match=version)


def test_where_a_team_asks_for_it_a_second_person_confirms(
    store: Store, people: People, opened: tuple[str, ...]
) -> None:
    ask_for_second_person(store, people)
    closure = store.closures.record(people.lead, "case-1", named(*opened))
    assert closure.state == "awaits_second_person"
    assert store.cases.get(people.lead, "case-1").status == "closure_awaits_second_person"
    with pytest.raises(Conflict):
        store.closures.confirm(people.lead, closure.id)
    with pytest.raises(Forbidden):
        store.closures.confirm(people.practitioner, closure.id)
    confirmed = store.closures.confirm(people.other_lead, closure.id, if_match=closure.version)
    assert (confirmed.state, confirmed.confirmed_by) == ("recorded", "other lead")
    assert store.cases.get(people.lead, "case-1").status == "closed"


def test_a_passage_that_comes_while_a_closure_waits_stops_it(
    store: Store, people: People, screened: Screened, opened: tuple[str, ...]
) -> None:
    ask_for_second_person(store, people)
    closure = store.closures.record(people.lead, "case-1", named(*opened))
    store.notes.put(people.practitioner, "case-1", screened("n2", "He gave her £20."))
    with pytest.raises(Conflict):
        store.closures.confirm(people.other_lead, closure.id)
    assert store.cases.get(people.lead, "case-1").status == "open"


def test_a_system_names_the_person_who_closes(store: Store, people: People, opened: tuple[str, ...]) -> None:
    made = store.keys.create(people.admin, people.team, "Case system", ["cases:read", "closures:write"])
    with pytest.raises(Invalid) as refused:
        store.closures.record(found(store, made.secret), "case-1", named(*opened))
    assert refused.value.field == "acting_for"
    closure = store.closures.record(found(store, made.secret, "Ms Osei"), "case-1", named(*opened))
    assert closure.by == "Ms Osei"


def found(store: Store, secret: str, acting_for: str | None = None) -> Principal:
    principal = store.keys.find(secret, acting_for=acting_for)
    assert principal is not None
    return principal


TEXTS = (
    "",
    "Came on time. ",
    GIFT,
    SECRET,
    f"{GIFT} {SECRET}",
    f"Came on time. {GIFT}",
    GIFT.replace("E a", "her a"),
    f"{SECRET} {GIFT} He gave her £20.",
)


class Gate(RuleBasedStateMachine):
    """Everything that can be done with two cases, in any order: no closure goes over an open passage unnamed."""

    store: Store
    people: People
    reader: Screener
    clock: Clock
    passages: Bundle[str] = Bundle("passages")
    run = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).run += 1
        self.cases = [f"case-{self.run}-{n}" for n in range(2)]
        self.open: dict[str, set[str]] = {case: set() for case in self.cases}
        self.store.teams.update(self.people.lead, self.people.team, settings=TeamSettings())

    @rule(case=st.integers(0, 1), note=st.integers(0, 1), text=st.sampled_from(TEXTS[1:]))
    def put(self, case: int, note: int, text: str) -> None:
        ref = self.cases[case]
        screening = self.reader.screen(Note(id=f"n{note}", text=text))
        done = self.store.notes.put(self.people.practitioner, ref, screening)
        self.open[ref] |= {*done.opened, *done.reopened}

    @rule(
        case=st.integers(0, 1),
        nth=st.integers(0, 5),
        answer=st.sampled_from(
            (
                AnswerRequest(state="acted", words="Told the lead."),
                AnswerRequest(state="set_aside", reason="copied_text"),
                AnswerRequest(state="with_supervision"),
                AnswerRequest(state="open", words="Look at this again."),
            )
        ),
    )
    def answer(self, case: int, nth: int, answer: AnswerRequest) -> None:
        ref = self.cases[case]
        page = self.store.highlights.list(self.people.lead, include_not_lit=True, limit=200)
        mine = [h for h in page.items if h.case == ref]
        if not mine or (mine[nth % len(mine)].state == "open" and answer.state == "open"):
            return
        ident = mine[nth % len(mine)].id
        self.store.highlights.answer(self.people.practitioner, ident, answer)
        (self.open[ref].add if answer.state == "open" else self.open[ref].discard)(ident)

    @rule(second=st.booleans())
    def set_second_person(self, second: bool) -> None:
        self.store.teams.update(self.people.lead, self.people.team, settings=TeamSettings(second_person=second))

    @rule(case=st.integers(0, 1), left_out=st.integers(0, 3))
    def close(self, case: int, left_out: int) -> None:
        ref = self.cases[case]
        names = sorted(self.open[ref])[left_out:]
        left = self.open[ref] - set(names)
        if not self.exists(case) or self.store.cases.get(self.people.lead, ref).status == "closed":
            with pytest.raises((NotFound, Conflict)):
                self.store.closures.record(self.people.lead, ref, named(*names))
        elif left:
            with pytest.raises(ClosureRefused) as refused:
                self.store.closures.record(self.people.lead, ref, named(*names))
            assert {item.id for item in refused.value.open} == left
        else:
            closure = self.store.closures.record(self.people.lead, ref, named(*names))
            assert set(closure.named) == self.open[ref]

    @rule(case=st.integers(0, 1))
    def confirm(self, case: int) -> None:
        if self.exists(case):
            for closure in self.store.closures.list(self.people.lead, self.cases[case]):
                try:
                    self.store.closures.confirm(self.people.other_lead, closure.id)
                except (Conflict, ClosureRefused):
                    continue
                assert set(closure.named) == self.open[self.cases[case]]

    @invariant()
    def nothing_is_closed_unnamed(self) -> None:
        for number, ref in enumerate(self.cases):
            if not self.exists(number):
                continue
            record = self.store.cases.get(self.people.lead, ref)
            assert record.open_highlights == len(self.open[ref])
            if record.status == "closed":
                rows = self.store.audit.list(self.people.lead, case=ref, limit=200).items
                last = next(row for row in rows if row.action == "closure.recorded")
                assert self.open[ref] <= set(last.details["named"])  # type: ignore[arg-type]

    def exists(self, case: int) -> bool:
        return any(c.ref == self.cases[case] for c in self.store.cases.list(self.people.lead, limit=200).items)


def test_no_sequence_of_calls_closes_over_an_open_passage_unnamed(
    store: Store, lexicon_screener: Screener, clock: Clock
) -> None:
    class Here(Gate):
        pass

    Here.store, Here.people, Here.reader, Here.clock = store, populate(store), lexicon_screener, clock
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Here,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert store.audit.verify().intact
