"""Names that stand for this software wherever a standard asks for one of the world's."""

from __future__ import annotations

from urllib.parse import quote

#: Reverse-domain prefix of hooks, event types and extensions.
DOMAIN = "org.case-note-screener"
URN = "urn:case-note-screener"
#: Where the codes of indicators and of reasons to set a passage aside are at home.
INDICATORS, SET_ASIDE_REASONS = f"{URN}:indicator", f"{URN}:set-aside-reason"


def urn(kind: str, *parts: str) -> str:
    """Return the URN of something of ours, safe whatever the ids hold."""
    return ":".join((URN, kind, *(quote(part, safe="") for part in parts)))
