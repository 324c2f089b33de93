"""Marker words in every field that a caller can fill: they come back to those entitled, and show up nowhere else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.service.serving import Served

MARKER = "zanzibarquince"
LIT = f"Terry bought her a new phone and told her not to tell mum. {MARKER} was there."


def test_words_of_notes_and_answers_are_in_no_log_metric_error_or_audit_row(
    served: Served,
    key: str,
    log_lines: Callable[[], list[dict[str, Any]]],
    capfd: Any,
) -> None:
    with served.with_key(key, "A. Practitioner") as http:
        put = http.put("/v1/cases/c/notes/n", json={"text": LIT, "author_role": MARKER, "kind": MARKER})
        assert put.status_code == 201
        one = put.json()["opened"][0]
        words = {"state": "acted", "reason": "other", "words": f"{MARKER} spoken to"}
        assert http.post(f"/v1/highlights/{one}/answers", json=words, headers={"if-match": "*"}).status_code == 201
        assert MARKER in http.get("/v1/cases/c/notes/n").text

        refusals = [
            http.put("/v1/cases/c/notes/n", json={"text": MARKER, MARKER: MARKER}),
            http.put("/v1/cases/c/notes/n", json={"text": [MARKER]}),
            http.put("/v1/cases/c/notes/n", json={"text": MARKER, "date": MARKER}),
            http.put("/v1/cases/c/notes/n", content=f"{{{MARKER}", headers={"content-type": "application/json"}),
            http.post("/v1/cases/c/closures", json={"summary": MARKER}),
            http.post(
                "/v1/cases/c/closures", json={"summary": MARKER, "reasons": [{"names": [MARKER], "reason": MARKER}]}
            ),
            http.post(f"/v1/highlights/{one}/answers", json={"state": MARKER}, headers={"if-match": "*"}),
            http.post(
                f"/v1/highlights/{one}/answers",
                json={"state": "acted", "reason": MARKER, "words": MARKER},
                headers={"if-match": "*"},
            ),
            http.post(f"/v1/highlights/{one}/answers", json=words, headers={"if-match": MARKER}),
            http.get("/v1/highlights", params={"indicator": MARKER, "cursor": MARKER}),
            http.get("/v1/cases", params={"status": MARKER}),
            http.get(f"/v1/cases/{MARKER}"),
            http.get(f"/v1/highlights/{MARKER}"),
            http.post("/v1/sessions", json={"name": MARKER, "password": MARKER}),
            served.http.get("/v1/cases", headers={"authorization": f"Bearer {MARKER}"}),
        ]
        assert all(400 <= r.status_code < 500 for r in refusals), [r.status_code for r in refusals]
        assert [r.text for r in refusals if MARKER in r.text] == []
        assert all(r.headers["content-type"] == "application/problem+json" for r in refusals)

        audit = http.get("/v1/audit", params={"limit": 200}).text
        metrics = served.http.get("/metrics", headers={"authorization": "Bearer a token for the metrics"}).text
        assert "note.put" in audit
        assert "screener_requests_total" in metrics
        # The caller's own name for a case or a key may stand in the audit; words of notes and answers may not.
        assert MARKER not in audit
        assert MARKER not in metrics
    logged = json.dumps(log_lines())
    assert "/v1/cases/{case}/notes/{note}" in logged
    assert MARKER not in logged
    assert MARKER not in "".join(capfd.readouterr())
    if served.service.settings.database.startswith("sqlite"):
        file = Path(served.service.settings.database.removeprefix("sqlite:///"))
        kept = b"".join(page.read_bytes() for page in file.parent.glob(file.name + "*"))
        assert len(kept) > 100_000
        assert MARKER.encode() not in kept
        assert b"new phone" not in kept
