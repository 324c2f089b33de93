"""Encryption at rest: one key a case, wrapped by the master key of the service (AES-256-GCM).

Rotating the master key wraps the case keys anew and leaves what they encrypt as it is, so that the chained audit stays
as it was written. Erasing a case destroys its key: copies of its ciphertext, also in the audit, cannot be read again
from this database.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.errors import Damaged, WrongKey

KEY_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Wrapped:
    """A key encrypted with a master key, and which one."""

    key_id: str
    blob: bytes


class DataKey:
    """The key of one case. ``context`` says where a sealed value belongs; it cannot be opened anywhere else."""

    def __init__(self, raw: bytes) -> None:
        self._aes = AESGCM(raw)

    def seal(self, context: str, plain: str) -> bytes:
        """Encrypt text. Half surrogate pairs, which JSON can carry, survive."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, plain.encode("utf-8", "surrogatepass"), context.encode())

    def open(self, context: str, sealed: bytes) -> str:
        """Decrypt text. Raises Damaged where it was changed, or moved from where it belongs."""
        try:
            plain = self._aes.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
        except InvalidTag:
            raise Damaged("something encrypted is not as it was written, or not where it was written") from None
        return plain.decode("utf-8", "surrogatepass")


class Keyring:
    """The master keys of the service. The first encrypts; all of them decrypt."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise WrongKey("give at least one encryption key of 32 bytes")
        self._keys = {key_id(key): AESGCM(key) for key in keys}
        self.active = key_id(keys[0])

    def new_key(self, context: str) -> tuple[bytes, Wrapped]:
        """Return a new data key, and the same wrapped to be stored."""
        raw = AESGCM.generate_key(8 * KEY_BYTES)
        return raw, self.wrap(context, raw)

    def wrap(self, context: str, raw: bytes) -> Wrapped:
        """Encrypt a data key with the active master key."""
        nonce = os.urandom(_NONCE_BYTES)
        return Wrapped(self.active, nonce + self._keys[self.active].encrypt(nonce, raw, context.encode()))

    def unwrap(self, context: str, wrapped: Wrapped) -> bytes:
        """Decrypt a data key. Raises WrongKey where its master key was not given, Damaged where it was changed."""
        master = self._keys.get(wrapped.key_id)
        if master is None:
            raise WrongKey(
                f"what is stored was encrypted with key {wrapped.key_id}, which was not given; "
                "give the key that the store was last used with"
            )
        try:
            return master.decrypt(wrapped.blob[:_NONCE_BYTES], wrapped.blob[_NONCE_BYTES:], context.encode())
        except InvalidTag:
            raise Damaged("a stored key is not as it was written, or not where it was written") from None


def key_id(key: bytes) -> str:
    """Return the short name of a master key, which says nothing about it."""
    return hashlib.sha256(b"case-note-screener key id\0" + key).hexdigest()[:8]
