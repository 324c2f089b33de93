"""The people of a case: names, initials, titles, roles and kin phrases, and whom a sign is about.

People are told apart by the words used for them after simple normalising (case, spaces, titles), never by description,
ethnicity or address. Where two ways of naming may mean one person, that is said with its evidence, and patterns read
them as possibly the same; whether they are is for a person to say.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from screener.casework.case import Case, CaseNote, Sign
from screener.lexicon.inflect import frequencies
from screener.lexicon.terms import SHAPE_TESTS
from screener.text.parsed import Parsed

CaseRole = Literal["child", "sibling", "parent", "carer", "professional", "other adult"]

_KIN_TITLES = frozenset(
    [
        "uncle",
        "unc",
        "aunt",
        "auntie",
        "aunty",
        "nan",
        "nana",
        "gran",
        "granny",
        "grandma",
        "grandad",
        "granddad",
        "grandpa",
    ]
)
_WORK_TITLES = frozenset(
    [
        "dr",
        "prof",
        "pc",
        "dc",
        "ds",
        "dcs",
        "dci",
        "di",
        "sgt",
        "ps",
        "wpc",
        "insp",
        "det",
        "cllr",
        "nurse",
        "sw",
        "judge",
    ]
)
_COURTESY = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "madam",
        "rev",
        "father",
        "pastor",
        "imam",
        "coach",
        "ustadh",
        "sheikh",
        "rabbi",
        "fr",
    ]
)
_TITLES = _KIN_TITLES | _WORK_TITLES | _COURTESY
_DETERMINERS = frozenset(
    ["my", "her", "his", "their", "the", "a", "an", "this", "that", "our", "your", "some", "another"]
)
#: Words by which a role is somebody else's than the one named before.
_ANOTHER = frozenset(("other", "another", "second"))
#: Words of a role phrase that say nothing of who it is, and forms of one word.
_PASSING = frozenset(("new", "latest", "current"))
_SPELLED = {
    "stepfather": "stepdad",
    "stepmother": "stepmum",
    "granddad": "grandad",
    "grandfather": "grandad",
    "grandpa": "grandad",
    "auntie": "aunt",
    "aunty": "aunt",
    "at": "from",
    "in": "from",
}
#: Words that join a role and a name: "the lodger, called Pike", "Dave (mum's friend)".
_JOINTS = frozenset(("(", "called", "named", "is", ":"))
#: Capitalised words after a first name that are not its surname.
_NO_SURNAME = frozenset(
    """i a monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december mum dad""".split()  # noqa: SIM905 - easier to read than quoted
)
_PLACE_BEFORE = frozenset(["in", "at", "to", "from", "near", "of", "via", "through", "around"])
#: Capital letters that are answers, grades and labels rather than people.
_NO_INITIAL = frozenset(["A", "I", "Q", "X", "Y", "N", "V", "P"])
#: Sentence openers rarer than this are still likelier to be names than words.
_RARE = 2e-6
_CHILD_AGE = 17
#: A word for a person in these forms is what somebody did: "tutoring", "volunteered", "chaired".
_ACTS = ("ing", "ed")
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


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two ways of naming may mean one person: the other key, and the evidence in plain words."""

    other: str
    evidence: str


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


@dataclass(slots=True)
class _Seen:
    """A mention before it is known who is who."""

    key: str
    kind: Literal["name", "initial", "phrase"]
    says: str | None
    note: CaseNote
    sentence: int
    first: int
    last: int


def find(case: Case) -> People:
    """Find everyone the notes of a case name."""
    names = _names_of(case)
    seen: list[_Seen] = []
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    called: dict[str, Counter[str]] = defaultdict(Counter)
    for note in case.notes:
        in_note = _in_note(note, names)
        seen += in_note
        _weigh(note, in_note, votes, called)
    roles = _roles(seen, votes, _acting(case, seen))
    likenesses = _likenesses(seen, roles, called, _name_forms(case))
    groups = _groups({s.key for s in seen}, likenesses)
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


