"""Another team's data: nobody gets at it by any method of the store, whatever their role.

The methods are found by looking at the store, so that a new one cannot be forgotten: it fails here until it is named.
"""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from screener import Screening
from service.errors import Forbidden, NotFound
from service.security.principal import KEY_SCOPES, Principal
from service.store import Store
from service.store.records import AnswerRequest, ClosureRequest, TeamSettings, WrittenReason

from .conftest import People, ask_for_second_person

GIFT = "Dave has bought E a new phone."
ANSWER = AnswerRequest(state="acted", words="Told the lead.")

#: Methods that name no object of a team, with what each gives a stranger; tested one by one below.
LISTS = {"cases.list", "highlights.list", "highlights.counts", "teams.list", "audit.list"}
#: For admins, who look after people and keys and open no case.
ADMIN_ONLY = {
    "teams.create",
    "accounts.create",
    "accounts.list",
    "accounts.update",
    "accounts.reset_password",
    "keys.create",
    "keys.list",
    "keys.rotate",
    "keys.revoke",
}
#: Only about the caller themselves, or written by the service about itself.
OWN = {"accounts.change_password", "accounts.get", "audit.note"}


@pytest.fixture
def known(store: Store, people: People, screened: Callable[..., Screening]) -> dict[str, Any]:
    """One object of each kind of our team, by the name of the argument that names it."""
    ask_for_second_person(store, people)
    ident = store.notes.put(people.practitioner, "case-1", screened("n1", GIFT)).opened[0]
    everything = [item.id for item in store.closures.check(people.lead, "case-1").open]
    reasons = (WrittenReason(names=tuple(everything), reason="Checked with the school."),)
    closure = store.closures.record(people.lead, "case-1", ClosureRequest(summary="Done.", reasons=reasons))
    store.cards.add(people.lead, "case-1", [("card-1", (ident,))])
    return {
        "ref": "case-1",
        "note": "n1",
        "highlight": ident,
        "pattern": "pt_none",
        "closure": closure.id,
        "team": people.team,
        "answer": ANSWER,
        "request": ClosureRequest(summary="Done.", reasons=reasons),
        "basis": "court_order",
        "screening": screened("n1", GIFT),
        "settings": TeamSettings(),
        "cards": [("card-2", (ident,))],
        "card": "card-1",
        "outcome": "accepted",
        "recorded": 1,
        "left": 0,
    }


def methods(store: Store) -> Iterator[tuple[str, Callable[..., Any]]]:
    for part_name, part in vars(store).items():
        if part_name.startswith("_") or part_name == "database":
            continue
        for name, method in inspect.getmembers(part, inspect.ismethod):
            if not name.startswith("_") and "who" in inspect.signature(method).parameters:
                yield f"{part_name}.{name}", method


def outsiders(store: Store, people: People) -> list[Principal]:
    made = store.keys.create(people.admin, people.strange_team, "Their system", sorted(KEY_SCOPES))
    key = store.keys.find(made.secret, acting_for="Ms Osei")
    assert key is not None
    nobody = Principal("account", "ac_nobody", "nobody")
    return [people.stranger, people.strange_lead, people.admin, key, nobody]


def call(method: Callable[..., Any], who: Principal, known: dict[str, Any]) -> Any:
    given = {
        name: known[name]
        for name, parameter in inspect.signature(method).parameters.items()
        if name != "who" and (parameter.default is inspect.Parameter.empty)
    }
    result = method(who, **given)
    return list(result) if inspect.isgenerator(result) else result


def test_every_method_keeps_other_teams_out(store: Store, people: People, known: dict[str, Any]) -> None:
    tried = 0
    for outsider in outsiders(store, people):
        for name, method in methods(store):
            if name in LISTS | ADMIN_ONLY | OWN:
                continue
            if outsider.admin and name.split(".")[0] in ("teams", "accounts"):
                continue
            if name == "notes.put":
                # Their own case of the same id, or nothing: never ours.
                continue
            with pytest.raises((NotFound, Forbidden)) as refused:
                call(method, outsider, known)
            if outsider.teams:
                assert isinstance(refused.value, NotFound), f"{name} tells {outsider.name} that it is there"
            tried += 1
    assert tried > 80


def test_lists_are_empty_for_other_teams(store: Store, people: People, known: dict[str, Any]) -> None:
    for outsider in (people.stranger, people.strange_lead):
        assert store.cases.list(outsider).items == ()
        assert store.highlights.list(outsider, include_not_lit=True).items == ()
        assert store.highlights.counts(outsider).team == 0
        with pytest.raises(NotFound):
            store.cases.list(outsider, team=people.team)
        with pytest.raises(NotFound):
            store.highlights.list(outsider, team=people.team)
    assert {row.team for row in store.audit.list(people.strange_lead).items} <= {people.strange_team}
    with pytest.raises(NotFound):
        store.audit.list(people.strange_lead, team=people.team)
    with pytest.raises(NotFound):
        store.audit.list(people.strange_lead, case="case-1")


def test_the_service_and_admins_see_audit_rows_without_words(
    store: Store, people: People, known: dict[str, Any]
) -> None:
    assert any(row.action == "closure.proposed" for row in store.audit.list(people.admin, limit=200).items)
    assert all(row.words is None for row in store.audit.list(people.admin, limit=200).items)


def test_admin_work_is_for_admins(store: Store, people: People, known: dict[str, Any]) -> None:
    given = {
        **known,
        "name": "New name",
        "full_name": "New Name",
        "account": people.stranger.id,
        "scopes": ["screen"],
        "key": "key_none",
    }
    for who in (people.lead, people.practitioner, people.strange_lead):
        for name, method in methods(store):
            if name in ADMIN_ONLY:
                with pytest.raises(Forbidden):
                    call(method, who, given)


def test_a_practitioner_has_not_what_leads_have(store: Store, people: People, known: dict[str, Any]) -> None:
    for name in ("reports.lead_view", "reports.learn_rows", "retention.erase", "retention.export_case"):
        part, method = name.split(".")
        with pytest.raises(Forbidden):
            call(getattr(getattr(store, part), method), people.practitioner, known)
    with pytest.raises(Forbidden):
        store.audit.list(people.practitioner)
    with pytest.raises(Forbidden):
        store.teams.update(people.practitioner, people.team, settings=TeamSettings())
    with pytest.raises(Forbidden):
        store.cases.update(people.practitioner, "case-1", on_hold=True)


def test_a_key_does_what_its_scopes_say_and_no_more(store: Store, people: People, known: dict[str, Any]) -> None:
    made = store.keys.create(people.admin, people.team, "Reader", ["cases:read"])
    key = store.keys.find(made.secret, acting_for="Ms Osei")
    assert key is not None
    assert store.cases.get(key, "case-1").ref == "case-1"
    for refused in (
        lambda: store.highlights.answer(key, known["highlight"], ANSWER),
        lambda: store.notes.put(key, "case-1", known["screening"]),
        lambda: store.closures.record(key, "case-1", known["request"]),
        lambda: store.closures.confirm(key, known["closure"]),
        lambda: store.retention.erase(key, "case-1", "court_order"),
        lambda: store.audit.list(key),
    ):
        with pytest.raises(Forbidden):
            refused()
