"""What an edit does to passages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from screener import Note, Screener, Screening
from service.followup.carry import carry, sentence_of
from service.followup.patterns import FoundPattern, linked, match

SENTENCES = (
    "Dave has bought E a new phone.",
    "She said it is our secret.",
    "Came on time.",
    "He gave her £20.",
    "It is our secret, she told Dave.",
)


def stored(screening: Screening) -> list[tuple[str, object, str]]:
    return [(f"h{n}", h, sentence_of(h, screening.note.text or "")) for n, h in enumerate(screening.highlights)]


@given(st.lists(st.sampled_from(SENTENCES), max_size=5), st.lists(st.sampled_from(SENTENCES), max_size=5))
@settings(deadline=None)
def test_every_passage_before_and_after_is_accounted_for_once(
    lexicon_screener: Screener, before: list[str], after: list[str]
) -> None:
    old, new = (lexicon_screener.screen(Note(id="n", text=" ".join(["Note.", *s]))) for s in (before, after))
    plan = carry(stored(old), new)  # type: ignore[arg-type]
    assert sorted([*plan.kept, *plan.changed, *plan.gone]) == sorted(ident for ident, _, _ in stored(old))
    placed = [*plan.kept.values(), *plan.changed.values(), *plan.new]
    assert sorted(h.id for h in placed) == sorted(h.id for h in new.highlights)
    if before == after:
        assert (plan.changed, plan.gone, plan.new) == ({}, (), ())


def found(pattern: str, *members: str) -> FoundPattern:
    return FoundPattern(pattern, "t", "w", "s", frozenset(), None, None, frozenset(members))


def test_a_pattern_is_known_again_by_the_passages_it_shares() -> None:
    before = {"p1": ("pair", frozenset({"a", "b"})), "p2": ("pair", frozenset({"c", "d"}))}
    done = match(before, [found("pair", "c", "d", "e"), found("other", "a", "b")])
    assert done.again == {"p2": found("pair", "c", "d", "e")}
    assert done.new == (found("other", "a", "b"),)
    assert done.gone == ("p1",)


def test_a_new_passage_is_linked_to_those_beside_it_in_a_pattern() -> None:
    assert linked([found("pair", "a", "b"), found("pair", "c", "d")], frozenset({"b"})) == {"a"}
