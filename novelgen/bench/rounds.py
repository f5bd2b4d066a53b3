"""Measuring several things fairly: in turn, again and again, so that a drift meets all of them."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

OnProgress = Callable[[int, int], None]
"""Measurements done, and measurements in all."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What one thing measured, in its own unit."""

    median: float
    lowest: float
    highest: float


def measure_in_turn(
    subjects: Mapping[str, Callable[[], float]], rounds: int, on_progress: OnProgress
) -> dict[str, Spread]:
    """Call every subject once to warm up, then `rounds` times in turn; a call returns its figure.

    Nothing is timed here: a subject times the part of its work that counts.
    """
    total = len(subjects) * (rounds + 1)
    figures: dict[str, list[float]] = {name: [] for name in subjects}
    done = 0
    for number in range(rounds + 1):
        for name, subject in subjects.items():
            figure = subject()
            if number:
                figures[name].append(figure)
            done += 1
            on_progress(done, total)
    return {
        name: Spread(statistics.median(values), min(values), max(values))
        for name, values in figures.items()
    }
