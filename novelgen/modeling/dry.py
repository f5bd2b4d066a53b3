"""DRY, "don't repeat yourself": what would go on with a repeat is the less likely the longer it is.

A token that followed an earlier copy of the text's end loses
`multiplier * base ** (length - allowed_length)` nats, where `length` is how many tokens the copy
and the end have in common. Breakers end a match. What is ours: exempt tokens, the words of known
names, must match like all others but are neither counted nor penalised, so that a name may come
back and a sentence around it may not.

Source: p-e-w, text-generation-webui pull request 5677 (2024).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from novelgen.engine.values import SamplingParams

LONGEST_MATCH = 50
"""Tokens a match is followed back, as in the source."""
_LARGEST_PENALTY = 1e4
"""Nats that leave nothing of any chance, and every number finite."""


def match_penalties(params: SamplingParams) -> NDArray[np.float32]:
    """Nats for a match of every length, `(LONGEST_MATCH + 1,)`; `(0,)` when DRY is off."""
    if params.dry_multiplier == 0:
        return np.zeros(0, np.float32)
    lengths = np.arange(LONGEST_MATCH + 1)
    excess = np.maximum(lengths - params.dry_allowed_length, 0)
    penalties = params.dry_multiplier * params.dry_base**excess
    penalties[lengths < params.dry_allowed_length] = 0
    return np.minimum(penalties, _LARGEST_PENALTY).astype(np.float32)


def penalise_matches(
    logits: Tensor, window_ids: Tensor, penalties: Tensor, breaks: Tensor, exempt: Tensor
) -> Tensor:
    """Logits `(batch, vocabulary)` less the penalty of the longest match that each token follows.

    `window_ids` is `(batch, tokens)`; `penalties` as `match_penalties` gives them; `breaks` and
    `exempt` `(vocabulary,)` bool.
    """
    num_tokens = window_ids.shape[1]
    if num_tokens < 2:
        return logits
    reach = min(LONGEST_MATCH, num_tokens - 1)
    ending = window_ids.flip(1)[:, :reach].unsqueeze(1)  # (batch, 1, reach), the newest first
    padded = functional.pad(window_ids[:, :-1], (reach - 1, 0), value=-1)
    earlier = padded.unfold(1, reach, 1).flip(2)  # (batch, tokens - 1, reach), alike
    is_equal = (earlier == ending) & ~breaks[ending]
    is_matched = is_equal.int().cumprod(-1).bool()
    lengths = (is_matched & ~exempt[ending]).sum(-1)  # (batch, tokens - 1)
    following = window_ids[:, 1:]
    found = penalties[lengths].masked_fill(breaks[following] | exempt[following], 0)
    highest = torch.zeros_like(logits).scatter_reduce(1, following, found, "amax")
    return logits - highest
