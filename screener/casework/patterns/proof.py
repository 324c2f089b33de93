"""Every pattern proves itself: its own small annotated cases are reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screener.annotations import read_text
from screener.casework.knowledge import CaseKnowledge
from screener.casework.patterns.model import MiniCase, Pattern
from screener.casework.review import review
from screener.errors import AnnotationError, CaseError
from screener.lexicon.model import Place


@dataclass(frozen=True)
class Failure:
    """One small case that does not hold: where it stands, of which pattern, and what is wrong."""

    place: Place
    pattern: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: pattern {self.pattern}: {self.problem}"


def check(knowledge: CaseKnowledge) -> Iterator[Failure]:
    """Review the small cases of every pattern and yield those that do not hold."""
    for pattern in knowledge.patterns.patterns:
        for case, wanted in (*((c, True) for c in pattern.finds), *((c, False) for c in pattern.leaves)):
            problem = _problem(pattern, case, wanted, knowledge)
            if problem is not None:
                yield Failure(case.place, pattern.id, problem)


def _problem(pattern: Pattern, case: MiniCase, wanted: bool, knowledge: CaseKnowledge) -> str | None:
    try:
        notes = read_text(case.text, "small case")
        found = review((note.screening() for note in notes), knowledge=knowledge).patterns
    except (AnnotationError, CaseError) as error:
        return f"its small case cannot be read: {error}"
    if any(each.id == pattern.id for each in found) == wanted:
        return None
    return "does not find itself in this small case" if wanted else "must leave this small case alone, but finds itself"
