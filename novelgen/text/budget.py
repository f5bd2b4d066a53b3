"""Word budgets: whole numbers that add up, shared out again after every chapter."""

from collections.abc import Sequence


def share_out(words: int, weights: Sequence[float]) -> list[int]:
    """`words` divided in proportion to `weights`; the parts add up to `words` exactly."""
    total = sum(weights)
    if total <= 0:
        raise ValueError("weights must hold something positive")
    shares: list[int] = []
    before = 0.0
    given = 0
    for weight in weights:
        before += weight
        upto = round(words * before / total)
        shares.append(upto - given)
        given = upto
    return shares


def remaining_target(
    target_words: int, weights: Sequence[float], finished_words: Sequence[int]
) -> int:
    """Words for the next chapter, when `finished_words` of the first chapters are written.

    What is left of `target_words` is shared over the unwritten chapters in proportion to
    their weights, so an overlong chapter is paid for by all that follow. At least 1.
    """
    left = target_words - sum(finished_words)
    unwritten = weights[len(finished_words) :]
    return max(1, share_out(max(left, 1), unwritten)[0])
