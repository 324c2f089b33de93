"""The description of the API: whole, with examples, and true under generated requests (schemathesis)."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.service.serving import Served

# Lines are generated as text: any text is a body that the service has to bear.
schemathesis.serializer.alias("application/x-ndjson", "text/plain")

#: A small budget for each operation: the whole of it belongs to a nightly run.
_EXAMPLES = 12


@pytest.fixture
def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Screener-Acting-For": "A. Practitioner"}


@pytest.fixture
def description(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.http.get("/openapi.json").json()
    return found


def test_every_operation_says_what_it_does_and_how_it_refuses(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert operation["tags"], where
            assert "default" in operation["responses"], where


def test_every_field_with_note_text_is_bounded_and_the_examples_are_invented(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    assert schemas["NoteToScreen"]["examples"]
    assert schemas["NoteToKeep"]["examples"]
    assert schemas["NoteToScreen"]["additionalProperties"] is False


def test_generated_requests_meet_no_failure_and_only_described_answers(served: Served, headers: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_url(f"{served.url}/openapi.json")
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            answer = case.call(headers=headers, timeout=30)
            assert answer.status_code < 500, (case.method, case.path, answer.status_code)
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0].startswith("application/problem+json")
                assert set(answer.json()) >= {"type", "title", "status", "detail"}

        check()
    assert tried > 300
