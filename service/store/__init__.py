"""The case store: what keeps a highlight from being forgotten, on SQLite or PostgreSQL.

Every method takes the caller where data of a team is touched, checks them on the object itself, is one transaction,
and writes the audit in that same transaction. All are blocking: call them in a worker thread. They raise the errors of
``service.errors``. A ``version`` is the ETag of its record; ``if_match=None`` skips the check. A ``request_key`` makes
a request safe to repeat: the same key and the same words give the first answer again, other words raise Conflict.
"""

from service.store.backup import backup, restore
from service.store.cases import UNSET
from service.store.schema import migrate
from service.store.store import Store

__all__ = ["UNSET", "Store", "backup", "migrate", "restore"]
