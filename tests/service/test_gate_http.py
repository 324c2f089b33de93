"""The gate over a real socket, on both databases: whatever a case system asks, in any order, no closure goes over an
open passage that its written reason does not name.
"""

import uuid
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from service.security.principal import service_principal
from service.store.records import Team, TeamSettings
from tests.service.serving import Served

GIFT = "Terry bought her a new phone."
SECRET = "She said it is their secret."
TEXTS = (
    "Height and weight fine.",
    GIFT,
    SECRET,
    f"{GIFT} {SECRET}",
    f"Came on time. {GIFT}",
    f"{SECRET} He gave her £20.",
)
ANSWERS = (
    {"state": "acted", "words": "Rang the front door, they will visit."},
    {"state": "set_aside", "reason": "copied_text"},
    {"state": "with_supervision"},
    {"state": "open", "words": "Look at this again."},
)
CASES = st.integers(0, 1)


class Gate(RuleBasedStateMachine):
    """Everything that can be asked of two cases. What is open is read from the service before each closure."""

    served: Served
    team: Team
    system: httpx.Client

    def __init__(self) -> None:
        super().__init__()
        self.cases = [f"case-{uuid.uuid4().hex[:8]}" for _ in range(2)]
        self.ask_for_second_person(False)

    @rule(case=CASES, note=st.integers(0, 1), text=st.sampled_from(TEXTS))
    def put(self, case: int, note: int, text: str) -> None:
        answer = self.system.put(f"/v1/cases/{self.cases[case]}/notes/n{note}", json={"text": text})
        assert answer.status_code in (200, 201), answer.text

    @rule(case=CASES, nth=st.integers(0, 5), answer=st.sampled_from(ANSWERS), seen=st.sampled_from(("*", '"0"')))
    def answer_highlight(self, case: int, nth: int, answer: dict[str, str], seen: str) -> None:
        found = self.items("highlights", case=self.cases[case])
        if found:
            address = f"/v1/highlights/{found[nth % len(found)]['id']}/answers"
            done = self.system.post(address, json=answer, headers={"if-match": seen})
            assert done.status_code in ((201, 409, 422) if seen == "*" else (412, 409, 422)), done.text

    @rule(case=CASES, nth=st.integers(0, 2), answer=st.sampled_from(ANSWERS))
    def answer_pattern(self, case: int, nth: int, answer: dict[str, str]) -> None:
        found = self.system.get(f"/v1/cases/{self.cases[case]}/patterns").json()
        if found and isinstance(found, list):
            address = f"/v1/patterns/{found[nth % len(found)]['id']}/answers"
            assert self.system.post(address, json=answer, headers={"if-match": "*"}).status_code in (201, 409, 422)

    @rule(second=st.booleans())
    def ask_for_second_person(self, second: bool) -> None:
        self.served.store.teams.update(service_principal(), self.team.id, settings=TeamSettings(second_person=second))

    @rule(case=CASES, left_out=st.integers(0, 3), repeat=st.booleans())
    def close(self, case: int, left_out: int, repeat: bool) -> None:
        check = self.system.get(f"/v1/cases/{self.cases[case]}/closure-check")
        standing = sorted(item["id"] for item in check.json()["open"]) if check.is_success else []
        self.ask_to_close(case, standing[left_out:], repeat)

    @rule(case=CASES)
    def close_without_a_look(self, case: int) -> None:
        self.ask_to_close(case, [], repeat=False)

    def ask_to_close(self, case: int, names: list[str], repeat: bool) -> None:
        """Ask once, or twice with one key as a system does that had no answer the first time."""
        ref = self.cases[case]
        open_before = self.open_in(ref)
        reasons = [{"names": names, "reason": "Seen with the family on 3 May; see the visit."}] if names else []
        body = {"summary": "Work complete.", "reasons": reasons}
        key = {"idempotency-key": uuid.uuid4().hex}
        answers = [self.system.post(f"/v1/cases/{ref}/closures", json=body, headers=key) for _ in range(1 + repeat)]
        assert len({answer.status_code for answer in answers}) == 1
        assert answers[0].status_code in (201, 404, 409), answers[0].text
        if answers[0].status_code == 201:
            assert open_before <= set(answers[0].json()["named"])
            assert len({answer.json()["id"] for answer in answers}) == 1
        elif answers[0].json()["type"].endswith("closure-refused"):
            assert open_before - set(names) <= {item["id"] for item in answers[0].json()["open"]}

    @invariant()
    def nothing_is_closed_unnamed(self) -> None:
        for ref in self.cases:
            case = self.system.get(f"/v1/cases/{ref}")
            if case.is_success and case.json()["status"] == "closed":
                rows = self.items("audit", case=ref)
                last = next(row for row in rows if row["action"] == "closure.recorded")
                assert self.open_in(ref) <= set(last["details"]["named"])

    def open_in(self, ref: str) -> set[str]:
        return {found["id"] for found in self.items("highlights", case=ref, state="open")}

    def items(self, what: str, **filters: str) -> list[dict[str, Any]]:
        answer = self.system.get(f"/v1/{what}", params={**filters, "limit": "200"})
        if answer.status_code == 404:  # no note of the case has come yet
            return []
        assert answer.is_success, answer.text
        listed: list[dict[str, Any]] = answer.json()["items"]
        return listed


def test_no_sequence_of_calls_closes_over_an_open_passage_unnamed(served: Served, team: Team, key: str) -> None:
    class Here(Gate):
        pass

    Here.served, Here.team = served, team
    with served.with_key(key, "A. Practitioner") as Here.system:
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    assert served.store.audit.verify().intact
