"""ETags and conditional requests: a record's version, and a change only to the version that was read."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from service.problems import Problem

_TAG = re.compile(r'"(\d{1,12})"')
_IfMatch = Annotated[
    str | None, Header(max_length=100, description="The ETag that you read, or `*` for whatever stands now.")
]


def tag(response: Response, version: int) -> None:
    """Put a record's version into the answer as its ETag."""
    response.headers["etag"] = f'"{version}"'


def _optional(if_match: _IfMatch = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        # No tag of ours: it cannot be the version that stands now.
        raise Problem(412, "changed", "This If-Match is no ETag of this service. Read it again.")
    return int(found[1])


def _needed(if_match: _IfMatch = None) -> int | None:
    if if_match is None:
        raise Problem(
            428, "if-match-needed", "Send If-Match with the ETag that you read, so that nobody is overwritten."
        )
    return _optional(if_match)


#: The version a change may be made to; None where any will do.
IfMatch = Annotated[int | None, Depends(_optional)]
IfMatchNeeded = Annotated[int | None, Depends(_needed)]
RequestKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=200,
        pattern=r"^[\w.:-]+$",
        description="Send the same key with a repeat: what was recorded the first time is answered again.",
    ),
]
