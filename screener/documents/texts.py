"""Plain text out of documents: txt, md, docx, rtf, pdf (text layer) and html."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from screener.errors import DocumentError

MAX_BYTES = 50_000_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read(path: Path) -> str:
    """Return the text of one document. Raises DocumentError where it is too large, encrypted or broken."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentError(f"{size // 1_000_000} MB is more than one note can be (at most 50 MB); split it")
    try:
        return READERS[path.suffix.lower()](path)
    except (DocumentError, OSError):
        raise
    except Exception as error:  # each library has its own family of errors; what they mean here is one thing
        raise DocumentError(f"is damaged or not really a {path.suffix.lower().lstrip('.')} file") from error


def decode(data: bytes) -> str:
    """Turn bytes into text: by byte-order mark, as UTF-8, else by the likeliest old encoding."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise DocumentError(f"says it is {encoding} text but is not; save it again as UTF-8") from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        if b"\0" in data[:4096]:
            raise DocumentError("is not a text file (it holds binary data)") from None
        best = from_bytes(data, cp_isolation=["cp1252", "latin_1", "cp850", "mac_roman", "iso8859_15"]).best()
        return str(best) if best is not None else data.decode("cp1252", errors="replace")


def _plain(path: Path) -> str:
    return decode(path.read_bytes())


def _docx(path: Path) -> str:
    from docx import Document
    from docx.table import Table

    lines: list[str] = []
    for block in Document(str(path)).iter_inner_content():
        if isinstance(block, Table):
            lines += [" | ".join(cell.text.strip() for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def _rtf(path: Path) -> str:
    from striprtf.striprtf import rtf_to_text

    data = path.read_bytes()
    if not data.lstrip().startswith(b"{\\rtf"):
        raise DocumentError("is not an rtf file")
    return str(rtf_to_text(data.decode("latin-1"), errors="replace"))


def _pdf(path: Path) -> str:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise DocumentError("is encrypted; save it without a password first")
    return "\n\n".join(page.extract_text() for page in reader.pages)


def _html(path: Path) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "lxml")
    for tag in soup(["script", "style", "head", "template"]):
        tag.decompose()
    for tag in soup.find_all(["br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"]):
        tag.append("\n")
    return soup.get_text()


READERS: dict[str, Callable[[Path], str]] = {
    ".txt": _plain,
    ".text": _plain,
    ".md": _plain,
    ".docx": _docx,
    ".rtf": _rtf,
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
}
