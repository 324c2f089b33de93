"""The commands of those who run the service, as they run them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from service import commands
from service.example import first_look
from service.settings import read_settings

Run = Callable[..., tuple[int, str]]
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on a store of this test's own; returns its exit code and what it wrote."""
    for name, value in {
        "SECRET_KEY": "s" * 32,
        "ENCRYPTION_KEYS": KEY,
        "STORE": "true",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'screener.db'}",
    }.items():
        monkeypatch.setenv(f"SCREENER_{name}", value)
    app = typer.Typer()
    commands.register(app)

    def invoke(*args: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(args))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return invoke


def test_a_store_is_set_up_used_backed_up_and_checked_from_the_command_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "version" in run("migrate")[1]
    team = run("team", "add", "Duty team")[1].split()[-1].rstrip(".")
    assert f"{team}  Duty team" in run("team", "list")[1]
    added = run("account", "add", "jo", "Jo Lead", "--lead", team)[1]
    account = added.split()[1].rstrip(".")
    assert "One-time password: " in added
    assert f"{account}  jo  Jo Lead  lead in {team}" in run("account", "list")[1]
    assert "One-time password: " in run("account", "reset-password", account)[1]
    key, secret = run("key", "add", team, "case system", "--scope", "screen", "--days", "30")[1].split()[1:3]
    assert secret.startswith("cns_")
    assert secret not in run("key", "list")[1]
    assert "never used" in run("key", "list")[1]
    assert "Key " in run("key", "rotate", key.rstrip(":"))[1]
    assert "revoked" in run("key", "revoke", key.rstrip(":"))[1]
    assert "closed" in run("account", "close", account)[1]
    assert "0 cases taken out" in run("purge")[1]

    code, verdict = run("audit", "verify")
    assert (code, "intact. Head " in verdict) == (0, True)
    backup = tmp_path / "all.backup"
    assert "rows in" in run("backup", str(backup))[1]
    monkeypatch.setenv("SCREENER_ENCRYPTION_KEYS", f"{'QUJD' * 10}QUI=,{KEY}")
    assert "wrapped anew" in run("rotate-keys")[1]

    monkeypatch.setenv("SCREENER_ENCRYPTION_KEYS", KEY)
    monkeypatch.setenv("SCREENER_DATABASE_URL", f"sqlite:///{tmp_path / 'restored.db'}")
    assert "rows restored" in run("restore", str(backup))[1]
    assert run("audit", "verify")[0] == 0


def test_an_audit_that_was_touched_is_told_with_exit_code_1(run: Run, tmp_path: Path) -> None:
    import sqlite3

    run("migrate")
    run("team", "add", "Duty team")
    with sqlite3.connect(tmp_path / "screener.db") as touched:
        with pytest.raises(sqlite3.IntegrityError):
            touched.execute("UPDATE audit SET action = 'team.deleted'")
        for (trigger,) in touched.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            touched.execute(f"DROP TRIGGER {trigger}")
        touched.execute("UPDATE audit SET action = 'team.deleted' WHERE seq = 1")
    touched.close()
    code, said = run("audit", "verify")
    assert (code, "NOT intact at row 1" in said) == (1, True)


def test_commands_that_need_a_store_say_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from screener import ScreenerError

    monkeypatch.setenv("SCREENER_STORE", "false")
    with pytest.raises(ScreenerError, match="SCREENER_STORE=true"):
        run("audit", "verify")


def test_a_new_key_is_one_that_the_settings_take(run: Run) -> None:
    made = run("new-key")[1].strip()
    assert read_settings(encryption_keys=made, secret_key=made).note_keys[0] != read_settings().note_keys[0]


def test_a_first_look_is_for_development_only_and_sets_up_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screener import ScreenerError

    with pytest.raises(ScreenerError, match="not for real notes"):
        run("serve", "--example")
    monkeypatch.setenv("SCREENER_MODE", "development")
    said = first_look(read_settings())
    assert "one-time password: " in said
    assert "cns_" in said
    assert "Already set up" in first_look(read_settings())


def test_the_screener_command_has_them_and_loads_none_of_their_packages_for_a_scan() -> None:
    code = (
        "import sys; from screener import cli\n"
        "sys.argv = ['screener', 'serve', '--help']\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "heavy = {'fastapi', 'sqlalchemy', 'uvicorn', 'httpx', 'pydantic_settings'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "100"}
    )
    assert result.returncode == 0, result.stderr
    assert "--example" in result.stdout
