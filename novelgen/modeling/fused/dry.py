"""`novelgen.modeling.dry`, compiled: one pass over the window, and back only where it matches."""

from numba import njit

from novelgen.modeling.dry import LONGEST_MATCH


@njit(cache=True, nogil=True, error_model="numpy")
def penalise_matches(penalties, window, seen, breaks, exempt, scores, highest):
    """Take from `scores` the penalty of the longest match that each token follows.

    `penalties` is empty when DRY is off; `highest` `(vocabulary,)` float32 is room to work.
    """
    last = seen.shape[0] - 1
    start = max(0, seen.shape[0] - window)
    if penalties.shape[0] == 0 or start >= last or breaks[seen[last]]:
        return
    for i in range(start, last):
        if seen[i] == seen[last]:
            highest[seen[i + 1]] = 0
    for i in range(start, last):
        following = seen[i + 1]
        if seen[i] == seen[last] and not breaks[following] and not exempt[following]:
            length = _match_length(seen, start, i, last, breaks, exempt)
            highest[following] = max(highest[following], penalties[length])
    for i in range(start, last):
        if seen[i] == seen[last]:
            scores[seen[i + 1]] -= highest[seen[i + 1]]
            highest[seen[i + 1]] = 0


@njit(cache=True, nogil=True, error_model="numpy")
def _match_length(seen, start, place, last, breaks, exempt):
    """Tokens up to `place` that are those up to `last`, exempt ones not counted."""
    length = 0
    for back in range(min(LONGEST_MATCH, place - start + 1)):
        token = seen[last - back]
        if seen[place - back] != token or breaks[token]:
            break
        if not exempt[token]:
            length += 1
    return length