# --- names -----------------------------------------------------------------------------------------------------------


def _bare(raw: str) -> str:
    return raw[:-2] if raw[-2:] in ("'s", "'S") else raw


def _names_of(case: Case) -> frozenset[str]:
    """Return the capitalised words of the case that name people, lower case."""
    inside: Counter[str] = Counter()
    opening: Counter[str] = Counter()
    places: Counter[str] = Counter()
    called: set[str] = set()
    written_small: set[str] = set()
    is_name = SHAPE_TESTS["name"]
    for note in case.notes:
        raw = note.parsed.tokens.raw
        for sentence in note.parsed.sentences:
            for at in range(sentence.first, sentence.last):
                word = raw[at]
                if word.islower():
                    written_small.add(word)
                elif is_name(word):
                    bare = _bare(word).lower()
                    possessive = bare != word.lower()
                    first = at == sentence.first or raw[at - 1] in (":", "*", "\u2022", "\u2013")
                    (opening if first else inside)[bare] += 1
                    if first and at + 1 < sentence.last and _is_initial(raw, at + 1, sentence.last):
                        called.add(bare)
                    before = raw[at - 1].lower() if at > sentence.first else ""
                    places[bare] += before in _PLACE_BEFORE and not possessive
    common = frequencies()
    given, none = _listed(case, "given"), _listed(case, "none") | _words_for_people(case) | _TITLES
    found = set(given)
    for name in (inside.keys() | opening.keys()) - none:
        if name in written_small or places[name] * 2 > inside[name] + opening[name]:
            continue
        # One rare word that opens one sentence ("Stank of drink") is no name; one that comes again is.
        if inside[name] or (opening[name] > 1 and common.get(name, 0.0) < _RARE) or name in called:
            found.add(name)
    return frozenset(found)


def _words_for_people(case: Case) -> set[str]:
    """Return the single words of the case that are words for people ("Mam", "Nana"), whether or not capitalised."""
    return {
        note.parsed.words[hit.first]
        for note in case.notes
        for hit in note.hits
        if hit.phrase.family == "people" and hit.last - hit.first == 1
    }


def _listed(case: Case, says: str) -> set[str]:
    """Return the capitalised words of the case that the case language lists as given names, or as naming nobody."""
    return {
        _bare(word).lower()
        for note in case.notes
        for hit in note.hits
        if hit.phrase.family == "names" and hit.phrase.says == says
        for word in note.parsed.tokens.raw[hit.first : hit.last]
        if word[0].isupper()
    }


def _in_note(note: CaseNote, names: frozenset[str]) -> list[_Seen]:
    """Return the mentions of one note in text order: role phrases, names with their titles, initials; none overlap."""
    phrases = [
        h for h in note.hits if h.phrase.family == "people" and not note.parsed.words[h.last - 1].endswith(_ACTS)
    ]
    spans = [(hit.first, hit.last, hit) for hit in phrases]
    found: list[_Seen] = []
    words, raw = note.parsed.words, note.parsed.tokens.raw
    taken = -1
    for first, last, hit in sorted(spans, key=lambda s: (s[0], -s[1])):
        if first < taken:
            continue
        taken = last
        key = _phrase_key(words[first:last])
        if first and words[first - 1] in _ANOTHER:
            key = f"other {key}"
        found.append(_Seen(key, "phrase", hit.phrase.says, note, hit.sentence, first, last))
    covered = {at for one in found for at in range(one.first, one.last)}
    for sentence in note.parsed.sentences:
        at = sentence.first
        while at < sentence.last:
            end = _name_end(note.parsed, at, sentence.last, names)
            if end == at:
                at += 1
                continue
            begin = at
            while (
                begin > sentence.first
                and words[begin - 1] in _TITLES
                and not (begin - 1 in covered and words[begin - 1] not in _KIN_TITLES)
            ):
                begin -= 1
            kind: Literal["name", "initial"] = "initial" if len(_bare(raw[at])) <= 2 else "name"
            says = _title_role(words[begin:at])
            key = " ".join(_bare(token).lower() for token in raw[at:end])
            found.append(_Seen(key, kind, says, note, sentence.index, begin, end))
            at = end
    # "Uncle Ray" is one mention: the kin word by itself is not a second person.
    named = {at for one in found if one.kind != "phrase" for at in range(one.first, one.last)}
    found = [one for one in found if one.kind != "phrase" or not named.intersection(range(one.first, one.last))]
    found.sort(key=lambda one: (one.first, one.last))
    return found


