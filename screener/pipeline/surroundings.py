"""What stands around the passages of one note: context cues, speakers, print, headings, quotations and form items.

The sentences of a note and its headings have been looked up before; the rest is found on demand, and each thing once.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from screener.lexicon.matcher import Found
from screener.lexicon.model import ContextCue
from screener.text.forms import FormItem, form_items
from screener.text.parsed import Parsed, Sentence
from screener.text.quotes import Quotes
from screener.text.sections import Section, Sections

FoundCue = Found[ContextCue]

_SPEAKERS = frozenset(("source", who) for who in ("child", "family", "third_party"))
#: How many sentences back a speaker named is still the one who speaks.
_SENTENCES_BACK = 3
_TEMPLATE = ("template", "true")
_BULLETS = frozenset("-*\u2022\u25cf\u25cb\u2013>")
_LINE_BREAK = re.compile("\n")


def concerns(cue: ContextCue, indicator: str | None) -> bool:
    """Whether a context cue speaks of an indicator; ``None`` stands for spans that have none."""
    if indicator is None:
        return not cue.only
    return indicator not in cue.never and (not cue.only or indicator in cue.only)


@dataclass(frozen=True, slots=True)
class Stops:
    """Where reach ends in one sentence: at a contrast for every cue, at a new clause for cues of assertion."""

    contrasts: list[int]
    clauses: list[int]
    commas: list[int]

    def between(self, cue: ContextCue, low: int, high: int) -> bool:
        """Whether the reach of a cue ends between two tokens."""
        if cue.sets is not None and cue.sets[0] == "template":
            return False
        if cue.sets is None or cue.sets[0] != "assertion":
            return _any_in(self.contrasts, low, high)
        if _any_in(self.clauses, low, high):
            return True
        return not cue.lists and _any_in(self.commas, low, high)


class Surroundings:
    """What the targets of one note share."""

    def __init__(
        self,
        parsed: Parsed,
        first_row: int,
        cues: Mapping[int, list[FoundCue]],
        ends: Mapping[int, list[Found[str]]],
    ) -> None:
        """Take the context cues and terminators found, by row; the note's sentences begin at ``first_row``."""
        self.parsed = parsed
        self._first_row = first_row
        self._cues = cues
        self._ends = ends
        #: The context cues in each heading that a target stands under, by where its section begins.
        self.heading_cues: dict[int, list[FoundCue]] = {}
        #: Targets (first and last token, lexicon cues) with the context cues (first and last token) that stand in gaps.
        self.in_gaps: set[tuple[int, int, tuple[str, ...], int, int]] = set()
        self._concerning: dict[tuple[int, str | None], list[FoundCue]] = {}
        self._stops: dict[int, Stops] = {}
        self._forms: dict[int, list[FormItem]] = {}
        self._speakers: dict[int, FoundCue | None] = {}
        self._print: dict[int, FoundCue | None] = {}

    def cues_in(self, sentence: Sentence, indicator: str | None) -> list[FoundCue]:
        """Return the context cues of a sentence that concern an indicator."""
        key = sentence.index, indicator
        concerning = self._concerning.get(key)
        if concerning is None:
            found = self._cues.get(self._first_row + sentence.index, ())
            concerning = self._concerning[key] = _longest([item for item in found if concerns(item.key, indicator)])
        return concerning

    def stands_in_gap(self, item: FoundCue, first: int, last: int, cues: tuple[str, ...]) -> bool:
        """Whether a context cue stands in a gap of what lexicon cues found."""
        return (first, last, cues, item.first, item.last) in self.in_gaps

    def stops_in(self, sentence: Sentence) -> Stops:
        """Return where reach ends in a sentence."""
        stops = self._stops.get(sentence.index)
        if stops is None:
            found = self._ends.get(self._first_row + sentence.index, ())
            words = self.parsed.words
            stops = self._stops[sentence.index] = Stops(
                contrasts=sorted(first for kind, first, _ in found if kind == "contrast"),
                clauses=sorted(first for _, first, _ in found),
                commas=[at for at in range(sentence.first, sentence.last) if words[at] == ","],
            )
        return stops

    def last_speaker(self, sentence: Sentence) -> FoundCue | None:
        """Return who was named as speaking in the sentences before on the same line, the nearest first."""
        if sentence.index not in self._speakers:
            self._speakers[sentence.index] = self._named_before(sentence)
        return self._speakers[sentence.index]

    def _named_before(self, sentence: Sentence) -> FoundCue | None:
        for index in range(sentence.index - 1, max(-1, sentence.index - 1 - _SENTENCES_BACK), -1):
            here = self.parsed.sentences[index]
            if "\n" in self.parsed.text[here.end : sentence.start]:
                return None
            named = [item for item in self.cues_in(here, None) if item.key.sets in _SPEAKERS]
            if named:
                return named[-1]
        return None

    def goes_on_from_print(self, sentence: Sentence) -> FoundCue | None:
        """Return the words before that make a sentence the next piece of printed text, if it is one.

        A question or a quotation on the same line goes on with it ("It says: … Have new things appeared?"), and so do
        the bullets below it.
        """
        chain: list[Sentence] = []
        lead: FoundCue | None = None
        here = sentence
        while here.index not in self._print and here.index > 0 and self._goes_on(here):
            chain.append(here)
            here = self.parsed.sentences[here.index - 1]
            lead = next((item for item in self.cues_in(here, None) if item.key.sets == _TEMPLATE), None)
            if lead is not None:
                break
        if lead is None:
            lead = self._print.get(here.index)
        for passed in chain or [sentence]:
            self._print[passed.index] = lead
        return lead

    def _goes_on(self, here: Sentence) -> bool:
        text = self.parsed.text
        before = self.parsed.sentences[here.index - 1]
        if "\n" in text[before.end : here.start]:
            return text[here.start] in _BULLETS and (text[before.start] in _BULLETS or text[before.end - 1] == ":")
        return text[here.start] in "\"'" or "?" in text[here.end - 2 : here.end]

    def title_tokens(self, section: Section) -> tuple[int, int]:
        """Return the first and last token (exclusive) of a section's heading."""
        tokens = self.parsed.tokens
        return bisect_right(tokens.ends, section.title_start), bisect_left(tokens.starts, section.title_end)

    def form_item(self, start: int) -> FormItem | None:
        """Return the form item whose option or prompt holds the character at ``start``."""
        text, breaks = self.parsed.text, self._line_breaks
        at = bisect_left(breaks, start)
        items = self._forms.get(at)
        if items is None:
            line_start = breaks[at - 1] + 1 if at else 0
            line_end = breaks[at] if at < len(breaks) else len(text)
            items = self._forms[at] = form_items(text, line_start, line_end)
        last = bisect_right(items, start, key=lambda item: item.start) - 1
        return items[last] if last >= 0 and start < items[last].end else None

    def quote(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the quotation that holds a span of characters."""
        return self._quotes.around(start, end)

    def section(self, offset: int) -> Section | None:
        """Return the section that holds a character."""
        return self._sections.at(offset)

    @cached_property
    def _line_breaks(self) -> list[int]:
        return [found.start() for found in _LINE_BREAK.finditer(self.parsed.text)]

    @cached_property
    def _quotes(self) -> Quotes:
        return Quotes(self.parsed.text)

    @cached_property
    def _sections(self) -> Sections:
        return Sections(self.parsed.text)


def _longest(found: list[FoundCue]) -> list[FoundCue]:
    """Drop cues that a longer one overlaps which shields them, or which sets the same attribute and weighs no less.

    What is kept comes back in text order.
    """
    if len(found) < 2:
        return found
    at_token: dict[int, list[FoundCue]] = {}
    kept: list[FoundCue] = []
    for item in sorted(found, key=lambda f: (f.first - f.last, f.key.sets is not None, -f.key.priority, f.first)):
        tokens = range(item.first, item.last)
        if not any(_outdoes(other, item) for token in tokens for other in at_token.get(token, ())):
            kept.append(item)
            for token in tokens:
                at_token.setdefault(token, []).append(item)
    return sorted(kept, key=lambda f: f.first)


def _outdoes(longer: FoundCue, item: FoundCue) -> bool:
    if longer.key.sets is None:
        return True
    same = item.key.sets is not None and item.key.sets[0] == longer.key.sets[0]
    return same and longer.last - longer.first > item.last - item.first and longer.key.priority >= item.key.priority


def _any_in(places: list[int], low: int, high: int) -> bool:
    at = bisect_left(places, low)
    return at < len(places) and places[at] < high
