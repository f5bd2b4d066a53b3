"""`novelgen stats`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.path_options import existing_path

if TYPE_CHECKING:
    from novelgen.manuscript.statistics import NovelStatistics
    from novelgen.text.prose_metrics.quality import QualityReport


def stats(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png", parser=existing_path, help="Draw the chapters into a file."
        ),
    ] = None,
) -> None:
    """Tell a novel in figures: words, prose beside human bands, tokens and speed, whose words.

    Example: novelgen stats 3f2a --plot chapters.png
    """
    invocation = invocation_of(context)
    from novelgen.cli.statistics_tables import statistics_lines
    from novelgen.evaluation.plot_files import require_plottable
    from novelgen.text.prose_metrics.quality import choose_norms, judge

    if plot is not None:
        require_plottable(plot)
    with invocation.workbench() as workbench:
        statistics = workbench.statistics(novel)
        sections = workbench.sections(statistics.overview.summary.novel.id)
        norms = choose_norms(sections, None, None)
        quality = judge(sections(), norms, with_coherence=False)
    if invocation.output.as_json:
        invocation.output.document(_document(statistics, quality))
    else:
        for line in statistics_lines(statistics, quality):
            invocation.output.data(line)
    if plot is None:
        return
    if not quality.words:
        invocation.output.note("Nothing is plotted: the novel has no words to measure yet.")
        return
    from novelgen.evaluation.quality_plot import plot_chapters

    plot_chapters(quality, _title(statistics), statistics.overview.chapters, plot)
    invocation.output.note(f"Plotted in {plot}.")


def _title(statistics: "NovelStatistics") -> str:
    from novelgen.cli.commands.listing import UNTITLED

    return statistics.overview.summary.novel.title or UNTITLED


def _document(statistics: "NovelStatistics", quality: "QualityReport") -> dict[str, Any]:
    from novelgen.cli.commands.listing import summary_json
    from novelgen.evaluation.quality_document import quality_document

    overview = statistics.overview
    document = quality_document(quality)
    measured = {chapter["number"]: chapter for chapter in document.pop("chapters")}
    del document["coherence"]  # which `eval quality` tells
    alarms = quality.alarms_by_chapter()
    return {
        **summary_json(overview.summary),
        "branch": overview.branch,
        "chapters": [
            {
                "number": chapter.number,
                "title": chapter.title,
                "words": chapter.words,
                "target_words": chapter.target_words,
                "status": chapter.status,
                "alarms": alarms[chapter.number],
                "metrics": measured.get(chapter.number, {}).get("values", {}),
            }
            for chapter in overview.chapters
        ],
        "drawing": _drawing(statistics),
        "spending": {name: each.as_json() for name, each in statistics.spending.items()},
        "origin": statistics.shares_by_origin(),
        "quality": document if quality.words else None,
    }


def _drawing(statistics: "NovelStatistics") -> dict[str, Any]:
    drawing = statistics.drawing
    return {
        "tokens_kept": drawing.tokens_kept,
        "tokens_drawn": drawing.tokens_drawn,
        "share_kept": _rounded(drawing.share_kept),
        "passages": drawing.passages,
        "redrawn": drawing.redrawn,
        "tokens_redrawn": drawing.tokens_redrawn,
        "seconds": round(drawing.seconds, 1),
        "tokens_kept_per_second": _rounded(drawing.kept_per_second),
        "tokens_drawn_per_second": _rounded(drawing.drawn_per_second),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
