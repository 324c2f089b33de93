"""The sentence reader at work: what it points at in a text, and which words weighed most."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from screener.reader import weights
from screener.reader.attribution import weighing
from screener.reader.network import fastest_type
from screener.reader.spans import Opinion, Sighting
from screener.reader.tagger import Tagger
from screener.records import INDICATORS


class SentenceReader:
    """Reads texts with a trained tagger. Safe to share between threads; holds nothing of any text."""

    def __init__(self, reader: weights.Reader, dtype: torch.dtype | None = None) -> None:
        self.settings = reader.settings
        self.folder = reader.folder
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        dtype = dtype or fastest_type(device)
        model = reader.model.to(device=device, dtype=dtype)
        exact = dtype is torch.float32
        self._tagger = Tagger(model, reader.tokenizer, self.settings.window, self.settings.overlap, exact)
        self._thresholds = [self.settings.thresholds[name] for name in INDICATORS]

    @property
    def version(self) -> str:
        """Name and version of the reader, as results carry it."""
        return f"{self.settings.name}-{self.settings.version}"

    def read(self, text: str) -> Opinion:
        """Return what the reader says of a text."""
        return Opinion(self._tagger.tag(text))

    def sightings(self, opinion: Opinion, sentences: Sequence[tuple[int, int]]) -> list[Sighting]:
        """Return the passages that reach the thresholds of this reader, none longer than a sentence.

        ``sentences`` are the character offsets of the text's sentences, in order. Left out is what the reader does not
        hold to be for follow-up although none of the attributes it gives sets it aside. Where it is sure that there is
        something to follow up but of no indicator, the passage goes under the likeliest.
        """
        found = opinion.sightings(self._thresholds, sentences)
        named = [s for s in found if s.follow_up >= self.settings.follow_up or s.set_aside]
        return named + opinion.unnamed(self.settings.unnamed, named, sentences)

    def weighed(self, text: str, sighting: Sighting, around: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the words that weighed most for a sighting, as offsets into ``text``, the heaviest first.

        ``around`` is the stretch of text (its sentence) that the weighing is done in.
        """
        return weighing(self._tagger, text, sighting, around)
