"""The people of a case: names, initials, titles, roles and kin phrases, and whom a sign is about.

People are told apart by the words used for them after simple normalising (case, spaces, titles), never by description,
ethnicity or address. Where two ways of naming may mean one person, that is said with its evidence, and patterns read
them as possibly the same; whether they are is for a person to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from screener.casework.case import Case, CaseNote, Sign
from screener.casework.likeness import Likeness, groups_of, likenesses_of, name_forms
from screener.casework.naming import DETERMINERS, Seen, named_in, names_of

CaseRole = Literal["child", "sibling", "parent", "carer", "professional", "other adult"]

#: Words that join a role and a name: "the lodger, called Pike", "Dave (mum's friend)".
_JOINTS = frozenset(("(", "called", "named", "is", ":"))
_CHILD_AGE = 17
#: How many sentences before a sign the adult it speaks of ("he") may last have been named.
_NAMED_BEFORE = 5
#: Signs outside adult behaviour whose first name is an adult's.
_ABOUT_ADULTS = frozenset(("known_risk_person", "unenforced_agreement"))
_ADULT_ROLES = frozenset(("other adult", "carer"))
_PRONOUNS = frozenset(("he", "she"))
_POSSESSIVES = frozenset(("his", "her"))
#: "He walks him past the lads": a crowd is whom an act is done before, seldom who does it.
_CROWD = frozenset(("lads", "boys", "girls", "men", "women", "scouts", "guides", "cubs", "friends", "mates", "parents"))
_TOWARDS = frozenset(("for", "with", "to", "of", "near", "by", "at", "against", "from", "towards", "on"))
#: "He says his uncle …" is a boy on his uncle; "he lives with his uncle" is about him.
_SAYING = frozenset(
    """say says said saying tell tells told report reports reported mention mentions mentioned ask asks asked call calls
    called describe describes described""".split()  # noqa: SIM905 - easier to read than quoted
)
#: How many tokens before a relative the person whose relative it is may stand.
_OWNER_REACH = 8


@dataclass(frozen=True, eq=False, slots=True)
class Mention:
    """One place where a person is named: token range in the note, and character offsets into its text.

    ``by_name``: by a name, with or without a title, not by a role or kin phrase alone.
    """

    note: CaseNote
    sentence: int
    first: int
    last: int
    start: int
    end: int
    text: str
    by_name: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Person:
    """One way of naming a person, with every mention. ``key`` is the normalised name, ``name`` how it is written most.

    ``group`` is the key shared by all ways of naming that are possibly the same person.
    """

    key: str
    name: str
    role: CaseRole
    group: str
    mentions: tuple[Mention, ...]
    possibly: tuple[Likeness, ...]


class People:
    """Everyone a case names. Persons are compared by ``group``: the same words, or possibly the same person."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self.persons = tuple(persons)
        self._in: dict[tuple[int, int], list[tuple[Mention, Person]]] = defaultdict(list)
        for person in self.persons:
            for mention in person.mentions:
                self._in[mention.note.order, mention.sentence].append((mention, person))
        self._known: dict[tuple[int, int, int, int], frozenset[str]] = {}

    def mentions_in(self, note: CaseNote, sentence: int) -> list[tuple[Mention, Person]]:
        """Return the mentions of one sentence, each with its person."""
        return self._in.get((note.order, sentence), [])

    def named_in(self, note: CaseNote, sentence: int) -> frozenset[str]:
        """Return the groups of everyone named in one sentence, the child and professionals among them."""
        return frozenset(person.group for _, person in self._in.get((note.order, sentence), ()))

    def of(self, sign: Sign) -> frozenset[str]:
        """Return the groups of everyone named in the sentences of a sign, and of the adults it is about."""
        around = range(sign.sentence, sign.last_sentence + 1)
        return frozenset().union(*(self.named_in(sign.note, at) for at in around), self.adults_of(sign))

    def adults_of(self, sign: Sign) -> frozenset[str]:
        """Return the groups of the adults whom a sign is about; empty where the note does not show it.

        The child, siblings and professionals are not offered. Looked for in the words of the sign, its sentences,
        those just before it, then the one after; a parent only where no other adult is named.
        """
        where = (sign.note.order, sign.sentence, sign.first, sign.last)
        known = self._known.get(where)
        if known is None:
            known = self._known[where] = self._adults(sign)
        return known

    def _adults(self, sign: Sign) -> frozenset[str]:
        own = [pair for at in range(sign.sentence, sign.last_sentence + 1) for pair in self.mentions_in(sign.note, at)]
        kin = [(m, p) for m, p in own if sign.indicator == "known_risk_person" and _kin_of_another(m)]
        own = [pair for pair in own if pair not in kin]
        inside = [(m, p) for m, p in own if m.first < sign.last and sign.first < m.last]
        before = [self.mentions_in(sign.note, sign.sentence - back) for back in range(1, _NAMED_BEFORE + 1)]
        after = self.mentions_in(sign.note, sign.last_sentence + 1)
        places = (inside, own, *before[:1], after, *before[1:], kin)
        for crowds in (False, True):
            for pairs in places:
                found = frozenset(
                    person.group for m, person in pairs if person.role in _ADULT_ROLES and (crowds or not _crowd(m))
                )
                if found:
                    return found
        return frozenset(person.group for _, person in inside or own if person.role == "parent")


