"""Who chooses the next tokens: the samplers, with each row's history and random numbers.

A chooser sees logits and nothing of models. `TorchChooser` works where the logits are, on any
device; on a processor the compiled one of `novelgen.modeling.fused` does the same faster.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from novelgen.engine.values import SamplingParams
from novelgen.modeling.sampling import choose_tokens

Chosen = tuple[list[int], list[float]]
"""The token of every row, and its log-probability under the unfiltered model (NaN if broken)."""


@dataclass(frozen=True, slots=True)
class ChoiceRules:
    """What rows may draw, and with which random numbers."""

    sampling: SamplingParams
    forbidden: NDArray[np.bool_]
    """Tokens that are no text, `(vocabulary,)`."""
    ends: NDArray[np.bool_]
    """Tokens that end a row, `(vocabulary,)`; forbidden before `min_new_tokens`."""
    min_new_tokens: int
    seen: Sequence[int]
    """The prompt's tokens that count as said before."""
    uniforms: NDArray[np.float64]
    """Random numbers, `(rows, max_new_tokens)`."""


class Chooser(Protocol):
    """Chooses for rows that shrink in number."""

    def choose(self, logits: Tensor, position: int) -> Chosen:
        """The token that every row takes as its new token number `position`, and its chance.

        `logits` is `(rows, vocabulary)` float32.
        """

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows alone, in this order."""


class TorchChooser:
    """The samplers of `novelgen.modeling.sampling` on the device of the logits."""

    def __init__(self, rules: ChoiceRules, device: torch.device) -> None:
        self._sampling, self._min_new_tokens = rules.sampling, rules.min_new_tokens
        self._forbidden = torch.from_numpy(rules.forbidden).to(device)
        self._ends = torch.from_numpy(rules.ends).to(device)
        num_rows = len(rules.uniforms)
        seen = torch.tensor(rules.seen, dtype=torch.long, device=device)
        self._seen = seen.expand(num_rows, -1)  # (rows, tokens so far)
        # Apple's GPUs know no float64.
        self._precision = torch.float32 if device.type == "mps" else torch.float64
        self._uniforms = torch.from_numpy(rules.uniforms).to(device, self._precision)

    def choose(self, logits: Tensor, position: int) -> Chosen:
        must_go_on = position < self._min_new_tokens
        forbidden = self._forbidden | self._ends if must_go_on else self._forbidden
        allowed = logits.masked_fill(forbidden, -math.inf)
        tokens = choose_tokens(allowed, self._seen, self._sampling, self._uniforms[:, position])
        self._seen = torch.cat([self._seen, tokens.unsqueeze(1)], dim=1)
        chosen = logits.gather(1, tokens.unsqueeze(1)).squeeze(1)
        logprobs = chosen - logits.logsumexp(-1)
        # One transfer from the device a step.
        both = torch.stack(
            [tokens.to(self._uniforms.dtype), logprobs.to(self._uniforms.dtype)]
        ).tolist()
        return [int(token) for token in both[0]], both[1]

    def keep(self, rows: Sequence[int]) -> None:
        indices = torch.tensor(rows, dtype=torch.long, device=self._seen.device)
        self._seen, self._uniforms = self._seen[indices], self._uniforms[indices]
