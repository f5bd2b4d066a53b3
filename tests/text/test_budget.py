"""Budgets add up, and what one chapter takes the others give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.budget import remaining_target, share_out


@given(
    st.integers(min_value=0, max_value=10_000_000),
    st.lists(st.floats(min_value=0.1, max_value=1000), min_size=1, max_size=200),
)
def test_shares_add_up_exactly(words: int, weights: list[float]) -> None:
    shares = share_out(words, weights)
    assert sum(shares) == words
    assert len(shares) == len(weights)


def test_equal_weights_give_nearly_equal_shares() -> None:
    assert share_out(10, [1, 1, 1]) == [3, 4, 3]


def test_nothing_to_weigh_is_an_error() -> None:
    with pytest.raises(ValueError, match="positive"):
        share_out(10, [0, 0])


def test_an_overlong_chapter_is_paid_for_by_all_that_follow() -> None:
    weights = [500.0, 500.0, 500.0]
    assert remaining_target(1500, weights, []) == 500
    assert remaining_target(1500, weights, [600]) == 450
    assert remaining_target(1500, weights, [600, 440]) == 460
    assert remaining_target(1500, weights, [1000, 900]) == 1
