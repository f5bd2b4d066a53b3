"""95 % confidence intervals of a mean, by Student's t, and of a share, by Wilson.

Knows nothing of what is measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Two-sided 95 % (one-sided 97.5 %) critical values for 1 to 30 degrees of freedom, and for more.
# Source: NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2.
_UP_TO_30 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_BEYOND_30 = ((100, 1.984), (80, 1.990), (60, 2.000), (50, 2.009), (40, 2.021), (31, 2.040))

# The same point of the normal distribution.
_NORMAL = 1.959964


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean or share and its 95 % confidence interval, in the unit of the values."""

    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean of independent values and its 95 % t-interval.

    Raises `ValueError` for fewer than two values, whose spread says nothing.
    """
    count = len(values)
    if count < 2:
        raise ValueError(f"an interval needs two values, not {count}")
    mean = math.fsum(values) / count
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half_width = t_quantile(count - 1) * math.sqrt(variance / count)
    return Interval(mean, mean - half_width, mean + half_width)


def share_interval(hits: int, count: int) -> Interval:
    """The share of hits among independent trials and its 95 % Wilson interval.

    It stays within 0 and 1 and is no point where all or none are hits (Wilson 1927, Journal of the
    American Statistical Association 22). Raises `ValueError` for no trials.
    """
    if count < 1:
        raise ValueError(f"a share needs a trial, not {count}")
    share, unit = hits / count, _NORMAL**2 / count
    centre = (share + unit / 2) / (1 + unit)
    half_width = math.sqrt(unit * share * (1 - share) + unit**2 / 4) / (1 + unit)
    # Rounding must not push an end past the share itself, or out of 0 to 1.
    low = max(0.0, min(share, centre - half_width))
    high = min(1.0, max(share, centre + half_width))
    return Interval(share, low, high)


def t_quantile(degrees: int) -> float:
    """The 97.5 % point of Student's t; between tabled degrees the wider, lower one's."""
    if degrees < 1:
        raise ValueError(f"there are no {degrees} degrees of freedom")
    if degrees <= len(_UP_TO_30):
        return _UP_TO_30[degrees - 1]
    return next(value for tabled, value in _BEYOND_30 if degrees >= tabled)
