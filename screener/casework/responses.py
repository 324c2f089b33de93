"""What was done, by the record: responses and findings, and which earlier signs they answer.

A response is recorded where somebody acted and it is done. What is planned, asked for, refused or denied is none; so is
"dealt with", "parent aware" or "no further action". Whether a response was enough is not judged here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from screener.casework.case import Case, CaseNote, Sign
from screener.casework.language import FAMILIES, Hit
from screener.casework.people import People
from screener.lexicon.inflect import frequencies

#: Responses that answer whatever was told or seen just before, without naming it again.
_GENERAL = frozenset(
    ("referral", "strategy", "police_check", "lado", "supervision", "spoke_with_child", "return_interview", "reopened")
)
#: "Just before" a general response: in one of so many notes back, or within so many days.
_NOTES_BACK = 3
_DAYS_BACK = 21
#: What a child tells is often told in one of these; telling is not answered by having been told.
_SETTINGS = frozenset(("spoke_with_child", "return_interview"))
#: How many tokens before a response words that turn it around can stand.
_REACH = 5
_TURNING = frozenset(("planned", "asked", "refused", "negated", "decided"))
_CLAUSE_ENDS = frozenset((",", ";", ":", "but", "and", "then", "so", "(", ")", "\u2013"))
#: Words commoner than this tie nothing together.
_TELLING = 5e-5
#: What a response is looked up by, and its kind with whether it is a finding.
_Key = tuple[str, ...]
_Kind = tuple[str, bool]
_ANYTHING: _Key = ("anything",)
_GENERALLY: _Key = ("generally",)


@dataclass(frozen=True, eq=False, slots=True)
class Response:
    """One recorded response or finding: its kind, where it stands, whom and what its sentence names.

    ``finding`` says that it records what was found rather than that something was done. ``start`` and ``end`` are
    character offsets into the note's text; both are 0 where the kind of the note itself is the response.
    """

    kind: str
    finding: bool
    note: CaseNote
    sentence: int
    start: int
    end: int
    groups: frozenset[str]
    topics: frozenset[str]
    words: frozenset[str]

    @property
    def text(self) -> str:
        """The words that record it, or the kind of note."""
        return self.note.parsed.note_text[self.start : self.end] or self.note.screening.note.kind or ""


class Responses:
    """The recorded responses and findings of a case, in the order of the notes.

    They are indexed by what they name, so that what answers a sign costs the same however long the case is.
    """

    def __init__(self, found: Iterable[Response], people: People) -> None:
        self.all = tuple(found)
        self._people = people
        self._by_note: dict[int, list[Response]] = defaultdict(list)
        self._naming: dict[_Key, dict[_Kind, list[Response]]] = defaultdict(lambda: defaultdict(list))
        for response in self.all:
            self._by_note[response.note.order].append(response)
            if response.note.day is not None:
                for key in _keys(response):
                    self._naming[key][response.kind, response.finding].append(response)
        self._known: dict[Sign, tuple[Response, ...]] = {}
        places = {(response.note.order, response.sentence) for response in self.all if response.finding}
        self._findings = sorted(order for order, _ in places)
        self._notes_finding = sorted(set(self._findings))

    @cached_property
    def done(self) -> tuple[Response, ...]:
        """The responses without the findings."""
        return tuple(response for response in self.all if not response.finding)

    def in_note(self, note: CaseNote) -> tuple[Response, ...]:
        """Return what is recorded in one note, in text order."""
        return tuple(self._by_note.get(note.order, ()))

    def findings_up_to(self, note: CaseNote) -> tuple[int, int]:
        """Return how many sentences record a finding in the notes up to one, and in how many notes they stand."""
        return bisect_right(self._findings, note.order), bisect_right(self._notes_finding, note.order)

    def since(self, note: CaseNote) -> tuple[Response, ...]:
        """Return what is recorded in a note, and of each kind the first in a later one, whatever it answers."""
        return (*self.in_note(note), *self._first_after(note, _ANYTHING))

    def to(self, sign: Sign) -> tuple[Response, ...]:
        """Return the responses and findings that answer a sign, in order: those in its own note, and of each kind the
        first in a later one.

        A response answers a sign whose subject, people or words it names again; a general one (a referral, going back
        to the child …) also what stands in the same note or just before. A finding must be about the same subject where
        it names the adult: much is found out about anybody.
        """
        known = self._known.get(sign)
        if known is None:
            known = self._known[sign] = (*self._in_own_note(sign), *self._later(sign))
        return known

    def come_back(self, note: CaseNote, sentence: int, sign: Sign) -> bool:
        """Return whether a sentence comes back to a sign: to its subject, somebody it is about, or its words."""
        parsed = note.parsed
        if sentence >= len(parsed.sentences):
            return False
        subjects = {h.phrase.says for h in note.hits_in(sentence, sentence) if h.phrase.family == "topics"}
        here = parsed.sentences[sentence]
        return (
            sign.indicator in subjects
            or bool(self._people.adults_of(sign) & self._people.named_in(note, sentence))
            or not words_of(sign).isdisjoint(parsed.words[here.first : here.last])
        )

    def found_of(self, sign: Sign) -> bool:
        """Return whether something was found of the subject or the people of a sign, in its own note or a later one.

        Looser than `to`: the same subject or the same adult is enough.
        """
        adults, subject = self._people.adults_of(sign), sign.indicator
        keys: list[_Key] = [("found", subject), *(("found by", adult) for adult in adults)]
        return any(self._first_after(sign.note, key) for key in keys)

    def _in_own_note(self, sign: Sign) -> Iterable[Response]:
        told = sign.highlight.group == "child_says"
        for one in self.in_note(sign.note):
            if sign.indicator in one.topics if one.finding else not (told and one.kind in _SETTINGS):
                yield one

    def _later(self, sign: Sign) -> list[Response]:
        adults, subject = self._people.adults_of(sign), sign.indicator
        keys: list[_Key] = [("word", word) for word in words_of(sign)]
        keys += [("adult", adult) for adult in adults] + [("subject", subject)]
        keys += [("found", subject, adult) for adult in adults] if adults else [("found", subject)]
        first: dict[_Kind, Response] = {}
        general = (one for one in self._first_after(sign.note, _GENERALLY) if _just_before(sign, one.note))
        for found in (general, *(self._first_after(sign.note, key) for key in keys)):
            for one in found:
                kind = (one.kind, one.finding)
                if kind not in first or one.note.order < first[kind].note.order:
                    first[kind] = one
        return sorted(first.values(), key=lambda one: (one.note.order, one.start))

    def _first_after(self, note: CaseNote, key: _Key) -> list[Response]:
        """Return the first response of each kind under a key that is known to come after a note."""
        if note.day is None or key not in self._naming:
            return []
        found = []
        for of_kind in self._naming[key].values():
            at = bisect_right(of_kind, note.order, key=lambda one: one.note.order)
            found += of_kind[at : at + 1]
        return found


def _keys(response: Response) -> Iterator[_Key]:
    """Give what a response can be looked up by: whatever a sign may share with it."""
    yield _ANYTHING
    yield from (("word", word) for word in response.words)
    if response.finding:
        yield from (("found by", group) for group in response.groups)
        for topic in response.topics:
            yield "found", topic
            yield from (("found", topic, group) for group in response.groups)
        return
    if response.kind in _GENERAL:
        yield _GENERALLY
    yield from (("subject", topic) for topic in response.topics)
    yield from (("adult", group) for group in response.groups)


def find(case: Case, people: People) -> Responses:
    """Find the recorded responses and findings of a case."""
    found: list[Response] = []
    for note in case.notes:
        by_sentence: dict[int, list[Hit]] = defaultdict(list)
        for hit in note.hits:
            by_sentence[hit.sentence].append(hit)
        found += [
            Response(hit.phrase.says, False, note, 0, 0, 0, frozenset(), frozenset(), frozenset())
            for hit in note.kind_hits
            if hit.phrase.family == "kinds" and hit.phrase.says not in FAMILIES["closings"]
        ]
        for sentence, hits in sorted(by_sentence.items()):
            found += _in_sentence(note, sentence, hits, people)
    return Responses(found, people)


def _in_sentence(note: CaseNote, sentence: int, hits: list[Hit], people: People) -> Iterable[Response]:
    topics = frozenset(hit.phrase.says for hit in hits if hit.phrase.family == "topics")
    turns = [hit for hit in hits if hit.phrase.family == "turns" and hit.phrase.says in _TURNING]
    words: frozenset[str] | None = None
    seen: set[str] = set()
    for hit in hits:
        family = hit.phrase.family
        if family not in ("responses", "findings") or hit.phrase.says in seen or turned(note, hit, turns):
            continue
        seen.add(hit.phrase.says)
        if words is None:
            here = note.parsed.sentences[sentence]
            words = telling_words(note.parsed.words[here.first : here.last])
        start, end = note.parsed.original(hit.first, hit.last)
        groups = people.named_in(note, sentence)
        yield Response(hit.phrase.says, family == "findings", note, sentence, start, end, groups, topics, words)


def turned(note: CaseNote, hit: Hit, turns: Iterable[Hit], reach: int = _REACH) -> bool:
    """Whether words just before a hit, in its own clause, turn it around (planned, asked, refused, denied).

    Words inside it turn it around where they put it off ("a referral should be made").
    """
    words = note.parsed.words
    return any(
        (turn.phrase.says == "planned" and hit.first < turn.first < hit.last)
        or (0 <= hit.first - turn.last <= reach and _CLAUSE_ENDS.isdisjoint(words[turn.last : hit.first]))
        for turn in turns
    )


def words_of(sign: Sign) -> frozenset[str]:
    """Return the words of a sign that are rare enough to know it again by."""
    return telling_words(sign.note.parsed.words[sign.first : sign.last])


def telling_words(words: Iterable[str]) -> frozenset[str]:
    """Return the words rare enough to tie one passage to another."""
    common = frequencies()
    return frozenset(word for word in words if len(word) > 3 and word.isalpha() and common.get(word, 0.0) < _TELLING)


def _just_before(sign: Sign, note: CaseNote) -> bool:
    if sign.note.day is None or note.day is None:
        return False
    return note.order - sign.note.order <= _NOTES_BACK or note.day - sign.note.day <= _DAYS_BACK
