"""`screener serve` as a process of its own, with a store, that can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from service.opening import open_store
from service.security.principal import KEY_SCOPES, service_principal
from service.settings import Settings, read_settings
from service.store import Store, migrate

_SECRET = urlsafe_b64encode(b"key of the evaluation, 32 bytes!").decode()


@dataclass
class Process:
    """A running service. ``key`` is an API key of a team of its own."""

    url: str
    pid: int
    popen: subprocess.Popen[bytes]

    def kill(self) -> None:
        """End it as a power cut would: no signal that it could answer to."""
        os.kill(self.pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.popen.terminate()
        return self.popen.wait(60)

    def resident_megabytes(self) -> float:
        """Return its memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def settings_for(database_url: str) -> Settings:
    """Return production settings over a database."""
    return read_settings(
        store=True,
        database_url=database_url,
        secret_key=_SECRET,
        encryption_keys=_SECRET,
        requests_per_minute=1_000_000,
        port=_free_port(),
    )


@contextmanager
def store_of(settings: Settings) -> Iterator[Store]:
    """Open the store beside the service, as the commands do."""
    migrate(settings.database)
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


def new_key(settings: Settings) -> str:
    """Make a team and an API key with every scope."""
    with store_of(settings) as store:
        team = store.teams.create(service_principal(), "Evaluation")
        return store.keys.create(service_principal(), team.id, "evaluation", sorted(KEY_SCOPES)).secret


def start(settings: Settings, patience: float = 120.0) -> Process:
    """Start the service and wait until it is ready. Raises RuntimeError where it does not get so far."""
    given = {
        f"SCREENER_{name.upper()}": str(value)
        for name, value in {
            "store": settings.store,
            "database_url": settings.database,
            "secret_key": _SECRET,
            "encryption_keys": _SECRET,
            "requests_per_minute": settings.requests_per_minute,
            "port": settings.port,
        }.items()
    }
    popen = subprocess.Popen(
        [sys.executable, "-m", "screener", "serve"],
        env={**os.environ, **given},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{settings.port}"
    until = time.monotonic() + patience
    while time.monotonic() < until and popen.poll() is None:
        try:
            if httpx.get(f"{url}/health/ready", timeout=5, trust_env=False).is_success:
                return Process(url, popen.pid, popen)
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    popen.kill()
    raise RuntimeError("the service did not become ready")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
