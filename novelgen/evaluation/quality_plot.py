"""The pictures of `eval quality` and `stats`: metrics along a book. Draws off screen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from novelgen.evaluation.band_panels import Shade, draw_panel
from novelgen.evaluation.plot_files import save_figure
from novelgen.manuscript.overview import ChapterOverview
from novelgen.text.prose_metrics.alarms import ALARM_LIMITS
from novelgen.text.prose_metrics.coherence import RANGES, CoherenceFigure
from novelgen.text.prose_metrics.measuring import METRICS
from novelgen.text.prose_metrics.norms import SMALL_WINDOW, Norms, shipped_norms
from novelgen.text.prose_metrics.quality import QualityReport

_COLUMNS = 3
_PANEL_INCHES = (3.9, 1.75)
_COHERENCE_TITLES = {
    CoherenceFigure.COSINE: "content words shared with the block before (cosine)",
    CoherenceFigure.SEEN_NAMES: "uses of names seen before (share)",
    CoherenceFigure.NEW_NAMES: "new names in a block",
}


def plot_quality(report: QualityReport, name: str, path: Path) -> None:
    """Draw each metric by window, and coherence by block. Raises `StorageError`."""
    norms = report.norms
    figure, panels = _panels(len(METRICS) + len(CoherenceFigure))
    windows = report.windows if report.is_short else report.whole_windows
    for key, axes in zip(METRICS, panels, strict=False):
        found = [window for window in windows if key in window.values]
        places = [(window.first_word + window.words / 2) / 1_000 for window in found]
        values = [window.values[key] for window in found]
        draw_panel(axes, METRICS[key], places, values, _shade(norms, key))
    for coherence, axes in zip(CoherenceFigure, panels[len(METRICS) :], strict=True):
        found_blocks = [block for block in report.blocks if coherence in block.figures]
        ends = RANGES[coherence]
        draw_panel(
            axes,
            _COHERENCE_TITLES[coherence],
            [block.number - 0.5 for block in found_blocks],
            [block.figures[coherence] for block in found_blocks],
            Shade(ends.low, ends.high),
        )
    for axes in panels[-_COLUMNS:]:
        axes.set_xlabel("thousand words", fontsize=8)
    figure.suptitle(
        f"{name}: {report.words:,} words in windows of {norms.window_words:,}; shaded: "
        f"p5 to p95 and p25 to p75 of {norms.windows:,} human windows",
        fontsize=11,
    )
    save_figure(figure, path)


def plot_chapters(
    report: QualityReport, name: str, chapters: Sequence[ChapterOverview], path: Path
) -> None:
    """Draw words against targets, and each metric by chapter. Raises `StorageError`."""
    norms = shipped_norms(SMALL_WINDOW)
    figure, panels = _panels(len(METRICS), extra_rows=1)
    _plot_words(panels[0], chapters)
    for key, axes in zip(METRICS, panels[1:], strict=True):
        found = [chapter for chapter in report.chapters if key in chapter.values]
        draw_panel(
            axes,
            METRICS[key],
            [chapter.number for chapter in found],
            [chapter.values[key] for chapter in found],
            _shade(norms, key),
        )
    for axes in panels:
        axes.xaxis.get_major_locator().set_params(integer=True)
    for axes in panels[-_COLUMNS:]:
        axes.set_xlabel("chapter", fontsize=8)
    figure.suptitle(
        f"{name}: chapters by their windows of {SMALL_WINDOW:,} words (medians); shaded: p5 to p95 "
        f"and p25 to p75 of {norms.windows:,} human windows",
        fontsize=11,
    )
    save_figure(figure, path)


def _panels(count: int, extra_rows: int = 0) -> tuple[Any, list[Any]]:
    """A figure of small panels; with an extra row the first panel is as wide as the figure."""
    from matplotlib.figure import Figure

    rows = -(-count // _COLUMNS) + extra_rows
    width, height = _PANEL_INCHES
    figure = Figure(figsize=(_COLUMNS * width, rows * height + 0.5), layout="constrained")
    grid = figure.add_gridspec(rows, _COLUMNS)
    panels = [figure.add_subplot(grid[row, :]) for row in range(extra_rows)]
    panels += [
        figure.add_subplot(grid[extra_rows + index // _COLUMNS, index % _COLUMNS])
        for index in range(count)
    ]
    return figure, panels


def _plot_words(axes: Any, chapters: Sequence[ChapterOverview]) -> None:
    numbers = [chapter.number for chapter in chapters]
    targets = [chapter.target_words for chapter in chapters]
    words = [chapter.words for chapter in chapters]
    axes.bar(numbers, words, color="#4c78a8", alpha=0.45, label="words")
    left, right = [number - 0.4 for number in numbers], [number + 0.4 for number in numbers]
    axes.hlines(targets, left, right, color="#222222", linewidth=1.2, label="target")
    axes.set_ylim(0, 1.3 * max([1, *words, *targets]))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_title("words against target", loc="left", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.margins(x=0.01)
    axes.legend(fontsize=8, loc="upper right", ncols=2, frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _shade(norms: Norms, key: str) -> Shade:
    band = norms.bands[key]
    return Shade(band.p5, band.p95, (band.p25, band.p50, band.p75), ALARM_LIMITS.get(key))
