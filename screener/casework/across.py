"""The same words for an adult in several cases: only where a caller names the cases, their role and the lawful basis.

Never part of a review. It shows that the same full name is written in several cases, and never says that it is the same
person; role words ("the lodger", "her boyfriend") never pair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from screener.case_records import AcrossCases, Passage, SharedWords
from screener.casework import people
from screener.casework.case import Sign, build
from screener.casework.knowledge import CaseKnowledge, shipped_knowledge
from screener.casework.people import People
from screener.casework.review import passage
from screener.errors import CaseError
from screener.records import GROUP_OF, Screening

_WHAT_COUNTS = frozenset(("known_risk_person", "disclosure"))


def same_adult_across_children(
    cases: Mapping[str, Iterable[Screening]],
    *,
    role: str,
    lawful_basis: str,
    knowledge: CaseKnowledge | None = None,
) -> AcrossCases:
    """Say which full names of adults stand in passages to follow up of two or more cases.

    ``cases`` are the screenings by case id; ``role`` is who asks, ``lawful_basis`` on what ground, both are given back
    in the result. For display to a lead professional only. Raises CaseError where fewer than two cases, no role or no
    lawful basis is named, or where notes belong to another case than the one they are given under.
    """
    if len(cases) < 2:
        raise CaseError("looking across cases takes at least two, each with its id")
    if not role.strip() or not lawful_basis.strip():
        raise CaseError("looking across cases takes the caller's role and the lawful basis; give both")
    language = (knowledge or shipped_knowledge()).language
    found: dict[str, dict[str, list[Sign]]] = defaultdict(lambda: defaultdict(list))
    written: dict[str, str] = {}
    for ident, screenings in cases.items():
        case = build(screenings, language, case=ident)
        persons = people.find(case)
        names = _full_names(persons)
        for sign in case.signs:
            if GROUP_OF[sign.indicator] == "adult_behaviour" or sign.indicator in _WHAT_COUNTS:
                for key in {key for group in persons.adults_of(sign) for key in names.get(group, ())}:
                    found[key][ident].append(sign)
                    written.setdefault(key, next(p.name for p in persons.persons if p.key == key))
    shared = [
        _shared(written[key], {ident: tuple(passage(s) for s in signs) for ident, signs in by_case.items()})
        for key, by_case in sorted(found.items())
        if len(by_case) > 1
    ]
    return AcrossCases(
        role=role.strip(),
        lawful_basis=lawful_basis.strip(),
        cases=tuple(cases),
        shared=tuple(shared),
        statement=(
            f"The notes of {len(cases)} cases were read together. Where the same words appear in several, that shows "
            "no identity. Only the notes supplied were read. For a lead professional."
        ),
    )


def _shared(words: str, passages: dict[str, tuple[Passage, ...]]) -> SharedWords:
    return SharedWords(
        words=words,
        cases=tuple(passages),
        passages=passages,
        statement=(
            f"The same words, '{words}', appear in {len(passages)} cases. Whether they mean one person is not known."
        ),
    )


def _full_names(persons: People) -> dict[str, list[str]]:
    """Return, by group, the keys that are a first name and a surname."""
    names: dict[str, list[str]] = defaultdict(list)
    for person in persons.persons:
        words = person.name.split()
        full = len(person.key.split()) > 1 and all(word[:1].isupper() and len(word) > 1 for word in words)
        if full and person.role in ("other adult", "carer", "parent"):
            names[person.group].append(person.key)
    return names
