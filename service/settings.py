"""Every setting of the service, from the environment, a folder of secrets or a TOML file; unsafe ones refuse to start.

Environment variables are ``SCREENER_`` and the field's name in capitals. They win over secrets (a folder with one
file a setting, as systemd credentials and containers give them), which win over the file.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from screener import ScreenerError

PREFIX = "SCREENER_"
#: Where the settings themselves are found; read before them.
FILE_VARIABLE, SECRETS_VARIABLE = "SCREENER_SETTINGS_FILE", "SCREENER_SECRETS_DIR"
#: Stand in for secrets in development mode only, so that a first look needs no set-up.
_DEVELOPMENT_SECRET = "for development on this machine only, never for real notes"  # noqa: S105
_DEVELOPMENT_KEY = b"development key, no real notes!!"
_DEFAULT_PASSWORDS = {"", "admin", "changeme", "password", "postgres", "root", "screener", "secret"}


class SettingsError(ScreenerError):
    """Settings with which the service will not start: one line for each, with the mend."""


def _key(value: SecretStr) -> SecretStr:
    try:
        length = len(base64.urlsafe_b64decode(value.get_secret_value().encode()))
    except (binascii.Error, UnicodeEncodeError):
        length = 0
    if length != 32:
        raise ValueError("is not 32 bytes in URL-safe base64; make one with `screener new-key`")
    return value


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings. Each description is what the operations guide prints."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True, env_ignore_empty=True
    )

    mode: Literal["production", "development"] = Field(
        "production",
        description="`development` allows stand-in secrets and cookies over http, on this machine's loop-back only.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    workers: int = Field(1, ge=1, le=64, description="Processes that answer requests. Each loads its own lexicons.")
    behind_gateway: bool = Field(
        False,
        description="Says that a gateway in front keeps strangers out and speaks TLS. Needed to listen on any address "
        "but loop-back.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses of proxies whose X-Forwarded-For is believed, with commas between."
    )
    profile: Literal["lexicon", "fast", "full"] = Field("lexicon", description="Which readers screen the notes.")
    lexicons: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders of your own lexicons, layered over the shipped ones, with commas between."
    )

    max_body_bytes: int = Field(2_000_000, ge=1_000, description="Largest body of a request, in bytes.")
    max_batch_bytes: int = Field(
        32_000_000, ge=1_000, description="Largest body where many notes are screened at once, in bytes."
    )
    max_concurrent: int = Field(256, ge=1, description="Connections served at once; more are told to come back (503).")
    body_seconds: float = Field(20.0, gt=0, description="Time a client has to send its body, in seconds.")
    requests_per_minute: int = Field(
        6_000, ge=1, description="Requests a minute allowed to one key, session or, without either, address."
    )
    failures_per_minute: int = Field(60, ge=1, description="Unknown keys and sessions a minute allowed to one address.")
    shutdown_seconds: int = Field(30, ge=1, description="How long a stop waits for requests under way, in seconds.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics. Without one, /metrics is there in development only."
    )

    store: bool = Field(False, description="Keeps cases, answers, closures and audit. Off: nothing is ever written.")
    database_url: SecretStr = Field(
        SecretStr("sqlite:///screener.db"),
        description="Where: `sqlite:///file.db`, or `postgresql+psycopg://user:password@host/database`.",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Signs what a browser carries for the service; at least 32 characters, the same in every process.",
    )
    encryption_keys: Annotated[tuple[Annotated[SecretStr, AfterValidator(_key)], ...], NoDecode] = Field(
        (),
        description="Keys for note text at rest, with commas between. The first encrypts, the others still read: put "
        "a new one in front, run `screener rotate-keys`, then drop the old one.",
    )
    session_minutes: int = Field(60, ge=1, le=24 * 60, description="A session ends after so long without a request.")
    retention_days: int | None = Field(
        None, ge=1, description="`screener purge` takes cases out so many days after their closure."
    )

    webhook_url: str | None = Field(
        None, description="Told of opened highlights, overdue follow-up and refused closures: ids and counts only."
    )
    webhook_secret: SecretStr | None = Field(None, description="Signs what is sent to webhook_url (HMAC-SHA256).")

    public_url: str | None = Field(
        None, description="The address that people's browsers reach this service by, https. Needed for OpenID Connect."
    )
    cds_clients: Path | None = Field(
        None, description="A JSON file of the CDS Hooks clients whose tokens are taken (docs/integration.md)."
    )
    oidc_issuer: str | None = Field(None, description="OpenID Connect issuer for sign-in, https.")
    oidc_client_id: str | None = Field(None, description="This service's client id at the issuer.")
    oidc_client_secret: SecretStr | None = Field(None, description="Its client secret.")

    @model_validator(mode="before")
    @classmethod
    def _lists_with_commas(cls, values: Any) -> Any:
        lists = ("trusted_proxies", "lexicons", "encryption_keys")
        return {k: _split(v) if k in lists else v for k, v in values.items()}

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        dangers = list(self._dangers())
        if dangers:
            raise ValueError("\n".join(dangers))
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - given by pydantic-settings, no .env is read
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: given in code, environment, secrets folder, file."""
        return init_settings, env_settings, file_secret_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def development(self) -> bool:
        """Whether this is a first look on one's own machine."""
        return self.mode == "development"

    @property
    def secret(self) -> str:
        """The signing secret; a stand-in in development mode."""
        return self.secret_key.get_secret_value() if self.secret_key else _DEVELOPMENT_SECRET

    @property
    def note_keys(self) -> tuple[bytes, ...]:
        """The keys for note text, newest first; a stand-in in development mode."""
        given = tuple(base64.urlsafe_b64decode(key.get_secret_value()) for key in self.encryption_keys)
        return given or (_DEVELOPMENT_KEY,)

    @property
    def database(self) -> str:
        """The database's URL, with its password."""
        return self.database_url.get_secret_value()

    def _dangers(self) -> list[str]:
        """Say what is unsafe about these settings together, each with what to do."""
        found: list[str] = []
        inside = is_loopback(self.host)
        if self.development and not inside:
            found.append("mode=development listens on loop-back only: set host=127.0.0.1, or mode=production")
        if not inside and not self.behind_gateway:
            found.append(
                f"host={self.host} can be reached from elsewhere: put a gateway with TLS in front and set "
                "behind_gateway=true, or host=127.0.0.1"
            )
        if self.secret_key and len(self.secret_key.get_secret_value()) < 32:
            found.append("secret_key is shorter than 32 characters: make one with `screener new-key`")
        if self.metrics_token and len(self.metrics_token.get_secret_value()) < 16:
            found.append("metrics_token is shorter than 16 characters")
        if self.store:
            found += self._store_dangers()
        if self.webhook_url:
            found += self._webhook_dangers(self.webhook_url)
        for name in ("oidc_issuer", "public_url"):
            if (address := getattr(self, name)) and not self._sealed(address):
                found.append(f"{name} is not https")
        together = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(together) and not all((*together, self.public_url, self.store)):
            found.append("oidc_issuer, oidc_client_id, oidc_client_secret, public_url and store go together")
        return found

    def _store_dangers(self) -> list[str]:
        found: list[str] = []
        url = urlsplit(self.database)
        kind = url.scheme.split("+")[0]
        if kind not in ("sqlite", "postgresql"):
            found.append("database_url is neither sqlite:/// nor postgresql+psycopg://")
        if not self.development:
            if self.secret_key is None:
                found.append("secret_key is missing: make one with `screener new-key`")
            if not self.encryption_keys:
                found.append("encryption_keys is empty: make one with `screener new-key`")
        elif kind == "postgresql":
            found.append("mode=development keeps to SQLite: its secrets are no secrets; set mode=production")
        if kind == "sqlite" and not url.path.strip("/"):
            found.append("database_url names no file: a store in memory loses every answer when the service stops")
        if kind == "postgresql" and not _beside(url.hostname) and (url.password or "") in _DEFAULT_PASSWORDS:
            found.append("database_url has no password, or one that everybody tries first")
        return found

    def _webhook_dangers(self, address: str) -> list[str]:
        found = []
        if not self._sealed(address):
            found.append("webhook_url is not https")
        if self.webhook_secret is None or len(self.webhook_secret.get_secret_value()) < 32:
            found.append("webhook_secret is missing or shorter than 32 characters")
        return found

    @staticmethod
    def _sealed(address: str) -> bool:
        """Say whether nobody on the way can read what goes to an address."""
        url = urlsplit(address)
        return url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or ""))


