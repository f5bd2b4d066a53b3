"""What prose metrics are in novels that people wrote: percentiles over windows of their texts.

Two sets are shipped, of windows of 5,000 and of 1,000 words; `docs/quality.md` says of which novels
and how they are computed again. Others come from a file of the same form.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from novelgen.errors import NotFoundError, StorageError, UsageError
from novelgen.text.prose_metrics.alarms import counts_as_alarming
from novelgen.text.prose_metrics.measuring import METRICS, Measured

LARGE_WINDOW = 5_000
SMALL_WINDOW = 1_000
"""Words of the windows that norms are shipped for."""

_RANKS = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
_DECIMALS = 4
_HOW_TO_MAKE_NORMS = "`novelgen eval norms DIR --output FILE` makes one from a folder of books."


@dataclass(frozen=True, slots=True)
class Band:
    """Percentiles of a metric over human windows, rising."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float

    def holds(self, value: float) -> bool:
        """Whether a value lies in p5 to p95."""
        return self.p5 <= value <= self.p95

    def percentile(self, value: float) -> float:
        """About what percentage of human windows lie below: 5 to 95 inside the band.

        0 below it and 100 above it. Between two percentiles the way is taken for even.
        """
        if not self.holds(value):
            return 0.0 if value < self.p5 else 100.0
        steps = list(zip(self.values(), _RANKS.values(), strict=True))
        equal = [rank for step, rank in steps if step == value]
        if equal:
            return (equal[0] + equal[-1]) / 2
        for (low, low_rank), (high, high_rank) in pairwise(steps):
            if low < value < high:
                return low_rank + (high_rank - low_rank) * (value - low) / (high - low)
        raise AssertionError("the percentiles of a band rise")

    def values(self) -> tuple[float, ...]:
        """The five percentiles, from the lowest."""
        return (self.p5, self.p25, self.p50, self.p75, self.p95)


@dataclass(frozen=True, slots=True)
class Norms:
    """The bands of all metrics for windows of one size."""

    window_words: int
    windows: int
    """How many they were computed over."""
    bands: Mapping[str, Band]
    """By the keys of `METRICS`."""
    two_or_more_alarms: float
    """Share of the windows that two or more alarms went off for, 0 to 1."""

    @classmethod
    def from_json(cls, document: Any) -> "Norms":
        """The norms in the document of a norms file. Raises `ValueError` saying what is wrong."""
        try:
            bands = {
                key: Band(*(_number(document["percentiles"][key][rank]) for rank in _RANKS))
                for key in METRICS
            }
            norms = cls(
                window_words=int(_number(document["window_words"])),
                windows=int(_number(document["windows"])),
                bands=bands,
                two_or_more_alarms=_number(document["two_or_more_alarms"]),
            )
        except KeyError as error:
            raise ValueError(f"it has no {error.args[0]!r}") from error
        except TypeError as error:
            raise ValueError("its form is another one") from error
        for key, band in bands.items():
            if list(band.values()) != sorted(band.values()):
                raise ValueError(f"the percentiles of {key} do not rise")
        if norms.window_words < 1 or norms.windows < 1:
            raise ValueError("it counts no windows, or no words in them")
        return norms

    def as_json(self) -> dict[str, Any]:
        """The document of a norms file."""
        return {
            "windows": self.windows,
            "window_words": self.window_words,
            "percentiles": {
                key: dict(zip(_RANKS, band.values(), strict=True))
                for key, band in self.bands.items()
            },
            "two_or_more_alarms": self.two_or_more_alarms,
        }


def norms_of(windows: Sequence[Measured], window_words: int) -> Norms:
    """The norms of windows that were measured, at least one. Figures have four decimals."""
    bands = {}
    for key in METRICS:
        values = sorted(window.values[key] for window in windows if key in window.values)
        bands[key] = Band(*(round(percentile(values, rank), _DECIMALS) for rank in _RANKS.values()))
    alarming = sum(counts_as_alarming(window) for window in windows)
    share = round(alarming / len(windows), _DECIMALS)
    return Norms(window_words, len(windows), bands, share)


def norms_for(words: int) -> Norms:
    """The shipped norms for a text: those of large windows if it fills one."""
    return shipped_norms(LARGE_WINDOW if words >= LARGE_WINDOW else SMALL_WINDOW)


@functools.cache
def shipped_norms(window_words: int = LARGE_WINDOW) -> Norms:
    """The norms of 78 novels, for windows of 5,000 or 1,000 words."""
    name = f"human_norms_{window_words}_words.json"
    text = files("novelgen.text.prose_metrics").joinpath(name).read_text(encoding="utf-8")
    return Norms.from_json(json.loads(text))


def percentile(ordered: Sequence[float], rank: float) -> float:
    """The value at a rank, 0 to 100, of rising ones, none of them between two; 0 of nothing."""
    return ordered[round(rank / 100 * (len(ordered) - 1))] if ordered else 0.0


def read_norms(path: Path) -> Norms:
    """The norms in a file. Raises `NotFoundError`, `StorageError`, and `UsageError` for another."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no norms file {path}.", _HOW_TO_MAKE_NORMS) from error
    except OSError as error:
        raise StorageError(
            f"The norms file {path} cannot be read: {error.strerror}.", "Check its permissions."
        ) from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UsageError(
            f"{path} is no norms file: it holds no JSON.", _HOW_TO_MAKE_NORMS
        ) from error
    try:
        return Norms.from_json(document)
    except ValueError as error:
        raise UsageError(f"{path} is no norms file: {error}.", _HOW_TO_MAKE_NORMS) from error


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return value
