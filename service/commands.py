"""The commands of the service: `screener serve` and what those who run it need. Found by the entry point
``screener.commands``, so that the library knows nothing of the service.

Everything heavy is imported inside the commands: `screener scan` must not wait for it.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from screener import ScreenerError

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store import Store

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="A TOML file of settings; the environment wins over it.")
]
_SOMETHING_WRONG = 1

audit = typer.Typer(no_args_is_help=True, help="Check the audit.")
account = typer.Typer(no_args_is_help=True, help="Look after accounts.")
team = typer.Typer(no_args_is_help=True, help="Look after teams.")
key = typer.Typer(no_args_is_help=True, help="Look after API keys.")


def register(app: typer.Typer) -> None:
    """Add the commands to the `screener` command."""
    for command in (serve, new_key, migrate, backup, restore, purge, rotate_keys):
        app.command(rich_help_panel="Service")(command)
    for name, group in (("audit", audit), ("account", account), ("team", team), ("key", key)):
        app.add_typer(group, name=name, rich_help_panel="Service")


def serve(
    settings_file: SettingsFile = None,
    host: Annotated[str | None, typer.Option(help="Instead of the setting.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of the setting.")] = None,
    example: Annotated[
        bool, typer.Option(help="For a first look (mode=development): an admin, an API key and the example case.")
    ] = False,
) -> None:
    """Serve the screener over HTTP. Nothing is kept unless the store is switched on (docs/operations.md)."""
    settings = _settings(settings_file, **{k: v for k, v in (("host", host), ("port", port)) if v is not None})
    from service import running

    if example:
        from service.example import first_look

        typer.echo(first_look(settings))
    running.serve(settings)


def new_key() -> None:
    """Print a new random key, for `secret_key`, `encryption_keys`, `webhook_secret` or `metrics_token`."""
    typer.echo(urlsafe_b64encode(secrets.token_bytes(32)).decode())


def migrate(settings_file: SettingsFile = None) -> None:
    """Bring the database to this release's tables. `serve` does it by itself."""
    settings = _with_store(settings_file)
    from service.store import migrate as bring_up

    typer.echo(f"The tables have version {bring_up(settings.database)}.")


def backup(
    path: Annotated[Path, typer.Argument(help="A new file to write to.")], settings_file: SettingsFile = None
) -> None:
    """Write everything kept into one file, note text still encrypted, while the service runs."""
    with _store(settings_file) as store:
        from service.store.backup import backup as write

        done = write(store, path)
    typer.echo(f"{done.rows} rows in {done.path}, sha256 {done.sha256}, audit head {done.audit_head}.")
    typer.echo("Keep the encryption keys elsewhere: without them the backup opens for nobody.")


def restore(
    path: Annotated[Path, typer.Argument(help="A file that `screener backup` wrote.")],
    settings_file: SettingsFile = None,
) -> None:
    """Read a backup into an empty database. The service must not run meanwhile."""
    settings = _with_store(settings_file)
    from service.store.backup import restore as read

    done = read(settings.database, settings.note_keys, path)
    typer.echo(f"{done.rows} rows restored, audit head {done.audit_head}.")


def purge(settings_file: SettingsFile = None) -> None:
    """Take out cases whose retention has ended, and sessions that have. The audit keeps what was taken out."""
    with _store(settings_file) as store:
        gone = store.retention.purge()
        swept = store.retention.sweep()
    typer.echo(f"{len(gone)} cases taken out; {swept} ended sessions and sent events cleared.")


def rotate_keys(settings_file: SettingsFile = None) -> None:
    """Put everything kept under the first of `encryption_keys`. Afterwards the older keys can be dropped."""
    with _store(settings_file) as store:
        typer.echo(f"{store.rotate_keys()} keys wrapped anew.")


