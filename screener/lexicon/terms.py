"""Terms: what one position of a cue accepts – forms of a word, members of a class, or a shape such as a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache
from itertools import chain, product

from screener.errors import LexiconError
from screener.lexicon import language
from screener.lexicon.inflect import Inflector, frequencies
from screener.lexicon.model import WordClass
from screener.lexicon.symbols import Symbols

_MONTHS_AND_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun january
    february march april may june july august september october november december jan feb mar apr jun jul aug sept oct
    nov dec""".split()  # noqa: SIM905 - a list of forty quoted words is harder to read
)
#: Capitalised words that are commoner than this in English are sentence openers rather than names.
_AS_COMMON_AS_NAMES = 5e-5
_NOT_INITIALS = frozenset(("I", "A", "OK", "TV", "UK", "GP", "SW", "TA"))


@lru_cache(maxsize=20_000)
def _is_name(raw: str) -> bool:
    if not raw[0].isupper() or len(raw) < 3 or raw.isupper() or not raw.replace("'", "").isalpha():
        return False
    lowered = raw.lower().removesuffix("'s")
    if lowered in _MONTHS_AND_DAYS or (len(lowered) > 4 and lowered.endswith(("ed", "ing"))):
        return False
    return frequencies().get(lowered, 0.0) < _AS_COMMON_AS_NAMES


def _is_initial(raw: str) -> bool:
    return (
        raw.isalpha() and raw.isupper() and len(raw) <= 2 and raw not in ("I", "A", "OK", "TV", "UK", "GP", "SW", "TA")
    )


def _is_number(raw: str) -> bool:
    return raw[0].isdigit()


SHAPE_TESTS: dict[str, Callable[[str], bool]] = {
    "name": _is_name,
    "initial": _is_initial,
    "number": _is_number,
}


Phrase = tuple[frozenset[str], ...]
Span = tuple[int, int]


@cache
def _commonness(forms: frozenset[str]) -> float:
    common = frequencies()
    return sum(common.get(w, 1e-8) for w in forms)


class Term:
    """One position of a sequence: single words, phrases of several words, and shapes.

    ``open`` says that a shape is accepted, so that almost any token may stand here; ``cost`` is how often its words
    stand in ordinary text.
    """

    __slots__ = ("__dict__", "_rests", "cost", "open", "phrases", "shapes", "singles")

    def __init__(self, phrases: set[Phrase], shapes: tuple[Callable[[str], bool], ...]) -> None:
        self.singles: frozenset[str] = frozenset(w for p in phrases if len(p) == 1 for w in p[0])
        self.phrases = [p for p in phrases if len(p) > 1]
        self.cost = _commonness(self.singles) + sum(min(map(_commonness, phrase)) for phrase in self.phrases)
        self.shapes = shapes
        self.open = bool(shapes)
        self._rests: dict[str, dict[str, list[Phrase]]] = {}

    @cached_property
    def heads(self) -> frozenset[str]:
        """The first words of the phrases."""
        none: frozenset[str] = frozenset()
        return none.union(*(phrase[0] for phrase in self.phrases))

    def rests(self, head: str) -> dict[str, list[Phrase]]:
        """Return the phrases that begin with a word, without their first two words, by the second."""
        rests = self._rests.get(head)
        if rests is None:
            rests = self._rests[head] = {}
            for phrase in self.phrases:
                if head in phrase[0]:
                    for second in phrase[1]:
                        rests.setdefault(second, []).append(phrase[2:])
        return rests

    @cached_property
    def begins(self) -> frozenset[str]:
        """The words that an occurrence can begin with."""
        return self.singles.union(*(phrase[0] for phrase in self.phrases))

    def symbols(self, symbols: Symbols) -> set[int]:
        """Return the symbols that announce the term: its single words, and the first two words of its phrases."""
        found = {symbols.word(word) for word in self.singles}
        return found.union(*(symbols.pairs(*pair) for pair in {(p[0], p[1]) for p in self.phrases}))


