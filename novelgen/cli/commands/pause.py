"""`novelgen pause`."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.interrupts import Interrupts, explained_interrupt
from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import Output

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from storage.records import NovelRecord
    from storage.run_records import PauseRequest, RunRecord

_SECONDS_BETWEEN_LOOKS = 0.2


def pause(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    now: Annotated[
        bool,
        typer.Option(
            "--now",
            help="Between two tokens; the segment in hand is drawn again by `novelgen resume`.",
        ),
    ] = False,
) -> None:
    """Stop the run that writes a novel after its segment, in whatever process, and wait for it.

    Example: novelgen pause 3f2a
    """
    invocation = invocation_of(context)
    from storage.run_records import PauseRequest

    output = invocation.output
    request = PauseRequest.NOW if now else PauseRequest.AFTER_SEGMENT
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        remedy = "What was asked of the run stands; it stops by itself."
        with explained_interrupt(output, remedy) as interrupts:
            run, was_asked = _stop(workbench, found, request, output, interrupts)
        with workbench.store.reading() as work:
            is_fleets = bool(work.fleet_tasks.of_novel(found.id))
        _say(output, found, run, was_asked=was_asked, is_fleets=is_fleets)
        if output.as_json:
            output.document(_pause_json(workbench, found, run, was_asked=was_asked))


def _stop(
    workbench: "Workbench",
    novel: "NovelRecord",
    request: "PauseRequest",
    output: Output,
    interrupts: Interrupts,
) -> "tuple[RunRecord | None, bool]":
    """Ask, and wait until nothing runs; the last run, and whether it was asked."""
    from novelgen.runs.standing import Stands

    asked = ""
    has_told = False
    while (standing := workbench.runs.standing(novel.id)).stands is not Stands.AT_REST:
        run = standing.run
        if run is not None and standing.stands is Stands.RUNNING and run.id != asked:
            with workbench.store.writing() as work:
                work.runs.request_pause(run.id, request)
            asked = run.id
            output.note(_asked(run, request))
        elif standing.stands is Stands.STARTING and not asked and not has_told:
            has_told = True
            output.note("A process has the novel; its run is stopped as soon as it begins.")
        interrupts.raise_lost()
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    run = standing.run
    return run, run is not None and run.id == asked


def _asked(run: "RunRecord", request: "PauseRequest") -> str:
    from storage.run_records import PauseRequest

    when = "now" if request is PauseRequest.NOW else "after its segment"
    return f"Run {run.id} (process {run.pid} on {run.host}) is asked to stop {when}. Waiting."


def _say(
    output: Output,
    novel: "NovelRecord",
    run: "RunRecord | None",
    *,
    was_asked: bool,
    is_fleets: bool,
) -> None:
    from storage.run_records import RunStatus

    go_on = f"Go on with `novelgen {'fleet ' if is_fleets else ''}resume {novel.id}`."
    if run is not None and run.status is RunStatus.CRASHED:
        output.note(f"Run {run.id} has crashed; everything committed is kept. {go_on}")
    elif run is None or not was_asked:
        output.note(f"“{novel.title}” is not being written; there is nothing to stop.")
    elif run.status is RunStatus.STOPPED:
        output.note(f"Run {run.id} has stopped; nothing is lost. {go_on}")
    elif run.status is RunStatus.FAILED:
        output.note(f"Run {run.id} failed before it stopped. {run.error or ''} {go_on}")
    else:
        output.note(f"Run {run.id} came to its end before it stopped.")


def _pause_json(
    workbench: "Workbench", novel: "NovelRecord", run: "RunRecord | None", *, was_asked: bool
) -> dict[str, object]:
    found = workbench.find(novel.id)
    return {
        "id": novel.id,
        "run_id": None if run is None else run.id,
        "was_running": was_asked,
        "run_status": None if run is None else run.status.value,
        "words": found.totals.words,
    }
