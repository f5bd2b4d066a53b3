"""A novel in figures as plain tables for a terminal."""

from collections.abc import Iterator

from novelgen.cli.output import columns
from novelgen.cli.quality_tables import alarm_lines, signed
from novelgen.manuscript.statistics import DrawingFigures, NovelStatistics
from novelgen.text.prose_metrics.measuring import METRICS
from novelgen.text.prose_metrics.norms import SMALL_WINDOW, shipped_norms
from novelgen.text.prose_metrics.quality import ChapterQuality, QualityReport, side_of

_UNTITLED = "(no title yet)"
_CHAPTERS_SHOWN = 200
_LONGEST_TITLE = 32


def statistics_lines(statistics: NovelStatistics, quality: QualityReport) -> Iterator[str]:
    """The lines to print."""
    summary = statistics.overview.summary
    words, target = summary.totals.words, summary.novel.target_words
    done = 100 * words / target if target else 0.0
    yield (
        f"{summary.novel.title or _UNTITLED}: {words:,} of {target:,} words ({done:.1f} %), "
        f"branch {statistics.overview.branch}"
    )
    yield _origin_line(statistics)
    yield from _drawing_lines(statistics.drawing)
    for server, spent in sorted(statistics.spending.items()):
        yield f"Spent at {server}: {spent.in_words()}"
    if not quality.words:
        yield "There are no words to measure yet."
        return
    yield ""
    yield from alarm_lines(quality)
    yield from ("", _chapter_table(statistics, quality))
    shown = len(statistics.overview.chapters)
    if shown > _CHAPTERS_SHOWN:
        yield f"The first {_CHAPTERS_SHOWN} of {shown:,} chapters; --json has them all."
    yield (
        f"Metrics of a chapter are medians over its windows of {SMALL_WINDOW:,} words; + is above "
        "the human band, - below it. `novelgen eval quality` has the whole report."
    )


def _origin_line(statistics: NovelStatistics) -> str:
    shares = statistics.shares_by_origin()
    if not statistics.origins.total():
        return "Nothing is written yet."
    return "Words: " + ", ".join(f"{share:.1%} {origin}" for origin, share in shares.items())


def _drawing_lines(drawing: DrawingFigures) -> Iterator[str]:
    if not drawing.passages:
        return
    line = f"Tokens: {drawing.tokens_kept:,} kept of {drawing.tokens_drawn:,} drawn"
    if drawing.share_kept is not None:
        line += f" ({drawing.share_kept:.0%})"
    yield (
        f"{line}; {drawing.redrawn:,} of {drawing.passages:,} passages were drawn more than once, "
        f"for {drawing.tokens_redrawn:,} tokens"
    )
    if drawing.kept_per_second is not None and drawing.drawn_per_second is not None:
        yield (
            f"Speed: {drawing.kept_per_second:.1f} tokens/s kept, {drawing.drawn_per_second:.1f} "
            f"drawn, over {drawing.seconds:,.0f} s"
        )


def _chapter_table(statistics: NovelStatistics, quality: QualityReport) -> str:
    measured = {chapter.number: chapter for chapter in quality.chapters}
    alarms = quality.alarms_by_chapter()
    rows = [
        [
            str(chapter.number),
            _short(chapter.title),
            f"{chapter.words:,}",
            f"{chapter.target_words:,}",
            *_cells(measured.get(chapter.number)),
            str(alarms[chapter.number] or ""),
        ]
        for chapter in statistics.overview.chapters[:_CHAPTERS_SHOWN]
    ]
    headers = ["", "chapter", "words", "target", *METRICS, "alarms"]
    return columns(headers, rows, right=(0, *range(2, len(headers))))


def _cells(chapter: ChapterQuality | None) -> list[str]:
    values = {} if chapter is None else chapter.values
    words = 0 if chapter is None else min(chapter.words, SMALL_WINDOW)
    norms = shipped_norms(SMALL_WINDOW)
    return [
        signed(values[key], key, side_of(norms, key, values[key], words)) if key in values else ""
        for key in METRICS
    ]


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
