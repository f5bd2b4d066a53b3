"""Who chooses the next tokens: the samplers, with each row's history and random numbers.

A chooser sees logits and nothing of models. `TorchChooser` works where the logits are, on any
device; on a processor the compiled one of `novelgen.modeling.fused` does the same faster.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from novelgen.engine.values import SamplingParams
from novelgen.modeling.sampling import Marked, choose_tokens
from novelgen.modeling.token_marks import NO_MARKS, TokenMarks

Chosen = tuple[list[int], list[float]]
"""The token of every row, and its log-probability under the unfiltered model (NaN if broken)."""


Tokens = Sequence[int] | Tensor
"""A token for every row, on the processor or where the model is."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, perhaps while a device is still at it."""

    tokens: Tokens
    """For the next step: on the device, so that it need not wait for them to be read."""
    read: Callable[[], Chosen]
    """Waits for the device."""


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
    xtc_uniforms: NDArray[np.float64] | None = None
    """A second number a position, alike; None when XTC is off."""
    marks: TokenMarks = field(default_factory=lambda: NO_MARKS)


class Chooser(Protocol):
    """Chooses for rows that shrink in number."""

    def choose(self, logits: Tensor, position: int) -> Choice:
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
        num_rows, room = rules.uniforms.shape
        self._num_seen = len(rules.seen)
        self._seen = torch.zeros(num_rows, self._num_seen + room, dtype=torch.long, device=device)
        self._seen[:, : self._num_seen] = torch.tensor(rules.seen, dtype=torch.long)
        # Apple's GPUs know no float64.
        self._precision = torch.float32 if device.type == "mps" else torch.float64
        self._uniforms = torch.from_numpy(rules.uniforms).to(device, self._precision)
        self._xtc_uniforms: Tensor | None = None
        if rules.xtc_uniforms is not None:
            self._xtc_uniforms = torch.from_numpy(rules.xtc_uniforms).to(device, self._precision)
        masks = (rules.marks.breaks, rules.marks.exempt, rules.marks.kept)
        self._marked = Marked(*(torch.from_numpy(mask).to(device) for mask in masks))

    def choose(self, logits: Tensor, position: int) -> Choice:
        must_go_on = position < self._min_new_tokens
        forbidden = self._forbidden | self._ends if must_go_on else self._forbidden
        allowed = logits.masked_fill(forbidden, -math.inf)
        seen = self._seen[:, : self._num_seen]
        xtc_uniform = None if self._xtc_uniforms is None else self._xtc_uniforms[:, position]
        tokens = choose_tokens(
            allowed, seen, self._sampling, self._uniforms[:, position], self._marked, xtc_uniform
        )
        self._seen[:, self._num_seen] = tokens
        self._num_seen += 1
        chosen = logits.gather(1, tokens.unsqueeze(1)).squeeze(1)
        logprobs = chosen - logits.logsumexp(-1)
        return Choice(tokens, _reader(tokens, logprobs))

    def keep(self, rows: Sequence[int]) -> None:
        indices = torch.tensor(rows, dtype=torch.long, device=self._seen.device)
        self._seen, self._uniforms = self._seen[indices], self._uniforms[indices]
        if self._xtc_uniforms is not None:
            self._xtc_uniforms = self._xtc_uniforms[indices]


def _reader(tokens: Tensor, logprobs: Tensor) -> Callable[[], Chosen]:
    """Starts one transfer of both from the device; what it returns waits for it to arrive."""
    # float64 holds every token id exactly, and float32 all below 2**24.
    wide = torch.float32 if tokens.device.type == "mps" else torch.float64
    both = torch.stack([tokens.to(wide), logprobs.to(wide)])
    if tokens.device.type != "cuda":
        return lambda: _as_lists(both)
    # Into pinned memory, or the transfer would wait for everything before it.
    arriving = torch.empty(both.shape, dtype=wide, pin_memory=True)
    arriving.copy_(both, non_blocking=True)
    arrived: Any = torch.cuda.Event()  # type: ignore[no-untyped-call]
    arrived.record()

    def read() -> Chosen:
        arrived.synchronize()
        return _as_lists(arriving)

    return read


def _as_lists(both: Tensor) -> Chosen:
    tokens, logprobs = both.tolist()
    return [int(token) for token in tokens], logprobs
