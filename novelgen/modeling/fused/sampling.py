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
from novelgen.modeling.dry import match_penalties
from novelgen.modeling.fused.arithmetic import exponential, highest_of
from novelgen.modeling.fused.bands import exclude_top_choices, keep_typical
from novelgen.modeling.fused.dry import penalise_matches
from novelgen.modeling.fused.intrinsics import highest_in

Floats = NDArray[np.float32]
_NEGLIGIBLE = np.float32(-1e30)
"""Scores below are of forbidden tokens."""
# Where the likeliest tokens are looked for first, in nats below the likeliest of all: sorting a
# whole vocabulary is slow, and these few nearly always hold what is asked for.
_STRETCH = 64
"""Scores that are passed over together when none of them is high enough."""
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
    typical_p: float
    dry_penalties: Floats
    """By length of the match; empty when DRY is off."""
    dry_window: int
    xtc_probability: float
    xtc_threshold: float


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
        float(params.typical_p),
        match_penalties(params),
        params.dry_window,
        float(params.xtc_probability),
        float(params.xtc_threshold),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def choose_rows(
    thread, num_threads, settings, logits, size, forbidden, seen, num_seen, uniforms,
    xtc_uniforms, breaks, exempt, kept, scores, values, places, tokens, logprobs,
):  # fmt: skip
    """The next token of every row and its log-probability under the unfiltered model.

    `logits` is `(rows, at least size)` float32, `forbidden` `(size,)` bool, `seen`
    `(rows, room)` int64 of which `num_seen` are filled, `uniforms` and `xtc_uniforms` `(rows,)`;
    `breaks`, `exempt` and `kept` are those of `TokenMarks`; `scores` and `values` float32 and
    `places` int32, `(rows, size)`, are room to work. Fills `tokens` and `logprobs` `(rows,)`; a
    log-probability is NaN where a logit is.
    """
    num_rows = tokens.shape[0]
    for row in range(thread * num_rows // num_threads, (thread + 1) * num_rows // num_threads):
        token = _choose(
            settings, logits[row, :size], forbidden, seen[row, :num_seen], uniforms[row],
            xtc_uniforms[row], breaks, exempt, kept, scores[row], values[row], places[row],
        )  # fmt: skip
        tokens[row] = token
        logprobs[row] = logits[row, token] - _log_sum(logits[row, :size])


@njit(cache=True, nogil=True, error_model="numpy")
def _choose(
    settings, logits, forbidden, seen, uniform, xtc_uniform, breaks, exempt, kept, scores, values,
    places,
):  # fmt: skip
    for i in range(logits.shape[0]):
        scores[i] = -np.inf if forbidden[i] else logits[i]
    _penalise_repetition(settings, logits, seen, scores)
    penalise_matches(
        settings.dry_penalties, settings.dry_window, seen, breaks, exempt, scores, values
    )
    _forbid_repeated_ngrams(settings, seen, scores)
    highest = highest_of(scores)
    if settings.temperature == 0 or highest < _NEGLIGIBLE:
        return _first_at_least(scores, highest)
    _scale(scores, highest, settings.temperature)
    lowest = np.float32(-np.inf)
    if 0 < settings.top_k < scores.shape[0]:
        lowest = _score_of_rank(scores, settings.top_k, values, places)
    floor = np.float32(np.log(settings.min_p)) if settings.min_p > 0 else np.float32(-np.inf)
    if settings.top_p < 1:
        lowest = _lowest_of_nucleus(scores, lowest, floor, settings.top_p, values, places)
    count = _gather(scores, max(lowest, floor), values, places)
    if settings.typical_p < 1:
        count = keep_typical(settings.typical_p, values, places, count, scores)
    if xtc_uniform < settings.xtc_probability:
        count = exclude_top_choices(settings.xtc_threshold, values, places, count, kept)
    return _draw(values, places, count, uniform, scores.shape[0] - 1)


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
            if not _is_equal(seen, i, beginning, size - 1):
                continue
            if pass_number == 0:
                count += 1
            else:
                scores[seen[i + size - 1]] = -np.inf
        if pass_number == 0 and not _leaves_a_token(scores, seen, start, size, count):
            return


@njit(cache=True, nogil=True, error_model="numpy")
def _is_equal(seen, one, other, size):
    """Whether `size` tokens from `one` on are those from `other` on."""
    i = 0
    while i < size and seen[one + i] == seen[other + i]:
        i += 1
    return i == size


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
            if seen[i + size - 1] == token and _is_equal(seen, i, beginning, size - 1):
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
def _gather(scores, lowest, values, places):
    """Copy the scores from `lowest` up and their places, forbidden ones left out; returns how
    many."""
    count, lowest = 0, max(lowest, _NEGLIGIBLE)
    for start in range(0, scores.shape[0], _STRETCH):
        stop = min(start + _STRETCH, scores.shape[0])
        if stop - start == _STRETCH and highest_in(scores, start, _STRETCH) < lowest:
            continue
        for i in range(start, stop):
            if scores[i] >= lowest:
                values[count], places[count] = scores[i], i
                count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _score_of_rank(scores, rank, values, places):
    """The `rank`-th highest score, or the lowest allowed one when there are fewer."""
    count = 0
    for depth in _SEARCH_DEPTHS:
        count = _gather(scores, depth, values, places)
        if count >= rank:
            break
    if count < rank:
        count = _gather(scores, _NEGLIGIBLE, values, places)
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
def _lowest_of_nucleus(scores, lowest, floor, top_p, values, places):
    """The lowest score of the likeliest tokens that hold `top_p` of the tokens from `lowest` up.

    `floor` or less when it lies below `floor`: those are left out anyway.
    """
    wanted = top_p * np.float64(_sum_of_weights(scores, lowest))
    end = max(lowest, floor)
    for depth in (*_SEARCH_DEPTHS, np.float32(-np.inf)):
        count = _gather(scores, max(end, depth), values, places)
        found = values[:count]
        found.sort()
        held = 0.0
        for i in range(count - 1, -1, -1):
            held += np.float64(exponential(found[i]))
            if held >= wanted:
                return found[i]
        if depth <= end:
            break
    return end


@njit(cache=True, nogil=True, error_model="numpy")
def _draw(values, places, count, uniform, last_token):
    """One of `count` tokens; `last_token` when there is none."""
    total = 0.0
    for i in range(count):
        values[i] = exponential(values[i])
        total += np.float64(values[i])
    wanted, held = uniform * total, 0.0
    for i in range(count):
        held += np.float64(values[i])
        if held > wanted:
            return places[i]
    return places[count - 1] if count else last_token


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"}, error_model="numpy")
def _log_sum(logits):
    """The logarithm of the sum of exponentials; NaN if any logit is undefined."""
    highest, undefined, total = highest_of(logits), np.float32(0), np.float32(0)
    for i in range(logits.shape[0]):
        undefined += np.float32(1) if logits[i] != logits[i] else np.float32(0)
        total += exponential(logits[i] - highest)
    if undefined > 0:
        return np.float32(np.nan)
    return highest + np.log(total)
