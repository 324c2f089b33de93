"""A store over each database, with a clock that tests move, and people in two teams."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from screener import Note, Screener, Screening
from service.security.principal import SCOPES_OF_ROLE, Principal, Role, service_principal
from service.store import Store, migrate
from service.store.records import Membership, TeamSettings

KEY = b"k" * 32


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: dt.datetime = dt.datetime(2024, 3, 4, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


@dataclass
class People:
    """Two teams and who is in them."""

    admin: Principal
    lead: Principal
    other_lead: Principal
    practitioner: Principal
    colleague: Principal
    stranger: Principal
    strange_lead: Principal
    team: str
    strange_team: str


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with its tables, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "screener.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres: Callable[..., str]) -> str:
    """The name of a PostgreSQL database with its tables, to be copied."""
    url = postgres()
    migrate(url)
    name = make_url(url).database
    assert name
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind, with its tables."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "screener.db")
        return f"sqlite:///{copy}"
    new_database: Callable[..., str] = request.getfixturevalue("postgres")
    return new_database(template=request.getfixturevalue("migrated_template"))


@pytest.fixture
def make_store(migrated_url: str, clock: Clock) -> Iterator[Callable[..., Store]]:
    """Open a store over the database of the test; every one is closed at its end."""
    opened = []

    def make(**options: object) -> Store:
        opened.append(Store(migrated_url, **{"keys": [KEY], "clock": clock, **options}))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: Callable[..., Store]) -> Store:
    return make_store(tiers={"gifts_or_money": "A", "secrecy": "C"})


@pytest.fixture
def people(store: Store) -> People:
    return populate(store)


def populate(store: Store) -> People:
    """Make two teams and their people, and return who they are."""
    root = service_principal()
    ours, theirs = store.teams.create(root, "Ours"), store.teams.create(root, "Theirs")

    def person(name: str, team: str, role: Role) -> Principal:
        account, _ = store.accounts.create(root, name, name.title(), memberships=[Membership(team=team, role=role)])
        return Principal("account", account.id, account.name, {team: SCOPES_OF_ROLE[role]})

    admin, _ = store.accounts.create(root, "admin", "Admin", admin=True)
    return People(
        admin=Principal("account", admin.id, "admin", admin=True),
        lead=person("lead", ours.id, "lead"),
        other_lead=person("other lead", ours.id, "lead"),
        practitioner=person("practitioner", ours.id, "practitioner"),
        colleague=person("colleague", ours.id, "practitioner"),
        stranger=person("stranger", theirs.id, "practitioner"),
        strange_lead=person("strange lead", theirs.id, "lead"),
        team=ours.id,
        strange_team=theirs.id,
    )


def ask_for_second_person(store: Store, people: People) -> None:
    """Let the team ask for a second person at closure."""
    store.teams.update(people.lead, people.team, settings=TeamSettings(second_person=True))


@pytest.fixture
def screened(lexicon_screener: Screener) -> Callable[..., Screening]:
    """Screen a note written on the spot: ``screened("n1", "Terry slipped her £20.")``."""

    def screen(ident: str, text: str, date: dt.date | None = None) -> Screening:
        return lexicon_screener.screen(Note(id=ident, text=text, date=date))

    return screen


def relit(screening: Screening, **changes: object) -> Screening:
    """Return a screening whose passages were read otherwise."""
    return screening.model_copy(
        update={"highlights": tuple(h.model_copy(update=changes) for h in screening.highlights)}
    )


def acting_for(key: Principal, name: str | None) -> Principal:
    """Return a key's principal that names a person."""
    return replace(key, acting_for=name)