def is_loopback(host: str) -> bool:
    """Say whether a host can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _beside(host: str | None) -> bool:
    """Say whether a database is reached by a socket file, where the operating system knows who asks."""
    return not host


def read_settings(file: Path | None = None, **given: Any) -> Settings:
    """Read the settings; ``given`` ones win over everything.

    Raises SettingsError where a setting is unknown, cannot be read, or is unsafe with another. Values are not
    repeated in it: they may be secrets.
    """
    named = file or (Path(os.environ[FILE_VARIABLE]) if FILE_VARIABLE in os.environ else None)
    if named is not None and not named.is_file():
        raise SettingsError(f"there is no settings file {named}")
    secrets = os.environ.get(SECRETS_VARIABLE)
    if secrets is not None and not Path(secrets).is_dir():
        raise SettingsError(f"there is no secrets folder {secrets}")
    _refuse_unknown_variables()

    class Found(Settings):
        model_config = SettingsConfigDict(toml_file=named, secrets_dir=secrets)

    try:
        found = Found(**given)
    except ValidationError as error:
        raise SettingsError("\n".join(_reasons(error))) from None
    except ValueError:
        raise SettingsError(f"{named} is not TOML that can be read: `name = value` lines") from None
    return found


def _refuse_unknown_variables() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {FILE_VARIABLE, SECRETS_VARIABLE}
    for name in os.environ:
        if name.startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, 1)
            raise SettingsError(f"{name} is no setting" + (f": did you mean {near[0]}?" if near else ""))


def _reasons(error: ValidationError) -> list[str]:
    lines = []
    for item in error.errors(include_input=False, include_url=False):
        name = ".".join(map(str, item["loc"]))
        if item["type"] == "extra_forbidden":
            near = difflib.get_close_matches(name, Settings.model_fields, 1)
            lines.append(f"{name} is no setting" + (f": did you mean {near[0]}?" if near else ""))
        else:
            message = item["msg"].removeprefix("Value error, ")
            lines.append(f"{name}: {message}" if name else message)
    return lines
