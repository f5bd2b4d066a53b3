"""Samplers against distributions small enough to work out by hand."""

import math

import numpy as np
import pytest
import torch

from novelgen.engine.values import SamplingParams
from novelgen.modeling.sampling import (
    choose_tokens,
    draw_inverse_cdf,
    forbid_repeated_ngrams,
    keep_min_p,
    keep_top_k,
    keep_top_p,
    penalise_repetition,
    scale_by_temperature,
)

PROBABILITIES = [0.05, 0.4, 0.1, 0.25, 0.2]


def logits_of(*rows: list[float]) -> torch.Tensor:
    return torch.tensor(rows).log()


def survivors(logits: torch.Tensor) -> list[set[int]]:
    return [set(row.isfinite().nonzero().flatten().tolist()) for row in logits]


def window(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.long)


@pytest.mark.parametrize(("top_k", "kept"), [(1, {1}), (2, {1, 3}), (0, {0, 1, 2, 3, 4})])
def test_top_k_keeps_the_likeliest(top_k: int, kept: set[int]) -> None:
    assert survivors(keep_top_k(logits_of(PROBABILITIES), top_k)) == [kept]


def test_top_k_keeps_ties_together() -> None:
    assert survivors(keep_top_k(logits_of([0.4, 0.2, 0.2, 0.2]), 2)) == [{0, 1, 2, 3}]


@pytest.mark.parametrize(
    ("top_p", "kept"), [(0.3, {1}), (0.5, {1, 3}), (0.7, {1, 3, 4}), (1.0, {0, 1, 2, 3, 4})]
)
def test_top_p_keeps_the_smallest_nucleus(top_p: float, kept: set[int]) -> None:
    assert survivors(keep_top_p(logits_of(PROBABILITIES), top_p)) == [kept]


def test_top_p_reaches_past_its_short_list() -> None:
    flat = torch.zeros(2, 5000)
    flat[:, :2500] = 0.001 * torch.arange(2500, 0, -1)
    flat[1, 7] = 100.0
    kept = keep_top_p(flat, 0.9).isfinite().sum(-1).tolist()
    ordered = flat[0].softmax(-1).sort(descending=True).values.double().cumsum(-1)
    # The 2,500 tied tokens at the end of row 0 live or die together.
    assert kept == [5000 if ordered[2499] < 0.9 else 2500, 1]


@pytest.mark.parametrize(("min_p", "kept"), [(0.5, {1, 3, 4}), (0.6, {1, 3}), (1.0, {1})])
def test_min_p_is_relative_to_the_likeliest(min_p: float, kept: set[int]) -> None:
    logits = logits_of(PROBABILITIES) + (1e-4 if min_p == 0.5 else 0) * torch.eye(5)[4]
    assert survivors(keep_min_p(logits, min_p)) == [kept]


def test_repetition_penalty_lowers_both_signs() -> None:
    logits = torch.tensor([[2.0, -2.0, 1.0, -1.0]])
    penalised = penalise_repetition(logits, window([0, 1, 1]), 2.0)
    assert penalised.tolist() == [[1.0, -4.0, 1.0, -1.0]]


@pytest.mark.parametrize(
    ("size", "banned"),
    [(1, {1, 2, 3}), (2, {2, 3}), (3, {3}), (4, set()), (0, set())],
)
def test_ngrams_are_not_completed_again(size: int, banned: set[int]) -> None:
    # ... 1 2 | 2 1 3 | 2 1 -> after "1" came 2 and 3, after "2 1" came 3.
    seen = window([1, 2, 2, 1, 3, 2, 1])
    remaining = survivors(forbid_repeated_ngrams(torch.zeros(1, 6), seen, size))[0]
    assert set(range(6)) - remaining == banned


def test_a_row_where_everything_is_forbidden_is_left_alone() -> None:
    logits = torch.zeros(2, 3)
    seen = window([0, 1, 2], [0, 0, 0])
    assert survivors(forbid_repeated_ngrams(logits, seen, 1)) == [{0, 1, 2}, {1, 2}]


def test_temperature_near_zero_does_not_overflow() -> None:
    scaled = scale_by_temperature(torch.tensor([[60.0, 59.0, -60.0]]), 1e-30)
    assert scaled.softmax(-1).tolist() == [[1.0, 0.0, 0.0]]


