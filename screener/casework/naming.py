"""How a note names people: names with their titles, initials, role and kin phrases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from screener.casework.case import Case, CaseNote
from screener.lexicon.inflect import frequencies
from screener.lexicon.terms import SHAPE_TESTS
from screener.text.parsed import Parsed

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
DETERMINERS = frozenset(
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
#: A word for a person in these forms is what somebody did: "tutoring", "volunteered", "chaired".
_ACTS = ("ing", "ed")


@dataclass(slots=True)
class Seen:
    """A mention before it is known who is who."""

    key: str
    kind: Literal["name", "initial", "phrase"]
    says: str | None
    note: CaseNote
    sentence: int
    first: int
    last: int


def without_s(raw: str) -> str:
    """Return a word without its possessive ending."""
    return raw[:-2] if raw[-2:] in ("'s", "'S") else raw


def names_of(case: Case) -> frozenset[str]:
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
                    bare = without_s(word).lower()
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
        without_s(word).lower()
        for note in case.notes
        for hit in note.hits
        if hit.phrase.family == "names" and hit.phrase.says == says
        for word in note.parsed.tokens.raw[hit.first : hit.last]
        if word[0].isupper()
    }


def named_in(note: CaseNote, names: frozenset[str]) -> list[Seen]:
    """Return the mentions of one note in text order: role phrases, names with their titles, initials; none overlap."""
    phrases = [
        h for h in note.hits if h.phrase.family == "people" and not note.parsed.words[h.last - 1].endswith(_ACTS)
    ]
    spans = [(hit.first, hit.last, hit) for hit in phrases]
    found: list[Seen] = []
    words, raw = note.parsed.words, note.parsed.tokens.raw
    taken = -1
    for first, last, hit in sorted(spans, key=lambda s: (s[0], -s[1])):
        if first < taken:
            continue
        taken = last
        key = _phrase_key(words[first:last])
        if first and words[first - 1] in _ANOTHER:
            key = f"other {key}"
        found.append(Seen(key, "phrase", hit.phrase.says, note, hit.sentence, first, last))
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
            kind: Literal["name", "initial"] = "initial" if len(without_s(raw[at])) <= 2 else "name"
            says = _title_role(words[begin:at])
            key = " ".join(without_s(token).lower() for token in raw[at:end])
            found.append(Seen(key, kind, says, note, sentence.index, begin, end))
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
    bare = without_s(word)
    if len(bare) <= 2:
        return at + 1 if _is_initial(raw, at, limit) else at
    if not bare[0].isupper() or bare.lower() not in names:
        return at
    end = at + 1
    while end < limit and without_s(raw[end - 1]) == raw[end - 1]:
        following = without_s(raw[end])
        surname = following.isalpha() and following[0].isupper() and following.lower() not in _NO_SURNAME
        # "Malachy D. SOPO ran out", "Alan P. Saw mum": a full stop ends the name, even after an initial.
        if not surname or "." in parsed.text[tokens.ends[end - 1] : tokens.starts[end]]:
            break
        end += 1
    return end


def _is_initial(raw: list[str], at: int, limit: int) -> bool:
    bare = without_s(raw[at])
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
    while len(words) > 1 and words[0] in DETERMINERS:
        words = words[1:]
    kept = [_SPELLED.get(word, word) for word in words if word not in _PASSING]
    return " ".join(kept or words)
