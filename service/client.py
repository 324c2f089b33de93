"""A small typed client of the service, for programs that put notes in and read what waits.

>>> client = Client("http://127.0.0.1:8080", key="…", acting_for="A. Practitioner")  # doctest: +SKIP
>>> client.put_note("case-1", "note-1", "The note's text.", date="2024-05-02").opened  # doctest: +SKIP
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter

from screener import Note, ScreenerError, Screening
from service.access import ACTING_FOR
from service.followup.terms import AnswerState
from service.routes.screen import LineAnswer, ScreenAnswer
from service.store.records import (
    CaseRecord,
    ClosureCheck,
    ClosureRecord,
    HighlightRecord,
    NoteRecord,
    Page,
    PatternRecord,
    PutResult,
    WrittenReason,
)


class Operation(NamedTuple):
    """A method and a path of the API, as its description names them."""

    method: str
    path: str


#: Every operation that the client calls; a test holds them against the OpenAPI description.
OPERATIONS = {
    "screen": Operation("POST", "/v1/screen"),
    "screen_many": Operation("POST", "/v1/screen/batch"),
    "put_note": Operation("PUT", "/v1/cases/{case}/notes/{note}"),
    "note": Operation("GET", "/v1/cases/{case}/notes/{note}"),
    "case": Operation("GET", "/v1/cases/{case}"),
    "cases": Operation("GET", "/v1/cases"),
    "highlights": Operation("GET", "/v1/highlights"),
    "highlight": Operation("GET", "/v1/highlights/{highlight}"),
    "answer": Operation("POST", "/v1/highlights/{highlight}/answers"),
    "patterns": Operation("GET", "/v1/cases/{case}/patterns"),
    "answer_pattern": Operation("POST", "/v1/patterns/{pattern}/answers"),
    "check_closure": Operation("GET", "/v1/cases/{case}/closure-check"),
    "close_case": Operation("POST", "/v1/cases/{case}/closures"),
}


class ServiceProblem(ScreenerError):  # noqa: N818 - it carries a problem document
    """The service refused: ``status``, ``kind`` and the whole problem ``document``."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(f"{status}: {document.get('detail', 'no problem document came back')}")
        self.status, self.document = status, document
        self.kind = str(document.get("type", "")).rpartition(":")[2]


class StreamBroke(ScreenerError):  # noqa: N818 - named for what happened
    """The stream ended before its last line: the notes without an answer were not screened."""


