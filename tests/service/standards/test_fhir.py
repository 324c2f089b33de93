"""FHIR in and out: what is read, what is refused and where, and that nothing but proposals comes out."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

import screener
from service.settings import read_settings
from service.standards.fhir.markup import plain_text
from service.standards.fhir.read import Unreadable, read
from tests.service.serving import Served, serving
from tests.service.standards.cds import document

LIT = "Terry bought her a new phone 📱 and told her not to tell mum."
MARKER = "zanzibarquince"
FHIR = {"content-type": "application/fhir+json"}


@pytest.fixture(scope="module")
def served(lexicon_screener: screener.Screener) -> Iterator[Served]:
    with serving(read_settings(port=0), lexicon_screener) as running:
        yield running


def send(served: Served, resource: Any) -> httpx.Response:
    return served.http.post("/v1/fhir/screen", content=json.dumps(resource), headers=FHIR)


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}


def composition(*divs: str) -> dict[str, Any]:
    return {
        "resourceType": "Composition",
        "id": "c1",
        "status": "final",
        "type": {"text": "Progress note"},
        "subject": {"reference": "Patient/p1"},
        "date": "2024-05-02",
        "author": [{"display": "A. Practitioner"}],
        "title": "Session",
        "section": [
            {
                "title": f"Part {number}",
                "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{div}</div>'},
            }
            for number, div in enumerate(divs, 1)
        ],
    }


# --- in ----------------------------------------------------------------------------------------------------------


def test_a_document_is_read_with_its_date_kind_and_subject() -> None:
    coding = {"system": "http://loinc.org", "code": "11506-3", "display": "Progress note"}
    resource = {**document(LIT), "type": {"coding": [coding]}}
    (found,) = read(resource).notes
    assert found.note == screener.Note(id="d1", text=LIT, date=dt.date(2024, 5, 2), kind="Progress note", case="p1")
    assert (found.document, found.subject) == ("DocumentReference/d1", "Patient/p1")


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", LIT.encode()),
        ("UTF-8", b"\xef\xbb\xbf" + LIT.encode()),
        ("utf-16", LIT.encode("utf-16")),
        ("windows-1252", "Terry’s £20".encode("cp1252")),
    ],
)
def test_the_charset_of_an_attachment_is_believed(charset: str, data: bytes) -> None:
    (found,) = read(document(data, contentType=f'text/plain; charset="{charset}"')).notes
    assert found.note.text in (LIT, "Terry’s £20")


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), min_size=1))
def test_any_text_comes_through_as_it_was_written(text: str) -> None:
    if text.strip():
        assert read(document(text)).notes[0].note.text == text


def test_a_composition_is_its_sections_as_a_reader_sees_them() -> None:
    (found,) = read(composition("<p>Seen at home.</p><p>Terry &amp; mum <b>there</b>.</p>", "<br/>Next: 3 May")).notes
    assert found.note.text == "Part 1\n\nSeen at home.\n\nTerry & mum there.\n\nPart 2\n\nNext: 3 May"


def test_scripts_and_styles_of_markup_are_not_text() -> None:
    assert plain_text("<style>p{}</style><p>Seen</p><script>alert('x')</script>&lt;b&gt;") == "Seen\n<b>"


def test_a_bundle_is_read_with_its_attachments_and_says_what_it_could_not_read() -> None:
    outside = document("", "d2")
    outside["content"][0]["attachment"] = {"contentType": "text/plain", "url": "Binary/b1"}
    away = document("", "d3")
    away["content"][0]["attachment"] = {"contentType": "text/plain", "url": "https://elsewhere.example.org/x"}
    data = base64.b64encode(b"In b1").decode()
    binary = {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": data}
    withdrawn = {**document("x", "d4"), "status": "entered-in-error"}
    patient = {"resourceType": "Patient", "id": "p1"}
    found = read(bundle(document(LIT), outside, away, binary, withdrawn, patient, document("again")))
    assert [(one.note.id, one.note.text) for one in found.notes] == [("d1", LIT), ("d2", "In b1")]
    assert [problem.pointer for problem in found.not_read] == [
        "/entry/2/resource/content/0/attachment",
        "/entry/4/resource/status",
        "/entry/6/resource/id",
    ]


def test_the_first_form_of_a_document_that_can_be_read_is_taken() -> None:
    resource = document(b"%PDF", contentType="application/pdf")
    resource["content"] += document("<p>Seen</p>", contentType="text/html")["content"]
    assert read(resource).notes[0].note.text == "Seen"


def test_a_date_of_a_month_only_leaves_the_note_undated() -> None:
    assert read({**composition("<p>Seen</p>"), "date": "2024-05"}).notes[0].note.date is None


# --- bad input ---------------------------------------------------------------------------------------------------


def _broken(**attachment: Any) -> dict[str, Any]:
    return document(MARKER, **attachment)


def _of_no_type() -> dict[str, Any]:
    resource = document(MARKER)
    del resource["content"][0]["attachment"]["contentType"]
    return resource


@pytest.mark.parametrize(
    ("resource", "pointer"),
    [
        (MARKER, "/resourceType"),
        ([], "/resourceType"),
        ({"resourceType": "Flag", "id": MARKER}, "/resourceType"),
        ({"resourceType": "DocumentReference", "id": MARKER}, "/content"),
        ({**document(MARKER), MARKER: 1}, ""),
        (_broken(contentType="application/pdf"), "/content/0/attachment/contentType"),
        (_of_no_type(), "/content/0/attachment/contentType"),
        (_broken(data=f"{MARKER}!"), "/content/0/attachment/data"),
        (_broken(contentType=f"text/plain; charset={MARKER}"), "/content/0/attachment/contentType"),
        (_broken(contentType="text/plain; charset=hex"), "/content/0/attachment/data"),
        (document(b"\xff\xfe\xfa", contentType="text/plain; charset=utf-8"), "/content/0/attachment/data"),
        (document(LIT.encode("utf-16-le"), contentType="text/plain; charset=latin-1"), "/content/0/attachment/data"),
        (document("  \n"), ""),
        ({k: v for k, v in document(MARKER).items() if k != "id"}, "/id"),
    ],
)
def test_what_cannot_be_read_is_refused_by_place_without_a_word_of_it(
    served: Served, log_lines: Callable[[], list[dict[str, Any]]], resource: Any, pointer: str
) -> None:
    answer = send(served, resource)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert MARKER not in answer.text + json.dumps(log_lines())


def test_a_body_that_is_not_fhir_json_is_refused(served: Served) -> None:
    assert served.http.post("/v1/fhir/screen", json=document(LIT)).status_code == 415
    assert served.http.post("/v1/fhir/screen", content="{broken", headers=FHIR).status_code == 400


NAMES = st.sampled_from(["content", "attachment", "data", "id", "section", "entry", "resource"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(ANYTHING, st.sampled_from(["DocumentReference", "Composition", "Bundle"]))
def test_whatever_is_sent_is_read_or_refused(value: Any, kind: str) -> None:
    resource = {**value, "resourceType": kind} if isinstance(value, dict) else {"resourceType": kind, "content": value}
    with suppress(Unreadable):
        read(resource)


# --- out ---------------------------------------------------------------------------------------------------------


def test_every_passage_becomes_a_draft_proposal_with_its_provenance(served: Served) -> None:
    answer = send(served, bundle(document(LIT), document("Height and weight fine.", "d2")))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    made = answer.json()
    Bundle.model_validate(made)
    resources = [entry["resource"] for entry in made["entry"]]
    tasks = [r for r in resources if r["resourceType"] == "Task"]
    lit = served.service.screener.screen(screener.Note(id="d1", text=LIT, case="p1")).follow_up
    assert len(tasks) == len(lit) >= 2
    for task, highlight in zip(tasks, lit, strict=True):
        assert (task["status"], task["intent"]) == ("draft", "proposal")
        assert (task["focus"]["reference"], task["for"]["reference"]) == ("DocumentReference/d1", "Patient/p1")
        start, end = (one["valueUnsignedInt"] for one in task["input"][:2])
        assert LIT[start:end] == highlight.text
        assert task["description"] == highlight.prompt
    (provenance,) = [r for r in resources if r["resourceType"] == "Provenance"]
    names = [e["fullUrl"] for e in made["entry"] if e["resource"]["resourceType"] == "Task"]
    assert [target["reference"] for target in provenance["target"]] == names
    versions = {v["type"]["text"]: v["value"] for v in provenance["contained"][0]["version"]}
    assert versions["lexicon"] == served.service.screener.lexicon.version
    # The passages stay in the document, and nothing that would stand as a fact about a child is made.
    assert not any(word in answer.text for word in ("Terry", "phone"))
    assert {r["resourceType"] for r in resources} == {"OperationOutcome", "Task", "Provenance"}


def test_what_was_read_and_what_was_not_is_said(served: Served) -> None:
    made = send(served, bundle(document("Height fine."), document("x", "d2", contentType="image/png"))).json()
    issues = [issue["diagnostics"] for issue in made["entry"][0]["resource"]["issue"]]
    assert issues[0].startswith("Read: 1 note")
    assert issues[1] == screener.empty_result(1)
    assert issues[2].startswith("Not screened: /entry/1/resource/content/0/attachment/contentType")
