"""Second step: what the words around a passage say of it, and which words those are.

After the ConText algorithm (Harkema, Dowling, Thornblade and Chapman 2009): context cues reach forward or backward from
where they stand, as far as their scope, up to a terminator. Of several that reach a target the one of highest priority
sets the attribute, then the nearest. Words that a lexicon cue asked for itself never act on what it found.

What form a passage stands in goes before what the sentence says (a ticked box, a field answered "N"), what the sentence
says before the heading above it, and all of these before what is usual for the indicator.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from screener.errors import NoteError
from screener.lexicon.compiled import CompiledLexicon
from screener.lexicon.model import ContextCue
from screener.lexicon.rows import Rows
from screener.records import GROUP_OF, Evidence
from screener.text.forms import FormItem, form_items
from screener.text.parsed import Parsed, Sentence
from screener.text.quotes import Quotes
from screener.text.sections import Section, Sections

#: Indicators that are a child's own telling: whoever wrote it down, the child is the source.
_TOLD_BY_CHILD = frozenset({"disclosure", "partial_disclosure"})
#: Who is the usual source of what only such a person can know or say, where the sentence names nobody.
_USUAL_SOURCE = {
    "disclosure": "child",
    "partial_disclosure": "child",
    "threat_or_coercion": "child",
    "secrecy": "child",
    "carer_grooming": "family",
    "protector_role": "family",
    "trusted_adult": "family",
}
_FLIPPED = {"affirmed": "negated", "negated": "affirmed"}
_SPEAKERS = frozenset(("source", who) for who in ("child", "family", "third_party"))
#: How far into what a lexicon cue found words can stand and still turn it around: what comes later adds to it.
_WITHIN = 4
#: How many tokens away a cue can stand at most: notes without full stops run on for pages.
_REACH = 80
#: How many sentences back a speaker named is still the one who speaks.
_SENTENCES_BACK = 3
#: Quotation marks around so few characters set off a word or two, and are not speech.
_NO_SPEECH = 16
_TEMPLATE = ("template", "true")
_BULLETS = frozenset("-*\u2022\u25cf\u25cb\u2013>")
_LINE_BREAK = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Target:
    """A span whose attributes are asked for: tokens ``first`` to ``last`` (exclusive) of one sentence.

    ``indicator`` is ``None`` for spans that the caller found by other means; ``sets`` are attributes that the cue's own
    words decide; ``cues`` are the ids of the lexicon cues that matched, whose own words are part of the sign.
    """

    sentence: Sentence
    first: int
    last: int
    indicator: str | None = None
    sets: tuple[tuple[str, str], ...] = ()
    cues: tuple[str, ...] = ()


def target_of(parsed: Parsed, start: int, end: int, indicator: str | None = None) -> Target:
    """Return the target that covers the note's characters ``start`` to ``end`` (exclusive).

    Raises NoteError where the span does not lie in the note or does not cover at least one word.
    """
    if not 0 <= start < end <= len(parsed.note_text):
        raise NoteError(f"span {start}–{end} does not lie in the text of {len(parsed.note_text)} characters")
    folded_start, folded_end = parsed.folded.folded(start, end)
    first = bisect_right(parsed.tokens.ends, folded_start)
    last = bisect_left(parsed.tokens.starts, folded_end)
    sentence = parsed.sentence_at(parsed.tokens.starts[first]) if first < last else None
    if sentence is None:
        raise NoteError(f"span {start}–{end} covers no word of the text of {len(parsed.note_text)} characters")
    return Target(sentence, first, min(last, sentence.last), indicator)


@dataclass(frozen=True, slots=True)
class Attributes:
    """What the context says of one target, and the words that set each attribute."""

    assertion: str = "affirmed"
    temporality: str = "current"
    subject: str = "child"
    source: str = "professional"
    template: bool = False
    resolved: bool = False
    section: str | None = None
    evidence: tuple[Evidence, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Found:
    """One context cue in a sentence: its tokens, half-open."""

    cue: ContextCue
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Decision:
    """One attribute's value and the words that set it (tokens, half-open), with the reason shown to people."""

    value: str
    id: str
    why: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Stops:
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


