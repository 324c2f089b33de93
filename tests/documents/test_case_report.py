"""The case page: what stands open first, every passage leads to its place, nothing clears or scores anyone."""

import datetime as dt
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

import screener
from screener.documents import case_report
from screener.documents.read import Problem


class Links(HTMLParser):
    """Collects where links lead, and every id of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.ids: Counter[str] = Counter()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "href":
                self.targets.add(value or "")
            elif name == "id":
                self.ids[value or ""] += 1


def page(reader: screener.Screener, review: screener.CaseReview, *problems: Problem) -> str:
    return case_report.render(review, problems, reader.lexicon.lexicon.indicators)


def case(reader: screener.Screener, *notes: tuple[str, str | None]) -> screener.CaseReview:
    return reader.review_case(
        screener.Note(id=f"n{at}", text=text, date=date, case="c1")  # type: ignore[arg-type]
        for at, (text, date) in enumerate(notes, 1)
    )


@pytest.fixture(scope="module")
def example_page(lexicon_screener: screener.Screener, example: screener.CaseReview) -> str:
    return page(lexicon_screener, example)


def test_what_stands_open_comes_before_everything_else(example_page: str) -> None:
    parts = [example_page.index(f'id="{part}"') for part in ("open", "timeline", "patterns", "people", "notes")]
    assert parts == sorted(parts)
    assert "A note closes or steps down while passages before it stand unanswered." in example_page
    assert "Read: 8 notes" in example_page
    assert "Only the 8 notes supplied were read." in example_page


def test_every_link_leads_to_one_place_on_the_page_and_none_elsewhere(example_page: str) -> None:
    links = Links(example_page)
    assert {target.lstrip("#") for target in links.targets} <= links.ids.keys()
    assert all(target.startswith("#") for target in links.targets)
    assert [id for id, count in links.ids.items() if count > 1] == []
    assert "url(" not in example_page
    assert "@import" not in example_page
    assert " src=" not in example_page


def test_each_unanswered_passage_is_there_and_leads_to_its_note(
    example_page: str, example: screener.CaseReview
) -> None:
    opening = example_page[example_page.index('id="open"') : example_page.index('id="timeline"')]
    lit = [(e.note.id, h.id) for e in example.timeline for h in e.highlights if h.follow_up]
    for passage in example.closure.unanswered:
        assert f'href="#c{lit.index((passage.note, passage.highlight)) + 1}"' in opening


def test_the_timeline_has_a_mark_for_every_note_and_says_the_same_as_a_table(
    example_page: str, example: screener.CaseReview
) -> None:
    drawing = example_page[example_page.index("<svg") : example_page.index("</svg>")]
    for number, entry in enumerate(example.timeline, 1):
        assert f'href="#note-{number}"' in drawing
        assert f'<tr><th scope="row"><a href="#note-{number}">{number}</a> {entry.note.author_role}' in example_page
    assert drawing.count('aria-label="Note ') == drawing.count("<title>")
    assert drawing.count('class="closed"') == sum(
        entry.closing is not None or any(h.indicator == "concern_closed" and h.follow_up for h in entry.highlights)
        for entry in example.timeline
    )


def test_each_pattern_is_named_once_with_its_question_and_what_would_settle_it(
    example_page: str, example: screener.CaseReview
) -> None:
    for pattern in example.patterns:
        assert example_page.count(f'<article id="pattern-{pattern.id}"') == 1
        assert pattern.settles.replace("'", "&#39;") in example_page
        assert pattern.question.replace("'", "&#39;") in example_page


def test_professionals_and_children_are_never_shown_with_passages(
    example_page: str, example: screener.CaseReview
) -> None:
    assert "People named in these notes" in example_page
    assert "adults of concern" not in example_page
    assert all(not person.passages for person in example.people if person.role in ("child", "professional"))


def test_nothing_clears_scores_or_ticks(example_page: str) -> None:
    words = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", example_page, flags=re.DOTALL)
    for never in (
        r"\b(?:no|low|high) risk\b",
        r"\ball clear\b",
        r"\bsafe to close\b",
        r"\d\s?%",
        "[✓✔☑✅]",
        r"\bvictim\b",
    ):
        assert not re.search(never, words, re.IGNORECASE), never


def test_notes_cannot_break_the_page(lexicon_screener: screener.Screener) -> None:
    html = page(lexicon_screener, case(lexicon_screener, ("<script>alert(1)</script> Terry bought her a phone.", None)))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_a_case_without_passages_clears_nobody(lexicon_screener: screener.Screener) -> None:
    html = page(lexicon_screener, case(lexicon_screener, ("Height and weight fine.", "2024-01-02")))
    assert "This says nothing about whether the child is safe." in html
    assert "The notes supplied contain no passage of this kind; 1 note was read." in html
    assert "No note supplied closes or steps down a concern." in html


def test_what_was_assumed_and_what_was_not_read_is_said(lexicon_screener: screener.Screener) -> None:
    notes = (("Terry bought her a phone.", None), ("Height fine.", "2024-01-02"))
    html = page(lexicon_screener, case(lexicon_screener, *notes), Problem("x.pdf", "is encrypted"))
    assert "x.pdf: is encrypted" in html
    assert "1 note without a date (n1): read last" in html
    assert ">undated</text>" in html


def test_the_timeline_of_hundreds_of_notes_stays_on_the_page(lexicon_screener: screener.Screener) -> None:
    first = dt.date(2015, 1, 1)
    notes = [("Terry bought her a phone.", str(first + dt.timedelta(days=9 * at))) for at in range(300)]
    html = page(lexicon_screener, case(lexicon_screener, *notes))
    drawing = html[html.index("<svg") : html.index("</svg>")]
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', drawing).groups())  # type: ignore[union-attr]
    assert all(0 < float(x) < width for x in re.findall(r"translate\((\S+) ", drawing))
    assert height < 1200