@audit.command("verify")
def audit_verify(
    head: Annotated[str | None, typer.Option(help="The head that an earlier check printed.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Check that no row of the audit was changed, taken out or put in. Exit code 1 where one was.

    Keep the printed head somewhere else: given back with --head, it also shows whether rows were cut off the end.
    """
    with _store(settings_file) as store:
        verdict = store.audit.verify(expected_head=head)
    if not verdict.intact:
        typer.echo(f"NOT intact at row {verdict.broken_at}: {verdict.problem}", err=True)
        raise typer.Exit(_SOMETHING_WRONG)
    typer.echo(f"{verdict.rows} rows, intact. Head {verdict.head}")


@account.command("add")
def account_add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    full_name: Annotated[str, typer.Argument(help="The person's name, as colleagues see it.")],
    admin: Annotated[bool, typer.Option("--admin", help="Looks after accounts, teams and keys; sees no case.")] = False,
    lead: Annotated[list[str] | None, typer.Option(help="Id of a team to lead. Repeatable.")] = None,
    practitioner: Annotated[list[str] | None, typer.Option(help="Id of a team to work in. Repeatable.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Make an account and print its one-time password."""
    from service.security.principal import service_principal
    from service.store.records import Membership

    memberships = [Membership(team=one, role="lead") for one in lead or []]
    memberships += [Membership(team=one, role="practitioner") for one in practitioner or []]
    with _store(settings_file) as store:
        made, password = store.accounts.create(
            service_principal(), name, full_name, admin=admin, memberships=tuple(memberships)
        )
    typer.echo(f"Account {made.id}. One-time password: {password}")


@account.command("list")
def account_list(settings_file: SettingsFile = None) -> None:
    """List accounts."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        for one in store.accounts.list(service_principal()):
            state = "" if one.active else " (closed)"
            roles = ", ".join([*["admin"] * one.admin, *(f"{m.role} in {m.team}" for m in one.memberships)])
            typer.echo(f"{one.id}  {one.name}  {one.full_name}  {roles}{state}")


@account.command("close")
def account_close(ident: Annotated[str, typer.Argument(metavar="ID")], settings_file: SettingsFile = None) -> None:
    """Close an account: nobody signs in with it any more. Its answers stay."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        closed = store.accounts.update(service_principal(), ident, active=False)
    typer.echo(f"Account {closed.id} is closed.")


@account.command("reset-password")
def account_reset(ident: Annotated[str, typer.Argument(metavar="ID")], settings_file: SettingsFile = None) -> None:
    """Print a new one-time password for an account and end its sessions."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        typer.echo(f"One-time password: {store.accounts.reset_password(service_principal(), ident)}")


@team.command("add")
def team_add(name: str, settings_file: SettingsFile = None) -> None:
    """Make a team and print its id."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        typer.echo(f"Team {store.teams.create(service_principal(), name).id}.")


@team.command("list")
def team_list(settings_file: SettingsFile = None) -> None:
    """List teams."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        for one in store.teams.list(service_principal()):
            typer.echo(f"{one.id}  {one.name}")


@key.command("add")
def key_add(
    team_id: Annotated[str, typer.Argument(metavar="TEAM")],
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="What it may do. Repeatable; docs/api-guide.md lists them.")],
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires.")] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Make an API key for a team and print its secret, this once."""
    from service.security.principal import KEY_SCOPES, service_principal

    unknown = set(scope) - KEY_SCOPES
    if unknown:
        raise ScreenerError(f"an API key can have these scopes: {', '.join(sorted(KEY_SCOPES))}")
    scopes = [one for one in KEY_SCOPES if one in scope]
    ends = datetime.now(UTC) + timedelta(days=days) if days else None
    with _store(settings_file) as store:
        made = store.keys.create(service_principal(), team_id, name, scopes, expires_at=ends)
    typer.echo(f"Key {made.key.id}: {made.secret}")


@key.command("list")
def key_list(settings_file: SettingsFile = None) -> None:
    """List API keys, without their secrets."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        for one in store.keys.list(service_principal()):
            used = f"last used {one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never used"
            state = "revoked" if one.revoked_at else f"expires {one.expires_at:%Y-%m-%d}" if one.expires_at else ""
            typer.echo("  ".join(filter(None, (one.id, one.hint, one.name, ",".join(one.scopes), used, state))))


@key.command("rotate")
def key_rotate(ident: Annotated[str, typer.Argument(metavar="ID")], settings_file: SettingsFile = None) -> None:
    """Make a new secret for a key. The old one works for one more day."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        made = store.keys.rotate(service_principal(), ident)
    typer.echo(f"Key {made.key.id}: {made.secret}")


@key.command("revoke")
def key_revoke(ident: Annotated[str, typer.Argument(metavar="ID")], settings_file: SettingsFile = None) -> None:
    """Make a key worthless at once."""
    from service.security.principal import service_principal

    with _store(settings_file) as store:
        typer.echo(f"Key {store.keys.revoke(service_principal(), ident).id} is revoked.")


def _settings(file: Path | None, **given: object) -> Settings:
    try:
        from service.settings import read_settings
    except ImportError as error:
        raise ScreenerError("the service needs more packages: pip install 'case-note-screener[service]'") from error
    return read_settings(file, **given)


def _with_store(file: Path | None) -> Settings:
    settings = _settings(file)
    if not settings.store:
        raise ScreenerError("the case store is switched off: set SCREENER_STORE=true (docs/operations.md)")
    return settings


@contextmanager
def _store(file: Path | None) -> Iterator[Store]:
    settings = _with_store(file)
    from service.opening import open_store

    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()
