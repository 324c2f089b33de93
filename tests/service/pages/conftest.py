"""A browser, and the service with one lead and what they look at."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import screener
from screener import Note
from service.example import CASE, example_notes
from service.security.principal import KEY_SCOPES, Principal, service_principal
from service.settings import read_settings
from service.store.records import Membership, Team
from tests.service.serving import Served, serving

PASSWORD = "plum-tractor-window"
_ARGUMENTS = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; started for each module, since the driver's event loop would be in the way of other tests."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("These tests need a browser: install Debian's package chromium (apt-get install chromium).")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, lexicon_screener: screener.Screener) -> Iterator[Served]:
    """The service with its store, one for all tests of pages: each makes its own team."""
    settings = read_settings(
        port=0,
        mode="development",
        store=True,
        database_url=f"sqlite:///{tmp_path_factory.mktemp('pages') / 'screener.db'}",
        requests_per_minute=100_000,
        failures_per_minute=1_000,
    )
    with serving(settings, lexicon_screener) as running:
        yield running


@dataclass
class Office:
    """A team of a test's own, with a lead who has chosen a password, and the key of the team's case system."""

    served: Served
    team: Team
    name: str
    secret: str

    @property
    def system(self) -> Principal:
        """The case system, putting notes for a person."""
        found = self.served.store.keys.find(self.secret, acting_for="A. Practitioner")
        assert found is not None
        return found

    def put(self, text: str, case: str = "case-1", note: str = "note-1", date: str = "2026-05-02") -> None:
        """Put a note as it would come over the API."""
        screening = self.served.service.screener.screen(
            Note.model_validate({"id": note, "text": text, "date": date, "author_role": "teacher"})
        )
        self.served.store.notes.put(self.system, case, screening)

    def put_example(self) -> str:
        """Put the example case of eight notes."""
        for note in example_notes():
            self.served.store.notes.put(self.system, CASE, self.served.service.screener.screen(note))
        return CASE

    def colleague(self, role: str = "lead", admin: bool = False) -> str:
        """Make an account with the password of all these tests, and return its name."""
        return account(self.served, self.team, role, admin)


def account(served: Served, team: Team, role: str, admin: bool = False) -> str:
    name = f"ann {uuid.uuid4().hex[:8]}"
    membership = Membership.model_validate({"team": team.id, "role": role})
    made, one_time = served.store.accounts.create(
        service_principal(), name, "Ann Lead", admin=admin, memberships=(membership,)
    )
    assert one_time
    new = Principal("account", made.id, made.name, must_change_password=True)
    served.store.accounts.change_password(new, one_time, PASSWORD)
    return name


@pytest.fixture
def office(served: Served) -> Office:
    team = served.store.teams.create(service_principal(), f"Team {uuid.uuid4().hex[:8]}")
    secret = served.store.keys.create(service_principal(), team.id, "case system", sorted(KEY_SCOPES)).secret
    return Office(served, team, account(served, team, "lead", admin=True), secret)


@pytest.fixture
def context(browser: Browser, served: Served) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browser windows that close after the test: each with its own size, colours, and JavaScript or none."""
    made: list[BrowserContext] = []

    def open_one(**options: object) -> BrowserContext:
        made.append(browser.new_context(base_url=served.url, **options))  # type: ignore[arg-type]
        made[-1].set_default_timeout(60_000)
        return made[-1]

    yield open_one
    for one in made:
        one.close()


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