class Client:
    """Speaks to one service with one API key. Safe to share between threads.

    ``acting_for`` is the person in whose name answers and closures are recorded; one without it is refused.
    """

    def __init__(
        self, url: str, *, key: str | None = None, acting_for: str | None = None, timeout: float = 30.0
    ) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        if acting_for:
            headers[ACTING_FOR] = acting_for
        # What the environment says about proxies and passwords is not for note text.
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout, trust_env=False)

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close the client's connections."""
        self._http.close()

    def screen(self, note: Note | str) -> Screening:
        """Screen one note without keeping it. Raises ServiceProblem, as every method here does."""
        body = {"text": note} if isinstance(note, str) else note.model_dump(mode="json")
        return ScreenAnswer.model_validate_json(self._call("screen", json=body).content).screening

    def screen_many(self, notes: Iterable[Note]) -> Iterator[LineAnswer]:
        """Screen many notes without keeping them; each gets a screening or a problem, in order.

        Raises StreamBroke where the answer ends too early.
        """
        body = "".join(json.dumps(n.model_dump(mode="json")) + "\n" for n in notes)
        operation = OPERATIONS["screen_many"]
        headers = {"content-type": "application/x-ndjson"}
        with self._http.stream(operation.method, operation.path, content=body, headers=headers) as answer:
            if not answer.is_success:
                answer.read()
                raise _problem(answer)
            for line in answer.iter_lines():
                given = json.loads(line)
                if "line" not in given:
                    return
                yield LineAnswer.model_validate(given)
        raise StreamBroke("the stream of screenings ended too early: send the notes without an answer again")

    def put_note(
        self,
        case: str,
        note: str,
        text: str,
        *,
        date: dt.date | str | None = None,
        author_role: str | None = None,
        kind: str | None = None,
    ) -> PutResult:
        """Put a note into its case. Safe to repeat."""
        body = {"text": text, "date": str(date) if date else None, "author_role": author_role, "kind": kind}
        answer = self._call("put_note", case=case, note=note, json=body).json()
        return PutResult.model_validate({name: answer[name] for name in PutResult.model_fields})

    def note(self, case: str, note: str) -> NoteRecord:
        """Read a note."""
        return NoteRecord.model_validate_json(self._call("note", case=case, note=note).content)

    def case(self, case: str) -> CaseRecord:
        """Read what waits in a case."""
        return CaseRecord.model_validate_json(self._call("case", case=case).content)

    def cases(self, **filters: str) -> Iterator[CaseRecord]:
        """List cases, page after page. ``filters`` are the query parameters of the API."""
        return self._pages("cases", TypeAdapter(Page[CaseRecord]), filters)

    def highlights(self, **filters: str) -> Iterator[HighlightRecord]:
        """List highlights, page after page. ``filters`` are the query parameters of the API."""
        return self._pages("highlights", TypeAdapter(Page[HighlightRecord]), filters)

    def highlight(self, highlight: str) -> HighlightRecord:
        """Read a highlight."""
        return HighlightRecord.model_validate_json(self._call("highlight", highlight=highlight).content)

    def answer(
        self, highlight: HighlightRecord, state: AnswerState, *, reason: str | None = None, words: str | None = None
    ) -> HighlightRecord:
        """Answer a highlight as it was read. ServiceProblem 412 where someone changed it since."""
        answer = self._call(
            "answer",
            highlight=highlight.id,
            json={"state": state, "reason": reason, "words": words},
            headers={"if-match": f'"{highlight.version}"', "idempotency-key": uuid.uuid4().hex},
        )
        return HighlightRecord.model_validate_json(answer.content)

    def patterns(self, case: str) -> tuple[PatternRecord, ...]:
        """List the patterns of a case."""
        return TypeAdapter(tuple[PatternRecord, ...]).validate_json(self._call("patterns", case=case).content)

    def answer_pattern(
        self, pattern: PatternRecord, state: AnswerState, *, reason: str | None = None, words: str | None = None
    ) -> PatternRecord:
        """Answer a pattern as it was read. ServiceProblem 412 where someone changed it since."""
        answer = self._call(
            "answer_pattern",
            pattern=pattern.id,
            json={"state": state, "reason": reason, "words": words},
            headers={"if-match": f'"{pattern.version}"', "idempotency-key": uuid.uuid4().hex},
        )
        return PatternRecord.model_validate_json(answer.content)

    def check_closure(self, case: str) -> ClosureCheck:
        """Ask what a closure would meet."""
        return ClosureCheck.model_validate_json(self._call("check_closure", case=case).content)

    def close_case(self, case: str, summary: str, reasons: Iterable[WrittenReason] = ()) -> ClosureRecord:
        """Record a closure. ServiceProblem 409 with what stands open, unless each is answered or named."""
        body = {"summary": summary, "reasons": [r.model_dump(mode="json") for r in reasons]}
        headers = {"idempotency-key": uuid.uuid4().hex}
        return ClosureRecord.model_validate_json(
            self._call("close_case", case=case, json=body, headers=headers).content
        )

    def _pages(self, name: str, page_type: TypeAdapter[Page[Any]], filters: dict[str, str]) -> Iterator[Any]:
        cursor: dict[str, str] = {}
        while True:
            page = page_type.validate_json(self._call(name, params={**filters, **cursor}).content)
            yield from page.items
            if page.next is None:
                return
            cursor = {"cursor": page.next}

    def _call(
        self,
        name: str,
        *,
        json: Any = None,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **ids: str,
    ) -> httpx.Response:
        operation = OPERATIONS[name]
        path = operation.path.format(**{k: quote(v, safe="") for k, v in ids.items()})
        answer = self._http.request(operation.method, path, json=json, params=params, headers=headers)
        if not answer.is_success:
            raise _problem(answer)
        return answer


def _problem(answer: httpx.Response) -> ServiceProblem:
    try:
        document = answer.json()
    except ValueError:
        document = {}
    return ServiceProblem(answer.status_code, document if isinstance(document, dict) else {})
