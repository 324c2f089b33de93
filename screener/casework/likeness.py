"""Which ways of naming may mean one person, with the evidence; whether they do is for a person to say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from screener.casework.case import Case
from screener.casework.naming import Seen, without_s


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two ways of naming may mean one person: the other key, and the evidence in plain words."""

    other: str
    evidence: str


def likenesses_of(
    seen: list[Seen], roles: Mapping[str, str], called: Mapping[str, Counter[str]], forms: Mapping[str, str]
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


def name_forms(case: Case) -> dict[str, str]:
    """Return, for each first name of the case that has several forms ("Darren", "Daz"), which name it is a form of."""
    return {
        without_s(note.parsed.tokens.raw[hit.first]).lower(): hit.phrase.id
        for note in case.notes
        for hit in note.hits
        if hit.phrase.family == "names" and hit.phrase.says == "forms"
    }


def _forms_of_one(names: Iterable[str], forms: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
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


def groups_of(keys: set[str], likenesses: dict[str, list[Likeness]]) -> dict[str, str]:
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
