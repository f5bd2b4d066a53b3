"""The samplers that take likely tokens away too, compiled: typical sampling and XTC.

Both work on what the filters from below have left: `values`, the scores of `count` tokens, and
`places`, the tokens, in the order of the vocabulary. Both move what stays to the front, in that
order, and return how many stay.
"""

import numpy as np
from numba import njit

from novelgen.modeling.fused.arithmetic import exponential


@njit(cache=True, nogil=True, error_model="numpy")
def keep_typical(typical_p, values, places, count, ordered):
    """`novelgen.modeling.sampling.keep_typical`; `ordered` is room for `count` scores."""
    if count == 0:
        return 0
    total, expected = 0.0, 0.0
    for i in range(count):
        weight = np.float64(exponential(values[i]))
        total += weight
        expected += weight * np.float64(values[i])
        ordered[i] = values[i]
    centre = np.float32(expected / total)
    found = ordered[:count]
    found.sort()
    above = np.searchsorted(found, centre)
    below, held, bound = above - 1, 0.0, np.float32(0)
    while below >= 0 or above < count:
        is_above = below < 0
        if below >= 0 and above < count:
            is_above = found[above] - centre <= centre - found[below]
        value = found[above] if is_above else found[below]
        distance = abs(value - centre)
        if held >= typical_p * total and distance > bound:
            break
        held += np.float64(exponential(value))
        bound = distance
        if is_above:
            above += 1
        else:
            below -= 1
    kept = 0
    for i in range(count):
        if abs(values[i] - centre) <= bound:
            values[kept], places[kept] = values[i], places[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True, error_model="numpy")
def exclude_top_choices(threshold, values, places, count, kept_tokens):
    """`novelgen.modeling.sampling.exclude_top_choices`, for a row where it acts."""
    total = 0.0
    for i in range(count):
        total += np.float64(exponential(values[i]))
    least = np.float32(np.inf)
    for i in range(count):
        if values[i] < least and np.float64(exponential(values[i])) >= threshold * total:
            least = values[i]
    for i in range(count):
        if values[i] > least and kept_tokens[places[i]]:
            return count
    kept = 0
    for i in range(count):
        if values[i] <= least:
            values[kept], places[kept] = values[i], places[i]
            kept += 1
    return kept
