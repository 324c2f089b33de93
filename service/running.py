"""Running the service: open the store with its settings, and serve until told to stop."""

from __future__ import annotations

import os
import signal
import sys
import tempfile

import uvicorn

from service import telemetry
from service.app import create_app
from service.settings import PREFIX, Settings


def serve(settings: Settings) -> None:
    """Serve until a signal says stop; then answer what is under way, send nothing twice, and close the store."""
    telemetry.set_up_logging()
    common = {
        "host": settings.host,
        "port": settings.port,
        # Logging is set up above; an access log would hold addresses with references to children in them.
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
        "limit_concurrency": settings.max_concurrent,
        "timeout_graceful_shutdown": settings.shutdown_seconds,
        "timeout_keep_alive": 65,
    }
    if settings.workers == 1:
        # Uvicorn puts everything away and then raises the signal again: it was asked to stop, and that is no failure.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        uvicorn.run(create_app(settings), **common)  # type: ignore[arg-type]
        return
    # Workers read the settings anew from the environment, which what the command line said must be part of.
    os.environ[PREFIX + "HOST"], os.environ[PREFIX + "PORT"] = settings.host, str(settings.port)
    with tempfile.TemporaryDirectory(prefix="screener-metrics-") as counts:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        uvicorn.run("service.app:from_environment", factory=True, workers=settings.workers, **common)  # type: ignore[arg-type]
