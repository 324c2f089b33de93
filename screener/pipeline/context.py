"""Second step: what the words around a passage say of it, and which words those are.

After the ConText algorithm (Harkema, Dowling, Thornblade and Chapman 2009): context cues reach forward or backward from
where they stand, as far as their scope, up to a terminator. Of several that reach a target the one of highest priority
sets the attribute, then the nearest. Words that a lexicon cue asked for itself never act on what it found.

What form a passage stands in goes before what the sentence says (a ticked box, a field answered "N"), what the sentence
says before the heading above it, and all of these before what is usual for the indicator.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from screener.errors import NoteError
from screener.lexicon.compiled import CompiledLexicon
from screener.lexicon.rows import Rows
from screener.pipeline.surroundings import FoundCue, Surroundings, concerns
from screener.records import GROUP_OF, Evidence, reason_not_followed_up
from screener.text.forms import FormItem
from screener.text.parsed import Parsed, Sentence
from screener.text.sections import Section

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
#: How far into what a lexicon cue found words can stand and still turn it around: what comes later adds to it.
_WITHIN = 4
#: How many tokens away a cue can stand at most: notes without full stops run on for pages.
_REACH = 80
#: Quotation marks around so few characters set off a word or two, and are not speech.
_NO_SPEECH = 16


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
    """What the context says of one target, and the words that set each attribute.

    ``doubted`` is no word of the context's: it is set where lexicon and sentence reader are joined.
    """

    assertion: str = "affirmed"
    temporality: str = "current"
    subject: str = "child"
    source: str = "professional"
    template: bool = False
    resolved: bool = False
    doubted: bool = False
    section: str | None = None
    evidence: tuple[Evidence, ...] = field(default=())

    def reason_not(self, indicator: str) -> str | None:
        """Return why a passage of the indicator is not for follow-up, in plain words; ``None`` where it is."""
        return reason_not_followed_up(
            indicator,
            assertion=self.assertion,
            temporality=self.temporality,
            subject=self.subject,
            template=self.template,
            resolved=self.resolved,
            doubted=self.doubted,
        )


@dataclass(frozen=True, slots=True)
class _Decision:
    """One attribute's value and the words that set it (tokens, half-open), with the reason shown to people."""

    value: str
    id: str
    why: str
    start: int
    end: int


class ContextReader:
    """Reads the context of targets. Holds no state of a note."""

    def __init__(self, lexicon: CompiledLexicon) -> None:
        self._lexicon = lexicon

    def read(self, parsed: Parsed, targets: list[Target]) -> list[Attributes]:
        """Return the attributes of each target of one note, in the order given."""
        return self.read_all(Rows([parsed], self._lexicon.symbols), [targets])[0]

    def read_all(self, rows: Rows, targets: Sequence[list[Target]]) -> list[list[Attributes]]:
        """Return the attributes of the targets of each note of ``rows``, looking up all their sentences at once."""
        near, own = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.bool_)
        for parsed, first_row, of_note in zip(rows.notes, rows.first_rows, targets, strict=True):
            near[first_row : first_row + len(parsed.sentences)] = bool(of_note)
            own[[first_row + target.sentence.index for target in of_note]] = True
        cues = self._lexicon.context.find_in(rows, only=near)
        ends = self._lexicon.terminators.find_in(rows, only=own)
        around = [
            Surroundings(parsed, first_row, cues, ends)
            for parsed, first_row in zip(rows.notes, rows.first_rows, strict=True)
        ]
        self._read_headings(rows, around, targets)
        self._read_gaps(rows, around, targets)
        return [[self._of(note, target) for target in of_note] for note, of_note in zip(around, targets, strict=True)]

    def _read_headings(self, rows: Rows, around: list[Surroundings], targets: Sequence[list[Target]]) -> None:
        """Look up the headings that targets stand under, each by itself."""
        headings: dict[tuple[int, Section], tuple[int, int, int]] = {}
        for number, (note, of_note) in enumerate(zip(around, targets, strict=True)):
            for target in of_note:
                section = note.section(note.parsed.tokens.starts[target.first])
                if section is not None:
                    headings[number, section] = (number, *note.title_tokens(section))
        found = self._lexicon.context.find_in(rows.runs(list(headings.values())))
        for at, (number, section) in enumerate(headings):
            around[number].heading_cues[section.start] = found.get(at, [])

    def _read_gaps(self, rows: Rows, around: list[Surroundings], targets: Sequence[list[Target]]) -> None:
        """Find out which context cues stand in gaps of what lexicon cues found ("gave no money").

        They do if the lexicon's cues find the target without these words. Words that a cue asked for itself ("moved
        without telling") are part of the sign and never act on it.
        """
        asked = [
            (number, target, item)
            for number, (note, of_note) in enumerate(zip(around, targets, strict=True))
            for target in of_note
            if target.cues and target.last - target.first <= _REACH
            for item in note.cues_in(target.sentence, target.indicator)
            if target.first - item.last < 0 <= _WITHIN + target.first - item.first and item.last < target.last
        ]
        runs = rows.runs(
            [(number, target.first, target.last) for number, target, _ in asked],
            without=[(item.first, item.last) for _, _, item in asked],
        )
        wanted = {at: [self._lexicon.cue(ident) for ident in target.cues] for at, (_, target, _) in enumerate(asked)}
        found = self._lexicon.cues.find_in(runs, wanted=wanted)
        for at, (number, target, item) in enumerate(asked):
            if {cue.id for cue, _, _ in found.get(at, ())} == set(target.cues):
                around[number].in_gaps.add((target.first, target.last, target.cues, item.first, item.last))

    def _of(self, around: Surroundings, target: Target) -> Attributes:
        parsed = around.parsed
        start, end = parsed.span(target.first, target.last)
        section = around.section(start)
        decided: dict[str, _Decision] = {}
        if section is not None:
            _by_heading(decided, parsed, target, around.heading_cues[section.start])
        quote = around.quote(start, end)
        _by_sentence(decided, around, target, quote)
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
    decided: dict[str, _Decision], around: Surroundings, target: Target, quote: tuple[int, int] | None
) -> None:
    best: dict[str, tuple[int, int]] = {}
    found = around.cues_in(target.sentence, target.indicator)
    nearby = bisect_left(found, target.first - _REACH, key=lambda f: f.first)
    for item in found[nearby : bisect_left(found, target.last + _REACH, key=lambda f: f.first)]:
        cue = item.key
        if cue.sets is None:
            continue
        distance = _distance(around, item, target)
        if distance is None or (cue.sets[0] == "assertion" and _another_voice(around, item, quote)):
            continue
        attribute = cue.sets[0]
        rank = (-cue.priority, distance)
        if attribute not in best or rank < best[attribute]:
            best[attribute] = rank
            decided[attribute] = _decision(around.parsed, item)


