"""Keys, chains and waits: the parts without a database."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Damaged, Forbidden, Invalid, NotFound, WrongKey
from service.security.chain import START, link
from service.security.keyring import DataKey, Keyring, Wrapped, key_id
from service.security.passwords import one_time_password
from service.security.principal import KEY_SCOPES, SCOPES_OF_ROLE, Principal, service_principal
from service.security.throttle import LIMITS, wait_seconds

NOW = dt.datetime(2024, 3, 4, tzinfo=dt.UTC)


@given(st.text())
def test_what_is_sealed_opens_in_its_own_place_only(words: str) -> None:
    key = DataKey(b"k" * 32)
    sealed = key.seal("note:1", words)
    assert key.open("note:1", sealed) == words
    with pytest.raises(Damaged):
        key.open("note:2", sealed)


def test_the_same_words_are_never_sealed_alike() -> None:
    key = DataKey(b"k" * 32)
    assert key.seal("note:1", "words") != key.seal("note:1", "words")


@given(st.integers(0, 39), st.integers(1, 255))
def test_any_changed_bit_is_noticed(at: int, flip: int) -> None:
    key = DataKey(b"k" * 32)
    sealed = bytearray(key.seal("note:1", "x" * 12))
    sealed[at] ^= flip
    with pytest.raises(Damaged):
        key.open("note:1", bytes(sealed))


def test_the_first_master_key_wraps_and_all_of_them_unwrap() -> None:
    old, new = b"o" * 32, b"n" * 32
    raw, wrapped = Keyring([old]).new_key("case")
    both = Keyring([new, old])
    assert both.unwrap("case", wrapped) == raw
    assert both.wrap("case", raw).key_id == key_id(new)
    with pytest.raises(WrongKey, match=key_id(old)):
        Keyring([new]).unwrap("case", wrapped)
    with pytest.raises(Damaged):
        both.unwrap("another case", wrapped)
    with pytest.raises(Damaged):
        both.unwrap("case", Wrapped(key_id(new), wrapped.blob))


@pytest.mark.parametrize("keys", [[], [b"short"]])
def test_keys_that_are_none(keys: list[bytes]) -> None:
    with pytest.raises(WrongKey):
        Keyring(keys)


def test_a_link_depends_on_key_row_and_what_went_before() -> None:
    one = link(b"k", START, {"a": 1})
    assert len({one, link(b"l", START, {"a": 1}), link(b"k", one, {"a": 1}), link(b"k", START, {"a": 2})}) == 4


def test_waits_double_up_to_a_quarter_of_an_hour_and_are_forgotten() -> None:
    limit = LIMITS["name-and-address"]
    waits = [wait_seconds(limit, failures, NOW, NOW) for failures in range(20)]
    assert waits[: limit.free] == [0] * limit.free
    assert waits == sorted(waits)
    assert waits[-1] == 900
    assert wait_seconds(limit, 20, NOW, NOW + dt.timedelta(hours=1)) == 0
    assert wait_seconds(limit, 20, NOW, NOW - dt.timedelta(days=1)) == 900, "a clock set back shortens no wait"


def test_one_time_passwords_differ_and_can_be_read_aloud() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert not set("".join(made)) & set("0o1il")


def test_scopes_hold_in_their_own_team_only() -> None:
    who = Principal("account", "a", "a", {"ours": SCOPES_OF_ROLE["practitioner"], "led": SCOPES_OF_ROLE["lead"]})
    who.require_in("led", "export")
    with pytest.raises(Forbidden):
        who.require_in("ours", "export")
    with pytest.raises(NotFound):
        who.require_in("theirs", "cases:read")


def test_who_answers_is_a_named_person() -> None:
    assert Principal("account", "a", "Ada", {"t": SCOPES_OF_ROLE["lead"]}).named_person("t") == ("Ada", "lead")
    assert Principal("key", "k", "System", {"t": KEY_SCOPES}, acting_for="Ms Osei").named_person("t")[0] == "Ms Osei"
    with pytest.raises(Invalid):
        Principal("key", "k", "System", {"t": KEY_SCOPES}).named_person("t")
    with pytest.raises(Forbidden):
        service_principal().named_person("t")
