"""Chooses among candidates without a judge. Pure.

In this order: no talk about the story, fewest repeats, nearest to the wanted length, likeliest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_N = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """A cleaned candidate that ends on a complete sentence."""

    attempt: int
    candidate: int
    text: str
    """With the white space that joins it to the text before."""
    words: int
    mean_logprob: float
    leaks: int
    """Places where it stops being prose (`novelgen.text.leaks`)."""


def best_draft(drafts: Sequence[Draft], recent: str, wanted_words: int) -> Draft:
    """The draft to keep. `recent` is the prose that a draft must not repeat."""
    known = _ngrams(recent)

    def cost(draft: Draft) -> tuple[float, ...]:
        return (
            float(draft.leaks),
            round(_repeat_share(draft.text, known), 2),
            round(abs(draft.words - wanted_words) / max(wanted_words, 1), 1),
            -draft.mean_logprob,
        )

    return min(drafts, key=cost)


def repeat_share(text: str, recent: str) -> float:
    """Share of the 4-grams of `text` that it or the recent prose already holds, 0 to 1."""
    return _repeat_share(text, _ngrams(recent))


def _repeat_share(text: str, known: set[tuple[str, ...]]) -> float:
    """Share of the text's 4-grams that it or the recent prose already holds."""
    grams = _ngram_list(text)
    if not grams:
        return 0.0
    return 1.0 - len(set(grams) - known) / len(grams)


def _ngrams(text: str) -> set[tuple[str, ...]]:
    return set(_ngram_list(text))


def _ngram_list(text: str) -> list[tuple[str, ...]]:
    words = [word.strip(".,;:!?\"'“”‘’()—").lower() for word in text.split()]
    return list(zip(*(words[offset:] for offset in range(_N)), strict=False))