def _crowd(mention: Mention) -> bool:
    return not mention.by_name and not _CROWD.isdisjoint(mention.note.parsed.words[mention.first : mention.last])


def _kin_of_another(mention: Mention) -> bool:
    """Whether a person is named only as the relative of the one spoken of ("he names his sister").

    A known risk is then that one, not the relative.
    """
    words = mention.note.parsed.words
    begin = mention.note.parsed.sentences[mention.sentence].first
    before = words[max(begin, mention.first - _OWNER_REACH) : mention.first]
    if len(before) < 2 or before[-1] not in _POSSESSIVES:
        return False
    acts = any(word in _PRONOUNS and following not in _SAYING for word, following in pairwise(before[:-1]))
    return acts or before[-2] in _TOWARDS


def find(case: Case) -> People:
    """Find everyone the notes of a case name."""
    names = names_of(case)
    seen: list[Seen] = []
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    called: dict[str, Counter[str]] = defaultdict(Counter)
    for note in case.notes:
        in_note = named_in(note, names)
        seen += in_note
        _weigh(note, in_note, votes, called)
    roles = _roles(seen, votes, _acting(case, seen))
    likenesses = likenesses_of(seen, roles, called, name_forms(case))
    groups = groups_of({s.key for s in seen}, likenesses)
    mentions: dict[str, list[Mention]] = defaultdict(list)
    for one in seen:
        start, end = one.note.parsed.original(one.first, one.last)
        text = one.note.parsed.note_text[start:end]
        mentions[one.key].append(
            Mention(one.note, one.sentence, one.first, one.last, start, end, text, one.kind == "name")
        )
    by_group: dict[str, Counter[str]] = defaultdict(Counter)
    for key, role in roles.items():
        by_group[groups[key]][role] += 1
    return People(
        Person(
            key=key,
            name=Counter(m.text for m in own).most_common(1)[0][0],
            role=_role_in_group(roles[key], by_group[groups[key]]),
            group=groups[key],
            mentions=tuple(own),
            possibly=tuple(likenesses.get(key, ())),
        )
        for key, own in mentions.items()
    )


def _role_in_group(role: CaseRole, in_group: Counter[str]) -> CaseRole:
    # "Carl" alone says nothing; "stepdad Carl" says who he is.
    for telling in ("child", "sibling", "carer", "parent", "professional"):
        if role == "other adult" and in_group[telling]:
            return telling
    return role


