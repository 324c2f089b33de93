"""Passwords: argon2id hashes, one-time passwords, and the few rules that help."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.errors import Invalid

MINIMUM = 12
MAXIMUM = 200
#: Letters and digits that are not mistaken for one another when read aloud or copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class Passwords:
    """Hashes and checks passwords. The defaults are argon2-cffi's (RFC 9106, low memory); tests ask for less work."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash(secrets.token_urlsafe(24))

    def hash(self, password: str) -> str:
        """Return the hash to store."""
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Say whether a password fits; without a stored hash the same work is done, so that time tells nothing."""
        try:
            return self._hasher.verify(stored or self._decoy, password) and stored is not None
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False

    def outdated(self, stored: str) -> bool:
        """Say whether a hash was made with less work than is asked for now."""
        return self._hasher.check_needs_rehash(stored)


def one_time_password() -> str:
    """Return a password to be changed at first sign-in: four groups of five, 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def check_new(password: str, account_name: str) -> None:
    """Raise Invalid where a new password is too short, too long, one character over and over, or holds the name."""
    if not MINIMUM <= len(password) <= MAXIMUM:
        raise Invalid("new_password", f"must have {MINIMUM} to {MAXIMUM} characters; three or four words do well")
    if len(set(password)) < 5:
        raise Invalid("new_password", "is the same few characters over and over")
    if account_name.casefold() in password.casefold():
        raise Invalid("new_password", "holds the name it is for")
