"""Which words weighed most in what the reader says of a passage: gradient times input, over its own sentence.

After Denil, Demiraj and de Freitas 2014 ("Extraction of salient sentences from labelled documents"): the gradient of
the passage's logit by each token's vector, times that vector. Done on the sentence alone rather than on the whole
window: it costs less, and is what a person can check with the eye.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch

from screener.reader.spans import Sighting
from screener.reader.tagger import Tagger
from screener.reader.windows import tokens_of
from screener.records import INDICATORS

#: So many words are named at most, and none that weighs less than this share of the heaviest.
_MOST, _SHARE = 5, 0.25
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def weighing(tagger: Tagger, text: str, sighting: Sighting, around: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the words of ``text[around]`` that weighed most for a sighting, the heaviest first."""
    begin, finish = around
    tokens = tokens_of(tagger.tokenizer, text[begin:finish])
    room = tagger.window - 2
    ids, offsets = tokens.ids[:room], tokens.offsets[:room]
    inside = [
        at for at, (start, end) in enumerate(offsets) if start + begin < sighting.end and end + begin > sighting.start
    ]
    if not inside:
        return []
    weights = _token_weights(tagger, ids, inside, INDICATORS.index(sighting.indicator))
    starts = np.array([start for start, _ in offsets])
    words: list[tuple[float, int, int]] = []
    for match in _WORD.finditer(text, begin, finish):
        first, last = np.searchsorted(starts, (match.start() - begin, match.end() - begin))
        if first < last:
            words.append((float(weights[first:last].sum()), match.start(), match.end()))
    words.sort(reverse=True)
    return [(start, end) for weight, start, end in words[:_MOST] if weight > 0 and weight >= _SHARE * words[0][0]]


def _token_weights(tagger: Tagger, ids: list[int], inside: list[int], output: int) -> np.ndarray:
    given = torch.tensor([[tagger.before, *ids, tagger.after]], device=tagger.device)
    vectors: list[torch.Tensor] = []

    def watched(_module: Any, _given: Any, made: torch.Tensor) -> torch.Tensor:
        vectors.append(made.detach().requires_grad_())
        return vectors[0]

    hook = tagger.model.encoder.embeddings.register_forward_hook(watched)
    try:
        logits = tagger.model(given, torch.ones_like(given))[0, 1:-1, output]
    finally:
        hook.remove()
    (slope,) = torch.autograd.grad(logits[inside].float().mean(), vectors)
    found: np.ndarray = (slope * vectors[0]).sum(-1)[0, 1:-1].detach().float().cpu().numpy()
    return found