class TokenIndex:
    """The tokens of one sentence, looked up by word, and on demand where each term stands among them."""

    __slots__ = ("_at", "_first", "_last", "_present", "_raw", "_spots", "words")

    def __init__(self, words: list[str], raw: list[str], first: int, last: int) -> None:
        self.words, self._raw, self._first, self._last = words, raw, first, last
        self._spots: dict[Term, list[Span]] = {}
        self._at: dict[str, list[int]] = {}
        for i in range(first, last):
            self._at.setdefault(words[i], []).append(i)
        self._present = set(self._at)

    def spots(self, term: Term) -> list[Span]:
        """Return where a term stands, in order."""
        known = self._spots.get(term)
        if known is None:
            known = self._spots[term] = self._find(term)
        return known

    def _find(self, term: Term) -> list[Span]:
        found = [(i, i + 1) for word in term.singles & self._present for i in self._at[word]]
        if term.phrases:
            for head in term.heads & self._present:
                rests = term.rests(head)
                for i in self._at[head]:
                    if i + 1 < self._last and self.words[i + 1] in rests:
                        found += [
                            (i, i + 2 + len(rest)) for rest in rests[self.words[i + 1]] if self._follows(i + 2, rest)
                        ]
        for shape in term.shapes:
            found += [(i, i + 1) for i in range(self._first, self._last) if shape(self._raw[i])]
        found.sort()
        return found

    def _follows(self, at: int, rest: Phrase) -> bool:
        if at + len(rest) > self._last:
            return False
        words = self.words
        for forms in rest:
            if words[at] not in forms:
                return False
            at += 1
        return True


class Terms:
    """Builds terms from items of the cue language, each once."""

    def __init__(self, classes: dict[str, WordClass], inflector: Inflector) -> None:
        self.symbols = Symbols()
        self._classes = classes
        self._inflector = inflector
        self._written: set[str] = set()
        self._known: dict[language.Position, Term] = {}
        self._members: dict[str, tuple[frozenset[Phrase], frozenset[str]]] = {}

    def term(self, item: language.Position) -> Term:
        """Return the term of one position of a match."""
        term = self._known.get(item)
        if term is None:
            phrases, shapes = self._spread((item,))
            term = self._known[item] = Term(phrases, tuple(SHAPE_TESTS[s] for s in sorted(shapes)))
        return term

    def vocabulary(self) -> tuple[set[str], set[str]]:
        """Return the words that slips are read as (written in the lexicon, or ordinary forms), and all known forms."""
        forms = self._written.union(*(self._inflector.forms(word) for word in self._written))
        return self._written | (forms & frequencies().keys()), forms

    def _spread(self, items: Sequence[language.Item]) -> tuple[set[Phrase], frozenset[str]]:
        """Return the phrases that a gap-free run of items stands for, and the shapes it accepts if it is one item."""
        if len(items) == 1:
            return self._of(items[0])
        parts = [self._of(item)[0] for item in items]
        return {tuple(chain.from_iterable(combo)) for combo in product(*parts)}, frozenset()

    def _of(self, item: language.Item) -> tuple[set[Phrase], frozenset[str]]:
        if isinstance(item, language.Word):
            self._written.add(item.text)
            forms = frozenset((item.text,)) if item.exact else self._inflector.forms(item.text)
            return {(forms,)}, frozenset()
        if isinstance(item, language.Any):
            phrases: set[Phrase] = set()
            shapes: frozenset[str] = frozenset()
            for choice in item.choices:
                inner, inner_shapes = self._spread(choice)
                phrases |= inner
                shapes |= inner_shapes
            return phrases, shapes
        if isinstance(item, language.Class):
            known, known_shapes = self._class(item.name)
            return set(known), known_shapes
        raise LexiconError("a gap cannot stand inside a word class")

    def _class(self, name: str) -> tuple[frozenset[Phrase], frozenset[str]]:
        if name in SHAPE_TESTS:
            return frozenset(), frozenset((name,))
        if name not in self._members:
            phrases: set[Phrase] = set()
            shapes: frozenset[str] = frozenset()
            for member in self._classes[name].members:
                for sequence in language.parse(member):
                    inner, inner_shapes = self._spread(sequence)
                    phrases |= inner
                    shapes |= inner_shapes
            self._members[name] = frozenset(phrases), shapes
        return self._members[name]
