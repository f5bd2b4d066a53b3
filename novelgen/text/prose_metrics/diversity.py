"""How varied the words of a text are, by measures that hardly depend on its length."""

from collections import Counter
from collections.abc import Sequence

MATTR_WINDOW = 500
_MTLD_THRESHOLD = 0.72


def mtld(words: Sequence[str]) -> float:
    """Measure of textual lexical diversity: words a factor, forward and backward averaged.

    A factor ends where types per token fall below 0.72; what is left at the end counts in part
    (McCarthy and Jarvis, 2010). A text in which no word comes twice has its own length.
    """
    return (_words_a_factor(words) + _words_a_factor(words[::-1])) / 2


def mattr(words: Sequence[str], window: int = MATTR_WINDOW) -> float | None:
    """Moving-average type-token ratio (Covington and McFall, 2010); None for a shorter text."""
    if len(words) < window:
        return None
    counts = Counter(words[:window])
    types = total = len(counts)
    for old, new in zip(words, words[window:], strict=False):
        counts[new] += 1
        types += counts[new] == 1
        counts[old] -= 1
        types -= counts[old] == 0
        total += types
    return total / (window * (len(words) - window + 1))


def _words_a_factor(words: Sequence[str]) -> float:
    factors = 0.0
    seen: set[str] = set()
    tokens = 0
    for word in words:
        tokens += 1
        seen.add(word)
        if len(seen) / tokens < _MTLD_THRESHOLD:
            factors += 1
            seen = set()
            tokens = 0
    if tokens:
        factors += (1 - len(seen) / tokens) / (1 - _MTLD_THRESHOLD)
    return len(words) / factors if factors else float(len(words))
