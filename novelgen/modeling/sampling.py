"""Samplers: pure functions on logits of shape `(batch, vocabulary)`.

Guarantees: a row's result depends on that row alone, ties are kept or dropped together, and at
least one token always survives. What is drawn depends only on the logits, what was seen, and one
uniform number a row, with XTC two. Knows nothing of models, text or random generators.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from novelgen.engine.values import SamplingParams
from novelgen.modeling.dry import match_penalties, penalise_matches

# Sorting a whole vocabulary is slow on a CPU, and this many tokens nearly always hold `top_p`.
_SHORT_LIST = 1024


class Marked(NamedTuple):
    """`novelgen.modeling.token_marks.TokenMarks` where the logits are, `(vocabulary,)` each."""

    breaks: Tensor
    exempt: Tensor
    kept: Tensor


def choose_tokens(
    logits: Tensor,
    seen_ids: Tensor,
    params: SamplingParams,
    uniform: Tensor,
    marked: Marked | None = None,
    xtc_uniform: Tensor | None = None,
) -> Tensor:
    """The next token of every row, `(batch,)` int64: all filters in order, then the draw.

    `logits` is float32 and may hold -inf; `seen_ids` is `(batch, tokens)`, context and new text
    so far, of which each filter takes its window; `uniform` is `(batch,)`, each in [0, 1). DRY
    and XTC are left out without `marked`, XTC without its own `xtc_uniform` too.
    """
    recent = _last(seen_ids, params.repetition_window)
    logits = penalise_repetition(logits, recent, params.repetition_penalty)
    if params.dry_multiplier > 0 and marked is not None:
        penalties = torch.from_numpy(match_penalties(params)).to(logits.device)
        repeated = _last(seen_ids, params.dry_window)
        logits = penalise_matches(logits, repeated, penalties, marked.breaks, marked.exempt)
    known = _last(seen_ids, params.no_repeat_window)
    logits = forbid_repeated_ngrams(logits, known, params.no_repeat_ngram)
    if params.temperature == 0:
        return logits.argmax(-1)
    logits = scale_by_temperature(logits, params.temperature)
    logits = keep_top_k(logits, params.top_k)
    logits = keep_top_p(logits, params.top_p)
    logits = keep_min_p(logits, params.min_p)
    logits = keep_typical(logits, params.typical_p)
    if params.xtc_probability > 0 and marked is not None and xtc_uniform is not None:
        acts = xtc_uniform < params.xtc_probability
        logits = exclude_top_choices(logits, acts, params.xtc_threshold, marked.kept)
    return draw_inverse_cdf(logits, uniform)


def penalise_repetition(logits: Tensor, window_ids: Tensor, penalty: float) -> Tensor:
    """Divide positive and multiply negative logits of the window's tokens by `penalty`.

    Source: Keskar et al., *CTRL* (2019), section 4.1, with its slip at negative scores repaired
    as in transformers.
    """
    if penalty == 1 or window_ids.shape[1] == 0:
        return logits
    seen = logits.gather(1, window_ids)
    return logits.scatter(1, window_ids, torch.where(seen > 0, seen / penalty, seen * penalty))


def forbid_repeated_ngrams(logits: Tensor, window_ids: Tensor, size: int) -> Tensor:
    """Forbid every token that would complete an n-gram of `size` already in the window.

    A row where that forbids everything is left as it was.
    """
    if size == 0 or window_ids.shape[1] < size:
        return logits
    ngrams = window_ids.unfold(1, size, 1)  # (batch, window - size + 1, size)
    beginning = window_ids[:, window_ids.shape[1] - size + 1 :].unsqueeze(1)
    repeats = (ngrams[:, :, :-1] == beginning).all(-1)  # (batch, window - size + 1)
    counts = torch.zeros(logits.shape, dtype=torch.int32, device=logits.device)
    counts.scatter_add_(1, ngrams[:, :, -1], repeats.to(torch.int32))
    remaining = logits.masked_fill(counts > 0, -math.inf)
    is_empty = remaining.isneginf().all(-1, keepdim=True)
    return torch.where(is_empty, logits, remaining)


def scale_by_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Logits over `temperature`, shifted to a maximum of 0 so that none overflows."""
    return (logits - logits.max(-1, keepdim=True).values) / temperature


def keep_top_k(logits: Tensor, top_k: int) -> Tensor:
    """Only the `top_k` likeliest tokens, and those as likely as the last of them; 0 keeps all."""
    if top_k == 0 or top_k >= logits.shape[-1]:
        return logits
    smallest = logits.topk(top_k).values[:, -1:]
    return logits.masked_fill(logits < smallest, -math.inf)


