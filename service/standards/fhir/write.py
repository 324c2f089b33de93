"""FHIR R4 out: for each passage to follow up one Task, a draft proposal, and for each note one Provenance.

A Task says where to look, why and what to ask; the passage itself stays in the document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from screener import BANNER, IMMEDIATE, Highlight, Screening, __version__, empty_result, read_summary
from screener.documents.words import lit_by
from service.standards.fhir.read import FhirNote, Unreadable
from service.standards.names import INDICATORS, URN, urn

_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def bundle(
    read: Iterable[tuple[FhirNote, Screening]],
    not_read: Iterable[Unreadable],
    titles: Mapping[str, str],
    now: dt.datetime,
) -> dict[str, Any]:
    """Return a collection: what was read (OperationOutcome), then Tasks and Provenance, note by note.

    ``titles``: indicator → its title. ``now`` is aware. The bundle is checked against FHIR before it is given out.
    """
    known = list(read)
    entries = [_entry(urn("read"), _outcome([s for _, s in known], not_read))]
    for given, screening in known:
        tasks = {_task_urn(given, h): _task(given, h, titles[h.indicator]) for h in screening.follow_up}
        entries += [_entry(name, task) for name, task in tasks.items()]
        if tasks:
            entries.append(_entry(urn("provenance", given.document), _provenance(given, screening, tuple(tasks), now)))
    made = {"resourceType": "Bundle", "type": "collection", "timestamp": now.isoformat(), "entry": entries}
    get_fhir_model_class("Bundle").model_validate(made)
    return made


def _entry(name: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": name, "resource": resource}


def _task_urn(given: FhirNote, highlight: Highlight) -> str:
    return urn("task", given.document, highlight.id)


def _task(given: FhirNote, highlight: Highlight, title: str) -> dict[str, Any]:
    task = {
        "resourceType": "Task",
        "identifier": [{"system": f"{URN}:highlight", "value": f"{given.note.id}#{highlight.id}"}],
        "status": "draft",
        "intent": "proposal",
        "code": {"coding": [{"system": INDICATORS, "code": highlight.indicator, "display": title}], "text": title},
        "description": highlight.prompt,
        "focus": {"reference": given.document},
        "input": [
            _input("Start of the passage, in characters from 0", "valueUnsignedInt", highlight.start),
            _input("End of the passage, in characters, exclusive", "valueUnsignedInt", highlight.end),
            _input("Why it is pointed at", "valueString", lit_by(highlight.evidence[0], None)),
        ],
        "note": [{"text": f"{BANNER} {IMMEDIATE}"}],
    }
    if given.subject:
        task["for"] = {"reference": given.subject}
    return task


def _input(name: str, kind: str, value: object) -> dict[str, Any]:
    return {"type": {"text": name}, kind: value}


def _provenance(given: FhirNote, screening: Screening, tasks: tuple[str, ...], now: dt.datetime) -> dict[str, Any]:
    versions = {
        "screener": __version__,
        "lexicon": screening.lexicon_version,
        "sentence reader": screening.model_version,
    }
    device = {
        "resourceType": "Device",
        "id": "screener",
        "deviceName": [{"name": "Case-note screener", "type": "user-friendly-name"}],
        "version": [{"type": {"text": part}, "value": value} for part, value in versions.items() if value],
    }
    return {
        "resourceType": "Provenance",
        "contained": [device],
        "target": [{"reference": name} for name in tasks],
        "recorded": now.isoformat(),
        "agent": [
            {"type": {"coding": [{"system": _AGENT, "code": "assembler"}]}, "who": {"reference": "#screener"}},
        ],
        "entity": [{"role": "source", "what": {"reference": given.document}}],
    }


def _outcome(screenings: list[Screening], not_read: Iterable[Unreadable]) -> dict[str, Any]:
    said = [read_summary(screenings)["sentence"]]
    if screenings and not any(s.follow_up for s in screenings):
        said.append(empty_result(len(screenings)))
    issues = [{"severity": "information", "code": "informational", "diagnostics": words} for words in said]
    issues += [
        {
            "severity": "warning",
            "code": "incomplete",
            "diagnostics": f"Not screened: {problem.pointer} {problem.reason}.",
        }
        for problem in not_read
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}
