"""Tokens that some samplers treat apart: what breaks a repeat, names, and what ends a line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from novelgen.engine.values import SamplingParams
from novelgen.modeling.tokenization import Tokenization

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TokenMarks:
    """Masks over the vocabulary, `(vocabulary,)`; those of samplers that are off are empty."""

    breaks: Mask
    """No repeat that DRY counts goes through these."""
    exempt: Mask
    """DRY neither penalises these nor counts them."""
    kept: Mask
    """XTC takes nothing away rather than one of these."""


NO_MARKS = TokenMarks(*[np.zeros(0, np.bool_)] * 3)


def mark_tokens(
    tokenization: Tokenization, sampling: SamplingParams, vocabulary: int
) -> TokenMarks:
    """The marks that settings ask for, over `vocabulary` ids.

    A breaker is found where one token holds it. An exempt string counts word by word, each as it
    is written at the start of a text and after a space.
    """
    marks = NO_MARKS
    if sampling.dry_multiplier > 0:
        breaks = mask_of(tokenization.ids_holding(sampling.dry_breakers), vocabulary)
        exempt = mask_of(_word_ids(tokenization, sampling.dry_exempt), vocabulary)
        marks = TokenMarks(breaks, exempt, marks.kept)
    if sampling.xtc_probability > 0:
        kept = tokenization.ids_holding(("\n",)) | tokenization.end_ids
        marks = TokenMarks(marks.breaks, marks.exempt, mask_of(kept, vocabulary))
    return marks


def mask_of(token_ids: Iterable[int], vocabulary: int) -> Mask:
    """True at `token_ids`; ids beyond the vocabulary are left out."""
    mask = np.zeros(vocabulary, dtype=np.bool_)
    mask[[id_ for id_ in token_ids if id_ < vocabulary]] = True
    return mask


def _word_ids(tokenization: Tokenization, strings: Sequence[str]) -> set[int]:
    words = {word for string in strings for word in string.split()}
    found = {id_ for word in words for text in (word, f" {word}") for id_ in
             tokenization.prose_ids(text)}  # fmt: skip
    # Some tokenizers write the space by itself.
    return {id_ for id_ in found if tokenization.decode([id_]).strip()}
