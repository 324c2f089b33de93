"""The chain of the audit: each row's hash covers the row and the hash before it, keyed so that who can write to the
database, but has not the encryption key, cannot make a chain that holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping

#: The hash before the first row.
START = "0" * 64


def canonical(values: object) -> str:
    """Return the one way in which values are written, for storing and for hashing."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def link(key: bytes, before: str, row: Mapping[str, object]) -> str:
    """Return the hash of a row that follows the hash ``before``."""
    return hmac.new(key, f"{before}\n{canonical(row)}".encode(), hashlib.sha256).hexdigest()
