"""Coverage of rare words, computed by hand: two slots, segments of three words."""

import math

import pytest
import torch

from novelgen.modeling.memory_cell import MemoryUpdate
from novelgen.modeling.token_batch import TokenBatch, pad_left
from novelgen.training.coverage import Coverage, rare_word_weights

# Word 0 is common; the others are rare, word 3 half as much.
WEIGHTS = torch.tensor([0.0, 1.0, 1.0, 0.5, 1.0, 1.0])


def update(attention: list[list[list[float]]], kept: list[list[float]]) -> MemoryUpdate:
    pointed = torch.tensor(attention, requires_grad=True)
    unused = torch.zeros(0)
    return MemoryUpdate(unused, pointed, torch.tensor(kept).unsqueeze(-1), unused, unused)


def segment(*rows: list[int]) -> TokenBatch:
    return pad_left(rows)


def test_mass_kept_share_and_loss() -> None:
    coverage = Coverage(WEIGHTS)
    coverage.expect(segment([1, 2, 3]))
    assert coverage.loss() is None and coverage.share() is None, "nothing was pointed at yet"

    # The first slot takes word 1 by three quarters of 0.8; the second word 3 wholly.
    first = update([[[0.8, 0.2, 0.0], [0.0, 0.0, 1.0]]], [[0.25, 0.0]])
    coverage.point(segment([1, 2, 3]), first)
    coverage.expect(segment([1, 1, 4]))  # word 4 was never read, word 1 counts once
    assert coverage.share() == pytest.approx(0.6)
    loss = coverage.loss()
    assert loss is not None
    assert loss.item() == pytest.approx(-math.log(0.61))

    # The first slot keeps half of what it had, 0.3 and 0.075, and takes half of word 4.
    second = update([[[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]], [[0.5, 0.0]])
    coverage.point(segment([1, 4, 0]), second)
    coverage.expect(segment([1, 3, 4]))
    # Word 1 is in both slots, 0.3 + 1.0, which counts as 1; word 3 was lost with its slot.
    shares = (1.0 * 1 + 0.5 * 0 + 1.0 * 0.5) / 2.5
    losses = -(math.log(1.01) + 0.5 * math.log(0.01) + math.log(0.51)) / 2.5
    assert coverage.share() == pytest.approx((0.6 + shares) / 2)
    total = coverage.loss()
    assert total is not None
    assert total.item() == pytest.approx((-math.log(0.61) + losses) / 2, abs=1e-6)
    total.backward()
    assert first.attention.grad is not None and second.attention.grad is not None
    assert first.attention.grad[0, 0, 0] < 0, "more of word 1 would cost less"


def test_common_words_and_new_words_cost_nothing() -> None:
    coverage = Coverage(WEIGHTS)
    coverage.point(segment([0, 1, 2]), update([[[1.0, 0.0, 0.0]]], [[0.0]]))
    coverage.expect(segment([0, 4, 5]))
    assert coverage.loss() == 0
    assert coverage.share() is None and coverage.num_judged() == 0, "no share of nothing"


def test_rows_that_expect_nothing_do_not_count_in_the_share() -> None:
    """They cost nothing either, and the loss is a mean over them as well."""
    coverage = Coverage(torch.cat([WEIGHTS, torch.tensor([0.004])]))
    pointed = update([[[0.6, 0.0, 0.2]], [[0.6, 0.0, 0.2]]], [[0.0], [0.0]])
    coverage.point(segment([1, 2, 6], [1, 2, 6]), pointed)
    coverage.expect(segment([1, 0, 5], [4, 0, 5]))  # the second row brings no word back
    assert coverage.share() == pytest.approx(0.6)
    assert coverage.num_judged() == 1
    coverage.expect(segment([4, 0, 5], [4, 0, 5]))
    assert coverage.share() == pytest.approx(0.6), "nor do segments"
    loss = coverage.loss()
    assert loss is not None
    assert loss.item() == pytest.approx(-math.log(0.61) / 4)
    coverage.expect(segment([6, 0, 5], [4, 0, 5]))
    assert coverage.share() == pytest.approx((0.6 + 0.2) / 2), "a word of little weight is a word"
    assert coverage.num_judged() == 2


def test_no_gradient_goes_back_beyond_a_cut() -> None:
    coverage = Coverage(WEIGHTS)
    first = update([[[1.0, 0.0]]], [[0.0]])
    second = update([[[0.0, 1.0]]], [[0.5]])
    coverage.point(segment([1, 2]), first)
    coverage.detach()
    coverage.point(segment([4, 5]), second)
    coverage.expect(segment([1, 5]))
    loss = coverage.loss()
    assert loss is not None
    loss.backward()
    assert first.attention.grad is None
    assert second.attention.grad is not None and second.attention.grad.abs().sum() > 0


def test_padding_is_no_word() -> None:
    """Padded positions hold an id of the vocabulary, which must count neither read nor to come."""
    weights = torch.ones(6)
    coverage = Coverage(weights)
    rows = segment([1, 2, 3], [4])
    attention = [[[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]]]
    coverage.point(rows, update(attention, [[0.0], [0.0]]))
    coverage.expect(segment([1], [4, 0, 5]))  # word 0 was not read, and pads the first row
    assert coverage.share() == pytest.approx(1.0)
    loss = coverage.loss()
    assert loss is not None
    assert loss.item() == pytest.approx(-math.log(1.01))


def test_rows_count_alike() -> None:
    rows = ([1, 2], [1, 2, 1, 2])
    apart, together = [], Coverage(WEIGHTS)
    for row in rows:
        alone = Coverage(WEIGHTS)
        alone.point(segment([1, 2]), update([[[0.7, 0.1]]], [[0.0]]))
        alone.expect(segment(row))
        apart.append(alone.loss().item())  # type: ignore[union-attr]
    together.point(segment([1, 2], [1, 2]), update([[[0.7, 0.1]], [[0.7, 0.1]]], [[0.0], [0.0]]))
    together.expect(segment(*rows))
    assert together.loss().item() == pytest.approx(sum(apart) / 2)  # type: ignore[union-attr]


def test_the_rarer_a_word_the_more_it_weighs() -> None:
    sample = [0] * 100_000 + [1] * 2_000 + [2] * 20
    weights = rare_word_weights(sample, 50_000)
    assert weights.shape == (50_000,)
    assert weights[0] == 0 and weights[1] == 0
    surprise = -math.log(21 / (len(sample) + 50_000))
    assert float(weights[2]) == pytest.approx((surprise - 6) / 6, abs=1e-5)
    assert weights[2] < weights[3] <= 1


def test_words_that_the_verbatim_tail_shows_do_not_count() -> None:
    coverage = Coverage(WEIGHTS)
    coverage.point(segment([1, 2, 4]), update([[[0.5, 0.0, 0.0]]], [[0.0]]))
    coverage.expect(segment([1, 4, 0]), gap_tokens=3)
    assert coverage.loss() is None, "all that was read lies within the gap"
    coverage.expect(segment([1, 4, 0]), gap_tokens=1)  # word 4 was the last one
    assert coverage.share() == pytest.approx(0.5)
