"""Cards that a case system was sent: found again by their own team, and gone with their case."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from screener import Screening
from service.errors import Forbidden, NotFound
from service.store import Store, backup, restore
from tests.service.store.conftest import KEY, People

CARD = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def shown(store: Store, people: People, screened: Callable[..., Screening]) -> tuple[str, ...]:
    """The passages of a card that was sent."""
    put = store.notes.put(people.practitioner, "c1", screened("n1", "Terry slipped her £20. It is our secret."))
    store.cards.add(replace(people.practitioner, acting_for="Practitioner/ann"), "c1", [(CARD, put.opened)])
    return put.opened


def test_a_card_is_known_to_its_team_with_the_person_who_saw_it(
    store: Store, people: People, shown: tuple[str, ...]
) -> None:
    card = store.cards.get(people.colleague, CARD)
    assert (card.case, card.person, card.highlights) == ("c1", "Practitioner/ann", shown)
    for nobody in (people.stranger, people.strange_lead, people.admin):
        with pytest.raises(NotFound):
            store.cards.get(nobody, CARD)
    reader = replace(people.practitioner, teams={people.team: frozenset(("cases:read",))})
    with pytest.raises(Forbidden):
        store.cards.get(reader, CARD)


def test_a_card_goes_with_its_case(store: Store, people: People, shown: tuple[str, ...]) -> None:
    store.retention.erase(people.lead, "c1", "loaded_in_error")
    with pytest.raises(NotFound):
        store.cards.get(people.lead, CARD)


def test_a_card_is_in_the_backup(store: Store, people: People, shown: tuple[str, ...], tmp_path: Path) -> None:
    backup(store, tmp_path / "backup")
    url = f"sqlite:///{tmp_path / 'restored.db'}"
    restore(url, [KEY], tmp_path / "backup")
    restored = Store(url, [KEY])
    try:
        assert restored.cards.get(people.lead, CARD).highlights == shown
    finally:
        restored.close()
