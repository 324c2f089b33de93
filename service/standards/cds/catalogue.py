"""The services that discovery lists."""

from __future__ import annotations

from typing import Literal

from screener import BANNER
from service.standards.cds.models import CASE_CLOSE, NOTE_SIGN, Discovery, Service

NOTE_SERVICE, CASE_SERVICE = "note-passages", "case-close-passages"
ServiceId = Literal["note-passages", "case-close-passages"]
#: Keys of what is prefetched.
DOCUMENT, DOCUMENTS = "document", "documents"

DISCOVERY = Discovery(
    services=(
        Service(
            hook=NOTE_SIGN,
            id=NOTE_SERVICE,
            title="Passages of a note to look at",
            description=f"Points at passages of a note that a colleague might come back to. {BANNER}",
            prefetch={DOCUMENT: "DocumentReference/{{context.documentId}}"},
            usage_requirements="The note's text must be in the DocumentReference itself (attachment.data).",
        ),
        Service(
            hook=CASE_CLOSE,
            id=CASE_SERVICE,
            title="What stands unanswered before a case is closed",
            description=f"Lists passages of a case that nobody has answered yet. It blocks nothing. {BANNER}",
            prefetch={DOCUMENTS: "DocumentReference?patient={{context.patientId}}"},
            usage_requirements="Prefetch is needed only where the case's notes are not kept here.",
        ),
    )
)
