"""What the store refuses, each with what is wrong and what to do. Messages never hold words of a note or an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screener import ScreenerError

if TYPE_CHECKING:
    from service.store.records import OpenItem


class ServiceError(ScreenerError):
    """Base of all refusals of the service."""


class NotFound(ServiceError):
    """What was asked for is not there, or belongs to a team the caller is not in: the two look the same (404)."""


class Forbidden(ServiceError):
    """The caller's own team, but their role or scopes do not go so far (403). ``scope`` is the one that is missing."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"this needs the scope '{scope}'")
        self.scope = scope


class Invalid(ServiceError):
    """A field that cannot be taken (422): ``field`` names it, ``reason`` says why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


class Conflict(ServiceError):
    """The request does not fit what is stored now (409), such as a name that is taken."""


class Changed(ServiceError):
    """Someone changed it since the caller read it (412). ``version`` is the one that stands now."""

    def __init__(self, version: int) -> None:
        super().__init__("this was changed since you read it; read it again")
        self.version = version


class ClosureRefused(ServiceError):
    """Passages or patterns stand open that no written reason names (409). ``open`` lists them all."""

    def __init__(self, open_items: tuple[OpenItem, ...]) -> None:
        super().__init__(f"{len(open_items)} passages or patterns stand open that no written reason names")
        self.open = open_items


class SignInRefused(ServiceError):
    """Name or password do not fit, or the account is closed: never says which (401)."""

    def __init__(self) -> None:
        super().__init__("the name or the password is not right")


class Throttled(ServiceError):
    """Too many failed sign-ins (429). ``seconds`` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failed sign-ins; wait {seconds} seconds")
        self.seconds = seconds


class StoreUnavailable(ServiceError):
    """The database does not answer, or its disk is full (503). Nothing was recorded; try again."""

    def __init__(self) -> None:
        super().__init__("the database does not answer or cannot write; nothing was recorded, try again")


class WrongKey(ServiceError):
    """The encryption keys given do not open what is stored. The service must not start with them."""


class Damaged(ServiceError):
    """Something stored, or a backup, is not as it was written."""
