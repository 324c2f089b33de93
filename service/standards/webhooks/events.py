"""What is sent for an event: a CloudEvents 1.0 envelope with ids and counts, never a passage."""

from __future__ import annotations

import json

from service.standards.names import DOMAIN, URN, urn
from service.store.records import OutboxEvent

CONTENT_TYPE = "application/cloudevents+json"


def envelope(event: OutboxEvent) -> bytes:
    """Return the body that tells of an event.

    ``partitionkey`` and ``sequence`` are the CloudEvents extensions of these names: the case, and the event's place
    among the events of that case, so that a receiver can put repeats and replays in order.
    """
    return json.dumps(
        {
            "specversion": "1.0",
            "id": event.id,
            "source": URN,
            "type": f"{DOMAIN}.{event.type}",
            "time": event.at.isoformat(),
            "subject": urn("case", event.case),
            "partitionkey": event.case,
            "sequence": f"{event.seq:012d}",
            "datacontenttype": "application/json",
            "data": {"team": event.team, "case": event.case, "ids": list(event.subjects), "count": event.count},
        }
    ).encode()
