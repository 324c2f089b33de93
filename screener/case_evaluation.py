"""How well case reviews agree with annotated cases: which patterns they find, and what they say of the closing.

A pattern counts once a case. The same measures serve two questions: *from marks* reviews what people marked in the
notes (is the reasoning right?), *from text* reviews what the screener lights in them (is the whole right?).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from pydantic import BaseModel

from screener.annotations import AnnotatedCase
from screener.case_records import CaseReview, ClosureState
from screener.casework.knowledge import CaseKnowledge
from screener.casework.review import review
from screener.casework.screener import Screener
from screener.errors import AnnotationError
from screener.evaluation import Counts, Score, add_up, resample, score

#: What the gold calls a closing → what a review calls it.
CLOSURES: dict[str, ClosureState] = {"none": "not_closing", "silent": "silent", "justified": "answered"}


class CaseMistake(BaseModel):
    """One case got wrong: patterns missed, patterns found that are not there, and the closing as it is and as said."""

    case: str
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    closure: str
    said: str


class CaseEvaluation(BaseModel):
    """All measures of one way of reviewing on one set of annotated cases.

    ``closure`` counts every case once (recall is the share got right); ``closures`` are by state: recall of ``silent``
    is the share of silent closings found. ``confusion``: state in the gold → state said → cases.
    """

    cases: int
    notes: int
    patterns: Score
    per_pattern: dict[str, Score]
    closure: Score
    closures: dict[str, Score]
    confusion: dict[str, dict[str, int]]
    mistakes: list[CaseMistake]


def from_marks(knowledge: CaseKnowledge | None = None) -> Callable[[AnnotatedCase], CaseReview]:
    """Return the way that reviews what people marked; ``knowledge`` is a team's own, default that shipped."""
    return lambda case: review((note.screening() for note in case.notes), knowledge=knowledge)


def from_text(screener: Screener) -> Callable[[AnnotatedCase], CaseReview]:
    """Return the way that screens the text without its marks, and reviews that."""
    return lambda case: screener.review_case(note.note() for note in case.notes)


def evaluate_cases(
    cases: Sequence[AnnotatedCase],
    read: Callable[[AnnotatedCase], CaseReview],
    known: Sequence[str],
    seed: int = 20260501,
) -> CaseEvaluation:
    """Measure a way of reviewing (any function from a case to its review) on annotated cases.

    ``known`` are the ids of all patterns; the seed fixes the bootstrap over cases. Raises AnnotationError where a case
    names a pattern that is not among them.
    """
    counts: list[Counts] = []
    mistakes: list[CaseMistake] = []
    confusion: Counter[tuple[str, str]] = Counter()
    for case in cases:
        if unknown := sorted(set(case.patterns) - set(known)):
            raise AnnotationError(f"case '{case.id}' names patterns that are not known: {', '.join(unknown)}")
        result = read(case)
        gold, found = set(case.patterns), {pattern.id for pattern in result.patterns}
        closure, said = CLOSURES[case.closure], result.closure.state
        counts.append(_count(gold, found, closure, said))
        confusion[closure, said] += 1
        if gold != found or closure != said:
            missed, wrong = tuple(sorted(gold - found)), tuple(sorted(found - gold))
            mistakes.append(CaseMistake(case=case.id, missed=missed, wrong=wrong, closure=closure, said=said))
    total, samples = add_up(counts), resample(counts, seed)
    states = tuple(CLOSURES.values())
    return CaseEvaluation(
        cases=len(cases),
        notes=sum(len(case.notes) for case in cases),
        patterns=score(total, samples, "patterns"),
        per_pattern={name: score(total, samples, name) for name in known},
        closure=score(total, samples, "closure"),
        closures={state: score(total, samples, state) for state in states},
        confusion={marked: {said: confusion[marked, said] for said in states} for marked in states},
        mistakes=mistakes,
    )


def _count(gold: set[str], found: set[str], closure: str, said: str) -> Counts:
    counts = Counts()
    both = gold & found
    for part, names in ((counts.gold, gold), (counts.lit, found), (counts.found, both), (counts.right, both)):
        part.update(names)
        part["patterns"] = len(names)
    counts.gold.update(("closure", closure))
    counts.lit.update(("closure", said))
    if closure == said:
        counts.found.update(("closure", said))
        counts.right.update(("closure", said))
    return counts