def test_the_draw_follows_the_cumulative_distribution() -> None:
    uniform = torch.tensor([0.0, 0.049, 0.051, 0.449, 0.451, 0.549, 0.551, 0.999], dtype=float)
    logits = logits_of(PROBABILITIES).expand(len(uniform), -1)
    assert draw_inverse_cdf(logits, uniform).tolist() == [0, 0, 1, 1, 2, 2, 3, 4]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_an_impossible_token_is_never_drawn(dtype: torch.dtype) -> None:
    logits = torch.tensor([[-math.inf, 0.0, -math.inf, 0.0, -math.inf]]).expand(3, -1)
    extremes = torch.tensor([0.0, 0.5, 1 - 2.0**-53], dtype=torch.float64).to(dtype)
    assert draw_inverse_cdf(logits, extremes).tolist() == [1, 3, 3]


def test_draws_have_the_frequencies_of_the_distribution() -> None:
    uniform = torch.from_numpy(np.random.Generator(np.random.Philox(3)).random(20_000))
    drawn = draw_inverse_cdf(logits_of(PROBABILITIES).expand(20_000, -1), uniform)
    frequencies = torch.bincount(drawn, minlength=5) / 20_000
    torch.testing.assert_close(frequencies, torch.tensor(PROBABILITIES), atol=0.012, rtol=0)


def test_each_filter_looks_back_its_own_window() -> None:
    logits = torch.tensor([[3.0, 2.9, 2.8]])
    uniform = torch.tensor([0.5])
    seen = window([1, 0, 2, 1])  # "1 0" stands at the beginning
    near = SamplingParams(temperature=0, no_repeat_ngram=2, no_repeat_window=3)
    far = SamplingParams(temperature=0, no_repeat_ngram=2, no_repeat_window=4)
    assert choose_tokens(logits, seen, near, uniform).tolist() == [0]
    assert choose_tokens(logits, seen, far, uniform).tolist() == [1]
    short = SamplingParams(temperature=0, repetition_penalty=2.0, repetition_window=2)
    long = SamplingParams(temperature=0, repetition_penalty=2.0, repetition_window=4)
    assert choose_tokens(logits, seen, short, uniform).tolist() == [0]
    assert choose_tokens(logits, seen, long, uniform).tolist() == [0]
    assert choose_tokens(logits, window([0, 2]), long, uniform).tolist() == [1]


def test_temperature_zero_takes_the_likeliest_after_penalties() -> None:
    logits = torch.tensor([[3.0, 2.9, 0.0]])
    greedy = SamplingParams(temperature=0, top_p=0.1)
    penalised = SamplingParams(temperature=0, repetition_penalty=1.5)
    uniform = torch.tensor([0.99])
    assert choose_tokens(logits, window([0]), greedy, uniform).tolist() == [0]
    assert choose_tokens(logits, window([0]), penalised, uniform).tolist() == [1]


def test_a_row_does_not_depend_on_the_others() -> None:
    torch.manual_seed(1)
    logits, seen = torch.randn(6, 3000) * 2, torch.randint(0, 3000, (6, 64))
    uniform = torch.rand(6, dtype=torch.float64)
    params = SamplingParams(1.2, 64, 3, 0.9, 40, 0.9, 0.05)
    wide = SamplingParams(1.2, 64, 3, 1.5, 0, 0.999, 0.0)
    for settings in (params, wide):
        together = choose_tokens(logits, seen, settings, uniform)
        alone = [
            choose_tokens(logits[[row]], seen[[row]], settings, uniform[[row]]) for row in range(6)
        ]
        assert together.tolist() == torch.cat(alone).tolist()


def test_the_strictest_settings_leave_one_token() -> None:
    logits = torch.randn(4, 50)
    params = SamplingParams(5.0, 50, 1, 1e-9, 1, 1e-9, 1.0)
    seen = torch.arange(50).expand(4, -1)
    drawn = choose_tokens(logits, seen, params, torch.full((4,), 0.7))
    assert drawn.tolist() == penalise_repetition(logits, seen, 5.0).argmax(-1).tolist()
