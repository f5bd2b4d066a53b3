"""`novelgen bench storage`."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.bench_options import PlotOption, say
from novelgen.cli.commands.bench_writers import read_writers, writers_document, writers_lines
from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.path_options import existing_path
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bench.storage import StorageBenchReport
    from novelgen.bench.writers import WritersPlan


class TurnChoice(StrEnum):
    """Turns of `novelgen.bench.writers`, which opens databases and so is not asked here."""

    NOVEL = "novel"
    DATABASE = "database"
    BOTH = "both"


def storage(
    context: typer.Context,
    words: Annotated[
        int, typer.Option(metavar="N", min=2000, help="Words of the saga that is committed.")
    ] = 4_300_000,
    words_per_segment: Annotated[
        int, typer.Option(metavar="N", min=10, max=4000, help="Words in a segment.")
    ] = 190,
    snapshot_bytes: Annotated[
        int, typer.Option(metavar="N", min=1, help="Bytes of a memory; default 24 slots of 576.")
    ] = 24 * 576 * 4,
    novels: Annotated[
        int, typer.Option(metavar="N", min=1, help="Novels in the library, the saga among them.")
    ] = 200,
    keyframe_interval: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            help="Of so many memories in a finished chapter one is kept; 0: all.",
        ),
    ] = 16,
    directory: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=existing_path,
            help="Where the database is made, and removed again; default the system's own place.",
        ),
    ] = None,
    plot: PlotOption = None,
    writers: Annotated[
        str | None,
        typer.Option(
            metavar="N,N",
            help="Measure so many processes that commit at once instead, each to its own novel, in "
            "a new database on the server that --db names.",
        ),
    ] = None,
    turn: Annotated[
        TurnChoice, typer.Option(help="What each of the writers waits for.")
    ] = TurnChoice.NOVEL,
    seconds: Annotated[
        float, typer.Option(metavar="S", min=0.1, help="How long the writers commit.")
    ] = 10.0,
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Measurements of the writers, in turn.")
    ] = 3,
) -> None:
    """Whether commits, lists and exports are as fast at the end of a saga as at its beginning.

    Example: novelgen bench storage --words 4300000
    """
    import tempfile

    from novelgen.bench.scribe import Measures
    from novelgen.bench.storage import bench_storage
    from novelgen.bench.writers import Turn, WritersPlan
    from novelgen.cli.step_progress import step_display
    from novelgen.evaluation.plot_files import require_plottable
    from novelgen.generation.retention import Retention

    invocation = invocation_of(context)
    output = invocation.output
    retention = Retention(keyframe_interval or None)
    if plot is not None:
        require_plottable(plot)
    if directory is not None and not directory.is_dir():
        raise UsageError(f"There is no folder {directory}.", "Make it first.")
    if writers is not None:
        measures = Measures(words_per_segment, snapshot_bytes, retention, tells=True)
        turns = list(Turn) if turn is TurnChoice.BOTH else [Turn(turn.value)]
        plan = WritersPlan(read_writers(writers), turns, rounds, seconds, measures)
        _measure_writers(invocation, plan, directory)
        return
    with (
        explained_interrupt(output, "The database that was measured is removed."),
        tempfile.TemporaryDirectory(dir=directory, prefix="novelgen-bench-") as folder,
        step_display(output, "Committing") as on_progress,
    ):
        report = bench_storage(
            Path(folder),
            words,
            words_per_segment,
            snapshot_bytes,
            novels,
            retention,
            on_progress,
        )
    if plot is not None:
        from novelgen.bench.storage_plot import plot_storage

        plot_storage(report, plot)
        output.note(f"Plotted in {plot}.")
    say(output, _lines(report), _document(report))


def _measure_writers(invocation: Invocation, plan: "WritersPlan", directory: Path | None) -> None:
    import tempfile

    from novelgen.bench.writers import bench_writers
    from novelgen.cli.step_progress import step_display
    from novelgen.config import load_settings

    output = invocation.output
    settings = load_settings(
        invocation.paths, invocation.config_file, database_url=invocation.database_url
    )
    url = settings.database_url
    server = url if url is not None and not url.startswith("sqlite") else None
    with (
        explained_interrupt(output, "The database that was measured is removed."),
        tempfile.TemporaryDirectory(dir=directory, prefix="novelgen-bench-") as folder,
        step_display(output, "Measuring") as on_progress,
    ):
        report = bench_writers(server, Path(folder), plan, on_progress)
    say(output, writers_lines(report), writers_document(report))


def _lines(report: "StorageBenchReport") -> Iterator[str]:
    yield (
        f"{report.words:,} words in {report.segments:,} segments with snapshots, "
        f"{report.database_bytes / 1e6:,.0f} MB, "
        f"{report.bytes_per_100_000_words / 1e6:,.1f} MB for 100,000 words"
    )
    yield (
        f"Median commit {report.commit_at_start * 1e3:.2f} ms at the start, "
        f"{report.commit_at_end * 1e3:.2f} ms at the end: {report.commit_ratio:.2f} times"
    )
    yield f"Export to Markdown {report.export_seconds:.2f} s"
    yield f"What `show` reads {report.show_seconds * 1e3:.1f} ms"
    yield (
        f"An edit of the first chapter {report.edit_seconds:.2f} s, "
        f"{report.found_to_check} passages to check found in the others"
    )
    yield f"What `show` reads after it {report.show_after_edit_seconds * 1e3:.1f} ms"
    yield f"`verify` {report.verify_seconds:.2f} s"
    yield f"What `list` reads of {report.num_listed} novels {report.list_seconds * 1e3:.1f} ms"


def _document(report: "StorageBenchReport") -> dict[str, Any]:
    return {
        "words": report.words,
        "segments": report.segments,
        "database_bytes": report.database_bytes,
        "commit_ms": {
            "start": round(report.commit_at_start * 1e3, 3),
            "end": round(report.commit_at_end * 1e3, 3),
            "ratio": round(report.commit_ratio, 3),
        },
        "export_seconds": round(report.export_seconds, 3),
        "show_seconds": round(report.show_seconds, 4),
        "list_seconds": round(report.list_seconds, 4),
        "novels_listed": report.num_listed,
        "bytes_per_100000_words": round(report.bytes_per_100_000_words),
        "edit_seconds": round(report.edit_seconds, 3),
        "show_after_edit_seconds": round(report.show_after_edit_seconds, 4),
        "verify_seconds": round(report.verify_seconds, 3),
    }