def _name_end(parsed: Parsed, at: int, limit: int, names: frozenset[str]) -> int:
    """Return where a name that begins at a token ends; the token itself where none begins."""
    raw, tokens = parsed.tokens.raw, parsed.tokens
    word = raw[at]
    bare = _bare(word)
    if len(bare) <= 2:
        return at + 1 if _is_initial(raw, at, limit) else at
    if not bare[0].isupper() or bare.lower() not in names:
        return at
    end = at + 1
    while end < limit and _bare(raw[end - 1]) == raw[end - 1]:
        following = _bare(raw[end])
        surname = following.isalpha() and following[0].isupper() and following.lower() not in _NO_SURNAME
        # "Malachy D. SOPO ran out", "Alan P. Saw mum": a full stop ends the name, even after an initial.
        if not surname or "." in parsed.text[tokens.ends[end - 1] : tokens.starts[end]]:
            break
        end += 1
    return end


def _is_initial(raw: list[str], at: int, limit: int) -> bool:
    bare = _bare(raw[at])
    if len(bare) == 2:
        return bare.isupper() and SHAPE_TESTS["initial"](bare) and raw[at] != bare and bare.lower() not in frequencies()
    if len(bare) != 1 or not bare.isupper() or bare in _NO_INITIAL:
        return False
    following = raw[at + 1] if at + 1 < limit else ""
    return following not in (":", ")", "/", "(") or raw[at] != bare


def _title_role(titles: list[str]) -> str | None:
    if any(title in _WORK_TITLES for title in titles):
        return "professional"
    return "adult" if titles else None


def _phrase_key(words: list[str]) -> str:
    while len(words) > 1 and words[0] in _DETERMINERS:
        words = words[1:]
    kept = [_SPELLED.get(word, word) for word in words if word not in _PASSING]
    return " ".join(kept or words)


# --- who is who ------------------------------------------------------------------------------------------------------


def _weigh(note: CaseNote, seen: list[_Seen], votes: dict[str, Counter[str]], called: dict[str, Counter[str]]) -> None:
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


def _apposed(left: _Seen, right: _Seen, between: list[str]) -> bool:
    if right.kind == "phrase" and right.note.parsed.tokens.raw[right.last - 1].endswith("'s"):
        # "Daz is Mam's …" goes on to say what he is to her.
        return False
    joints = [word for word in between if word not in _DETERMINERS]
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


def _acting(case: Case, seen: list[_Seen]) -> Counter[str]:
    """Count how often each name comes first in a passage on what an adult did, is known for, or has promised."""
    in_note: dict[int, list[_Seen]] = defaultdict(list)
    for one in seen:
        in_note[one.note.order].append(one)
    acting: Counter[str] = Counter()
    for sign in case.signs:
        if sign.highlight.group == "adult_behaviour" or sign.indicator in _ABOUT_ADULTS:
            first = next((one for one in in_note[sign.note.order] if sign.first <= one.first < sign.last), None)
            if first is not None:
                acting[first.key] += 1
    return acting


def _roles(seen: list[_Seen], votes: dict[str, Counter[str]], acting: Counter[str]) -> dict[str, CaseRole]:
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


