"""The picture of `bench storage`. Draws off screen."""

from pathlib import Path

from novelgen.bench.storage import StorageBenchReport
from novelgen.evaluation.plot_files import save_figure


def plot_storage(report: StorageBenchReport, path: Path) -> None:
    """Median commits along the saga. Raises `StorageError`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.subplots()
    places = [words / 1e6 for words, _ in report.commits]
    axes.plot(places, [seconds * 1e3 for _, seconds in report.commits], marker=".")
    axes.set_xlabel("million words committed")
    axes.set_ylabel("median commit (ms)")
    axes.set_ylim(bottom=0)
    save_figure(figure, path)
