"""FHIR R4 in: the notes of a DocumentReference, a Composition, or a Bundle of them.

The resources are checked by ``fhir.resources`` (R4B, whose documents are those of R4); texts are then taken from the
JSON as it was sent, because the package is lenient about base64. Attachments by address are not fetched, unless they
are in the same Bundle.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from screener import Note
from service.standards.fhir.markup import plain_text

NOTES = frozenset(("DocumentReference", "Composition"))
_PLAIN, _MARKUP = frozenset(("text/plain", "text/markdown")), frozenset(("text/html", "application/xhtml+xml"))
_WITHDRAWN = frozenset(("entered-in-error",))
_LONGEST_ID = 200


class Unreadable(Exception):  # noqa: N818 - said of a resource
    """A resource that no note can be read from: where (JSON pointer) and why, without a word of it."""

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(reason)
        self.pointer, self.reason = pointer, reason


@dataclass(frozen=True)
class FhirNote:
    """A note, and the reference by which FHIR knows its document and its subject."""

    note: Note
    document: str
    subject: str | None


@dataclass(frozen=True)
class Reading:
    """What was read, and what was not with its reason."""

    notes: tuple[FhirNote, ...]
    not_read: tuple[Unreadable, ...]


def read(resource: Any) -> Reading:
    """Return the notes of a resource. Raises Unreadable where it is not a resource that can hold notes."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if kind not in NOTES | {"Bundle"}:
        raise Unreadable("/resourceType", "must be DocumentReference, Composition or Bundle")
    _check(kind, resource)
    if kind != "Bundle":
        return _reading([("", resource)], {})
    entries = list(_entries(resource))
    binaries = {
        address: (pointer, inner)
        for pointer, address, inner in entries
        if address is not None and inner.get("resourceType") == "Binary"
    }
    return _reading([(p, r) for p, _, r in entries if r.get("resourceType") in NOTES], binaries)


_Binaries = Mapping[str, tuple[str, dict[str, Any]]]


def _reading(resources: list[tuple[str, dict[str, Any]]], binaries: _Binaries) -> Reading:
    notes: list[FhirNote] = []
    not_read: list[Unreadable] = []
    seen: set[tuple[str | None, str]] = set()
    for pointer, resource in resources:
        try:
            found = _note(pointer, resource, binaries)
            if (found.subject, found.note.id) in seen:
                raise Unreadable(f"{pointer}/id", "is the id of another document in the bundle")
        except Unreadable as problem:
            not_read.append(problem)
        else:
            seen.add((found.subject, found.note.id))
            notes.append(found)
    return Reading(tuple(notes), tuple(not_read))


def _note(pointer: str, resource: dict[str, Any], binaries: _Binaries) -> FhirNote:
    kind, ident = resource["resourceType"], resource.get("id")
    if not ident:
        raise Unreadable(f"{pointer}/id", "is missing: a passage could not be found again without it")
    if resource.get("status") in _WITHDRAWN or resource.get("docStatus") in _WITHDRAWN:
        raise Unreadable(f"{pointer}/status", "says that the document was entered in error")
    text = _document_text(pointer, resource, binaries) if kind == "DocumentReference" else _composition_text(resource)
    if not text.strip():
        raise Unreadable(pointer, "holds no text")
    subject = (resource.get("subject") or {}).get("reference")
    try:
        note = Note(
            id=ident,
            text=text,
            date=_day(resource.get("date")),
            kind=_name_of(resource.get("type")),
            case=_id_of(subject),
        )
    except ValidationError:
        raise Unreadable(f"{pointer}/date", "is not a day in a calendar") from None
    return FhirNote(note, f"{kind}/{ident}", subject)


def _document_text(pointer: str, resource: dict[str, Any], binaries: _Binaries) -> str:
    """Return the text of the first attachment that can be read: the others are the same document in other forms."""
    problems: list[Unreadable] = []
    for number, content in enumerate(resource["content"]):
        where, attachment = f"{pointer}/content/{number}/attachment", content["attachment"]
        try:
            if "data" not in attachment and attachment.get("url") in binaries:
                where, binary = binaries[attachment["url"]]
                attachment = {"contentType": attachment.get("contentType"), **binary}
            return _attachment_text(where, attachment)
        except Unreadable as problem:
            problems.append(problem)
    raise problems[0]


def _attachment_text(pointer: str, attachment: dict[str, Any]) -> str:
    if "data" not in attachment:
        raise Unreadable(pointer, "holds no data: attachments by address are not fetched, send the text itself")
    content_type = Message()
    content_type["content-type"] = attachment.get("contentType") or ""
    kind = content_type.get_content_type() if attachment.get("contentType") else ""
    if kind not in _PLAIN | _MARKUP:
        raise Unreadable(f"{pointer}/contentType", "is not text: send text/plain, text/markdown or text/html")
    try:
        data = base64.b64decode("".join(attachment["data"].split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(f"{pointer}/data", "is not base64") from None
    text = _decoded(pointer, data, content_type.get_content_charset("utf-8"))
    return plain_text(text) if kind in _MARKUP else text


def _decoded(pointer: str, data: bytes, charset: str) -> str:
    try:
        codec = codecs.lookup(charset)
    except LookupError:
        raise Unreadable(f"{pointer}/contentType", "names a charset that is not known here") from None
    try:
        text = data.decode("utf-8-sig" if codec.name == "utf-8" else codec.name)
    except (UnicodeError, LookupError, ValueError):
        raise Unreadable(f"{pointer}/data", "is not text in the charset that its contentType names") from None
    if "\0" in text:
        raise Unreadable(f"{pointer}/data", "holds binary data, or text in another charset than its contentType names")
    return text


def _composition_text(resource: dict[str, Any]) -> str:
    return "\n\n".join(part for section in resource.get("section", ()) for part in _section_texts(section) if part)


def _section_texts(section: dict[str, Any]) -> Iterator[str]:
    yield section.get("title", "")
    yield plain_text((section.get("text") or {}).get("div", ""))
    for inner in section.get("section", ()):
        yield from _section_texts(inner)


def _entries(bundle: dict[str, Any]) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Yield pointer, address and resource of each entry, with ``Type/id`` as a second address where there is one."""
    for number, entry in enumerate(bundle.get("entry", ())):
        inner = entry.get("resource")
        if inner is None:
            continue
        pointer = f"/entry/{number}/resource"
        yield pointer, entry.get("fullUrl"), inner
        if inner.get("resourceType") == "Binary" and inner.get("id"):
            yield pointer, f"Binary/{inner['id']}", inner


def _check(kind: str, resource: dict[str, Any]) -> None:
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        # The name of a field that is not known is the caller's own words.
        where = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
        pointer = "".join(f"/{part}" for part in where)
        raise Unreadable(pointer, f"does not fit FHIR R4 ({kind})") from None
    except Exception:  # the package raises errors of many families on input that no one foresaw
        raise Unreadable("", f"does not fit FHIR R4 ({kind})") from None


def _day(date: str | None) -> str | None:
    """Return a date that names a day; FHIR also has dates of a month or a year only, which leave a note undated."""
    return date if date and len(date) >= len("2024-05-02") else None


def _name_of(concept: dict[str, Any] | None) -> str | None:
    if not concept:
        return None
    return concept.get("text") or next((c["display"] for c in concept.get("coding", ()) if "display" in c), None)


def _id_of(reference: str | None) -> str | None:
    ident = (reference or "").rpartition("/")[2][:_LONGEST_ID]
    return ident or None
