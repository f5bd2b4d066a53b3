"""Words for the chapters of a plan: what a person has fixed stays, the others share the rest."""

from collections.abc import Sequence

from novelgen.errors import UsageError
from novelgen.planning.structure import MIN_CHAPTER_WORDS
from novelgen.text.budget import share_out

MIN_BEAT_WORDS = 10


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


def beat_words(total: int, words: Sequence[int], at: int, wanted: int) -> list[int]:
    """Words for the beats of a chapter, `total` together: beat `at` has `wanted`.

    The others share the rest as they did. Raises `UsageError` when too little is left for them.
    """
    others = [each for index, each in enumerate(words) if index != at]
    left = total - wanted
    if not others and left:
        raise UsageError(
            f"The chapter has {total:,} words and one beat, so the beat has them all.",
            "Change the words of the chapter, or add a beat.",
        )
    if left < MIN_BEAT_WORDS * len(others):
        beats = "1 other beat" if len(others) == 1 else f"{len(others):,} other beats"
        raise UsageError(
            f"{max(left, 0):,} of {total:,} words are left for {beats}; each takes "
            f"at least {MIN_BEAT_WORDS}.",
            "Give the beat fewer words, or the chapter more.",
        )
    if not others:
        return [wanted]
    spare = left - MIN_BEAT_WORDS * len(others)
    weights = [float(max(each - MIN_BEAT_WORDS, 1)) for each in others]
    shares = [MIN_BEAT_WORDS + share for share in share_out(spare, weights)]
    return [*shares[:at], wanted, *shares[at:]]


def _shares(words: int, weights: Sequence[float]) -> list[int]:
    if not weights:
        return []
    shares = share_out(words, weights)
    if min(shares) >= MIN_CHAPTER_WORDS:
        return shares
    spare = words - MIN_CHAPTER_WORDS * len(weights)
    return [MIN_CHAPTER_WORDS + share for share in share_out(spare, weights)]
