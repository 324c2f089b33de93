"""Kill the service in the middle of writes, again and again: is anything lost that it had acknowledged?"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

import httpx

from eval.service.process import Process, new_key, settings_for, start, store_of

_TEXT = "Terry bought her a new phone and told her not to tell mum. Seen at visit {}."
_WRITERS = 4


@dataclass
class Acknowledged:
    """What the service said it had recorded: note texts by address, and the states of answered passages."""

    notes: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Killed:
    """What came of it. ``broken`` counts the restarts after which the audit did not verify."""

    restarts: int
    acknowledged: int
    lost: int
    broken: int


def measure(database_url: str, restarts: int, seconds: float = 1.5, seed: int = 7) -> Killed:
    """Start, load and kill the service ``restarts`` times, each after up to ``seconds`` of load."""
    settings = settings_for(database_url)
    headers = {"authorization": f"Bearer {new_key(settings)}", "screener-acting-for": "An Evaluator"}
    chance = random.Random(seed)
    known = Acknowledged()
    total = lost = broken = 0
    for round_number in range(restarts):
        process = start(settings)
        written = _load(process, headers, round_number, chance.uniform(seconds / 5, seconds))
        total += len(written.notes) + len(written.answers)
        known.notes |= written.notes
        known.answers |= written.answers
        with store_of(settings) as store:
            broken += not store.audit.verify().intact
    process = start(settings)
    with httpx.Client(base_url=process.url, headers=headers, timeout=30, trust_env=False) as client:
        for address, text in known.notes.items():
            answer = client.get(address)
            lost += not (answer.is_success and answer.json()["note"]["text"] == text)
        for highlight, state in known.answers.items():
            answer = client.get(f"/v1/highlights/{highlight}")
            lost += not (answer.is_success and answer.json()["answers"] and answer.json()["state"] == state)
    process.stop()
    return Killed(restarts, total, lost, broken)


def _load(process: Process, headers: dict[str, str], round_number: int, seconds: float) -> Acknowledged:
    """Write from several clients at once, kill the service in the middle, and return what it had acknowledged."""
    written = Acknowledged()

    def write(writer: int) -> None:
        with httpx.Client(base_url=process.url, headers=headers, timeout=30, trust_env=False) as client:
            number = 0
            while True:
                number += 1
                address = f"/v1/cases/case-{writer}/notes/note-{round_number}-{number}"
                text = _TEXT.format(number)
                try:
                    put = client.put(address, json={"text": text})
                    if not put.is_success:
                        continue
                    written.notes[address] = text
                    highlight = put.json()["opened"][0]
                    answer = client.post(
                        f"/v1/highlights/{highlight}/answers",
                        json={"state": "with_supervision"},
                        headers={"if-match": "*"},
                    )
                    if answer.is_success:
                        written.answers[highlight] = "with_supervision"
                except httpx.HTTPError:
                    return  # It was killed.

    writers = [threading.Thread(target=write, args=(n,)) for n in range(_WRITERS)]
    for thread in writers:
        thread.start()
    time.sleep(seconds)
    process.kill()
    for thread in writers:
        thread.join()
    return written
