"""The samplers of `novelgen.modeling.sampling`, compiled for a processor's cores.

The same filters in the same order, and the same draw: only the sums are taken with other
roundings, so a token may differ where two are within a rounding of each other. A row's result
depends on that row alone.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from novelgen.engine.values import SamplingParams
from novelgen.modeling.fused.arithmetic import exponential, highest_of

Floats = NDArray[np.float32]
_NEGLIGIBLE = np.float32(-1e30)
"""Scores below are of forbidden tokens."""
# Where the likeliest tokens are looked for first, in nats below the likeliest of all: sorting a
# whole vocabulary is slow, and these few nearly always hold what is asked for.
_SEARCH_DEPTHS = (np.float32(-7), np.float32(-12), np.float32(-25))


class Settings(NamedTuple):
    """`SamplingParams` as numbers for compiled code."""

    repetition_penalty: np.float32
    repetition_window: int
    no_repeat_ngram: int
    no_repeat_window: int
    temperature: np.float32
    top_k: int
    top_p: float
    min_p: float


def settings_of(params: SamplingParams) -> Settings:
    return Settings(
        np.float32(params.repetition_penalty),
        params.repetition_window,
        params.no_repeat_ngram,
        params.no_repeat_window,
        np.float32(params.temperature),
        params.top_k,
        float(params.top_p),
        float(params.min_p),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def choose_rows(
    thread, num_threads, settings, logits, size, forbidden, seen, num_seen, uniforms, scores,
    values, tokens, logprobs,
):  # fmt: skip
    """The next token of every row and its log-probability under the unfiltered model.

    `logits` is `(rows, at least size)` float32, `forbidden` `(size,)` bool, `seen`
    `(rows, room)` int64 of which `num_seen` are filled, `uniforms` `(rows,)`; `scores` and
    `values` `(rows, size)` float32 are room to work. Fills `tokens` and `logprobs` `(rows,)`;
    a log-probability is NaN where a logit is.
    """
    num_rows = tokens.shape[0]
    for row in range(thread * num_rows // num_threads, (thread + 1) * num_rows // num_threads):
        token = _choose(
            settings, logits[row, :size], forbidden, seen[row, :num_seen], uniforms[row],
            scores[row], values[row],
        )  # fmt: skip
        tokens[row] = token
        logprobs[row] = logits[row, token] - _log_sum(logits[row, :size])


@njit(cache=True, nogil=True, error_model="numpy")
def _choose(settings, logits, forbidden, seen, uniform, scores, values):
    for i in range(logits.shape[0]):
        scores[i] = -np.inf if forbidden[i] else logits[i]
    _penalise_repetition(settings, logits, seen, scores)
    _forbid_repeated_ngrams(settings, seen, scores)
    highest = highest_of(scores)
    if settings.temperature == 0 or highest < _NEGLIGIBLE:
        return _first_at_least(scores, highest)
    _scale(scores, highest, settings.temperature)
    lowest = np.float32(-np.inf)
    if 0 < settings.top_k < scores.shape[0]:
        lowest = _score_of_rank(scores, settings.top_k, values)
    if settings.top_p < 1:
        lowest = _lowest_of_nucleus(scores, lowest, settings.top_p, values)
    if settings.min_p > 0:
        lowest = max(lowest, np.float32(np.log(settings.min_p)))
    return _draw(scores, lowest, uniform)


@njit(cache=True, nogil=True, error_model="numpy")
def _penalise_repetition(settings, logits, seen, scores):
    penalty = settings.repetition_penalty
    if penalty == 1:
        return
    for i in range(max(0, seen.shape[0] - settings.repetition_window), seen.shape[0]):
        token = seen[i]
        if scores[token] > _NEGLIGIBLE:
            value = logits[token]
            scores[token] = value / penalty if value > 0 else value * penalty


@njit(cache=True, nogil=True, error_model="numpy")
def _forbid_repeated_ngrams(settings, seen, scores):
    size = settings.no_repeat_ngram
    start = max(0, seen.shape[0] - settings.no_repeat_window)
    if size == 0 or seen.shape[0] - start < size:
        return
    beginning = seen.shape[0] - size + 1
    count = 0
    for pass_number in range(2):
        for i in range(start, seen.shape[0] - size + 1):
            is_repeat = True
            for j in range(size - 1):
                if seen[i + j] != seen[beginning + j]:
                    is_repeat = False
                    break
            if not is_repeat:
                continue
            if pass_number == 0:
                count += 1
            else:
                scores[seen[i + size - 1]] = -np.inf
        if pass_number == 0 and not _leaves_a_token(scores, seen, start, size, count):
            return


@njit(cache=True, nogil=True, error_model="numpy")
def _leaves_a_token(scores, seen, start, size, count):
    """Whether forbidding `count` tokens at most surely leaves one, or, if few are left, does."""
    allowed = 0
    for i in range(scores.shape[0]):
        if scores[i] > _NEGLIGIBLE:
            allowed += 1
            if allowed > count:
                return True
    beginning = seen.shape[0] - size + 1
    for token in range(scores.shape[0]):
        if scores[token] < _NEGLIGIBLE:
            continue
        is_forbidden = False
        for i in range(start, seen.shape[0] - size + 1):
            if seen[i + size - 1] != token:
                continue
            is_repeat = True
            for j in range(size - 1):
                if seen[i + j] != seen[beginning + j]:
                    is_repeat = False
                    break
            if is_repeat:
                is_forbidden = True
                break
        if not is_forbidden:
            return True
    return False


@njit(cache=True, nogil=True, error_model="numpy")
def _first_at_least(scores, lowest):
    for i in range(scores.shape[0]):
        if scores[i] >= lowest:
            return i
    return scores.shape[0] - 1


@njit(cache=True, nogil=True, error_model="numpy")
def _scale(scores, highest, temperature):
    for i in range(scores.shape[0]):
        scores[i] = (scores[i] - highest) / temperature


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(scores, lowest, values):
    """Copy the scores from `lowest` up, forbidden ones left out; returns how many."""
    count = 0
    lowest = max(lowest, _NEGLIGIBLE)
    for i in range(scores.shape[0]):
        if scores[i] >= lowest:
            values[count] = scores[i]
            count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _score_of_rank(scores, rank, values):
    """The `rank`-th highest score, or the lowest allowed one when there are fewer."""
    count = 0
    for depth in _SEARCH_DEPTHS:
        count = _gather(scores, depth, values)
        if count >= rank:
            break
    if count < rank:
        count = _gather(scores, _NEGLIGIBLE, values)
    found = values[:count]
    found.sort()
    return found[max(0, count - rank)]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def _sum_of_weights(scores, lowest):
    total = np.float32(0)
    lowest = max(lowest, _NEGLIGIBLE)
    for i in range(scores.shape[0]):
        weight = exponential(scores[i])
        total += weight if scores[i] >= lowest else np.float32(0)
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def _lowest_of_nucleus(scores, lowest, top_p, values):
    wanted = top_p * np.float64(_sum_of_weights(scores, lowest))
    for depth in (*_SEARCH_DEPTHS, np.float32(-np.inf)):
        count = _gather(scores, max(lowest, depth), values)
        found = values[:count]
        found.sort()
        held = 0.0
        for i in range(count - 1, -1, -1):
            held += np.float64(exponential(found[i]))
            if held >= wanted:
                return found[i]
        if depth <= lowest:
            break
    return lowest


@njit(cache=True, nogil=True, error_model="numpy")
def _draw(scores, lowest, uniform):
    lowest = max(lowest, _NEGLIGIBLE)
    total = 0.0
    for i in range(scores.shape[0]):
        if scores[i] >= lowest:
            total += np.float64(exponential(scores[i]))
    wanted, held, last = uniform * total, 0.0, scores.shape[0] - 1
    for i in range(scores.shape[0]):
        if scores[i] >= lowest:
            held += np.float64(exponential(scores[i]))
            last = i
            if held > wanted:
                return i
    return last


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def _log_sum(logits):
    """The logarithm of the sum of exponentials; NaN if any logit is undefined."""
    highest, undefined, total = highest_of(logits), 0, np.float32(0)
    for i in range(logits.shape[0]):
        undefined += logits[i] != logits[i]
        total += exponential(logits[i] - highest)
    if undefined:
        return np.float32(np.nan)
    return highest + np.log(total)
