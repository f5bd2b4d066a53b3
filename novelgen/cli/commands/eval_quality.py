"""`novelgen eval quality`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.path_options import existing_path
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from novelgen.cli.quality_comparison import ComparedText
    from novelgen.text.prose_metrics.norms import Norms
    from novelgen.text.prose_metrics.quality import QualityReport, Sections


def quality(
    context: typer.Context,
    texts: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE|NOVEL...",
            help="A .md or .txt file, or a novel's id or title; several are compared in one table.",
        ),
    ],
    norms: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", parser=existing_path, help="Norms of `eval norms`; default the shipped."
        ),
    ] = None,
    window_words: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="5000 or 1000; default what the text fills, 5000 if it can."
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png", parser=existing_path, help="Draw the metrics into a file."
        ),
    ] = None,
) -> None:
    """Hold prose against novels that people wrote: alarms, metrics, coherence, drift. No model.

    Example: novelgen eval quality my-novel.md --plot quality.png
    """
    invocation = invocation_of(context)
    from novelgen.cli.quality_tables import quality_lines
    from novelgen.evaluation.plot_files import require_plottable
    from novelgen.evaluation.quality_document import quality_document
    from novelgen.evaluation.quality_plot import plot_quality
    from novelgen.text.prose_metrics.norms import read_norms

    if plot is not None:
        require_plottable(plot)
    given = None if norms is None else read_norms(norms)
    compared = [_compared(invocation, text, given, window_words) for text in texts]
    if len(compared) > 1:
        _compare(invocation, compared, plot)
        return
    (found,) = compared
    if invocation.output.as_json:
        invocation.output.document({"text": found.name} | quality_document(found.report))
    else:
        for line in quality_lines(found.report, found.name):
            invocation.output.data(line)
    if plot is not None:
        plot_quality(found.report, found.name, plot)
        invocation.output.note(f"Plotted in {plot}.")


def _compare(invocation: Invocation, texts: "list[ComparedText]", plot: Path | None) -> None:
    from novelgen.cli.quality_comparison import comparison_document, comparison_lines

    if plot is not None:
        raise UsageError("--plot draws one text.", "Name one text, or leave it out.")
    if invocation.output.as_json:
        invocation.output.document({"texts": comparison_document(texts)})
        return
    for line in comparison_lines(texts):
        invocation.output.data(line)


def _compared(
    invocation: Invocation, text: str, norms: "Norms | None", window_words: int | None
) -> "ComparedText":
    """A text with its report. Raises `UsageError` when there is nothing to measure in it."""
    from novelgen.cli.quality_comparison import ComparedText

    path = Path(text)
    if _is_file(path):
        from novelgen.text.prose_metrics.book_file import read_sections

        sections = read_sections(path)
        found = ComparedText(path.name, _judge(lambda: sections, norms, window_words))
    else:
        found = _judge_novel(invocation, text, norms, window_words)
    if not found.report.words:
        raise UsageError(
            f"There are no words to measure in {found.name}.",
            "The metrics count words in Latin letters, outside headings.",
        )
    return found


def _is_file(path: Path) -> bool:
    """Whether a file is meant. Raises `NotFoundError` for a file that is not there."""
    from novelgen.text.books import SUFFIXES

    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # a name too long, or with a zero in it
        return False
    if not is_file and path.suffix.lower() in SUFFIXES:
        raise NotFoundError(f"There is no file {path}.", "Name a .md or .txt file, or a novel.")
    return is_file


def _judge_novel(
    invocation: Invocation, reference: str, norms: "Norms | None", window_words: int | None
) -> "ComparedText":
    from novelgen.cli.commands.listing import UNTITLED
    from novelgen.cli.quality_comparison import ComparedText

    with invocation.workbench() as workbench:
        title = workbench.find(reference).novel.title or UNTITLED
        report = _judge(workbench.sections(reference), norms, window_words)
        return ComparedText(title, report, workbench.statistics(reference).drawing)


def _judge(
    sections: "Sections", norms: "Norms | None", window_words: int | None
) -> "QualityReport":
    from novelgen.text.prose_metrics.quality import choose_norms, judge

    return judge(sections(), choose_norms(sections, norms, window_words))