def _weigh(note: CaseNote, seen: list[Seen], votes: dict[str, Counter[str]], called: dict[str, Counter[str]]) -> None:
    """Count what a note shows of each name: its role, and the role phrases that stand beside it."""
    words = note.parsed.words
    for one in seen:
        if one.says is not None:
            votes[one.key][one.says] += 1
        if one.kind == "phrase":
            continue
        if _young(note, one.last):
            votes[one.key]["child"] += 2
    for left, right in pairwise(seen):
        if left.sentence != right.sentence or (left.kind == "phrase") == (right.kind == "phrase"):
            continue
        between = words[left.last : right.first]
        if _apposed(left, right, between):
            name, phrase = (left, right) if right.kind == "phrase" else (right, left)
            votes[name.key][phrase.says or "adult"] += 2
            if phrase.says in ("adult", "carer", "parent"):
                called[name.key][phrase.key] += 1


def _apposed(left: Seen, right: Seen, between: list[str]) -> bool:
    if right.kind == "phrase" and right.note.parsed.tokens.raw[right.last - 1].endswith("'s"):
        # "Daz is Mam's …" goes on to say what he is to her.
        return False
    joints = [word for word in between if word not in DETERMINERS]
    if not joints:
        # "mum's friend Dave", but not "Dave mum said".
        return left.kind == "phrase" or bool(between)
    if joints == [","]:
        if left.kind == "phrase":
            # "Her nana, Mrs Lowther, was waiting"
            words = right.note.parsed.words
            return between == joints and right.last < len(words) and words[right.last] in (",", ")")
        return bool(between[1:]) or (right.says == "adult" and " " in right.key)
    return len(joints) == 1 and joints[0] in _JOINTS


def _young(note: CaseNote, after: int) -> bool:
    words = note.parsed.words
    following = words[after : after + 4]
    if not following:
        return False
    if following[0] in ("(", ",", "aged", "age"):
        following = following[1:]
    if following[:1] and following[0] in ("aged", "age"):
        following = following[1:]
    if not following:
        return False
    word = following[0]
    if word.isdigit():
        in_brackets = words[after] in ("(", "aged", "age") or following[1:2] in (["yrs"], ["years"], ["yo"], [","])
        return int(word) <= _CHILD_AGE and in_brackets
    return len(word) in (2, 3) and word[0] == "y" and word[1:].isdigit()


def _acting(case: Case, seen: list[Seen]) -> Counter[str]:
    """Count how often each name comes first in a passage on what an adult did, is known for, or has promised."""
    in_note: dict[int, list[Seen]] = defaultdict(list)
    for one in seen:
        in_note[one.note.order].append(one)
    acting: Counter[str] = Counter()
    for sign in case.signs:
        if sign.highlight.group == "adult_behaviour" or sign.indicator in _ABOUT_ADULTS:
            first = next((one for one in in_note[sign.note.order] if sign.first <= one.first < sign.last), None)
            if first is not None:
                acting[first.key] += 1
    return acting


def _roles(seen: list[Seen], votes: dict[str, Counter[str]], acting: Counter[str]) -> dict[str, CaseRole]:
    spoken_of: Counter[str] = Counter(one.key for one in seen if one.kind != "phrase")
    roles: dict[str, CaseRole] = {}
    for one in seen:
        if one.key in roles:
            continue
        if one.kind == "phrase":
            roles[one.key] = _as_role(one.says or "adult")
        else:
            counted = votes[one.key]
            roles[one.key] = _as_role(counted.most_common(1)[0][0]) if counted else "other adult"
    if not any(role == "child" for key, role in roles.items() if spoken_of[key]):
        unknown = [(spoken_of[key], key) for key in spoken_of if not votes[key] and spoken_of[key] > 2 * acting[key]]
        if unknown:
            count, key = max(unknown)
            if count >= max(2, len({one.note.order for one in seen}) // 3):
                roles[key] = "child"
    return roles


def _as_role(says: str) -> CaseRole:
    return "other adult" if says == "adult" else says  # type: ignore[return-value]
