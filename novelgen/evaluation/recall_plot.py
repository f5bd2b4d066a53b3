"""The plot of `eval recall`: accuracy, peak memory and time by segments read. Draws off screen.

Accuracy has its 95 % intervals over samples.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from novelgen.evaluation.plot_files import save_figure
from novelgen.evaluation.recall_evaluation import RecallResult
from novelgen.evaluation.recall_tasks import CHANCE, RecallTask

PUBLISHED_SEGMENTS = 4096
PUBLISHED_TOKENS = PUBLISHED_SEGMENTS * 499
PUBLISHED = {RecallTask.MEMORIZE: 0.906, RecallTask.DETECT: 0.961, RecallTask.REASONING: 0.819}
"""Accuracy at 4,096 segments of 499 tokens in arXiv 2304.11062, with a model of 110M parameters."""

_SIZE_INCHES = (15.0, 4.5)

Results = Mapping[RecallTask, Sequence[RecallResult]]


def plot_recall(results: Results, path: Path) -> None:
    """Draw the results of one or more tasks into a file.

    Raises `StorageError` when the file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    accuracy, memory, seconds = figure.subplots(1, 3)
    _draw(accuracy, results, lambda result: 100 * result.accuracy)
    _draw_intervals(accuracy, results)
    for number, (task, measured) in enumerate(results.items()):
        if all(result.tokens != PUBLISHED_TOKENS for result in measured):
            continue
        accuracy.plot(
            [PUBLISHED_SEGMENTS],
            [100 * PUBLISHED[task]],
            marker="x",
            markersize=9,
            linestyle="none",
            color=f"C{number}",
            label=f"{task.value}, published",
        )
    accuracy.axhline(100 * CHANCE, color="black", linewidth=0.8, linestyle=":", label="guessing")
    accuracy.set_ylim(0, 103)
    accuracy.set_ylabel("right answers (%)")
    accuracy.legend(loc="lower left")
    _draw(memory, results, lambda result: result.peak_memory_mib)
    memory.set_ylim(bottom=0)
    memory.set_ylabel("peak memory (MiB)")
    _draw(seconds, results, lambda result: 1000 * result.seconds_per_segment)
    seconds.set_ylim(bottom=0)
    seconds.set_ylabel("time for a segment of a sample (ms)")
    save_figure(figure, path)


def _draw(axes: Any, results: Results, figure_of: Callable[[RecallResult], float]) -> None:
    for number, (task, measured) in enumerate(results.items()):
        axes.plot(
            [result.num_segments for result in measured],
            [figure_of(result) for result in measured],
            marker="o",
            color=f"C{number}",
            label=task.value,
        )
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlabel("segments read")


def _draw_intervals(axes: Any, results: Results) -> None:
    for number, measured in enumerate(results.values()):
        intervals = [result.accuracy_interval for result in measured]
        axes.vlines(
            [result.num_segments for result in measured],
            [100 * interval.low for interval in intervals],
            [100 * interval.high for interval in intervals],
            color=f"C{number}",
            alpha=0.5,
        )
