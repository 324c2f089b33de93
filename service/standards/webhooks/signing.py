"""Signing of what is sent, and its check: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256.

What is signed is ``id.seconds.body``: who has the secret can tell who sent it, that nobody changed it, and by the time
that it is not an old one played again. A repeat of an event has its id, so that it is taken once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

ID, TIME, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far the time of a message may be from the receiver's clock, in seconds.
WINDOW = 300


class Forged(Exception):  # noqa: N818 - what the receiver has in hand
    """A message that was not sent by who holds the secret, was changed on its way, or is played again too late."""


def headers(secret: str, event: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers that a body is sent with at ``seconds`` since 1970."""
    return {ID: event, TIME: str(seconds), SIGNATURE: f"v1,{_signature(secret, event, seconds, body)}"}


def verify(secret: str, received: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the id of a received event, for receivers in Python. Header names in lower case; ``now`` since 1970.

    Raises Forged. Keep the ids of the last day: an id that was taken already is a repeat, to be answered with 200.
    """
    event, seconds = received.get(ID, ""), received.get(TIME, "")
    if not event or not (seconds.isascii() and seconds.isdigit()) or len(seconds) > 12:
        raise Forged("the id or the time is missing")
    if abs(now - int(seconds)) > WINDOW:
        raise Forged("the time is too far from this clock")
    expected = _signature(secret, event, int(seconds), body).encode()
    # Several signatures stand side by side while a secret is being changed.
    for signed in received.get(SIGNATURE, "").split():
        version, _, given = signed.partition(",")
        if version == "v1" and hmac.compare_digest(expected, given.encode()):
            return event
    raise Forged("no signature fits")


def _signature(secret: str, event: str, seconds: int, body: bytes) -> str:
    signed = f"{event}.{seconds}.".encode() + body
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
