"""A CDS client, as far as the tests need one: what it sends, checked against the published schema, and what it gets."""

from __future__ import annotations

import base64
import json
import uuid
from pathlib import Path
from typing import Any

import jsonschema_rs

_SCHEMA = json.loads((Path(__file__).parent / "cds-hooks-2.0.schema.json").read_text(encoding="utf-8"))
NOTE_SERVICE, CASE_SERVICE = "/cds-services/note-passages", "/cds-services/case-close-passages"
NOTE_SIGN, CASE_CLOSE = "org.case-note-screener.note-sign", "org.case-note-screener.case-close"


def conform(part: str, document: Any) -> Any:
    """Check a document against a part of CDS Hooks 2.0, and return it."""
    jsonschema_rs.validator_for({**_SCHEMA, "$ref": f"#/$defs/{part}"}, validate_formats=True).validate(document)
    return document


def document(text: str | bytes, ident: str = "d1", patient: str = "p1", **attachment: Any) -> dict[str, Any]:
    """A DocumentReference with a note in it."""
    data = text if isinstance(text, bytes) else text.encode()
    return {
        "resourceType": "DocumentReference",
        "id": ident,
        "status": "current",
        "subject": {"reference": f"Patient/{patient}"},
        "date": "2024-05-02T10:00:00Z",
        "content": [
            {"attachment": {"contentType": "text/plain", "data": base64.b64encode(data).decode(), **attachment}}
        ],
    }


def note_signed(text: str, ident: str = "d1", patient: str = "p1", user: str = "Practitioner/ann") -> dict[str, Any]:
    """A request of the hook for a note being signed, with the fields that clients send and the service ignores."""
    return {
        "hook": NOTE_SIGN,
        "hookInstance": str(uuid.uuid4()),
        "fhirServer": "https://fhir.example.org",
        "context": {"userId": user, "patientId": patient, "documentId": ident, "encounterId": "e1"},
        "prefetch": {"document": document(text, ident, patient)},
        "extension": {"org.example.more": 1},
    }


def case_closing(documents: list[dict[str, Any]] | None, patient: str = "p1") -> dict[str, Any]:
    """A request of the hook for a case being closed; without documents, nothing is prefetched."""
    request: dict[str, Any] = {
        "hook": CASE_CLOSE,
        "hookInstance": str(uuid.uuid4()),
        "context": {"userId": "Practitioner/ann", "patientId": patient},
    }
    if documents is not None:
        entries = [{"resource": one} for one in documents]
        bundle = {"resourceType": "Bundle", "type": "searchset", **({"entry": entries} if entries else {})}
        request["prefetch"] = {"documents": bundle}
    return request
