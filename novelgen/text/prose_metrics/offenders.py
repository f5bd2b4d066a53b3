"""The passages that set off an alarm: what is said twice, where first and where again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from novelgen.text.passages import MAX_PASSAGE_CHARS, fold
from novelgen.text.prose_metrics.alarms import ALARM_LIMITS, alarms_of
from novelgen.text.prose_metrics.measuring import Measured
from novelgen.text.prose_metrics.repeats import RepeatedRun, repeated_runs
from novelgen.text.prose_metrics.windows import Place, Window

_PASSAGES = 3
"""Passages told of an alarm, the worst first."""


@dataclass(frozen=True, slots=True)
class OffendingPassage:
    """A run of words that stands more than once in a window."""

    text: str
    """As it stands first, on one line; the beginning of a long one."""
    words: int
    times: int
    first: Place
    again: Place
    """Where it stands the second time."""


@dataclass(frozen=True, slots=True)
class MetricAlarm:
    """A metric that reaches its limit, and what it is that does it."""

    metric: str
    value: float
    limit: float
    passages: tuple[OffendingPassage, ...]
    """Empty where nothing of four words is repeated: the text is poor in words all over."""


def alarms_in(window: Window, measured: Measured) -> tuple[MetricAlarm, ...]:
    """The alarms of a window with the passages that contribute most to each."""
    metrics = alarms_of(measured)
    runs = repeated_runs(window.words) if metrics else []
    return tuple(
        MetricAlarm(
            metric,
            measured.values[metric],
            ALARM_LIMITS[metric],
            tuple(_passage(window, run) for run in _worst(runs, metric)),
        )
        for metric in metrics
    )


# What a run contributes to each metric; runs that contribute nothing are no offenders.
_WEIGHTS: dict[str, Callable[[RepeatedRun], int]] = {
    "rep4": lambda run: (len(run.starts) - 1) * (run.length - 3),
    "dup8_per_1k": lambda run: run.length - 7,
    "longest_repeat": lambda run: run.length - int(ALARM_LIMITS["longest_repeat"]) + 1,
    "zlib": lambda run: (len(run.starts) - 1) * run.length,
}


def _worst(runs: Sequence[RepeatedRun], metric: str) -> list[RepeatedRun]:
    weight = _WEIGHTS[metric]
    offending = [run for run in runs if weight(run) > 0]
    return sorted(offending, key=lambda run: (-weight(run), run.starts))[:_PASSAGES]


def _passage(window: Window, run: RepeatedRun) -> OffendingPassage:
    first, again = run.starts[0], run.starts[1]
    end = window.end_of(first + run.length - 1)
    text = fold(window.text[window.starts[first] : end])
    if len(text) > MAX_PASSAGE_CHARS:
        text = text[: MAX_PASSAGE_CHARS - 2].rsplit(" ", 1)[0] + " …"
    return OffendingPassage(
        text,
        run.length,
        len(run.starts),
        window.place(first, run.length),
        window.place(again, run.length),
    )
