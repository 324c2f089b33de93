"""The wheel carries everything: built from the checkout, installed elsewhere, it screens without it."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import screener

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    result = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, encoding="utf-8", cwd=cwd, env=clean, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment away from the checkout that has the wheel, and borrows its dependencies from this one."""
    place = tmp_path_factory.mktemp("elsewhere")
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel,
        cwd=place,
    )  # fmt: skip
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip())
    # As a plain path, so that the editable install of the checkout that lies there is not followed.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place


def test_the_wheel_holds_lexicons_templates_and_the_example_case(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    lexicons = {p.relative_to(ROOT / "lexicons").as_posix() for p in (ROOT / "lexicons").rglob("*.yaml")}
    assert {f"screener/_lexicons/{name}" for name in lexicons} <= names
    data = [p for kind in ("documents/templates", "examples") for p in (ROOT / "screener" / kind).rglob("*")]
    assert {p.relative_to(ROOT).as_posix() for p in data if p.is_file() and "__pycache__" not in p.parts} <= names


def test_the_wheel_holds_nothing_that_is_not_shipped(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"screener", "service"}
    assert not [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith((".pyc", ".pt"))]


def test_the_wheel_names_its_licence_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = {Path(n).name: archive.read(n).decode() for n in archive.namelist() if ".dist-info/" in n}
    assert "License-Expression: Apache-2.0" in info["METADATA"]
    assert "Apache License" in info["NOTICE"]
    assert "screener = screener.cli:main" in info["entry_points.txt"]


def test_the_installed_command_screens_its_own_example_away_from_the_checkout(
    elsewhere: Path, lexicon_screener: screener.Screener
) -> None:
    python = elsewhere / "bin" / "python"
    code = "import screener.examples as e, pathlib; print(pathlib.Path(e.__file__).parent)"
    examples = Path(run(python, "-c", code, cwd=elsewhere).strip())
    assert elsewhere in examples.parents
    # The full profile: its reader travels in the wheel.
    case = json.loads(run(elsewhere / "bin" / "screener", "scan", examples / "case", "--format", "json", cwd=elsewhere))
    assert case["read"]["model_version"].startswith("full-")
    assert case["read"]["lexicon_version"] == lexicon_screener.lexicon.version
    assert case["read"]["notes"] == len(list((examples / "case").iterdir()))
    assert any(h["follow_up"] for screening in case["screenings"] for h in screening["highlights"])
    report = elsewhere / "report.html"
    command = (elsewhere / "bin" / "screener", "scan", examples / "case", "--profile", "lexicon")
    run(*command, "--format", "html", "--out", report, cwd=elsewhere)
    assert "<mark" in report.read_text(encoding="utf-8")
