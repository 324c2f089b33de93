"""Reading with a trained tagger: the outputs of every token of a text."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch

from screener.reader.network import TokenTagger, fastest_type
from screener.reader.spans import Tagged
from screener.reader.windows import special_ids, tokens_of, windows

#: Windows without a word are not read; their tokens get this for every output, which is as good as never.
_UNREAD = -20.0
_WORD = re.compile(r"[^\W\d_]{2}")


class Tagger:
    """Gives each token of a text its outputs, window by window.

    Windows are run one at a time and without padding: on a CPU nothing is lost by it (a window fills the cores), and a
    text has the same outputs to the last bit whatever it was read with. They are run in bfloat16, or, with ``exact``,
    in 32-bit floating point throughout; which of the two is faster here, where nothing is said.
    """

    def __init__(
        self, model: TokenTagger, tokenizer: Any, window: int = 256, overlap: int = 64, exact: bool | None = None
    ) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.window = window
        self.overlap = overlap
        self.before, self.after, _ = special_ids(tokenizer)
        self.device = next(model.parameters()).device
        self.exact = fastest_type(self.device) is torch.float32 if exact is None else exact

    def tag(self, text: str) -> Tagged:
        """Return the outputs of every token of a text.

        Where windows overlap, the one in which a token has more around it counts more.
        """
        tokens = tokens_of(self.tokenizer, text)
        total = np.zeros((len(tokens), self.model.head.out_features), np.float32)
        weight = np.zeros((len(tokens), 1), np.float32)
        for first, last in windows(len(tokens), self.window - 2, self.overlap):
            if first == last or not _WORD.search(text, tokens.offsets[first][0], tokens.offsets[last - 1][1]):
                continue
            near = 1 + np.minimum(np.arange(last - first), np.arange(last - first)[::-1])[:, None].clip(0, self.overlap)
            total[first:last] += self._logits(tokens.ids[first:last]) * near
            weight[first:last] += near
        return Tagged(tokens, np.where(weight > 0, total / np.maximum(weight, 1), _UNREAD).astype(np.float32))

    @torch.inference_mode()
    def _logits(self, ids: list[int]) -> np.ndarray:
        given = torch.tensor([[self.before, *ids, self.after]], device=self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=not self.exact):
            logits = self.model(given, torch.ones_like(given))
        found: np.ndarray = logits[0, 1:-1].float().cpu().numpy()
        return found