def _stops(words: list[str], sentence: Sentence, found: list[tuple[str, int, int]]) -> _Stops:
    return _Stops(
        contrasts=sorted(first for kind, first, _ in found if kind == "contrast"),
        clauses=sorted(first for _, first, _ in found),
        commas=[at for at in range(sentence.first, sentence.last) if words[at] == ","],
    )


class _Surroundings:
    """What one note's targets share, found on demand and once: lines, form items, quotations, sections, cues."""

    def __init__(
        self, parsed: Parsed, lexicon: CompiledLexicon, found: dict[int, list[_Found]], stops: dict[int, _Stops]
    ) -> None:
        self.parsed = parsed
        self._lexicon = lexicon
        self._found = found
        self._stops = stops
        self._concerning: dict[tuple[int, str | None], list[_Found]] = {}
        self._titles: dict[int, list[_Found]] = {}
        self._forms: dict[int, list[FormItem]] = {}
        self._speakers: dict[int, _Decision | None] = {}
        self._print: dict[int, _Found | None] = {}
        self._breaks: list[int] | None = None
        self._quotes: Quotes | None = None
        self._sections: Sections | None = None

    def cues_in(self, sentence: Sentence, indicator: str | None) -> list[_Found]:
        """Return the context cues of a sentence that concern an indicator."""
        key = sentence.index, indicator
        concerning = self._concerning.get(key)
        if concerning is None:
            found = self._found.get(sentence.index)
            if found is None:
                found = self._found[sentence.index] = self._cues(sentence.first, sentence.last)
            concerning = self._concerning[key] = _longest([f for f in found if _concerns(f.cue, indicator)])
        return concerning

    def stops_in(self, sentence: Sentence) -> _Stops:
        """Return where reach ends in a sentence."""
        stops = self._stops.get(sentence.index)
        if stops is None:
            words, raw = self.parsed.words, self.parsed.tokens.raw
            found = self._lexicon.terminators.find(words, raw, sentence.first, sentence.last)
            stops = self._stops[sentence.index] = _stops(words, sentence, found)
        return stops

    def last_speaker(self, sentence: Sentence) -> _Decision | None:
        """Return who was named as speaking in the sentences before on the same line, the nearest first."""
        if sentence.index not in self._speakers:
            self._speakers[sentence.index] = self._named_before(sentence)
        return self._speakers[sentence.index]

    def _named_before(self, sentence: Sentence) -> _Decision | None:
        for index in range(sentence.index - 1, max(-1, sentence.index - 1 - _SENTENCES_BACK), -1):
            here = self.parsed.sentences[index]
            if "\n" in self.parsed.text[here.end : sentence.start]:
                return None
            named = [f for f in self.cues_in(here, None) if f.cue.sets in _SPEAKERS]
            if named:
                return _decision(self.parsed, named[-1])
        return None

    def goes_on_from_print(self, sentence: Sentence) -> _Found | None:
        """Return the words before that make a sentence the next piece of printed text, if it is one.

        A question or a quotation on the same line goes on with it ("It says: … Have new things appeared?"), and so do
        the bullets below it.
        """
        chain: list[Sentence] = []
        lead: _Found | None = None
        here = sentence
        while here.index not in self._print and here.index > 0 and self._goes_on(here):
            chain.append(here)
            here = self.parsed.sentences[here.index - 1]
            lead = next((f for f in self.cues_in(here, None) if f.cue.sets == _TEMPLATE), None)
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

    def title_cues(self, section: Section) -> list[_Found]:
        """Return the context cues in a section's heading."""
        known = self._titles.get(section.start)
        if known is None:
            first = bisect_right(self.parsed.tokens.ends, section.title_start)
            last = bisect_left(self.parsed.tokens.starts, section.title_end)
            known = self._titles[section.start] = self._cues(first, last)
        return known

    def form_item(self, start: int) -> FormItem | None:
        """Return the form item whose option or prompt holds the character at ``start``."""
        text = self.parsed.text
        if self._breaks is None:
            self._breaks = [m.start() for m in _LINE_BREAK.finditer(text)]
        at = bisect_left(self._breaks, start)
        items = self._forms.get(at)
        if items is None:
            line_start = self._breaks[at - 1] + 1 if at else 0
            line_end = self._breaks[at] if at < len(self._breaks) else len(text)
            items = self._forms[at] = form_items(text, line_start, line_end)
        last = bisect_right(items, start, key=lambda item: item.start) - 1
        return items[last] if last >= 0 and start < items[last].end else None

    def quote(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the quotation that holds a span of characters."""
        if self._quotes is None:
            self._quotes = Quotes(self.parsed.text)
        return self._quotes.around(start, end)

    def section(self, offset: int) -> Section | None:
        """Return the section that holds a character."""
        if self._sections is None:
            self._sections = Sections(self.parsed.text)
        return self._sections.at(offset)

    def _cues(self, first: int, last: int) -> list[_Found]:
        matches = self._lexicon.context.find(self.parsed.words, self.parsed.tokens.raw, first, last)
        return [_Found(cue, a, b) for cue, a, b in matches]


class ContextReader:
    """Reads the context of targets. Holds no state of a note."""

    def __init__(self, lexicon: CompiledLexicon) -> None:
        self._lexicon = lexicon

    def read(self, parsed: Parsed, targets: list[Target]) -> list[Attributes]:
        """Return the attributes of each target of one note, in the order given."""
        return self.read_all(Rows([parsed], self._lexicon.symbols), [targets])[0]

    def read_all(self, rows: Rows, targets: Sequence[list[Target]]) -> list[list[Attributes]]:
        """Return the attributes of the targets of each note of ``rows``, looking up all their sentences at once."""
        wanted = np.zeros(len(rows), np.bool_)
        for first_row, of_note in zip(rows.first_rows, targets, strict=True):
            wanted[[first_row + target.sentence.index for target in of_note]] = True
        cues = self._lexicon.context.find_in(rows, only=wanted)
        ends = self._lexicon.terminators.find_in(rows, only=wanted)
        read: list[list[Attributes]] = []
        for parsed, first_row, of_note in zip(rows.notes, rows.first_rows, targets, strict=True):
            found: dict[int, list[_Found]] = {}
            stops: dict[int, _Stops] = {}
            for target in of_note:
                index = target.sentence.index
                if index not in found:
                    found[index] = [_Found(cue, a, b) for cue, a, b in cues.get(first_row + index, ())]
                    stops[index] = _stops(parsed.words, target.sentence, ends.get(first_row + index, []))
            around = _Surroundings(parsed, self._lexicon, found, stops)
            read.append([self._of(around, target) for target in of_note])
        return read

    def _of(self, around: _Surroundings, target: Target) -> Attributes:
        parsed = around.parsed
        start, end = parsed.span(target.first, target.last)
        section = around.section(start)
        decided: dict[str, _Decision] = {}
        if section is not None:
            _by_heading(decided, parsed, target, around.title_cues(section))
        quote = around.quote(start, end)
        self._by_sentence(decided, around, target, quote)
        item = around.form_item(start)
        if item is not None and (quote is None or item.answer != "open"):
            _by_form(decided, item, target)
        elif item is None and "template" not in decided:
            lead = around.goes_on_from_print(target.sentence)
            if lead is not None:
                decided["template"] = _decision(parsed, lead)
        _by_speaker(decided, around, target, quote)
        if _is_template(decided):
            decided["assertion"] = replace(decided["template"], value="hypothetical")
        return _attributes(parsed, target, decided, section)

    def _by_sentence(
        self, decided: dict[str, _Decision], around: _Surroundings, target: Target, quote: tuple[int, int] | None
    ) -> None:
        best: dict[str, tuple[int, int]] = {}
        found = around.cues_in(target.sentence, target.indicator)
        nearby = bisect_left(found, target.first - _REACH, key=lambda f: f.first)
        for item in found[nearby : bisect_left(found, target.last + _REACH, key=lambda f: f.first)]:
            cue = item.cue
            if cue.sets is None:
                continue
            distance = self._distance(around, item, target)
            if distance is None or (cue.sets[0] == "assertion" and _another_voice(around, item, quote)):
                continue
            attribute = cue.sets[0]
            rank = (-cue.priority, distance)
            if attribute not in best or rank < best[attribute]:
                best[attribute] = rank
                decided[attribute] = _decision(around.parsed, item)

    def _distance(self, around: _Surroundings, item: _Found, target: Target) -> int | None:
        """Return how many tokens lie between cue and target, or ``None`` where the cue does not reach it."""
        cue = item.cue
        if item.first < target.last and target.first < item.last:
            return 0 if self._acts_inside(around.parsed, item, target) else None
        if cue.direction in ("inside", "section"):
            return None
        ahead = target.first >= item.last
        distance = target.first - item.last if ahead else item.first - target.last
        if cue.direction == "sentence":
            return distance
        if cue.direction == ("backward" if ahead else "forward") or (cue.scope and distance > cue.scope):
            return None
        low, high = (item.last, target.first) if ahead else (target.last, item.first)
        return None if low < high and around.stops_in(target.sentence).between(cue, low, high) else distance

    def _acts_inside(self, parsed: Parsed, item: _Found, target: Target) -> bool:
        """Whether a cue that stands in the target itself says something about the rest of it."""
        cue = item.cue
        if cue.direction in ("inside", "sentence") or cue.inside == "always":
            return True
        if cue.direction == "section":
            return False
        if target.cues:
            ahead = item.last < target.last and item.first - target.first <= _WITHIN
            return cue.direction != "backward" and ahead and self._left_open(parsed, item, target)
        if cue.inside != "opening":
            return cue.inside == "anywhere"
        return item.last == target.last if cue.direction == "backward" else item.first <= target.first

    def _left_open(self, parsed: Parsed, item: _Found, target: Target) -> bool:
        """Whether the lexicon's cues find the target without these words, which then stand in a gap ("gave no money").

        Words that a cue asked for itself ("moved without telling") are part of the sign and never act on it.
        """
        if target.last - target.first > _REACH:
            return False
        words = list(parsed.words[target.first : target.last])
        for at in range(max(item.first, target.first), min(item.last, target.last)):
            words[at - target.first] = ""
        raw = parsed.tokens.raw[target.first : target.last]
        cues = {self._lexicon.cue(ident) for ident in target.cues}
        return cues == self._lexicon.cues.find_these(cues, words, raw)


def _decision(parsed: Parsed, item: _Found) -> _Decision:
    cue = item.cue
    value = cue.sets[1] if cue.sets is not None else ""
    return _Decision(value, cue.id, cue.why, *parsed.span(item.first, item.last))


def _is_template(decided: dict[str, _Decision]) -> bool:
    return "template" in decided and decided["template"].value == "true"


def _by_heading(decided: dict[str, _Decision], parsed: Parsed, target: Target, found: list[_Found]) -> None:
    for item in found:
        cue = item.cue
        if cue.sets is not None and cue.direction == "section" and _concerns(cue, target.indicator):
            decided[cue.sets[0]] = _decision(parsed, item)


def _by_speaker(
    decided: dict[str, _Decision], around: _Surroundings, target: Target, quote: tuple[int, int] | None
) -> None:
    """Settle the source where the sentence does not say who speaks: whoever was named last, and else the child."""
    spoken = decided.get("source")
    if spoken is not None and spoken.value != "unclear":
        return
    usual = _USUAL_SOURCE.get(target.indicator or "", "")
    written = GROUP_OF.get(target.indicator or "") == "system_response" or _is_template(decided)
    if written or (spoken is None and quote is None and not usual):
        decided.pop("source", None)
        return
    start, end = around.parsed.span(target.first, target.last)
    spoken = spoken or _Decision("unclear", "source.telling", "what only such a person tells", *(quote or (start, end)))
    last = around.last_speaker(target.sentence) if target.indicator not in _TOLD_BY_CHILD else None
    decided["source"] = last or replace(spoken, value=usual if quote is None and usual else "child")


def _another_voice(around: _Surroundings, item: _Found, quote: tuple[int, int] | None) -> bool:
    """Whether a cue of assertion says nothing of its target because a quotation mark parts them.

    Each speaks for itself, and a condition inside quoted speech is the speaker's, not a plan. A word or two in
    quotation marks are no speech ("denies 'self-harm'").
    """
    start, end = around.parsed.span(item.first, item.last)
    if quote is not None and quote[0] <= start < quote[1]:
        return item.cue.sets == ("assertion", "hypothetical")
    theirs = around.quote(start, end)
    return any(q is not None and q[1] - q[0] > _NO_SPEECH for q in (quote, theirs))


def _by_form(decided: dict[str, _Decision], item: FormItem, target: Target) -> None:
    def decide(attribute: str, value: str, ident: str, why: str) -> None:
        decided[attribute] = _Decision(value, ident, why, item.answer_start, item.answer_end)

    if item.answer in ("unticked", "open"):
        what = "an option not ticked" if item.answer == "unticked" else "a printed question or prompt"
        decide("template", "true", f"form.{item.answer}", what)
        decide("assertion", "hypothetical", f"form.{item.answer}", what)
        return
    # What the prompt's own words say; what other fields on the line say is not about it.
    own = decided.get("assertion")
    said = own.value if own is not None and item.start <= own.start and own.end <= item.end else "affirmed"
    said = dict(target.sets).get("assertion", said)
    value = _FLIPPED.get(said, "affirmed") if item.answer == "no" else said if said in _FLIPPED else "affirmed"
    decide("assertion", value, f"form.{item.answer}", "the answer given on the form")
    decided.pop("template", None)


def _longest(found: list[_Found]) -> list[_Found]:
    """Drop cues that a longer one overlaps which shields them, or which sets the same attribute and weighs no less.

    What is kept comes back in text order.
    """
    at_token: dict[int, list[_Found]] = {}
    kept: list[_Found] = []
    for item in sorted(found, key=lambda f: (f.first - f.last, f.cue.sets is not None, -f.cue.priority, f.first)):
        tokens = range(item.first, item.last)
        if not any(_outdoes(other, item) for token in tokens for other in at_token.get(token, ())):
            kept.append(item)
            for token in tokens:
                at_token.setdefault(token, []).append(item)
    return sorted(kept, key=lambda f: f.first)


def _outdoes(longer: _Found, item: _Found) -> bool:
    if longer.cue.sets is None:
        return True
    same = item.cue.sets is not None and item.cue.sets[0] == longer.cue.sets[0]
    return same and longer.last - longer.first > item.last - item.first and longer.cue.priority >= item.cue.priority


def _any_in(places: list[int], low: int, high: int) -> bool:
    at = bisect_left(places, low)
    return at < len(places) and places[at] < high


def _concerns(cue: ContextCue, indicator: str | None) -> bool:
    if indicator is None:
        return not cue.only
    return indicator not in cue.never and (not cue.only or indicator in cue.only)


def _attributes(parsed: Parsed, target: Target, decided: dict[str, _Decision], section: Section | None) -> Attributes:
    on_form = "assertion" in decided and decided["assertion"].id.startswith("form.")
    fixed = {name: value for name, value in target.sets if name != "assertion" or not on_form}
    evidence = tuple(
        _evidence(parsed, name, decision) for name, decision in sorted(decided.items()) if name not in fixed
    )
    values = {name: decision.value for name, decision in decided.items()} | fixed
    return Attributes(
        assertion=values.get("assertion", "affirmed"),
        temporality=values.get("temporality", "current"),
        subject=values.get("subject", "child"),
        source=values.get("source", "professional"),
        template=values.get("template") == "true",
        resolved=values.get("resolved") == "true",
        section=parsed.text[section.title_start : section.title_end] if section is not None else None,
        evidence=evidence,
    )


def _evidence(parsed: Parsed, attribute: str, decision: _Decision) -> Evidence:
    start, end = parsed.folded.original(decision.start, decision.end)
    text = parsed.note_text[start:end]
    sets = f"{attribute}={decision.value}"
    return Evidence(by="context", id=decision.id, start=start, end=end, text=text, why=decision.why, sets=sets)
