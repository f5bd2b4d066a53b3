"""The picture of `bench memory`. Draws off screen."""

from pathlib import Path

from novelgen.bench.memory import MemoryBenchReport
from novelgen.evaluation.plot_files import save_figure


def plot_memory_bench(report: MemoryBenchReport, path: Path) -> None:
    """Peak memory and seconds by segment. Raises `StorageError`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    numbers = range(1, len(report.tokens) + 1)
    left.plot(numbers, report.peak_mib)
    left.set_ylabel("peak memory (MiB)")
    right.plot(numbers, report.draw_seconds, label="draw")
    right.plot(numbers, report.write_seconds, label="write memory")
    right.set_ylabel("seconds a segment")
    right.legend()
    for axes in (left, right):
        axes.set_xlabel("segment")
        axes.set_ylim(bottom=0)
    save_figure(figure, path)
