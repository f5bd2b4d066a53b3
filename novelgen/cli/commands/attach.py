"""`novelgen attach`."""

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.interrupts import Interrupts, explained_interrupt
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import NotFoundError

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.cli.endings import Ending
    from novelgen.cli.output import Output
    from novelgen.runs.following import ProseCommitted, RunFollower
    from storage.records import NovelSummary
    from storage.run_records import RunRecord

_SECONDS_BETWEEN_LOOKS = 0.3


def attach(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    prose: Annotated[
        bool,
        typer.Option("--prose", help="Print the prose on stdout, each segment as it is committed."),
    ] = False,
) -> None:
    """Look on while a novel is written, in whatever process, until the run ends.

    Ctrl-C looks away; the run goes on. The exit code is that of the run.

    Example: novelgen attach 3f2a
    """
    invocation = invocation_of(context)
    from novelgen.cli.endings import say_run_ended
    from novelgen.cli.writing import run_json
    from novelgen.errors import UsageError

    output = invocation.output
    if prose and output.as_json:
        raise UsageError("--json and --prose both want stdout.", "Leave one of them out.")
    with invocation.workbench() as workbench:
        found = workbench.find(novel)
        remedy = f"The run goes on. Stop it with `novelgen pause {found.novel.id}`."
        with explained_interrupt(output, remedy) as interrupts:
            run = _run_to_follow(invocation, workbench, found, interrupts)
            follower = workbench.runs.follower(run)
            ending = _follow(invocation, found, follower, interrupts, with_prose=prose)
        code = say_run_ended(output, found.novel, follower.run, ending)
        if output.as_json:
            document = run_json(workbench, found.novel.id, follower.run)
            output.document(document | {"run_status": follower.run.status.value})
    raise typer.Exit(code)


def _run_to_follow(
    invocation: Invocation,
    workbench: "Workbench",
    found: "NovelSummary",
    interrupts: Interrupts,
) -> "RunRecord":
    """The run that goes on, or is about to; else the last one. Raises `NotFoundError`."""
    from novelgen.runs.standing import Stands

    novel = found.novel
    has_told = False
    while (standing := workbench.runs.standing(novel.id)).stands is Stands.STARTING:
        if not has_told:
            invocation.output.note("A process has the novel and its run has not begun yet.")
        has_told = True
        interrupts.raise_lost()
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    if standing.run is None:
        raise NotFoundError(
            f"No run has written “{novel.title}” ({novel.id}) yet.",
            f"Begin with `novelgen resume {novel.id}`.",
        )
    return standing.run


def _follow(
    invocation: Invocation,
    found: "NovelSummary",
    follower: "RunFollower",
    interrupts: Interrupts,
    *,
    with_prose: bool,
) -> "Ending | None":
    from novelgen.cli.endings import ending_of
    from novelgen.cli.run_display import RunDisplay
    from novelgen.generation.stop import StopSignal
    from novelgen.runs.following import ProseCommitted
    from novelgen.runs.live import LiveNews

    output = invocation.output
    if with_prose and sys.stdout.isatty():
        output = replace(output, is_quiet=True)  # the prose has the terminal to itself
    display = RunDisplay(StopSignal(), output, found.novel.target_words, found.totals.words)
    printed = _Prose(invocation.output)
    past = follower.recent()
    ending = ending_of(past[-1]) if past else None
    display.catch_up(past)
    try:
        for news in follower.follow():
            interrupts.raise_lost()
            if isinstance(news, LiveNews):
                display.count_pieces(news.pieces)
            elif isinstance(news, ProseCommitted):
                if with_prose:
                    printed.add(news)
            else:
                display.show(news)
                ending = ending_of(news) or ending
    finally:
        display.close()
        if with_prose:
            printed.end()
    return ending


class _Prose:
    """Prose on stdout as it comes, a blank line between chapters."""

    def __init__(self, output: "Output") -> None:
        self._output = output
        self._revision_id = ""

    def add(self, news: "ProseCommitted") -> None:
        if self._revision_id not in ("", news.revision_id):
            self._output.prose("\n\n")
        self._revision_id = news.revision_id
        self._output.prose(news.text)

    def end(self) -> None:
        if self._revision_id:
            self._output.prose("\n")
