"""Notes put into a case: once, again, edited."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import pytest

from screener import Screening
from service.errors import Changed, Forbidden, Invalid, NotFound
from service.followup.patterns import FoundPattern
from service.store import Store
from service.store.records import AnswerRequest, ClosureRequest, WrittenReason

from .conftest import Clock, People, populate

GIFT = "Dave has bought E a new phone."
SECRET = "She said it is our secret."
QUIET = "Came to the session on time and drew a house."
Screened = Callable[..., Screening]


def state(store: Store, people: People, ident: str) -> str:
    return store.highlights.get(people.lead, ident).state


def set_aside(store: Store, people: People, ident: str) -> None:
    store.highlights.answer(
        people.practitioner, ident, AnswerRequest(state="set_aside", reason="words_mean_something_else")
    )


def test_a_new_note_opens_its_passages(store: Store, people: People, screened: Screened) -> None:
    done = store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}"))
    assert done.outcome == "created"
    assert done.note.version == 1
    found = store.highlights.list(people.lead, case="case-1").items
    assert [h.id for h in found] == list(done.opened)
    assert {h.highlight.indicator for h in found} == {"gifts_or_money", "secrecy"}
    assert all(h.state == "open" and h.stands and not h.answers for h in found)
    assert store.cases.get(people.lead, "case-1").open_highlights == len(found)


def test_putting_the_same_note_again_changes_nothing(store: Store, people: People, screened: Screened) -> None:
    first = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT))
    set_aside(store, people, first.opened[0])
    again = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT))
    assert (again.outcome, again.note.version, again.opened, again.reopened) == ("unchanged", 1, (), ())
    assert state(store, people, first.opened[0]) == "set_aside"


def test_an_edit_elsewhere_keeps_the_answer_and_moves_the_offsets(
    store: Store, people: People, screened: Screened
) -> None:
    (ident,) = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened
    before = store.highlights.get(people.lead, ident).highlight
    set_aside(store, people, ident)
    done = store.notes.put(people.practitioner, "case-1", screened("n1", f"{QUIET} {GIFT}"))
    assert (done.outcome, done.kept, done.reopened) == ("changed", (ident,), ())
    after = store.highlights.get(people.lead, ident)
    assert (after.state, after.note_version) == ("set_aside", 2)
    assert after.highlight.start == before.start + len(QUIET) + 1
    text = store.notes.get(people.lead, "case-1", "n1").note.text
    assert text is not None
    assert text[after.highlight.start : after.highlight.end] == after.highlight.text


def test_an_edit_of_the_sentence_opens_its_passage_again(store: Store, people: People, screened: Screened) -> None:
    (ident,) = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened
    set_aside(store, people, ident)
    done = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT.replace("phone.", "phone last week.")))
    assert done.reopened == (ident,)
    again = store.highlights.get(people.lead, ident)
    assert again.state == "open"
    assert again.reopened_because is not None
    assert [a.state for a in again.answers] == ["set_aside"], "the answer that was given stays on the record"


@pytest.mark.parametrize("answered", [True, False])
def test_a_passage_edited_out_still_waits_for_an_answer(
    store: Store, people: People, screened: Screened, answered: bool
) -> None:
    (ident,) = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened
    if answered:
        set_aside(store, people, ident)
    store.notes.put(people.practitioner, "case-1", screened("n1", QUIET))
    gone = store.highlights.get(people.lead, ident)
    assert (gone.state, gone.stands) == ("open", False)
    assert [item.id for item in store.closures.check(people.lead, "case-1").open] == [ident]


def test_an_answer_to_a_passage_edited_out_is_kept_by_later_edits(
    store: Store, people: People, screened: Screened
) -> None:
    (ident,) = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened
    store.notes.put(people.practitioner, "case-1", screened("n1", QUIET))
    set_aside(store, people, ident)
    store.notes.put(people.practitioner, "case-1", screened("n1", f"{QUIET} Ate well."))
    assert state(store, people, ident) == "set_aside"


def test_a_negation_written_in_later_does_not_close_an_open_passage(
    store: Store, people: People, screened: Screened
) -> None:
    lit = screened("n1", SECRET)
    (ident,) = store.notes.put(people.practitioner, "case-1", lit).opened
    (highlight,) = lit.highlights
    negated = type(highlight).model_validate(
        {**highlight.model_dump(), "assertion": "negated", "follow_up": False, "reason_not": "negated"}
    )
    store.notes.put(people.practitioner, "case-1", lit.model_copy(update={"highlights": (negated,)}))
    assert state(store, people, ident) == "open"


def test_what_the_screener_set_aside_itself_is_kept_but_waits_for_nobody(
    store: Store, people: People, screened: Screened
) -> None:
    done = store.notes.put(people.practitioner, "case-1", screened("n1", "She denied that it was a secret."))
    assert done.opened == ()
    assert store.highlights.list(people.lead, case="case-1").items == ()
    for kept in store.highlights.list(people.lead, case="case-1", include_not_lit=True).items:
        assert (kept.state, kept.due_at) == ("not_lit", None)


def test_every_version_of_a_note_is_kept(store: Store, people: People, screened: Screened) -> None:
    for text in (GIFT, SECRET, QUIET):
        store.notes.put(people.practitioner, "case-1", screened("n1", text))
    export = store.retention.export_case(people.lead, "case-1")
    assert [(n.version, n.note.text) for n in export.earlier_versions] == [(1, GIFT), (2, SECRET)]
    assert [(n.version, n.note.text) for n in export.notes] == [(3, QUIET)]


def test_an_edit_from_an_older_version_is_refused(store: Store, people: People, screened: Screened) -> None:
    store.notes.put(people.practitioner, "case-1", screened("n1", GIFT), if_match=0)
    store.notes.put(people.practitioner, "case-1", screened("n1", SECRET), if_match=1)
    with pytest.raises(Changed) as refused:
        store.notes.put(people.colleague, "case-1", screened("n1", QUIET), if_match=1)
    assert refused.value.version == 2
    assert store.notes.get(people.lead, "case-1", "n1").note.text == SECRET
    with pytest.raises(Changed):
        store.notes.put(people.colleague, "case-1", screened("n2", QUIET), if_match=1)


@pytest.mark.parametrize("ident", ["", "a/b", "x" * 201, "../etc", "n\0", "<script>", "a'b", " n1", "n\n"])
def test_ids_that_are_not_safe_in_an_address_are_refused(
    store: Store, people: People, screened: Screened, ident: str
) -> None:
    with pytest.raises(Invalid):
        store.notes.put(people.practitioner, ident, screened("n1", GIFT))
    if ident:
        with pytest.raises(Invalid):
            store.notes.put(people.practitioner, "case-1", screened(ident, GIFT))


def test_an_admin_without_a_team_puts_nothing(store: Store, people: People, screened: Screened) -> None:
    with pytest.raises(Forbidden):
        store.notes.put(people.admin, "case-1", screened("n1", GIFT))


def test_two_teams_can_use_the_same_case_id_without_meeting(store: Store, people: People, screened: Screened) -> None:
    store.notes.put(people.practitioner, "case-1", screened("n1", GIFT))
    store.notes.put(people.stranger, "case-1", screened("n1", SECRET))
    assert store.notes.get(people.practitioner, "case-1", "n1").note.text == GIFT
    assert store.notes.get(people.stranger, "case-1", "n1").note.text == SECRET


def test_notes_are_listed_page_by_page(store: Store, people: People, screened: Screened) -> None:
    for number in range(5):
        store.notes.put(people.practitioner, "case-1", screened(f"n{number}", QUIET))
    seen, cursor = [], None
    while True:
        page = store.notes.list(people.lead, "case-1", cursor=cursor, limit=2)
        seen += [note.id for note in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ["n0", "n1", "n2", "n3", "n4"]
    with pytest.raises(Invalid):
        store.notes.list(people.lead, "case-1", cursor="nonsense")


def test_reading_what_is_not_there(store: Store, people: People, screened: Screened) -> None:
    with pytest.raises(NotFound):
        store.notes.get(people.lead, "case-1", "n1")
    store.notes.put(people.practitioner, "case-1", screened("n1", GIFT))
    with pytest.raises(NotFound):
        store.notes.get(people.lead, "case-1", "n2")


def test_a_new_passage_opens_a_closed_case(store: Store, people: People, screened: Screened) -> None:
    store.notes.put(people.practitioner, "case-1", screened("n1", QUIET))
    store.closures.record(people.practitioner, "case-1", ClosureRequest(summary="The work was done."))
    store.notes.put(people.practitioner, "case-1", screened("n2", QUIET))
    assert store.cases.get(people.lead, "case-1").status == "closed"
    store.notes.put(people.practitioner, "case-1", screened("n3", GIFT))
    assert store.cases.get(people.lead, "case-1").status == "open"


class Together:
    """Finds one pattern: every passage to follow up, from two on."""

    def __call__(self, screenings: Sequence[Screening]) -> Iterable[FoundPattern]:
        passages = frozenset((s.note.id, h.id) for s in screenings for h in s.follow_up)
        if len(passages) > 1:
            yield FoundPattern("together", "Title", "Why, with Dave in it.", "What settles it.", passages, None, None)


@pytest.fixture
def patterned(make_store: Callable[..., Store]) -> tuple[Store, People]:
    store = make_store(find_patterns=Together())
    return store, populate(store)


def test_a_pattern_waits_for_its_own_answer(patterned: tuple[Store, People], screened: Screened) -> None:
    store, people = patterned
    opened = store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}")).opened
    (pattern,) = store.patterns.list(people.lead, "case-1")
    assert (pattern.pattern, pattern.state, set(pattern.highlights)) == ("together", "open", set(opened))
    for ident in opened:
        set_aside(store, people, ident)
    assert [(i.kind, i.id) for i in store.closures.check(people.lead, "case-1").open] == [("pattern", pattern.id)]
    answered = store.patterns.answer(people.lead, pattern.id, AnswerRequest(state="acted", words="Asked the school."))
    assert (answered.state, answered.answers[0].words) == ("acted", "Asked the school.")
    assert store.closures.check(people.lead, "case-1").open == ()


def test_a_linked_passage_opens_the_pattern_and_what_was_answered(
    patterned: tuple[Store, People], screened: Screened, clock: Clock
) -> None:
    store, people = patterned
    opened = store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}")).opened
    (pattern,) = store.patterns.list(people.lead, "case-1")
    for ident in opened:
        set_aside(store, people, ident)
    store.patterns.answer(people.lead, pattern.id, AnswerRequest(state="acted", words="Asked the school."))
    clock.move(days=3)
    done = store.notes.put(people.practitioner, "case-1", screened("n2", "He gave her £20."))
    assert set(done.reopened) == set(opened)
    (again,) = store.patterns.list(people.lead, "case-1")
    assert (again.id, again.state) == (pattern.id, "open")
    assert set(again.highlights) == {*opened, *done.opened}
    assert all(store.highlights.get(people.lead, ident).opened_at == clock.now for ident in opened)


def test_a_pattern_that_is_no_longer_found_is_not_asked_about(
    patterned: tuple[Store, People], screened: Screened
) -> None:
    store, people = patterned
    store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}"))
    store.notes.put(people.practitioner, "case-1", screened("n1", GIFT))
    (pattern,) = store.patterns.list(people.lead, "case-1")
    assert not pattern.stands
    assert all(item.kind == "highlight" for item in store.closures.check(people.lead, "case-1").open)


def test_a_closure_over_a_pattern_needs_a_reason_that_names_it(
    patterned: tuple[Store, People], screened: Screened
) -> None:
    store, people = patterned
    opened = store.notes.put(people.practitioner, "case-1", screened("n1", f"{GIFT} {SECRET}")).opened
    (pattern,) = store.patterns.list(people.lead, "case-1")
    reasons = (WrittenReason(names=(*opened, pattern.id), reason="Looked into with the school on 3 March."),)
    closed = store.closures.record(people.lead, "case-1", ClosureRequest(summary="Done.", reasons=reasons))
    assert set(closed.named) == {*opened, pattern.id}


def test_dates_of_notes_order_the_screenings_of_a_case(store: Store, people: People, screened: Screened) -> None:
    store.notes.put(people.practitioner, "case-1", screened("n1", QUIET))
    store.notes.put(people.practitioner, "case-1", screened("n2", GIFT, dt.date(2024, 2, 1)))
    store.notes.put(people.practitioner, "case-1", screened("n3", SECRET, dt.date(2024, 1, 1)))
    assert [s.note.id for s in store.cases.screenings(people.lead, "case-1")] == ["n3", "n2", "n1"]
