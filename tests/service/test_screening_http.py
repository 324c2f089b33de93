"""Screening over a real socket with the store off: nothing is kept, and nothing that is refused is repeated."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

import screener
from service.client import Client, ServiceProblem, StreamBroke
from service.settings import read_settings
from tests.service.serving import Served, serving

LIT = "Terry bought her a new phone and told her not to tell mum."
PLAIN = "Height and weight fine."
MARKER = "zanzibarquince"


@pytest.fixture(scope="module")
def served(lexicon_screener: screener.Screener) -> Iterator[Served]:
    settings = read_settings(
        port=0,
        max_body_bytes=50_000,
        max_batch_bytes=500_000,
        body_seconds=0.5,
        metrics_token="a token for the metrics",
    )
    with serving(settings, lexicon_screener) as running:
        yield running


def test_a_note_is_read_as_the_library_reads_it(served: Served, lexicon_screener: screener.Screener) -> None:
    note = screener.Note(id="n1", text=LIT, date="2024-05-02", author_role="teacher", case="c1")
    with Client(served.url) as client:
        assert client.screen(note) == lexicon_screener.screen(note).without_text()
    whole = served.http.post("/v1/screen?text=true", json=note.model_dump(mode="json")).json()
    assert screener.Screening.model_validate(whole["screening"]) == lexicon_screener.screen(note)


def test_every_answer_carries_the_standing_words(served: Served) -> None:
    lit = served.http.post("/v1/screen", json={"text": LIT}).json()
    assert (lit["banner"], lit["immediate"], lit["message"]) == (screener.BANNER, screener.IMMEDIATE, None)
    assert lit["read"]["sentence"].startswith("Read: 1 note, 13 words")
    plain = served.http.post("/v1/screen", json={"text": PLAIN}).json()
    assert plain["message"] == (
        "No passages matching these rules were found in the 1 notes supplied. "
        "This says nothing about whether the child is safe."
    ) or plain["message"] == screener.empty_result(1)


def test_many_notes_come_back_as_lines_in_order_and_a_bad_line_does_not_stop_them(served: Served) -> None:
    lines = [json.dumps({"id": f"n{i}", "text": LIT if i % 2 else PLAIN}) for i in range(70)]
    lines[10], lines[20], lines[30] = "{broken", '{"id": "n20"}', '["text"]'
    answer = served.http.post(
        "/v1/screen/batch", content="\n".join(lines), headers={"content-type": "application/x-ndjson"}
    )
    got = [json.loads(line) for line in answer.text.splitlines()]
    assert [g["line"] for g in got[:-1]] == list(range(1, 71))
    assert [g["line"] - 1 for g in got[:-1] if g.get("problem")] == [10, 20, 30]
    assert all(g["screening"]["note"]["id"] == f"n{g['line'] - 1}" for g in got[:-1] if g.get("screening"))
    assert (got[-1]["screened"], got[-1]["not_screened"]) == (67, 3)


def test_the_client_streams_and_notices_a_stream_that_broke(
    served: Served, lexicon_screener: screener.Screener, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = [screener.Note(id=f"n{i}", text=LIT) for i in range(3)]
    with Client(served.url) as client:
        answers = list(client.screen_many(notes))
        assert [a.screening for a in answers] == [lexicon_screener.screen(n).without_text() for n in notes]
        whole = httpx.Response.iter_lines
        monkeypatch.setattr(httpx.Response, "iter_lines", lambda self: list(whole(self))[:-1])
        with pytest.raises(StreamBroke):
            list(client.screen_many(notes))


def test_the_indicators_and_versions_say_with_what_notes_are_read(
    served: Served, lexicon_screener: screener.Screener
) -> None:
    listed = served.http.get("/v1/indicators").json()
    assert listed["lexicon_version"] == lexicon_screener.lexicon.version
    assert {one["id"] for one in listed["indicators"]} == set(lexicon_screener.lexicon.lexicon.indicators)
    assert served.http.get("/v1/indicators/secrecy").json()["cues"] > 0
    assert served.http.get("/v1/indicators/none").status_code == 404
    assert served.http.get("/v1/versions").json()["profile"] == "lexicon"


BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "not json": ({"content": f"{{{MARKER}", "headers": {"content-type": "application/json"}}, 400, "malformed"),
    "not utf-8": ({"content": b'{"text": "\xff"}', "headers": {"content-type": "application/json"}}, 400, "malformed"),
    "no content type": ({"content": f'{{"text": "{MARKER}"}}'}, 415, "wrong-content-type"),
    "a form": ({"data": {"text": MARKER}}, 415, "wrong-content-type"),
    "another charset": (
        {"content": f'{{"text": "{MARKER}"}}', "headers": {"content-type": "application/json; charset=utf-16"}},
        415,
        "wrong-content-type",
    ),
    "a list": ({"json": [MARKER]}, 422, "invalid"),
    "no text": ({"json": {"id": MARKER}}, 422, "invalid"),
    "text that is none": ({"json": {"text": [MARKER]}}, 422, "invalid"),
    "an unknown field": ({"json": {"text": "x", MARKER: MARKER}}, 422, "invalid"),
    "an unknown field that is a script": ({"json": {"text": "x", f"<script>{MARKER}</script>": 1}}, 422, "invalid"),
    "a date that is none": ({"json": {"text": "x", "date": MARKER}}, 422, "invalid"),
    "a date with a time that is none": ({"json": {"text": "x", "date": f"T{MARKER}"}}, 422, "invalid"),
    "a huge id": ({"json": {"text": "x", "id": MARKER * 1000}}, 422, "invalid"),
    "half a character": (
        {"content": f'{{"text": "x", "id": "\\ud800 {MARKER}"}}', "headers": {"content-type": "application/json"}},
        400,
        "malformed",
    ),
    "too long": ({"json": {"text": MARKER * 10_000}}, 413, "too-large"),
    "nested too deep": (
        {"content": "[" * 20_000 + MARKER, "headers": {"content-type": "application/json"}},
        400,
        "malformed",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_a_problem_document_that_repeats_none_of_it(served: Served, name: str) -> None:
    request, status, kind = BAD[name]
    answer = served.http.post("/v1/screen", **request)
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert (answer.status_code, document["type"]) == (status, f"urn:case-note-screener:problem:{kind}")
    assert document["status"] == status
    assert document["detail"]
    assert MARKER not in answer.text
    if kind == "invalid":
        assert all(error["pointer"] is not None and error["reason"] for error in document["errors"])


def test_a_field_is_named_by_its_pointer(served: Served) -> None:
    document = served.http.post("/v1/screen", json={"text": 1, "date": "x"}).json()
    assert [(e["pointer"], e["reason"]) for e in document["errors"]] == [("/text", "must be text")]
    document = served.http.post("/v1/screen", json={"text": "x", "date": "x"}).json()
    assert document["errors"] == [{"pointer": "/date", "reason": "must be a date, YYYY-MM-DD"}]


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/cases", "/v1/cases/c/notes/n", "/docs", "/v1/audit"])
def test_what_is_not_there_is_a_problem_document_too(served: Served, path: str) -> None:
    answer = served.http.get(path)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:case-note-screener:problem:not-found")
    assert served.http.put("/v1/screen").status_code == 405


def test_a_body_longer_than_it_says_or_without_a_length_is_cut_off(served: Served) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1_000

    answer = served.http.post("/v1/screen", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_a_slow_body_is_given_up_and_others_are_served_meanwhile(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port)) as slow:
        slow.sendall(
            b"POST /v1/screen HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
        )
        assert served.http.post("/v1/screen", json={"text": PLAIN}).status_code == 200
        slow.settimeout(10)
        assert b" 408 " in slow.recv(100)


def test_each_answer_is_guarded_and_has_an_id(served: Served) -> None:
    answers = [served.http.get(path) for path in ("/v1/versions", "/v1/nowhere", "/health/live")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3


def test_metrics_are_for_who_has_the_token_and_hold_patterns_only(served: Served) -> None:
    served.http.get(f"/v1/indicators/{MARKER}")
    served.http.post("/v1/screen", json={"text": f"{LIT} {MARKER}", "id": MARKER, "case": MARKER})
    assert served.http.get("/metrics").status_code == 401
    assert served.http.get("/metrics", headers={"authorization": "Bearer é".encode()}).status_code == 401
    page = served.http.get("/metrics", headers={"authorization": "Bearer a token for the metrics"})
    assert 'route="/v1/indicators/{indicator}",status="404"' in page.text
    assert "screener_notes_screened_total" in page.text
    assert MARKER not in page.text


def test_ready_and_alive(served: Served) -> None:
    assert served.http.get("/health/live").json() == {"status": "alive"}
    assert served.http.get("/health/ready").json() == {"status": "ready", "store": "off"}


def test_too_many_requests_are_told_when_to_come_back(lexicon_screener: screener.Screener) -> None:
    with serving(read_settings(port=0, requests_per_minute=5), lexicon_screener) as few:
        answers = [few.http.get("/v1/versions") for _ in range(8)]
        assert [a.status_code for a in answers].count(200) == 5
        assert answers[-1].status_code == 429
        assert 0 < int(answers[-1].headers["retry-after"]) <= 60
        other = few.http.get("/v1/versions", headers={"authorization": "Bearer another"})
        assert other.status_code == 200


def test_what_nobody_foresaw_is_a_problem_with_an_id_and_logged_without_its_message(
    served: Served, monkeypatch: pytest.MonkeyPatch, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(MARKER)

    monkeypatch.setattr(screener.Screener, "pipe", fail)
    answer = served.http.post("/v1/screen", json={"text": MARKER})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:case-note-screener:problem:failed")
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    time.sleep(0.05)
    lines = log_lines()
    failed = next(line for line in lines if line["event"] == "failed")
    assert (failed["error"], failed["request"]) == ("RuntimeError", answer.headers["x-request-id"])
    assert any("fail" in passed for passed in failed["passed"])
    assert MARKER not in answer.text + json.dumps(lines)


def test_the_client_gives_the_problem_to_its_caller(served: Served) -> None:
    with Client(served.url) as client, pytest.raises(ServiceProblem) as refused:
        client.screen(LIT * 2_000)
    assert (refused.value.status, refused.value.kind) == (413, "too-large")


def test_nothing_is_written_anywhere(
    served: Served, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("empty")
    monkeypatch.chdir(place)
    monkeypatch.setenv("TMPDIR", str(place))
    served.http.post("/v1/screen", json={"text": LIT * 100})
    served.http.post(
        "/v1/screen/batch", content=json.dumps({"text": LIT}) * 1, headers={"content-type": "application/x-ndjson"}
    )
    assert list(place.iterdir()) == []
