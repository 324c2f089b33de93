"""Kill and load the service, and write what came of it to ``eval/RESULTS.md``.

python -m eval.service [--restarts N] [--clients N] [--seconds S]
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from eval import gold, results
from eval.benchmarks import corpus
from eval.service import kill, load
from eval.service.process import new_key, settings_for, start


def main() -> None:
    """Measure on SQLite in a temporary folder and write the section."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--restarts", type=int, default=50)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        killed = kill.measure(f"sqlite:///{Path(folder) / 'killed.db'}", args.restarts)
        settings = settings_for(f"sqlite:///{Path(folder) / 'loaded.db'}")
        key = new_key(settings)
        process = start(settings)
        loaded = load.measure(process, key, corpus.notes(300), args.clients, args.seconds)
        process.stop()
    results.write(gold.HERE / "RESULTS.md", "service", [section(killed, loaded)])


def section(killed: kill.Killed, loaded: load.Load) -> str:
    """Return the section as Markdown."""
    return "\n".join(
        [
            "## The service",
            "",
            f"Measured by `python -m eval.service` on {os.cpu_count()} cores, SQLite, profile lexicon.",
            "",
            "| killed in the middle of writes | |",
            "| --- | --: |",
            f"| restarts after kill -9 | {killed.restarts} |",
            f"| notes and answers acknowledged | {killed.acknowledged} |",
            f"| of these lost | {killed.lost} |",
            f"| restarts after which the audit did not verify | {killed.broken} |",
            "",
            "| screening endpoint | |",
            "| --- | --: |",
            f"| bare library, ms a note (median) | {loaded.library_ms:.2f} |",
            f"| one client, ms a note (median) | {loaded.one_client_ms:.2f} |",
            f"| times the library's own | {loaded.one_client_ms / loaded.library_ms:.2f} |",
            f"| {loaded.clients} clients for {loaded.seconds:.0f} s: answered | {loaded.answered} |",
            f"| errors | {loaded.errors} |",
            f"| median, ms | {loaded.median_ms:.1f} |",
            f"| p99, ms | {loaded.p99_ms:.1f} |",
            f"| notes a second | {loaded.notes_a_second:.0f} |",
            f"| bare library on one core, notes a second | {loaded.library_notes_a_second:.0f} |",
            f"| memory before and after, MB | {loaded.memory_before:.0f} → {loaded.memory_after:.0f} |",
        ]
    )


if __name__ == "__main__":
    main()
