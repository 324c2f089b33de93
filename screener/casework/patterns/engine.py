"""Find the patterns of a `PatternBook` in a case: one engine for all of them, linear in the number of notes.

A rule's parts are filled with signs; the signs are put into groups (by adult, source or group, where the rule links its
parts), and each group is gone through once in order of date, with a window that only moves forward.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from screener.casework.case import Case, CaseNote, Sign
from screener.casework.language import Hit
from screener.casework.patterns.model import (
    Absent,
    Choice,
    Part,
    Pattern,
    PatternBook,
    Rises,
    Rule,
    Unanswered,
    Words,
)
from screener.casework.patterns.read import ANOTHER, REPORTING, SOURCES
from screener.casework.people import Mention, People
from screener.casework.responses import Responses
from screener.records import GROUP_OF

#: Ways of naming that may mean the child whose record it is.
_ANY_CHILD = frozenset(("child", "children", "yp", "young person", "baby", "boy", "girl", "kid", "kids"))

#: Words before whoever a worry came from.
_FROM = frozenset(("from", "by"))

#: How many tokens before the words by which a worry is raised ("rang", "is uneasy") its source may be named.
_TELLS_REACH = 10

#: What somebody's worry is called when another note comes back to it ("Mrs Tapp's account").
_WORRY_OF = frozenset(
    (
        "account",
        "call",
        "calls",
        "complaint",
        "concern",
        "concerns",
        "email",
        "letter",
        "message",
        "report",
        "story",
        "worry",
    )
)
#: Words by which the writer of a note speaks of a worry of their own.
_OWN = frozenset(("i", "we", "my", "our"))

#: Somebody named in a note: by the words for a kind of source, or by name.
Place = TypeVar("Place", Hit, Mention)

#: Pieces of the parts of one group: (index of the part, sign), in order of date.
_Members = list[tuple[int, Sign]]


@dataclass(frozen=True)
class Found:
    """One pattern found: for each part how it is called and the signs that fill it, in order of date."""

    pattern: Pattern
    parts: tuple[tuple[str, tuple[Sign, ...]], ...]

    @property
    def signs(self) -> tuple[Sign, ...]:
        """All signs of the pattern, each once, in order of date and place."""
        return tuple(_in_order({sign for _, signs in self.parts for sign in signs}))


def find(book: PatternBook, case: Case, signs: Sequence[Sign], people: People, responses: Responses) -> list[Found]:
    """Return every pattern that ``signs`` make in a case, by section and then as the file has them."""
    finder = _Finder(case, signs, people, responses)
    found = [each for pattern in book.patterns for each in finder.find(pattern)]
    return sorted(found, key=lambda each: each.pattern.rank)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Who a passage comes from: the kind of source (or the note, or the name, where no kind shows), and by name."""

    kind: Hashable
    name: str | None = None


