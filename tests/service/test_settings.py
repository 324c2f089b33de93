"""Settings: from where they come, and what the service refuses to start with."""

from pathlib import Path

import pytest

from service.settings import Settings, SettingsError, read_settings

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SECRET = "a secret that is long enough to sign sessions with"
STORE = {"store": True, "secret_key": SECRET, "encryption_keys": KEY}


@pytest.fixture(autouse=True)
def no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in os.environ:
        if name.startswith("SCREENER_"):
            monkeypatch.delenv(name)


def test_without_any_setting_nothing_is_kept_and_only_this_machine_is_served() -> None:
    settings = read_settings()
    assert (settings.store, settings.host, settings.development) == (False, "127.0.0.1", False)


def test_environment_wins_over_secrets_which_win_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "screener.toml"
    file.write_text('port = 1\nworkers = 1\nsession_minutes = 1\ntrusted_proxies = ["10.0.0.1"]\n', encoding="utf-8")
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("port", "workers"):
        (secrets / f"screener_{name}").write_text("2\n", encoding="utf-8")
    monkeypatch.setenv("SCREENER_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("SCREENER_PORT", "3")
    settings = read_settings(file)
    assert (settings.port, settings.workers, settings.session_minutes) == (3, 2, 1)
    assert settings.trusted_proxies == ("10.0.0.1",)
    monkeypatch.setenv("SCREENER_SETTINGS_FILE", str(file))
    assert read_settings().model_dump() == settings.model_dump()


def test_lists_have_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCREENER_ENCRYPTION_KEYS", f"{KEY}, {KEY}")
    monkeypatch.setenv("SCREENER_LEXICONS", "ours,theirs")
    settings = read_settings()
    assert settings.note_keys == (b"01234567890123456789012345678901",) * 2
    assert settings.lexicons == (Path("ours"), Path("theirs"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"host": "0.0.0.0"}, "can be reached from elsewhere"),
        ({"host": "0.0.0.0", "behind_gateway": True, "mode": "development"}, "loop-back only"),
        ({"store": True, "encryption_keys": KEY}, "secret_key is missing"),
        ({"store": True, "secret_key": SECRET}, "encryption_keys is empty"),
        ({**STORE, "secret_key": "change-me"}, "shorter than 32"),
        ({**STORE, "encryption_keys": "c2hvcnQ="}, "32 bytes"),
        ({**STORE, "encryption_keys": "ключ"}, "32 bytes"),
        ({**STORE, "database_url": "sqlite://"}, "names no file"),
        ({**STORE, "database_url": "mysql://db/x"}, "neither sqlite"),
        ({**STORE, "database_url": "postgresql+psycopg://u@db/x"}, "no password"),
        ({**STORE, "database_url": "postgresql+psycopg://u:postgres@db/x"}, "everybody tries first"),
        ({"store": True, "mode": "development", "database_url": "postgresql://u:longpassword@db/x"}, "keeps to SQLite"),
        ({"webhook_url": "https://example.org", "webhook_secret": "short"}, "webhook_secret"),
        ({"webhook_url": "http://example.org", "webhook_secret": SECRET}, "not https"),
        ({"oidc_issuer": "http://issuer.example"}, "not https"),
        ({"oidc_issuer": "https://issuer.example"}, "go together"),
        ({"metrics_token": "short"}, "metrics_token"),
        ({"port": 70_000}, "port"),
    ],
)
def test_unsafe_settings_do_not_start(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_settings(**given)


@pytest.mark.parametrize(
    "given",
    [
        STORE,
        {"store": True, "mode": "development"},
        {**STORE, "database_url": "postgresql+psycopg:///screener?host=/run/postgresql"},
        {**STORE, "database_url": "postgresql+psycopg://u:a-long-password@db/x"},
        {"host": "0.0.0.0", "behind_gateway": True},
        {"webhook_url": "http://127.0.0.1:9/x", "webhook_secret": SECRET},
    ],
)
def test_safe_ones_do(given: dict[str, object]) -> None:
    assert read_settings(**given)


def test_a_mistyped_setting_is_named_with_the_nearest_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "screener.toml"
    file.write_text("databse_url = 'x'\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="did you mean database_url"):
        read_settings(file)
    monkeypatch.setenv("SCREENER_STROE", "true")
    with pytest.raises(SettingsError, match="did you mean SCREENER_STORE"):
        read_settings()


def test_files_that_are_not_there_or_not_toml_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="no settings file"):
        read_settings(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("port: 3", encoding="utf-8")
    with pytest.raises(SettingsError, match="not TOML"):
        read_settings(broken)
    monkeypatch.setenv("SCREENER_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="no secrets folder"):
        read_settings()


def test_secrets_show_neither_in_errors_nor_when_printed() -> None:
    secret = "zanzibarquince" * 3
    given = {**STORE, "secret_key": secret, "database_url": f"postgresql://u:{secret}@db/x"}
    assert secret not in repr(read_settings(**given))
    with pytest.raises(SettingsError) as refused:
        read_settings(**given, host="0.0.0.0")
    assert secret not in str(refused.value)


def test_every_setting_is_in_the_operations_guide_as_it_is_described() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"| `{name}` |" in guide, name
        assert field.description in guide, name
