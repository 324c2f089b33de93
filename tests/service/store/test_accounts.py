"""Who signs in, with what, and how often they may try."""

import datetime as dt
from collections.abc import Callable

import pytest

from service.errors import Conflict, Forbidden, Invalid, NotFound, SignInRefused, Throttled
from service.security.principal import Principal, service_principal
from service.store import Store
from service.store.records import Membership

from .conftest import Clock, People

WORDS = "three quiet words"


@pytest.fixture
def ready(store: Store) -> Store:
    """A store with one account, `admin`, whose password is its own."""
    password = store.accounts.first_admin("admin", "First team")
    assert password is not None
    who = store.sessions.find(store.sessions.sign_in("admin", password, "here").token)
    assert who is not None
    store.accounts.change_password(who, password, WORDS)
    return store


def signed_in(store: Store, password: str = WORDS) -> tuple[str, Principal]:
    token = store.sessions.sign_in("admin", password, "here").token
    who = store.sessions.find(token)
    assert who is not None
    return token, who


def test_the_first_admin_is_made_once(ready: Store) -> None:
    assert ready.accounts.first_admin("second", "Other team") is None
    _, who = signed_in(ready)
    assert who.admin
    assert [t.name for t in ready.teams.list(who)] == ["First team"]


def test_a_one_time_password_opens_nothing_but_its_own_change(store: Store) -> None:
    password = store.accounts.first_admin("admin", "First team")
    assert password is not None
    _, who = signed_in(store, password)
    assert who.must_change_password
    assert not who.admin
    assert who.teams == {}
    with pytest.raises(Forbidden):
        store.cases.list(who)


def test_names_do_not_depend_on_their_case(ready: Store) -> None:
    assert ready.sessions.sign_in(" ADMIN ", WORDS, "here").account.name == "admin"
    with pytest.raises(Conflict):
        ready.accounts.create(service_principal(), "Admin", "Another")


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaa", "admin and words", "x" * 201, WORDS])
def test_weak_passwords_are_refused(ready: Store, weak: str) -> None:
    _, who = signed_in(ready)
    with pytest.raises(Invalid) as refused:
        ready.accounts.change_password(who, WORDS, weak)
    assert refused.value.field == "new_password"


def test_a_password_is_changed_by_who_knows_it(ready: Store) -> None:
    token, who = signed_in(ready)
    with pytest.raises(Invalid):
        ready.accounts.change_password(who, "not the old one", "four other quiet words")
    ready.accounts.change_password(who, WORDS, "four other quiet words")
    assert ready.sessions.find(token) is None, "sessions begun with the old password have ended"
    with pytest.raises(SignInRefused):
        ready.sessions.sign_in("admin", WORDS, "here")


def test_wrong_names_and_wrong_passwords_look_the_same(ready: Store) -> None:
    for name, password in (("admin", "wrong"), ("nobody", WORDS)):
        with pytest.raises(SignInRefused) as refused:
            ready.sessions.sign_in(name, password, "here")
        assert str(refused.value) == str(SignInRefused())


def test_failures_make_the_next_try_wait_and_are_forgotten(ready: Store, clock: Clock) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            ready.sessions.sign_in("admin", "wrong", "there")
    with pytest.raises(Throttled) as wait:
        ready.sessions.sign_in("admin", WORDS, "there")
    assert ready.sessions.sign_in("admin", WORDS, "elsewhere").token, "a stranger's tries do not lock a colleague out"
    clock.move(seconds=wait.value.seconds)
    assert ready.sessions.sign_in("admin", WORDS, "there").token


def test_one_address_cannot_try_many_names(ready: Store) -> None:
    def attempt(number: int) -> str:
        try:
            ready.sessions.sign_in(f"name {number}", "wrong", "there")
        except (SignInRefused, Throttled) as error:
            return type(error).__name__
        return "in"

    outcomes = [attempt(number) for number in range(32)]
    assert outcomes[:30] == ["SignInRefused"] * 30
    assert outcomes[-1] == "Throttled"


def test_sessions_end_by_idleness_by_age_and_by_signing_out(ready: Store, clock: Clock) -> None:
    token, _ = signed_in(ready)
    clock.move(minutes=59)
    assert ready.sessions.find(token)
    clock.move(minutes=59)
    assert ready.sessions.find(token), "each use moves the idle limit on"
    clock.move(minutes=61)
    assert ready.sessions.find(token) is None
    token, _ = signed_in(ready)
    for _ in range(14):
        clock.move(minutes=55)
        ready.sessions.find(token)
    assert ready.sessions.find(token) is None, "no session outlives half a day"
    token, _ = signed_in(ready)
    ready.sessions.sign_out(token)
    assert ready.sessions.find(token) is None
    assert ready.retention.sweep() > 0