class _Finder:
    def __init__(self, case: Case, signs: Sequence[Sign], people: People, responses: Responses) -> None:
        self._case = case
        self._signs = tuple(signs)
        self._people = people
        self._responses = responses
        self._of_pattern: dict[str, set[Sign]] = {}
        self._in_note: dict[int, list[Sign]] = defaultdict(list)
        for sign in (*signs, *case.set_aside):
            self._in_note[sign.note.order].append(sign)
        self._hits: list[dict[Words, list[Hit]]] = [_by_kind(note) for note in case.notes]
        self._kinds = frozenset(response.kind for response in responses.all)
        self._last_dated = max((note.order for note in case.dated), default=-1)
        self._carers = frozenset(p.group for p in people.persons if p.role in ("carer", "parent"))
        self._outside = frozenset(p.group for p in people.persons if p.role == "other adult") - self._carers
        children = {p.group for p in people.persons if p.role == "child" and p.key not in _ANY_CHILD}
        self._other_children = (
            len(children) > 1
            or any(p.role == "sibling" for p in people.persons)
            or any(sign.highlight.subject == "other_child" for sign in signs)
        )

    def find(self, pattern: Pattern) -> list[Found]:
        found = [each for rule in pattern.rules for each in self._by_rule(pattern, rule)]
        self._of_pattern[pattern.id] = {sign for each in found for sign in each.signs}
        return _without_repeats(found)

    def _by_rule(self, pattern: Pattern, rule: Rule) -> Iterator[Found]:
        case = self._case
        if rule.notes and len(case.dated) < rule.notes:
            return
        if rule.household and not self._other_children:
            return
        if any(self._recorded(absent) for absent in rule.absent):
            return
        if rule.rises is not None:
            signs = self._rising(rule.rises)
            if signs:
                yield Found(pattern, ((rule.rises.says, tuple(signs)),))
            return
        members = [(at, sign) for at, part in enumerate(rule.parts) for sign in self._filling(part)]
        if len({at for at, _ in members}) < len(rule.parts):
            return
        members.sort(key=lambda member: _place(member[1]))
        for group in self._groups(members, rule):
            kept = self._together(group, rule)
            if kept:
                yield Found(
                    pattern,
                    tuple(
                        (part.says, tuple(dict.fromkeys(sign for which, sign in kept if which == at)))
                        for at, part in enumerate(rule.parts)
                    ),
                )

    # --- what fills a part ---------------------------------------------------------------------------------------

    def _filling(self, part: Part) -> list[Sign]:
        signs = [sign for sign in self._signs if any(self._fits(choice, sign) for choice in part.choices)]
        if part.unanswered is not None:
            signs = [sign for sign in signs if self._unanswered(sign, part.unanswered)]
        if part.unanswered_between:
            signs = self._unanswered_in_between(signs)
        return signs

    def _fits(self, choice: Choice, sign: Sign) -> bool:
        highlight = sign.highlight
        return (
            sign.indicator in choice.indicators
            and (choice.pattern is None or sign in self._of_pattern[choice.pattern])
            and (not choice.subjects or highlight.subject in choice.subjects)
            and (not choice.assertions or highlight.assertion in choice.assertions)
            and (not choice.saying or self._says(sign, choice.saying, choice.where))
            and (not choice.not_saying or not self._says(sign, choice.not_saying, choice.where))
            and (choice.alongside is None or self._alongside(choice, sign))
            and not any(self._fits(other, sign) for other in choice.unless)
        )

    def _says(self, sign: Sign, words: Sequence[Words], where: str) -> bool:
        note = sign.note
        hits = [hit for kind in words for hit in self._hits[note.order].get(kind, ())]
        if where == "passage":
            return any(hit.first < sign.last and sign.first < hit.last for hit in hits)
        if where == "sentence":
            return any(sign.sentence <= hit.sentence <= sign.last_sentence for hit in hits)
        if where == "beside":
            return any(sign.sentence - 1 <= hit.sentence <= sign.last_sentence + 1 for hit in hits)
        if where == "note":
            return bool(hits)
        if any(sign.sentence - 1 <= hit.sentence <= sign.last_sentence + 1 for hit in hits):
            return True
        following = [other for other in self._case.notes[note.order + 1 : note.order + 2] if other.comes_after(note)]
        return any(
            self._responses.come_back(other, hit.sentence, sign)
            for other in (note, *following)
            for kind in words
            for hit in self._hits[other.order].get(kind, ())
        )

    def _alongside(self, choice: Choice, sign: Sign) -> bool:
        wanted = choice.alongside
        assert wanted is not None
        start, end = sign.highlight.start, sign.highlight.end
        return any(
            other.indicator in wanted.indicators
            and (not wanted.assertions or other.highlight.assertion in wanted.assertions)
            and (
                (other.highlight.start < end and start < other.highlight.end)
                or (wanted.where == "beside" and sign.sentence - 1 <= other.sentence <= sign.last_sentence + 1)
            )
            for other in self._in_note[sign.note.order]
            if other is not sign
        )

    def _unanswered(self, sign: Sign, limits: Unanswered) -> bool:
        if limits.later_notes and (sign.day is None or sign.note.order >= self._last_dated):
            return False
        if sign.day is None and (limits.days or limits.notes):
            return False
        for response in self._responses.to(sign) if limits.tied else self._responses.since(sign.note):
            if limits.kinds and response.kind not in limits.kinds:
                continue
            if response.note is sign.note:
                if limits.own_note:
                    return False
                continue
            if limits.days is None and limits.notes is None:
                return False
            if response.note.day is None or sign.day is None or not response.note.comes_after(sign.note):
                continue
            if limits.days is not None and response.note.day - sign.day <= limits.days:
                return False
            if limits.notes is not None and response.note.order - sign.note.order <= limits.notes:
                return False
        return True

    def _unanswered_in_between(self, signs: list[Sign]) -> list[Sign]:
        """Return the signs next to which another of them stands with no response recorded between the two."""
        kept: dict[Sign, None] = {}
        by_source: dict[Hashable, list[Sign]] = defaultdict(list)
        for sign in signs:
            by_source[self._source(sign)].append(sign)
        for of_source in by_source.values():
            for earlier, later in pairwise(of_source):
                answers = self._responses.to(earlier)
                if not any(response.note.order < later.note.order for response in answers):
                    kept[earlier] = kept[later] = None
        return _in_order(kept)

    def _recorded(self, absent: Absent) -> bool:
        if absent.responses & self._kinds:
            return True
        return any(
            self._fits(choice, sign)
            for choice in absent.choices
            for sign in (*self._signs, *self._case.set_aside)
            if not sign.highlight.template
        )

    # --- what links the parts ------------------------------------------------------------------------------------

    def _groups(self, members: _Members, rule: Rule) -> Iterable[_Members]:
        if rule.same is None:
            return [members]
        if rule.same in ("source", "group"):
            key = self._source if rule.same == "source" else _group
            apart: dict[Hashable, _Members] = defaultdict(list)
            for member in members:
                apart[key(member[1])].append(member)
            return apart.values()
        return self._by_adult(members, rule)

    def _by_adult(self, members: _Members, rule: Rule) -> list[_Members]:
        if rule.same == "near_adult":
            near: dict[str, _Members] = defaultdict(list)
            for member in members:
                for adult in self._named_near(member[1]):
                    near[adult].append(member)
            return list(near.values())
        unnamed: _Members = []
        named: dict[str, _Members] = defaultdict(list)
        for member in members:
            adults = self._people.adults_of(member[1])
            for adult in adults:
                named[adult].append(member)
            if not adults:
                unnamed.append(member)
        if rule.same == "named_adult":
            return list(named.values())
        if rule.same == "outside_adult":
            in_note: dict[int, _Members] = defaultdict(list)
            for member in unnamed:
                in_note[member[1].note.order].append(member)
            return [*(of for adult, of in named.items() if adult not in self._carers), *in_note.values()]
        groups = [sorted(of + unnamed, key=lambda member: _place(member[1])) for of in named.values()]
        return [*groups, unnamed]

    def _named_near(self, sign: Sign) -> frozenset[str]:
        """Return the adults outside the household named in the sentences of a sign or right beside them."""
        around = range(sign.sentence - 1, sign.last_sentence + 2)
        return self._outside & {group for at in around for group in self._people.named_in(sign.note, at)}

    def _together(self, members: _Members, rule: Rule) -> _Members:
        if rule.order != "any":
            return _followed(members, rule)
        return self._in_window(members, rule)

    def _in_window(self, members: _Members, rule: Rule) -> _Members:
        """Return the members of every window in which all parts are filled."""
        parts = rule.parts
        undated = [member for member in members if member[1].day is None]
        dated = [member for member in members if member[1].day is not None]
        tally = _Tally(parts, self._differs, self._fits)
        for member in undated:
            tally.add(member)
        kept: list[_Members] = []
        low = marked = 0
        for high, member in enumerate(dated):
            tally.add(member)
            while rule.within is not None and (member[1].day or 0) - (dated[low][1].day or 0) > rule.within:
                tally.take_out(dated[low])
                low += 1
            if tally.full:
                kept.append(dated[max(low, marked) : high + 1])
                marked = high + 1
        if not dated and tally.full:
            return undated
        return [*(member for run in kept for member in run), *undated] if kept else []

    def _differs(self, part: Part) -> Callable[[Sign], Hashable]:
        return {
            "passages": lambda sign: sign,
            "indicators": lambda sign: sign.indicator,
            "notes": lambda sign: sign.note,
            "days": lambda sign: sign.day if sign.day is not None else sign.note,
            "sources": self._source,
        }[part.different]

    def _source(self, sign: Sign) -> Hashable:
        """Return who a passage comes from; the same for two passages where it may be the same person.

        By name where one is given: a "neighbour" of no name may be the one neighbour who is named, but two who are
        named are two. Words such as "another" make it somebody not met before; so does a note that shows no source.
        """
        told = self._told_by[sign]
        names = self._names_of_source[told.kind]
        return told.name or (next(iter(names)) if len(names) == 1 else told.kind)

    @cached_property
    def _told_by(self) -> dict[Sign, _Teller]:
        return {sign: self._teller(sign) for sign in self._signs}

    @cached_property
    def _names_of_source(self) -> dict[Hashable, set[str]]:
        names: dict[Hashable, set[str]] = defaultdict(set)
        for told in self._told_by.values():
            if told.name:
                names[told.kind].add(told.name)
        return names

    def _teller(self, sign: Sign) -> _Teller:
        """Return what kind of source a passage comes from, and by what name, from the words before it and in it.

        Whoever stands nearest before the words that raise the worry; else whoever is named before it, in it or in the
        sentence before; else who wrote the note.
        """
        note = sign.note
        if of := self._owner(sign):
            return of
        near = [
            hit
            for hit in note.hits_in(sign.sentence - 1, sign.last_sentence)
            if hit.phrase.family == SOURCES and hit.first < sign.last
        ]
        if any(hit.phrase.says == ANOTHER for hit in near):
            return _Teller(note)
        tells = [hit for hit in near if hit.phrase.says == REPORTING]
        near = [hit for hit in near if hit.phrase.says != REPORTING]
        named = [m for at in range(sign.sentence - 1, sign.last_sentence + 1) for m in self._could_tell(note, at)]
        for among in (
            [t for t in tells if t.sentence >= sign.sentence],
            [t for t in tells if t.sentence < sign.sentence],
        ):
            kinds, names = _pairs(near, among), _pairs(named, among)
            if not (kinds or names):
                continue
            gaps = [(by.first - hit.last, by.first, by) for hit, by in kinds]
            gaps += [(by.first - mention.last, by.first, by) for mention, by in names]
            tell = min(gaps, key=lambda gap: gap[:2])[2]
            of_name = [m for m, by in names if by is tell]
            titled = [m for m in of_name if len(m.text.split()) > 1]
            name = self._group_of(titled[0] if titled else of_name[-1]) if of_name else None
            of_kind = max((hit for hit, by in kinds if by is tell), key=lambda hit: hit.last, default=None)
            return _Teller(of_kind.phrase.says if of_kind else name, name)
        own = [hit for hit in near if hit.sentence >= sign.sentence]
        before = _reporting(note, [hit for hit in own if hit.first < sign.first])
        earlier = _reporting(note, [hit for hit in near if hit.sentence < sign.sentence])
        author = [
            h for h in note.author_hits if h.phrase.family == SOURCES and h.phrase.says not in (ANOTHER, REPORTING)
        ]
        for hits in (before, earlier, own, author):
            if hits:
                return _Teller(hits[0].phrase.says)
        return _Teller(note)

    def _owner(self, sign: Sign) -> _Teller | None:
        """Return whose worry it is where its own words say so: "Mrs Tapp's account", "I remain uneasy" in a letter."""
        note = sign.note
        words = note.parsed.words
        for mention in self._could_tell(note, sign.sentence):
            if sign.first <= mention.first < sign.last and _owns(note, mention):
                name = self._group_of(mention)
                return _Teller(name, name)
        author = note.screening.note.author_role
        if author and sign.highlight.source == "third_party" and words[sign.first] in _OWN:
            signed = self._could_tell(note, len(note.parsed.sentences) - 1)
            return _Teller(author.casefold(), self._group_of(signed[-1]) if signed else None)
        return None

    def _could_tell(self, note: CaseNote, sentence: int) -> list[Mention]:
        """Return the adults outside the household whom a sentence names by name, and not as somebody's owner."""
        words = note.parsed.words
        return [
            mention
            for mention, person in self._people.mentions_in(note, sentence)
            if mention.by_name
            and person.role == "other adult"
            and (not _owns(note, mention) or not _WORRY_OF.isdisjoint(words[mention.last : mention.last + 1]))
        ]

    def _group_of(self, mention: Mention) -> str:
        return next(p.group for m, p in self._people.mentions_in(mention.note, mention.sentence) if m is mention)

    # --- rising numbers ------------------------------------------------------------------------------------------

    def _rising(self, rises: Rises) -> list[Sign]:
        dated = self._case.dated
        if not dated:
            return []
        begin = dated[0].day or 0
        stretches: dict[int, dict[str, list[Sign]]] = defaultdict(lambda: defaultdict(list))
        for sign in self._signs:
            if sign.day is not None:
                stretches[(sign.day - begin) // rises.days][sign.indicator].append(sign)
        kept: dict[Sign, None] = {}
        for last in sorted(stretches):
            run = range(last - rises.times, last + 1)
            if run.start < 0:
                continue
            counts = [len(stretches[at]) if at in stretches else 0 for at in run]
            if all(a < b for a, b in pairwise(counts)):
                kept.update(
                    (sign, None) for at in run if at in stretches for of in stretches[at].values() for sign in of
                )
        return _in_order(kept)


class _Tally:
    """How far the parts of a rule are filled by the members in a window."""

    def __init__(
        self,
        parts: Sequence[Part],
        differs: Callable[[Part], Callable[[Sign], Hashable]],
        fits: Callable[[Choice, Sign], bool],
    ) -> None:
        self._parts = parts
        self._keys = [differs(part) for part in parts]
        self._fits = fits
        self._counts: list[Counter[Hashable]] = [Counter() for _ in parts]
        self._including = [0 for _ in parts]

    def add(self, member: tuple[int, Sign]) -> None:
        self._change(member, 1)

    def take_out(self, member: tuple[int, Sign]) -> None:
        self._change(member, -1)

    def _change(self, member: tuple[int, Sign], by: int) -> None:
        at, sign = member
        counts = self._counts[at]
        key = self._keys[at](sign)
        counts[key] += by
        if not counts[key]:
            del counts[key]
        if any(self._fits(choice, sign) for choice in self._parts[at].including):
            self._including[at] += by

    @property
    def full(self) -> bool:
        return all(
            len(counts) >= part.count and (including > 0 or not part.including)
            for part, counts, including in zip(self._parts, self._counts, self._including, strict=True)
        )


def _followed(members: _Members, rule: Rule) -> _Members:
    """Return the members of the two parts that follow one another as the rule says."""
    earlier = [member for member in members if member[0] == 0]
    kept: dict[tuple[int, Sign], None] = {}
    low = high = marked = 0
    for member in members:
        if member[0] != 1:
            continue
        later = member[1]
        while high < len(earlier) and _follows(earlier[high][1], later, rule.order):
            high += 1
        if rule.within is not None and later.day is not None:
            while low < high and (earlier[low][1].day or 0) < later.day - rule.within:
                low += 1
        if low < high:
            kept.update((each, None) for each in earlier[max(low, marked) : high])
            kept[member] = None
            marked = high
    return list(kept)


def _follows(earlier: Sign, later: Sign, order: str) -> bool:
    if earlier.note is later.note:
        return order == "then"
    if earlier.day is None or later.day is None:
        return False
    return earlier.day < later.day if order == "later_day" else earlier.note.order < later.note.order


def _by_kind(note: CaseNote) -> dict[Words, list[Hit]]:
    kinds: dict[Words, list[Hit]] = defaultdict(list)
    for hit in note.hits:
        kinds[hit.phrase.family, hit.phrase.says].append(hit)
    return dict(kinds)


def _pairs(near: Iterable[Place], tells: Sequence[Hit]) -> list[tuple[Place, Hit]]:
    """Return who stands just before which words that raise a worry, in text order."""
    return [
        (one, tell)
        for one in near
        for tell in tells
        if one.sentence == tell.sentence and 0 <= tell.first - one.last <= _TELLS_REACH
    ]


def _owns(note: CaseNote, place: Hit | Mention) -> bool:
    """Whether somebody is named as an owner ("mum's")."""
    return note.parsed.tokens.raw[place.last - 1].lower().endswith(("'s", "\u2019s"))


def _reporting(note: CaseNote, hits: Iterable[Hit]) -> list[Hit]:
    """Return who reports first: whoever it came "from", then in text order; an owner ("mum's neighbour") last."""
    words = note.parsed.words

    def rank(hit: Hit) -> tuple[bool, bool, int]:
        came_from = _FROM.isdisjoint(words[max(0, hit.first - 3) : hit.first])
        return _owns(note, hit), came_from, hit.first

    return sorted(hits, key=rank)


def _place(sign: Sign) -> tuple[int, int, int]:
    return sign.note.order, sign.highlight.start, sign.highlight.end


def _in_order(signs: Iterable[Sign]) -> list[Sign]:
    return sorted(signs, key=_place)


def _group(sign: Sign) -> str:
    return GROUP_OF[sign.indicator]


def _without_repeats(found: list[Found]) -> list[Found]:
    """Leave out what another find of the same pattern holds already: the same passages, read for another adult."""
    kept: list[tuple[Found, set[Sign]]] = []
    for each in sorted(found, key=lambda one: -len(one.signs)):
        signs = set(each.signs)
        if not any(signs <= other for _, other in kept):
            kept.append((each, signs))
    return sorted((each for each, _ in kept), key=lambda one: _place(one.signs[0]))
