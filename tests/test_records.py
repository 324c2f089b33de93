"""The records are a contract: they cannot contradict themselves, and they survive JSON."""

import datetime as dt
import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import screener
from screener.records import ATTRIBUTES, INDICATORS, Highlight, Note, Screening, highlight_id, reason_not_followed_up

SCHEMAS = Path(__file__).parents[1] / "docs" / "schema" / "generate.py"


def highlight(**changes: object) -> dict[str, object]:
    return {
        "id": "0" * 16,
        "start": 0,
        "end": 4,
        "text": "text",
        "indicator": "secrecy",
        "group": "adult_behaviour",
        "follow_up": True,
        "match_confidence": 0.5,
        "evidence": [{"by": "cue", "id": "c", "start": 0, "end": 4, "text": "text", "why": "because"}],
        "prompt": "Who asked for silence?",
        "sentence": (0, 4),
        **changes,
    }


def test_a_highlight_without_evidence_cannot_be_built() -> None:
    with pytest.raises(ValidationError):
        Highlight.model_validate(highlight(evidence=[]))


@pytest.mark.parametrize(
    "changes",
    [
        {"follow_up": False},
        {"assertion": "negated"},
        {"reason_not": "negated"},
        {"group": "context"},
        {"end": 0},
        {"match_confidence": 1.2},
        {"risk_score": 3},
    ],
)
def test_a_highlight_that_contradicts_itself_cannot_be_built(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Highlight.model_validate(highlight(**changes))


def test_validation_errors_do_not_repeat_the_passage() -> None:
    with pytest.raises(ValidationError) as error:
        Highlight.model_validate(highlight(text="marker-words", follow_up=False))
    assert "marker-words" not in str(error.value)


@given(
    indicator=st.sampled_from(INDICATORS),
    assertion=st.sampled_from(ATTRIBUTES["assertion"]),
    temporality=st.sampled_from(ATTRIBUTES["temporality"]),
    subject=st.sampled_from(ATTRIBUTES["subject"]),
    template=st.booleans(),
    resolved=st.booleans(),
)
def test_follow_up_is_the_rule_of_the_annotation_guidelines(
    indicator: str, assertion: str, temporality: str, subject: str, template: bool, resolved: bool
) -> None:
    reason = reason_not_followed_up(
        indicator,
        assertion=assertion,
        temporality=temporality,
        subject=subject,
        template=template,
        resolved=resolved,
    )
    to_follow_up = (
        assertion in ("affirmed", "possible")
        and not template
        and (subject != "adult" or indicator == "known_risk_person")
        and (temporality == "current" or not resolved)
    )
    assert (reason is None) == to_follow_up


def test_the_same_text_indicator_and_span_give_the_same_id() -> None:
    assert highlight_id("a note", "secrecy", 0, 3) == highlight_id("a note", "secrecy", 0, 3)
    others = {
        highlight_id("a note", "secrecy", 0, 3),
        highlight_id("a note.", "secrecy", 0, 3),
        highlight_id("a note", "disclosure", 0, 3),
        highlight_id("a note", "secrecy", 0, 4),
    }
    assert len(others) == 4


def test_a_time_stamp_becomes_its_day_in_london() -> None:
    assert Note(id="n", date="2024-06-01T23:30:00+00:00").date == dt.date(2024, 6, 2)  # type: ignore[arg-type]
    assert Note(id="n", date="2024-06-01").date == dt.date(2024, 6, 1)  # type: ignore[arg-type]


def test_screenings_survive_json_without_loss(lexicon_screener: screener.Screener) -> None:
    note = Note(
        id="n1", text="He bought her a phone 😀 and told her not to tell mum.", date=dt.date(2024, 1, 2), case="c"
    )
    screening = lexicon_screener.screen(note)
    assert screening.highlights
    assert Screening.model_validate_json(screening.model_dump_json()) == screening
    assert screening.without_text().note.text is None
    assert screening.without_text().highlights == screening.highlights


def test_the_published_schemas_are_those_of_the_records() -> None:
    spec = importlib.util.spec_from_file_location("generate", SCHEMAS)
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for record in generate.RECORDS:
        written = generate.schema_path(record).read_text(encoding="utf-8")
        assert written == generate.schema_text(record), f"run python docs/schema/generate.py: {record.__name__} drifted"