def _likenesses(
    seen: list[_Seen], roles: dict[str, CaseRole], called: dict[str, Counter[str]], forms: dict[str, str]
) -> dict[str, list[Likeness]]:
    """Return, by key, which other ways of naming may mean the same person, with the evidence."""
    found: dict[str, list[Likeness]] = defaultdict(list)

    def link(one: str, other: str, evidence: str) -> None:
        found[one].append(Likeness(other, evidence))
        found[other].append(Likeness(one, evidence))

    kinds = {one.key: one.kind for one in seen}
    names = [key for key, kind in kinds.items() if kind == "name"]
    for short, long, evidence in _forms_of_one(names, forms):
        link(short, long, evidence)
    by_first: dict[str, list[str]] = defaultdict(list)
    by_last: dict[str, list[str]] = defaultdict(list)
    by_letter: dict[str, list[str]] = defaultdict(list)
    for name in names:
        parts = name.split()
        by_letter[parts[0][0]].append(name)
        if len(parts) > 1:
            by_first[parts[0]].append(name)
            by_last[parts[-1]].append(name)
    for name in names:
        if " " in name:
            continue
        longer = by_first[name] + [full for full in by_last[name] if len(name) > 1]
        if len(longer) == 1:
            link(name, longer[0], f"'{name}' is part of '{longer[0]}', and of no other name in these notes")
    for key, kind in kinds.items():
        if kind != "initial":
            continue
        fitting = [name for name in by_letter[key[0]] if _fits_initials(key, name, names)]
        if len(fitting) == 1:
            letters = "the first letter" if len(key) == 1 else "the initials"
            link(key, fitting[0], f"'{key.upper()}' is {letters} of '{fitting[0]}', and of no other name here")
    claims: dict[str, set[str]] = defaultdict(set)
    for name, phrases in called.items():
        for phrase in phrases:
            claims[phrase].add(name)
    for phrase, owners in claims.items():
        if len(owners) == 1:
            owner = next(iter(owners))
            if roles[owner] != "child":
                link(owner, phrase, f"'{phrase}' stands beside '{owner}', and beside no other name in these notes")
    return found


def _fits_initials(initials: str, name: str, names: Collection[str]) -> bool:
    parts = name.split()
    if len(initials) > 1:
        return len(parts) > 1 and parts[-1][0] == initials[1]
    return len(parts) == 1 or parts[0] not in names


def _name_forms(case: Case) -> dict[str, str]:
    """Return, for each first name of the case that has several forms ("Darren", "Daz"), which name it is a form of."""
    return {
        _bare(note.parsed.tokens.raw[hit.first]).lower(): hit.phrase.id
        for note in case.notes
        for hit in note.hits
        if hit.phrase.family == "names" and hit.phrase.says == "forms"
    }


def _forms_of_one(names: Iterable[str], forms: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Give the pairs of names that are forms of one ("Daz", "Darren W"), with the evidence.

    None where the full names among them have surnames that differ: then they are several people.
    """
    by_form: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if form := forms.get(name.split()[0]):
            by_form[form].append(name)
    for alike in by_form.values():
        surnames = [name.split()[-1] for name in alike if " " in name]
        if len(alike) < 2 or not all(
            one.startswith(other[0]) for one, other in pairwise(sorted(surnames, key=len)[::-1])
        ):
            continue
        longest = max(alike, key=lambda name: (len(name), name))
        for name in alike:
            if name.split()[0] != longest.split()[0]:
                yield name, longest, f"'{name}' and '{longest}' may be forms of one first name"


def _groups(keys: set[str], likenesses: dict[str, list[Likeness]]) -> dict[str, str]:
    """Return the group of each key: the longest way of naming among those that hang together."""
    groups: dict[str, str] = {}
    for key in sorted(keys):
        if key in groups:
            continue
        together, waiting = {key}, [key]
        while waiting:
            for likeness in likenesses.get(waiting.pop(), ()):
                if likeness.other not in together:
                    together.add(likeness.other)
                    waiting.append(likeness.other)
        groups.update(dict.fromkeys(together, max(together, key=lambda k: (len(k), k))))
    return groups
