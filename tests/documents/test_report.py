"""The HTML report: everything in place, nothing from elsewhere, nothing that a note can break."""

import re
from html.parser import HTMLParser

import screener
from screener.documents.read import Problem
from screener.documents.report import render


class Marks(HTMLParser):
    """Collects the text inside the text region and inside marks."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.marked: list[str] = []
        self._depth: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div" and ("class", "text") in attrs:
            self._depth = ["text"]
        elif self._depth and tag in ("mark", "sup"):
            self._depth.append(tag)
            if tag == "mark":
                self.marked.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "div":
            self._depth = []
        elif self._depth and self._depth[-1] == tag:
            self._depth.pop()

    def handle_data(self, data: str) -> None:
        if self._depth and self._depth[-1] != "sup":
            self.text += data
            if self._depth[-1] == "mark":
                self.marked[-1] += data


def page(reader: screener.Screener, *texts: str) -> str:
    return render([reader.screen(t) for t in texts], [], reader.lexicon.lexicon.indicators)


def test_the_note_stands_in_the_page_character_for_character(lexicon_screener: screener.Screener) -> None:
    text = '<script>alert(1)</script> & 😀 cafe\u0301\nTerry bought her a new phone – "don\'t tell mum".'
    found = Marks()
    found.feed(page(lexicon_screener, text))
    assert found.text == text
    assert any("phone" in words for words in found.marked)


def test_nothing_is_loaded_from_elsewhere(lexicon_screener: screener.Screener) -> None:
    html = page(lexicon_screener, "Terry bought her a new phone.")
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)""", html)
    assert "@import" not in html
    assert "url(" not in html


def test_each_passage_has_its_reason_guidance_and_question(lexicon_screener: screener.Screener) -> None:
    html = page(lexicon_screener, "Terry bought her a new phone.")
    for words in ("Gifts or money", "Lit by:", "Where did it come from", "Not a finding, not a score"):
        assert words in html


def test_what_was_set_aside_is_there_with_its_reason(lexicon_screener: screener.Screener) -> None:
    assert "not lit because: negated" in page(lexicon_screener, "No self-harm.")


def test_an_empty_result_clears_nobody(lexicon_screener: screener.Screener) -> None:
    html = page(lexicon_screener, "Height and weight fine.")
    assert "This says nothing about whether the child is safe." in html
    assert not re.search(r"\b(?:no risk|low risk|all clear|safe to close)\b", html, re.IGNORECASE)


def test_what_was_not_read_is_listed(lexicon_screener: screener.Screener) -> None:
    html = render([], [Problem("x.pdf", "is encrypted")], lexicon_screener.lexicon.lexicon.indicators)
    assert "x.pdf: is encrypted" in html
