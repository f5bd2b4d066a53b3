"""Bars and small plots of characters."""

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"


def bar(share: float, cells: int) -> str:
    """A bar of so many cells, filled to a share from 0 to 1; the rest is dotted."""
    share = min(max(share, 0.0), 1.0)
    eighths = round(share * cells * 8)
    if share > 0 and not eighths:
        eighths = 1
    full, rest = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    return filled + "·" * (cells - len(filled))


def sparkline(values: Sequence[float], highest: float | None = None) -> str:
    """One character a value, by its height; empty for no values."""
    top = highest if highest is not None else max(values, default=0.0)
    if top <= 0:
        return _HEIGHTS[0] * len(values)
    return "".join(
        _HEIGHTS[min(len(_HEIGHTS) - 1, max(0, round(value / top * (len(_HEIGHTS) - 1))))]
        for value in values
    )
