"""Words for the chapters of a plan: what a person has fixed stays, the others share the rest."""

from collections.abc import Sequence

from novelgen.errors import UsageError
from novelgen.planning.structure import MIN_CHAPTER_WORDS
from novelgen.text.budget import share_out


def chapter_words(
    total: int, fixed: Sequence[int | None], weights: Sequence[float] | None = None
) -> list[int]:
    """Words for every chapter, `total` together, at least 40 each where they are not fixed.

    `fixed` has None where a chapter takes a share of the rest, by its weight. Raises `UsageError`
    when the fixed ones leave too little, or all are fixed and make another sum.
    """
    given = sum(words for words in fixed if words is not None)
    open_ = [at for at, words in enumerate(fixed) if words is None]
    left = total - given
    if not open_ and left:
        raise UsageError(
            f"The chapters have {given:,} words together, and the novel is to have {total:,}.",
            f"Give --target-words {given}, or other words to some chapters.",
        )
    if left < MIN_CHAPTER_WORDS * len(open_):
        chapters = "1 chapter" if len(open_) == 1 else f"{len(open_):,} chapters"
        raise UsageError(
            f"{max(left, 0):,} of {total:,} words are left for {chapters}; each takes "
            f"at least {MIN_CHAPTER_WORDS}.",
            "Give a larger --target-words, fewer words to other chapters, or fewer chapters.",
        )
    words = [each or 0 for each in fixed]
    shares = _shares(left, [1.0 if weights is None else weights[at] for at in open_])
    for at, share in zip(open_, shares, strict=True):
        words[at] = share
    return words


def _shares(words: int, weights: Sequence[float]) -> list[int]:
    if not weights:
        return []
    shares = share_out(words, weights)
    if min(shares) >= MIN_CHAPTER_WORDS:
        return shares
    spare = words - MIN_CHAPTER_WORDS * len(weights)
    return [MIN_CHAPTER_WORDS + share for share in share_out(spare, weights)]
