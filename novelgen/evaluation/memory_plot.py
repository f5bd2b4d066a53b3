"""The plot of `eval memory`: gain by position in the segment, and by segment. Draws off screen."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from novelgen.evaluation.memory_readings import COMPARED
from novelgen.evaluation.memory_report import Comparison, MemoryReport, TailReport
from novelgen.evaluation.plot_files import save_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH_INCHES = 11.0
_ROW_INCHES = 4.2
_LABELS = {"reset": "initial memory", "other_book": "another book's memory", "control": "control"}


def plot_memory(report: MemoryReport, path: Path) -> None:
    """Draw the report into a file, one row of panels for each set of scores.

    Raises `StorageError` when the file cannot be written.
    """
    from matplotlib.figure import Figure

    tails = [report.memory_alone, *([report.with_tail] if report.with_tail else [])]
    figure = Figure(figsize=(_WIDTH_INCHES, _ROW_INCHES * len(tails)), layout="constrained")
    rows = figure.subplots(len(tails), 2, squeeze=False)
    for (left, right), tail in zip(rows, tails, strict=True):
        _plot_positions(left, tail)
        _plot_segments(right, tail)
    figure.suptitle(
        f"Gain of true memory: {report.num_mem_tokens} slots, segments of {report.segment_size} "
        f"tokens, {len(report.books)} books, 95 % intervals"
    )
    save_figure(figure, path)


def _plot_positions(axes: Any, tail: TailReport) -> None:
    centres = [(part.first + part.last) / 2 for part in tail.by_position]
    _plot_gains(axes, centres, [part.comparison for part in tail.by_position])
    axes.set_xlabel("token in the segment")
    shown = f"after a tail of {tail.tail_tokens} tokens" if tail.tail_tokens else "memory alone"
    axes.set_title(shown, loc="left")
    axes.legend()


def _plot_segments(axes: Any, tail: TailReport) -> None:
    numbers = [part.number for part in tail.by_segment]
    _plot_gains(axes, numbers, [part.comparison for part in tail.by_segment])
    axes.set_xlabel("segment")


def _plot_gains(axes: Any, where: "Sequence[float]", comparisons: "Sequence[Comparison]") -> None:
    for number, other in enumerate(COMPARED):
        if other not in comparisons[0].gain:
            continue
        gains = [comparison.gain[other] for comparison in comparisons]
        axes.errorbar(
            # A little apart, so that intervals do not cover each other.
            [place * (1 + 0.02 * number) for place in where],
            [gain.mean for gain in gains],
            yerr=[gain.half_width for gain in gains],
            marker="o",
            capsize=3,
            label=f"over {_LABELS[other]}",
        )
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_ylabel("gain (nats a token)")
