"""Nothing phones home: loading, screening and scanning open no connection and write nowhere but where they are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Watches what a process does from its first line on: every audit event of the network and of writing to disk.
WATCH = """
import os, sys

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.")
CHANGES = {"os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "shutil.copyfile", "tempfile.mkstemp",
           "tempfile.mkdtemp", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "sqlite3.connect"}

def watch(event, args):
    if event.startswith(NETWORK):
        seen(event, args)
    elif event == "open" and isinstance(args[2], int) and args[2] & WRITES and args[0] != os.devnull:
        seen("write", args[:1])
    elif event in CHANGES and not (event == "os.mkdir" and os.path.isdir(args[0])):
        seen(event, args)

def seen(event, args):
    with_marker = "WATCHED " + event + " " + repr(args) + "\\n"
    os.write(2, with_marker.encode("utf-8", "replace"))

sys.addaudithook(watch)
"""
LIT = "Terry bought her a new phone and told her not to tell mum."


def watched(work: str, home: Path) -> list[str]:
    """Run some Python in a process of its own with an empty home, and return what it was seen to do."""
    home.mkdir(exist_ok=True)
    places = {name: str(home) for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR")}
    result = subprocess.run(
        [sys.executable, "-B", "-c", WATCH + work],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=home,
        env={**os.environ, **places},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [line for line in result.stderr.splitlines() if line.startswith("WATCHED")]


@pytest.mark.parametrize(
    ("work", "event"),
    [
        ("import socket; socket.socket().close()", "socket.__new__"),
        ("open('x', 'w').close()", "write"),
        ("import pathlib; pathlib.Path('d').mkdir()", "os.mkdir"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', ''])", "subprocess.Popen"),
    ],
)
def test_the_watch_sees_what_it_is_there_to_see(tmp_path: Path, work: str, event: str) -> None:
    assert any(f"WATCHED {event} " in line for line in watched(work, tmp_path / "home"))


def test_loading_and_screening_touch_nothing(tmp_path: Path) -> None:
    work = f"""
import screener
reader = screener.load(profile="lexicon")
assert reader.screen({LIT!r}).follow_up
assert list(reader.pipe([{LIT!r}] * 3))
assert reader.contexts({LIT!r}, [(0, 5)])
"""
    assert watched(work, tmp_path / "home") == []
    assert list((tmp_path / "home").iterdir()) == []


def test_loading_brings_in_no_model_runtime_and_no_network_library(tmp_path: Path) -> None:
    work = f"""
import sys, screener
screener.load(profile="lexicon").screen({LIT!r})
heavy = {{"torch", "transformers", "spacy", "onnxruntime", "requests", "httpx", "urllib3"}} & sys.modules.keys()
assert not heavy, heavy
"""
    assert watched(work, tmp_path / "home") == []


def test_the_sentence_reader_touches_nothing_either(tmp_path: Path) -> None:
    work = f"""
import screener
reader = screener.load(profile="fast")
assert reader.screen({LIT!r}).model_version
"""
    assert watched(work, tmp_path / "home") == []
    assert list((tmp_path / "home").iterdir()) == []


def test_a_scan_of_files_of_every_kind_writes_the_one_file_it_was_told_to(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from docx import Document

    notes = tmp_path / "notes"
    notes.mkdir()
    for kind in ("txt", "md", "html"):
        (notes / f"note.{kind}").write_text(LIT, encoding="utf-8")
    (notes / "note.rtf").write_text(rf"{{\rtf1 {LIT}}}", encoding="ascii")
    (notes / "table.csv").write_text(f"id,text\n1,{LIT}\n", encoding="utf-8")
    (notes / "table.jsonl").write_text(f'{{"text": "{LIT}"}}\n', encoding="utf-8")
    (notes / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    document = Document()
    document.add_paragraph(LIT)
    document.save(str(notes / "note.docx"))
    pq.write_table(pa.table({"text": [LIT]}), notes / "table.parquet")
    report = tmp_path / "report.html"
    before = sorted(tmp_path.rglob("*"))
    work = f"""
from screener import cli
try:
    where = ["--profile", "lexicon", "--format", "html", "--out", {str(report)!r}]
    cli.app(["scan", {str(notes)!r}, *where], standalone_mode=False)
except SystemExit:
    pass
"""
    seen = watched(work, tmp_path / "home")
    assert {line for line in seen if str(report) not in line} == set()
    assert len(seen) == 1
    assert set(tmp_path.rglob("*")) - set(before) == {report, tmp_path / "home"}
    assert LIT.split()[0] in report.read_text(encoding="utf-8")