def _distance(around: Surroundings, item: FoundCue, target: Target) -> int | None:
    """Return how many tokens lie between cue and target, or ``None`` where the cue does not reach it."""
    cue = item.key
    if item.first < target.last and target.first < item.last:
        return 0 if _acts_inside(around, item, target) else None
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


def _acts_inside(around: Surroundings, item: FoundCue, target: Target) -> bool:
    """Whether a cue that stands in the target itself says something about the rest of it."""
    cue = item.key
    if cue.direction in ("inside", "sentence") or cue.inside == "always":
        return True
    if cue.direction == "section":
        return False
    if target.cues:
        return cue.direction != "backward" and around.stands_in_gap(item, target.first, target.last, target.cues)
    if cue.inside != "opening":
        return cue.inside == "anywhere"
    return item.last == target.last if cue.direction == "backward" else item.first <= target.first


def _decision(parsed: Parsed, item: FoundCue) -> _Decision:
    cue = item.key
    value = cue.sets[1] if cue.sets is not None else ""
    return _Decision(value, cue.id, cue.why, *parsed.span(item.first, item.last))


def _is_template(decided: dict[str, _Decision]) -> bool:
    return "template" in decided and decided["template"].value == "true"


def _by_heading(decided: dict[str, _Decision], parsed: Parsed, target: Target, found: list[FoundCue]) -> None:
    for item in found:
        cue = item.key
        if cue.sets is not None and cue.direction == "section" and concerns(cue, target.indicator):
            decided[cue.sets[0]] = _decision(parsed, item)


def _by_speaker(
    decided: dict[str, _Decision], around: Surroundings, target: Target, quote: tuple[int, int] | None
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
    decided["source"] = (
        _decision(around.parsed, last) if last else replace(spoken, value=usual if quote is None and usual else "child")
    )


def _another_voice(around: Surroundings, item: FoundCue, quote: tuple[int, int] | None) -> bool:
    """Whether a cue of assertion says nothing of its target because a quotation mark parts them.

    Each speaks for itself, and a condition inside quoted speech is the speaker's, not a plan. A word or two in
    quotation marks are no speech ("denies 'self-harm'").
    """
    start, end = around.parsed.span(item.first, item.last)
    if quote is not None and quote[0] <= start < quote[1]:
        return item.key.sets == ("assertion", "hypothetical")
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
