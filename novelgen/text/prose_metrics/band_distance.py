"""How far the metrics of a text are from those of human novels, on either side."""

from enum import Enum

from novelgen.text.prose_metrics.measuring import Measured
from novelgen.text.prose_metrics.norms import Band, Norms

_GROW_WITH_LENGTH = frozenset(["rep2", "rep3", "rep4", "zlib", "dup8_per_1k", "longest_repeat"])
_FALL_WITH_LENGTH = frozenset(["distinct1"])


class Within(Enum):
    """The part of a band in which a value is no distance away."""

    BAND = "p5 to p95"
    MIDDLE_HALF = "p25 to p75"


def band_distance(
    measured: Measured, norms: Norms, within: Within = Within.BAND
) -> dict[str, float]:
    """For each metric the distance from its band, in widths of the band from p5 to p95.

    0 inside, 1 as far outside as the band is wide; never negative. A text that is shorter than the
    windows of the norms has fewer repeats and more different words for that alone, so that only
    the other side counts there: too many repeats in a short text are too many. Of a longer text it
    is the other way round.
    """
    distances = {}
    for key, value in measured.values.items():
        signed = signed_distance(value, norms.bands[key], within)
        counts = side_that_counts(key, measured.words, norms.window_words)
        distances[key] = abs(signed) if signed * counts >= 0 else 0.0
    return distances


def signed_distance(value: float, band: Band, within: Within = Within.BAND) -> float:
    """Widths of the band that a value lies above it, or, negative, below it."""
    low, high = (band.p5, band.p95) if within is Within.BAND else (band.p25, band.p75)
    width = (band.p95 - band.p5) or max(abs(band.p50), 1.0)
    return (max(0.0, value - high) - max(0.0, low - value)) / width


def side_that_counts(key: str, words: int, window_words: int) -> int:
    """1 where only values above a band say something of a text so long, -1 below, 0 both."""
    if words == window_words:
        return 0
    side = (key in _GROW_WITH_LENGTH) - (key in _FALL_WITH_LENGTH)
    return side if words < window_words else -side
