"""Terms: what one position of a cue accepts – forms of a word, phrases, a word class, or a shape such as a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import chain, product

from screener.errors import LexiconError
from screener.lexicon import language
from screener.lexicon.inflect import Inflector, frequencies
from screener.lexicon.model import WordClass
from screener.lexicon.shapes import SHAPE_TESTS as SHAPE_TESTS
from screener.lexicon.symbols import Phrase, Symbols

#: How common a word is taken to be that no list holds.
_RARE = 1e-8


class Terms:
    """Gives numbers to what items of the cue language accept: a term is a set of symbols."""

    def __init__(self, classes: dict[str, WordClass], inflector: Inflector) -> None:
        self._classes = classes
        self._inflector = inflector
        self._written: set[str] = set()
        self._of_item: dict[language.Position, int] = {}
        self._terms: dict[frozenset[int], int] = {}
        self._accepts: list[frozenset[int]] = []
        self._costs: list[float] = []
        self._symbols: dict[Phrase | str, int] = {}
        self._symbol_costs: list[float] = []
        self._open_symbols: set[int] = set()
        self._classes_spread: dict[str, tuple[frozenset[Phrase], frozenset[str]]] = {}
        self._commonness: dict[frozenset[str], float] = {}

    def term(self, item: language.Position) -> int:
        """Return the number of the term that one position of a match stands for."""
        term = self._of_item.get(item)
        if term is None:
            accepted = frozenset(self._accepted(item))
            term = self._of_item[item] = self._terms.setdefault(accepted, len(self._terms))
            if term == len(self._costs):
                self._costs.append(sum(self._symbol_costs[symbol] for symbol in accepted))
                self._accepts.append(accepted)
        return term

    def is_open(self, term: int) -> bool:
        """Whether a term accepts a shape, so that almost any token may stand there."""
        return not self._open_symbols.isdisjoint(self._accepts[term])

    def accepts(self, term: int) -> frozenset[int]:
        """Return the symbols that a term accepts."""
        return self._accepts[term]

    def cost(self, term: int) -> float:
        """Return how often the words of a term stand in ordinary text."""
        return self._costs[term]

    @cached_property
    def symbols(self) -> Symbols:
        """The symbols of all terms; asked for once all of them are known."""
        phrases: dict[Phrase, list[int]] = {}
        shapes: dict[str, list[int]] = {}
        for what, symbol in self._symbols.items():
            members, shown = self._members_of(what)
            for phrase in members:
                phrases.setdefault(phrase, []).append(symbol)
            for shape in shown:
                shapes.setdefault(shape, []).append(symbol)
        return Symbols(phrases, shapes, self._accepts, len(self._symbols))

    def vocabulary(self) -> tuple[set[str], set[str]]:
        """Return the words that slips are read as (written in the lexicon, or ordinary forms), and all known forms."""
        forms = self._written.union(*(self._inflector.forms(word) for word in self._written))
        return self._written | (forms & frequencies().keys()), forms

    def _accepted(self, item: language.Position) -> Iterable[int]:
        if isinstance(item, language.Word):
            return [self._symbol((self._forms(item),))]
        if isinstance(item, language.Class):
            return [self._symbol(item.name)]
        return [self._symbol(self._meant(choice)) for choice in item.choices]

    def _meant(self, choice: tuple[language.Word | language.Class, ...]) -> Phrase | str:
        """Return the name of a choice that is a word class, and else the phrase that its words make."""
        if isinstance(choice[0], language.Class):
            return choice[0].name
        return tuple(self._forms(word) for word in choice if isinstance(word, language.Word))

    def _symbol(self, what: Phrase | str) -> int:
        """Return the symbol of a phrase, or of a class or shape by its name."""
        symbol = self._symbols.get(what)
        if symbol is None:
            symbol = self._symbols[what] = len(self._symbols)
            members, shapes = self._members_of(what)
            self._symbol_costs.append(sum(min(map(self._common, phrase)) for phrase in members))
            if shapes:
                self._open_symbols.add(symbol)
        return symbol

    def _common(self, forms: frozenset[str]) -> float:
        known = self._commonness.get(forms)
        if known is None:
            common = frequencies()
            known = self._commonness[forms] = sum(common.get(word, _RARE) for word in forms)
        return known

    def _forms(self, word: language.Word) -> frozenset[str]:
        self._written.add(word.text)
        return frozenset((word.text,)) if word.exact else self._inflector.forms(word.text)

    def _members_of(self, what: Phrase | str) -> tuple[frozenset[Phrase], frozenset[str]]:
        return self._class(what) if isinstance(what, str) else (frozenset((what,)), frozenset())

    def _class(self, name: str) -> tuple[frozenset[Phrase], frozenset[str]]:
        """Return the phrases that a class stands for, all its single words as one, and the shapes it accepts."""
        if name in SHAPE_TESTS:
            return frozenset(), frozenset((name,))
        if name not in self._classes_spread:
            phrases: set[Phrase] = set()
            shapes: frozenset[str] = frozenset()
            for member in self._classes[name].members:
                for sequence in language.parse(member):
                    parts = [self._of(item) for item in sequence]
                    phrases.update(tuple(chain.from_iterable(run)) for run in product(*(found for found, _ in parts)))
                    if len(parts) == 1:
                        shapes |= parts[0][1]
            singles: Phrase = (frozenset().union(*(phrase[0] for phrase in phrases if len(phrase) == 1)),)
            longer = frozenset(phrase for phrase in phrases if len(phrase) > 1)
            self._classes_spread[name] = longer | {singles} if singles[0] else longer, shapes
        return self._classes_spread[name]

    def _of(self, item: language.Item) -> tuple[Collection[Phrase], frozenset[str]]:
        """Return the phrases and shapes of one item in a member of a class."""
        if isinstance(item, language.Word):
            return [(self._forms(item),)], frozenset()
        if isinstance(item, language.Class):
            return self._class(item.name)
        if isinstance(item, language.Gap):
            raise LexiconError("a gap cannot stand inside a word class")
        phrases: set[Phrase] = set()
        shapes: frozenset[str] = frozenset()
        for choice in item.choices:
            inner, inner_shapes = self._members_of(self._meant(choice))
            phrases.update(inner)
            shapes |= inner_shapes
        return phrases, shapes
