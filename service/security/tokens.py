"""Secrets that are carried about: session tokens, API keys, CSRF tokens. Only their digests are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_PREFIX = "cns_"


def new_token() -> str:
    """Return a new random token of 256 bits, safe in a cookie or a header."""
    return secrets.token_urlsafe(32)


def new_id(prefix: str) -> str:
    """Return a new random id of 96 bits that says nothing about what it names."""
    return f"{prefix}_{secrets.token_hex(12)}"


def digest(token: str) -> str:
    """Return what is stored of a token. It has 256 bits of its own, so that one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(session_token: str) -> str:
    """Return the CSRF token of a session: only who holds the session can make it, and it gives nothing back."""
    return hmac.new(session_token.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
