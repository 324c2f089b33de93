"""What the service tells its operators: log lines and metrics of routes, times, counts and versions. Never content.

A log line is one JSON object. Routes stand in it by their pattern (``/v1/cases/{case}``), so that no reference to a
child gets in; errors by their class and the lines of code they passed, without their message, which could hold words.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

LOG = logging.getLogger("service")


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event and the counts given in ``extra={"fields": …}``."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        line: dict[str, Any] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if record.name == LOG.name:
            line |= {"event": record.msg, **getattr(record, "fields", {})}
        else:
            # A line of a library: its message may quote what it was working on, so it is named by its place.
            line |= {"event": "library", "logger": record.name, "place": f"{record.module}:{record.lineno}"}
        if record.exc_info and record.exc_info[0] is not None:
            line |= {"error": record.exc_info[0].__name__, "passed": _lines_passed(record.exc_info[2])}
        return json.dumps(line, ensure_ascii=False)


def set_up_logging() -> None:
    """Send every log line of this process to stderr as JSON without content."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    LOG.setLevel(logging.INFO)


def log(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Write one line. ``fields`` are ids, counts, times and versions."""
    LOG.log(level, event, extra={"fields": fields}, exc_info=error)


def _lines_passed(trace: TracebackType | None) -> list[str]:
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]


class Metrics:
    """Counts and times for Prometheus, by route and never by person, team or case."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "screener_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "screener_request_seconds", "Time to the end of an answer.", ["route"], registry=self._registry
        )
        self.under_way = Gauge(
            "screener_requests_under_way",
            "Requests being answered now.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        self.notes = Counter("screener_notes_screened", "Notes screened.", registry=self._registry)
        self.words = Counter("screener_words_screened", "Words of the notes screened.", registry=self._registry)

    def page(self) -> tuple[bytes, str]:
        """Return the metrics of all workers as Prometheus reads them, with the content type."""
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry), CONTENT_TYPE_LATEST
