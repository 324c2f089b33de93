"""Load the screening endpoint: one client against the bare library, then many clients at once."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

import screener
from eval.service.process import Process


@dataclass(frozen=True)
class Load:
    """Times in milliseconds a note, notes a second, and the service's memory in megabytes before and after."""

    library_ms: float
    one_client_ms: float
    clients: int
    seconds: float
    answered: int
    errors: int
    median_ms: float
    p99_ms: float
    notes_a_second: float
    library_notes_a_second: float
    memory_before: float
    memory_after: float


def measure(process: Process, key: str, texts: Sequence[str], clients: int = 32, seconds: float = 60.0) -> Load:
    """Measure with the lexicon profile. The library's own time is taken in this process, on the same notes."""
    headers = {"authorization": f"Bearer {key}"}
    reader = screener.load(profile="lexicon")
    for text in texts[:50]:
        reader.screen(text)
    library = _each(lambda text: reader.screen(text), texts)
    with httpx.Client(base_url=process.url, headers=headers, timeout=30, trust_env=False) as client:
        for text in texts[:50]:
            client.post("/v1/screen", json={"text": text})
        one = _each(lambda text: client.post("/v1/screen", json={"text": text}).raise_for_status(), texts)
    before = process.resident_megabytes()
    times, errors = _together(process.url, headers, texts, clients, seconds)
    return Load(
        library_ms=statistics.median(library),
        one_client_ms=statistics.median(one),
        clients=clients,
        seconds=seconds,
        answered=len(times),
        errors=errors,
        median_ms=statistics.median(times),
        p99_ms=statistics.quantiles(times, n=100)[98],
        notes_a_second=len(times) / seconds,
        library_notes_a_second=1000 / statistics.fmean(library),
        memory_before=before,
        memory_after=process.resident_megabytes(),
    )


def _each(read: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    times = []
    for text in texts:
        began = time.perf_counter()
        read(text)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _together(
    url: str, headers: dict[str, str], texts: Sequence[str], clients: int, seconds: float
) -> tuple[list[float], int]:
    times: list[float] = []
    errors = [0]
    until = time.monotonic() + seconds

    def ask(first: int) -> None:
        with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as client:
            number = first
            while time.monotonic() < until:
                number += 1
                began = time.perf_counter()
                try:
                    client.post("/v1/screen", json={"text": texts[number % len(texts)]}).raise_for_status()
                except httpx.HTTPError:
                    errors[0] += 1
                else:
                    times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=ask, args=(n * 7,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, errors[0]
