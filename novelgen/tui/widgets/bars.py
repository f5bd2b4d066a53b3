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


def thin_bar(share: float, cells: int) -> tuple[str, str]:
    """A bar as a thick line and what is left of it as a thin one, by half cells."""
    halves = round(min(max(share, 0.0), 1.0) * cells * 2)
    if share > 0 and not halves:
        halves = 1
    full, half = divmod(halves, 2)
    return "━" * full + "╸" * half, "─" * (cells - full - half)


def sparkline(values: Sequence[float], highest: float | None = None) -> str:
    """One character a value, by its height; empty for no values."""
    top = highest if highest is not None else max(values, default=0.0)
    if top <= 0:
        return _HEIGHTS[0] * len(values)
    return "".join(
        _HEIGHTS[min(len(_HEIGHTS) - 1, max(0, round(value / top * (len(_HEIGHTS) - 1))))]
        for value in values
    )


def upright(
    values: Sequence[float], rows: int, highest: float | None = None, width: int = 1, gap: int = 0
) -> list[str]:
    """Upright bars as so many lines, the top one first.

    A bar is `width` characters wide with `gap` before the next. What is more than nothing shows.
    """
    top = highest if highest is not None else max(values, default=0.0)
    steps = len(_HEIGHTS)
    eighths = [
        max(int(value > 0), min(rows * steps, round(value / top * rows * steps))) if top > 0 else 0
        for value in values
    ]
    lines = []
    for row in range(rows - 1, -1, -1):
        filled = [min(max(each - row * steps, 0), steps) for each in eighths]
        cells = [(_HEIGHTS[each - 1] if each else " ") * width for each in filled]
        lines.append((" " * gap).join(cells))
    return lines
