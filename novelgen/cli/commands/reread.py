"""`novelgen reread`."""

from contextlib import nullcontext
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.errors import ExitCode


def reread(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Read everything again, whatever is stored.")
    ] = False,
    when_idle: Annotated[bool, typer.Option("--when-idle", hidden=True)] = False,
) -> None:
    """Bring the memory of a novel up to its text. Touches no word.

    It happens by itself before the next writing. By hand it is for a new adapter or precision, for
    damaged memories, or to have it done. Interrupted, it goes on where it was.

    Example: novelgen reread 3f2a
    """
    invocation = invocation_of(context)
    from novelgen.cli.idle_reading import is_idle_with
    from novelgen.cli.progress import pull_display
    from novelgen.cli.rereading import reread_memory
    from novelgen.cli.writing import stop_on_signals
    from novelgen.generation.stop import StopSignal

    output, stop = invocation.output, StopSignal()
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        if when_idle and not is_idle_with(invocation.paths, found.model):
            return
        with pull_display(output) as on_progress:
            engine = workbench.engines.load(found, on_progress, output.note)
        is_own = workbench.engines.is_adopted(found, engine)
        with nullcontext() if is_own else workbench.runs.claimed(found), stop_on_signals(stop):
            segments = reread_memory(output, workbench, found, engine, stop, is_afresh=afresh)
    if output.as_json:
        output.document({"id": found.id, "segments": segments, "complete": not stop.is_requested})
    elif stop.is_requested:
        output.data(f"{segments:,} segments read; `novelgen reread {found.id}` does the rest.")
    elif segments:
        output.data(f"{segments:,} segments read. The memory is up to the text.")
    else:
        output.data("The memory is up to the text already.")
    if stop.is_requested:
        raise typer.Exit(ExitCode.INTERRUPTED)
