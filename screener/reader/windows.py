"""A note cut into windows that the reader can take: tokens with their offsets, overlapping, nothing left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Line ends carry meaning in notes (a heading, a field, a list). The tokeniser would drop them, so a bar stands for
#: each run of them. One character for one, so that offsets stay true.
_LINE_END = re.compile(r"[\r\n](?=[^\r\n])")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text: their ids, and their character offsets in the text (end exclusive)."""

    ids: list[int]
    offsets: list[tuple[int, int]]

    def __len__(self) -> int:
        return len(self.ids)


def tokens_of(tokenizer: Any, text: str) -> Tokens:
    """Return the tokens of a text by a ``tokenizers.Tokenizer``, line ends kept as bars."""
    encoding = tokenizer.encode(_LINE_END.sub("|", text), add_special_tokens=False)
    return Tokens(encoding.ids, encoding.offsets)


def windows(length: int, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield windows over ``length`` tokens as (first, last exclusive): each of at most ``size``, the last one full.

    Neighbours share at least ``overlap`` tokens, so that no passage is read only at an edge.
    """
    first = 0
    while first + size < length:
        yield first, first + size
        first += size - overlap
    yield max(0, length - size), length


def special_ids(tokenizer: Any) -> tuple[int, int, int]:
    """Return the ids that open a window, close it, and pad it (BERT's and MPNet's spellings)."""

    def first_known(*names: str) -> int:
        return next(int(found) for name in names if (found := tokenizer.token_to_id(name)) is not None)

    return first_known("[CLS]", "<s>"), first_known("[SEP]", "</s>"), first_known("[PAD]", "<pad>")
