"""Files of many kinds become notes; a file that cannot be read is named, and the rest goes on."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from docx import Document

from screener.documents.read import Problem, read_paths
from screener.documents.tables import Columns
from screener.documents.texts import MAX_BYTES
from screener.errors import DocumentError
from screener.records import Note

WORDS = "Tea at Ray’s again."


def notes(items: Iterator[Note | Problem]) -> list[Note]:
    found = list(items)
    assert [str(i) for i in found if isinstance(i, Problem)] == []
    return [i for i in found if isinstance(i, Note)]


def problems(items: Iterator[Note | Problem]) -> list[str]:
    return [str(i) for i in items if isinstance(i, Problem)]


def pdf(text: str) -> bytes:
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return out + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def write_kind(folder: Path, kind: str) -> Path:
    path = folder / f"note.{kind}"
    if kind == "docx":
        document = Document()
        document.add_paragraph("Seen at home.")
        table = document.add_table(rows=1, cols=2)
        table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Comment", WORDS
        document.save(str(path))
    elif kind == "rtf":
        path.write_text(r"{\rtf1\ansi\ansicpg1252 Seen at home.\par Tea at Ray\'92s again.}", encoding="latin-1")
    elif kind == "pdf":
        path.write_bytes(pdf("Tea at Ray's again."))
    elif kind == "html":
        path.write_text(f"<style>p{{}}</style><h1>Visit</h1><p>Seen.</p><p>{WORDS}</p>", encoding="utf-8")
    else:
        path.write_text(f"Seen at home.\r\n{WORDS}", encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("kind", ["txt", "md", "docx", "rtf", "pdf", "html"])
def test_each_kind_of_document_gives_its_words(tmp_path: Path, kind: str) -> None:
    (note,) = notes(read_paths([write_kind(tmp_path, kind)]))
    assert note.text is not None
    assert "Tea at Ray" in note.text
    assert "p{}" not in note.text


def test_text_is_given_exactly_with_its_line_breaks(tmp_path: Path) -> None:
    (note,) = notes(read_paths([write_kind(tmp_path, "txt")]))
    assert note.text == f"Seen at home.\r\n{WORDS}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_detected(tmp_path: Path, encoding: str) -> None:
    text = "She said “don’t tell” – café on Saturday, naïve of me. £20 again."
    (tmp_path / "n.txt").write_bytes(text.encode(encoding))
    (note,) = notes(read_paths([tmp_path]))
    assert note.text == text


def test_file_and_folder_names_say_when_who_and_which_case(tmp_path: Path) -> None:
    case = tmp_path / "case-7"
    case.mkdir()
    (case / "2023-05-04 school-nurse.txt").write_text("Seen.", encoding="utf-8")
    (note,) = notes(read_paths([case]))
    assert (note.date, note.author_role, note.case) == (dt.date(2023, 5, 4), "school nurse", "case-7")


ROWS = [
    {"note_id": "a", "Body": "One.", "created": "2024-01-31", "case_id": "c1"},
    {"note_id": "b", "Body": "Two, with comma\nand line.", "created": "2024-02-01T23:30:00+00:00", "case_id": "c1"},
]


def write_table(folder: Path, kind: str) -> Path:
    path = folder / f"export.{kind}"
    if kind == "csv":
        lines = ["note_id,Body,created,case_id"]
        lines += [f'{r["note_id"]},"{r["Body"]}",{r["created"]},{r["case_id"]}' for r in ROWS]
        path.write_text("\n".join(lines), encoding="utf-8-sig")
    elif kind == "jsonl":
        path.write_text("\n".join(json.dumps(r) for r in ROWS), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_each_kind_of_table_gives_a_note_a_row(tmp_path: Path, kind: str) -> None:
    found = notes(read_paths([write_table(tmp_path, kind)]))
    assert [(n.id, n.text, n.date, n.case) for n in found] == [
        ("a", "One.", dt.date(2024, 1, 31), "c1"),
        ("b", "Two, with comma\nand line.", dt.date(2024, 2, 1), "c1"),
    ]


def test_columns_can_be_named_and_days_can_come_first(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("ref;words;when\n1;Hello;04/05/2023\n", encoding="utf-8")
    columns = Columns.parse("id=ref,text=words,date=when")
    (note,) = notes(read_paths([path], columns, day_first=True))
    assert (note.id, note.text, note.date) == ("1", "Hello", dt.date(2023, 5, 4))
    without = list(read_paths([path], columns, day_first=False))
    assert isinstance(without[0], Problem)
    assert "read as undated" in without[0].what
    assert isinstance(without[1], Note)


def test_a_mapping_that_names_no_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="field=column"):
        Columns.parse("words")
    assert "has no column 'nothing'" in problems(read_paths([write_table(tmp_path, "csv")], Columns(text="nothing")))[0]


def encrypted_pdf(path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("password", algorithm="RC4-128")
    writer.write(path)


def test_what_cannot_be_read_gets_one_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a-broken.docx").write_bytes(b"PK\x03\x04 not a document")
    (tmp_path / "b-broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    encrypted_pdf(tmp_path / "c-locked.pdf")
    (tmp_path / "d-empty.txt").touch()
    (tmp_path / "e-blank.txt").write_text(" \n", encoding="utf-8")
    (tmp_path / "f-picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "g-binary.txt").write_bytes(b"\x00\x01\xff\xfe\x80")
    with (tmp_path / "h-huge.txt").open("wb") as huge:
        huge.truncate(MAX_BYTES * 2)
    (tmp_path / "i-rows.jsonl").write_text('{"text": "fine"}\nnot json\n{"text": ""}\n[1]\n', encoding="utf-8")
    (tmp_path / "j-broken.parquet").write_bytes(b"PAR1")
    (tmp_path / "k-nothing.csv").write_text("one,two\n1,2\n", encoding="utf-8")
    (tmp_path / "z-good.txt").write_text(WORDS, encoding="utf-8")
    items = list(read_paths([tmp_path, tmp_path / "none.txt"]))
    assert [i.text for i in items if isinstance(i, Note)] == ["fine", WORDS]
    said = problems(iter(items))
    for name, what in [
        ("a-broken.docx", "damaged"),
        ("b-broken.pdf", "damaged"),
        ("c-locked.pdf", "encrypted"),
        ("d-empty.txt", "empty"),
        ("e-blank.txt", "no text"),
        ("f-picture.png", "not a kind"),
        ("g-binary.txt", "binary"),
        ("h-huge.txt", "split it"),
        ("i-rows.jsonl, row 2", "not a line of JSON"),
        ("i-rows.jsonl, row 3", "no text"),
        ("i-rows.jsonl, row 4", "not a JSON object"),
        ("j-broken.parquet", "damaged"),
        ("k-nothing.csv", "no text column"),
        ("none.txt", "no such file"),
    ]:
        assert sum(name in line and what in line for line in said) == 1, (name, said)
    assert len(said) == 14