def test_csrf_tokens_belong_to_one_session(ready: Store) -> None:
    one, other = ready.sessions.sign_in("admin", WORDS, "a"), ready.sessions.sign_in("admin", WORDS, "b")
    assert ready.sessions.csrf_fits(one.token, one.csrf)
    assert not ready.sessions.csrf_fits(one.token, other.csrf)
    assert not ready.sessions.csrf_fits(one.token, "ü")


def test_closing_an_account_ends_its_sessions(ready: Store) -> None:
    token, who = signed_in(ready)
    second, _ = ready.accounts.create(who, "second", "Second Admin", admin=True)
    ready.accounts.update(service_principal(), who.id, active=False)
    assert ready.sessions.find(token) is None
    with pytest.raises(SignInRefused):
        ready.sessions.sign_in("admin", WORDS, "here")
    with pytest.raises(Conflict):
        ready.accounts.update(service_principal(), second.id, active=False)


def test_a_password_reset_is_one_time(ready: Store) -> None:
    token, who = signed_in(ready)
    password = ready.accounts.reset_password(who, who.id)
    assert ready.sessions.find(token) is None
    assert ready.sessions.sign_in("admin", password, "here").account.must_change_password


def test_memberships_are_of_teams_that_are_there(store: Store, people: People) -> None:
    with pytest.raises(Invalid):
        store.accounts.create(people.admin, "new", "New", memberships=[Membership(team="tm_none", role="lead")])
    with pytest.raises(Invalid):
        store.accounts.create(people.admin, "new", "New", memberships=[Membership(team=people.team, role="lead")] * 2)
    assert {m.full_name for m in store.accounts.members(people.lead, people.team)} == {
        "Lead",
        "Other Lead",
        "Practitioner",
        "Colleague",
    }


def test_openid_connect_finds_its_account_and_no_other(store: Store, people: People) -> None:
    made, password = store.accounts.create(
        people.admin, "ada", "Ada", oidc_subject="https://id.example|123", memberships=()
    )
    assert password is None
    session = store.sessions.sign_in_oidc("https://id.example", "123")
    assert session.account.id == made.id
    for issuer, subject in (("https://id.example", "124"), ("https://other.example", "123")):
        with pytest.raises(SignInRefused):
            store.sessions.sign_in_oidc(issuer, subject)
    with pytest.raises(SignInRefused):
        store.sessions.sign_in("ada", "", "here")


def test_keys_work_until_they_end(store: Store, people: People, clock: Clock) -> None:
    ends = clock.now + dt.timedelta(days=10)
    made = store.keys.create(people.admin, people.team, "Case system", ["notes:write"], expires_at=ends)
    who = store.keys.find(made.secret)
    assert who is not None
    assert who.teams == {people.team: frozenset({"notes:write"})}
    assert store.keys.find(made.secret + "x") is None
    assert store.keys.list(people.admin)[0].last_used_at == clock.now
    clock.move(days=10)
    assert store.keys.find(made.secret) is None


def test_a_rotated_key_overlaps_with_its_successor(store: Store, people: People, clock: Clock) -> None:
    old = store.keys.create(people.admin, people.team, "Case system", ["notes:write"])
    new = store.keys.rotate(people.admin, old.key.id, overlap=dt.timedelta(hours=2))
    assert store.keys.find(old.secret)
    assert store.keys.find(new.secret)
    clock.move(hours=2)
    assert store.keys.find(old.secret) is None
    assert store.keys.find(new.secret)
    store.keys.revoke(people.admin, new.key.id)
    assert store.keys.find(new.secret) is None
    with pytest.raises(Conflict):
        store.keys.rotate(people.admin, new.key.id)


@pytest.mark.parametrize("scope", ["admin", "closures:confirm", "erase", "team:write"])
def test_some_scopes_are_never_a_keys(store: Store, people: People, scope: str) -> None:
    with pytest.raises(Invalid):
        store.keys.create(people.admin, people.team, "Case system", [scope])  # type: ignore[list-item]


def test_secrets_are_not_in_what_is_listed_or_shown(store: Store, people: People) -> None:
    made = store.keys.create(people.admin, people.team, "Case system", ["notes:write"])
    assert made.secret not in repr(made)
    assert made.secret not in repr(store.keys.list(people.admin))


def test_unknown_objects_of_admins(store: Store, people: People) -> None:
    for missing in (
        lambda: store.keys.revoke(people.admin, "key_none"),
        lambda: store.accounts.get(people.admin, "ac_none"),
        lambda: store.keys.create(people.admin, "tm_none", "x", ["screen"]),
        lambda: store.teams.get(people.admin, "tm_none"),
    ):
        with pytest.raises(NotFound):
            missing()


def test_many_tries_at_once_are_all_counted(ready: Store, make_store: Callable[..., Store]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def attempt(_: int) -> str:
        try:
            ready.sessions.sign_in("admin", "wrong", "there")
        except (SignInRefused, Throttled) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(8) as pool:
        assert "in" not in set(pool.map(attempt, range(24)))
    with pytest.raises(Throttled):
        ready.sessions.sign_in("admin", WORDS, "there")
