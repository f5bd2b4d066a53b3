"""Panels of a plot: figures along a book, the human band shaded behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_BAND = "#4c78a8"
_LINE = "#222222"
_OUTSIDE = "#d62728"
_LIMIT = "#d62728"
_MOST_MARKED = 60
"""Points that are told apart at the width of a panel."""


@dataclass(frozen=True, slots=True)
class Shade:
    """What is shaded: the range that most books keep to, and the middle half where it is known."""

    low: float
    high: float
    middle: tuple[float, float, float] | None = None
    """p25, p50 and p75."""
    limit: float | None = None
    """Where an alarm goes off."""


def draw_panel(
    axes: Any, title: str, places: Sequence[float], values: Sequence[float], shade: Shade
) -> None:
    """Draw figures over their places; those outside the band are marked."""
    axes.axhspan(shade.low, shade.high, color=_BAND, alpha=0.14, linewidth=0)
    if shade.middle is not None:
        low, median, high = shade.middle
        axes.axhspan(low, high, color=_BAND, alpha=0.18, linewidth=0)
        axes.axhline(median, color=_BAND, linewidth=0.9)
    marker = "o" if len(values) <= _MOST_MARKED else ""
    axes.plot(places, values, color=_LINE, linewidth=0.9, marker=marker, markersize=2.6)
    outside = [
        (place, value)
        for place, value in zip(places, values, strict=True)
        if not shade.low <= value <= shade.high
    ]
    if outside:
        axes.plot(*zip(*outside, strict=True), "o", color=_OUTSIDE, markersize=3.6)
    # The limit of an alarm is shown where it is near, and else would flatten the picture.
    if shade.limit is not None and max([*values, shade.high]) >= 0.8 * shade.limit:
        axes.axhline(shade.limit, color=_LIMIT, linewidth=0.9, linestyle="--")
    axes.set_title(title, loc="left", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.margins(x=0.02)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
