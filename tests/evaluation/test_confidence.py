"""Intervals against numbers worked out by hand and against the published table."""

import pytest

from novelgen.evaluation.confidence import mean_interval, share_interval, t_quantile


def test_an_interval_as_worked_out_by_hand() -> None:
    interval = mean_interval([1, 2, 3, 4, 5])
    # Standard deviation 1.58114, standard error 0.70711, t of 4 degrees 2.776.
    assert interval.mean == 3
    assert interval.low == pytest.approx(3 - 2.776 * 0.7071068)
    assert interval.high == pytest.approx(3 + 2.776 * 0.7071068)
    assert interval.half_width == pytest.approx(1.96293, abs=1e-5)


def test_two_values_and_values_that_agree() -> None:
    assert mean_interval([0.0, 2.0]).high == pytest.approx(1 + 12.706)
    equal = mean_interval([0.25] * 6)
    assert (equal.low, equal.mean, equal.high) == (0.25, 0.25, 0.25)


def test_one_value_has_no_interval() -> None:
    with pytest.raises(ValueError, match="two values, not 1"):
        mean_interval([1.0])


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    [(1, 12.706), (9, 2.262), (19, 2.093), (30, 2.042), (31, 2.040), (39, 2.040), (60, 2.0),
     (99, 1.990), (5000, 1.984)],
)  # fmt: skip
def test_quantiles_of_the_table(degrees: int, quantile: float) -> None:
    assert t_quantile(degrees) == quantile


def test_more_degrees_are_never_wider() -> None:
    quantiles = [t_quantile(degrees) for degrees in range(1, 200)]
    assert quantiles == sorted(quantiles, reverse=True)
    assert min(quantiles) > 1.9599, "never narrower than the normal distribution's"


def test_the_interval_of_a_share_against_published_values() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I: the score method without correction."""
    for hits, count, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        interval = share_interval(hits, count)
        assert interval.mean == hits / count
        assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_no_end_lies_past_the_share_or_outside_of_0_and_1() -> None:
    for count in range(1, 60):
        all_right, none_right = share_interval(count, count), share_interval(0, count)
        assert all_right.high == 1 and 0 < all_right.low < 1
        assert none_right.low == 0 and 0 < none_right.high < 1
    with pytest.raises(ValueError, match="needs a trial, not 0"):
        share_interval(0, 0)