def keep_top_p(logits: Tensor, top_p: float) -> Tensor:
    """The fewest likeliest tokens that hold `top_p` of the probability, and their ties.

    Source: Holtzman et al., *The Curious Case of Neural Text Degeneration* (2020).
    """
    if top_p == 1:
        return logits
    probabilities = logits.softmax(-1)
    if logits.device.type != "cpu":  # to ask whether a short list is enough would wait for the GPU
        complete = probabilities.sort(descending=True).values
        return logits.masked_fill(probabilities < _smallest_of_nucleus(complete, top_p), -math.inf)
    short = probabilities.topk(min(_SHORT_LIST, logits.shape[-1])).values
    smallest = _smallest_of_nucleus(short, top_p)
    is_short = short.sum(-1) < top_p
    if is_short.any():
        rows = is_short.nonzero().flatten()
        complete = probabilities[rows].sort(descending=True).values
        smallest[rows] = _smallest_of_nucleus(complete, top_p)
    return logits.masked_fill(probabilities < smallest, -math.inf)


def keep_min_p(logits: Tensor, min_p: float) -> Tensor:
    """Tokens at least `min_p` times as likely as the likeliest; 0 keeps all.

    Source: Nguyen et al., *Turning Up the Heat: Min-p Sampling* (2024).
    """
    if min_p == 0:
        return logits
    likeliest = logits.max(-1, keepdim=True).values
    return logits.masked_fill(logits < likeliest + math.log(min_p), -math.inf)


def keep_typical(logits: Tensor, typical_p: float) -> Tensor:
    """The tokens about as surprising as the distribution lets expect, and their ties.

    They are the fewest that hold `typical_p` of the probability, taken in the order of how far
    their surprisal lies from the entropy. That is how far a logit lies from the expected one.
    Source: Meister et al., *Locally Typical Sampling* (2022), section 4.
    """
    if typical_p == 1:
        return logits
    probabilities = logits.softmax(-1)
    possible = logits.masked_fill(probabilities == 0, 0)  # no 0 times -inf
    expected = (probabilities * possible).sum(-1, keepdim=True)
    distances = (logits - expected).abs()
    nearest, order = distances.sort(-1)
    ordered = probabilities.gather(-1, order)
    before = ordered.cumsum(-1) - ordered
    num_kept = (before < typical_p).sum(-1, keepdim=True).clamp(min=1)
    return logits.masked_fill(distances > nearest.gather(-1, num_kept - 1), -math.inf)


def exclude_top_choices(logits: Tensor, acts: Tensor, threshold: float, kept: Tensor) -> Tensor:
    """Without all choices, tokens of probability `threshold` or more, but the least likely of them.

    Only in rows where `acts` `(batch,)` says so, and in none where a token would go that is to be
    `kept` `(vocabulary,)`. Source: p-e-w, XTC, text-generation-webui pull request 6335 (2024).
    """
    is_choice = logits.softmax(-1) >= threshold
    least = logits.masked_fill(~is_choice, math.inf).min(-1, keepdim=True).values
    excluded = is_choice & (logits > least) & acts.unsqueeze(1)
    takes_kept = (excluded & kept).any(-1, keepdim=True)
    return logits.masked_fill(excluded & ~takes_kept, -math.inf)


def draw_inverse_cdf(logits: Tensor, uniform: Tensor) -> Tensor:
    """The token where the cumulative probability, in vocabulary order, passes `uniform`.

    Shape `(batch,)`. A token of probability 0 is never drawn; undefined logits (NaN) draw the
    last token.
    """
    precision = uniform.dtype
    cumulative = logits.softmax(-1).to(precision).cumsum(-1)
    total = cumulative[:, -1:].contiguous()
    drawn = torch.searchsorted(cumulative, uniform.unsqueeze(1) * total, right=True)
    last_possible = torch.searchsorted(cumulative, total)
    return torch.minimum(drawn, last_possible).clamp(max=logits.shape[-1] - 1).squeeze(1)


def _last(ids: Tensor, window: int) -> Tensor:
    return ids[:, max(0, ids.shape[1] - window) :]


def _smallest_of_nucleus(descending: Tensor, top_p: float) -> Tensor:
    before = descending.cumsum(-1) - descending  # probability ahead of each token
    in_nucleus = (before < top_p).sum(-1, keepdim=True).clamp(min=1)
    return descending.gather(-1, in_nucleus - 1)
