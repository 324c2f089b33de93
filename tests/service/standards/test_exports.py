"""Exports: the passages as other software reads them, with offsets that find the same words again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

import screener
from service.security.principal import KEY_SCOPES, service_principal
from service.settings import read_settings
from tests.service.serving import Served, serving

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
TEXT = "👩‍👧 Seen e\u0301 <b> today.\r\n=Terry bought her a new phone 📱 and told her not to tell mum. 👍🏽"


@pytest.fixture(scope="module")
def served(lexicon_screener: screener.Screener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    database = f"sqlite:///{tmp_path_factory.mktemp('exports') / 'screener.db'}"
    settings = read_settings(
        port=0, store=True, database_url=database, secret_key="s" * 32, encryption_keys=KEY, mode="production"
    )
    with serving(settings, lexicon_screener) as running:
        yield running


@pytest.fixture(scope="module")
def keys(served: Served) -> dict[str, str]:
    store = served.service.store
    assert store
    root = service_principal()
    team = store.teams.create(root, "Ours")
    stranger = store.teams.create(root, "Theirs")
    return {
        "all": store.keys.create(root, team.id, "all", sorted(KEY_SCOPES)).secret,
        "no export": store.keys.create(root, team.id, "some", sorted(KEY_SCOPES - {"export"})).secret,
        "stranger": store.keys.create(root, stranger.id, "stranger", sorted(KEY_SCOPES)).secret,
    }


def test_annotations_find_the_passages_by_code_points_and_by_their_words(served: Served, keys: dict[str, str]) -> None:
    with served.with_key(keys["all"]) as system:
        notes = [{"id": "n 1", "case": "c1", "text": TEXT}, {"id": "n2", "case": "c1", "text": TEXT}]
        answer = system.post("/v1/screen/exports/annotations", json={"notes": notes})
    assert answer.headers["content-type"] == 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    page = answer.json()
    assert (page["@context"], page["type"]) == ("http://www.w3.org/ns/anno.jsonld", "AnnotationPage")
    assert len(page["items"]) >= 4
    assert len({item["id"] for item in page["items"]}) == len(page["items"])
    for item in page["items"]:
        position, quote = item["target"]["selector"]
        assert (position["type"], quote["type"]) == ("TextPositionSelector", "TextQuoteSelector")
        assert TEXT[position["start"] : position["end"]] == quote["exact"]
        assert (
            TEXT.index(quote["prefix"] + quote["exact"] + quote["suffix"]) + len(quote["prefix"]) == position["start"]
        )
    assert page["items"][0]["target"]["source"] == "urn:case-note-screener:note:c1:n%201"


def test_a_cell_that_a_spreadsheet_would_run_is_made_plain(served: Served, keys: dict[str, str]) -> None:
    with served.with_key(keys["all"]) as system:
        note = {"id": '=HYPERLINK("http://x")', "author_role": "+cmd", "text": TEXT}
        answer = system.post("/v1/screen/exports/csv", json={"notes": [note]})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_lines_hold_the_screening_without_the_text_of_the_note(served: Served, keys: dict[str, str]) -> None:
    with served.with_key(keys["all"]) as system:
        answer = system.post("/v1/screen/exports/jsonl", json={"notes": [{"id": "n1", "text": TEXT}]})
    (line,) = answer.text.splitlines()
    found = screener.Screening.model_validate_json(line)
    assert found.note.text is None
    assert [h.text for h in found.highlights] == [h.text for h in served.service.screener.screen(TEXT).follow_up]


def test_a_kept_case_is_exported_to_its_own_team_with_the_scope_and_on_record(
    served: Served, keys: dict[str, str]
) -> None:
    with served.with_key(keys["all"]) as system:
        assert system.put("/v1/cases/c1/notes/n1", json={"text": TEXT}).status_code == 201
        for form in ("jsonl", "csv", "annotations"):
            assert "Terry" in system.get(f"/v1/cases/c1/passages/{form}").text
        actions = [row["action"] for row in system.get("/v1/audit").json()["items"]]
        assert actions.count("passages.exported") == 3
        assert system.get("/v1/cases/c1/passages/pdf").status_code == 422
    with served.with_key(keys["no export"]) as system:
        assert system.get("/v1/cases/c1/passages/csv").status_code == 403
    with served.with_key(keys["stranger"]) as system:
        answer = system.get("/v1/cases/c1/passages/csv")
        assert (answer.status_code, answer.json()) == (404, system.get("/v1/cases/none/passages/csv").json())


def test_notes_need_ids_of_their_own(served: Served, keys: dict[str, str]) -> None:
    with served.with_key(keys["all"]) as system:
        note = {"id": "n1", "text": TEXT}
        answer = system.post("/v1/screen/exports/jsonl", json={"notes": [note, note]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/notes")
    assert json.dumps(TEXT)[1:20] not in answer.text
