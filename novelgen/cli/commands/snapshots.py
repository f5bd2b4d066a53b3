"""`novelgen snapshots` and `novelgen verify`."""

from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns
from novelgen.errors import ExitCode

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.generation.memory_comparison import MemoryComparison


def snapshots(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
) -> None:
    """List the memory snapshots of a novel, in reading order.

    Example: novelgen snapshots 3f2a
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        stored = workbench.snapshots(novel)
    if invocation.output.as_json:
        document = [
            {
                "key": link.key,
                "parent": link.parent_key,
                "chapter": link.chapter,
                "segment": link.position,
                "bytes": snapshot.num_bytes if snapshot else None,
                "created_at": snapshot.created_at.isoformat() if snapshot else None,
            }
            for link, snapshot in stored
        ]
        invocation.output.document({"snapshots": document})
        return
    if not stored:
        invocation.output.note(
            "No snapshots yet: nothing is written, or another model was set since."
        )
        return
    rows = [
        [
            link.key[:16],
            str(link.chapter),
            str(link.position),
            f"{snapshot.num_bytes:,}" if snapshot else "",
            f"{snapshot.created_at:%Y-%m-%d %H:%M:%S}" if snapshot else "read again when needed",
        ]
        for link, snapshot in stored
    ]
    headers = ["key", "chapter", "segment", "bytes", "written (UTC)"]
    invocation.output.data(columns(headers, rows, right=(1, 2, 3)))


def verify(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    memory: Annotated[
        bool,
        typer.Option(
            "--memory", help="Also read the whole text again and compare every stored memory."
        ),
    ] = False,
) -> None:
    """Re-hash every segment and memory snapshot of a novel, and recount its words.

    Example: novelgen verify 3f2a --memory
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        found = workbench.verify(novel)
        compared = _compare_memory(invocation, workbench, novel) if memory else None
    problems = [*found.problems, *(compared.problems() if compared else ())]
    if invocation.output.as_json:
        document = {
            "ok": not problems,
            "segments": found.segments,
            "snapshots": found.snapshots,
            "memory_behind": list(found.behind),
            "problems": problems,
        }
        invocation.output.document(document | ({"memory": compared.as_json()} if compared else {}))
    else:
        for problem in problems:
            invocation.output.data(problem)
        verdict = f"{len(problems)} problems" if problems else "sound"
        invocation.output.data(
            f"{found.segments:,} segments and {found.snapshots:,} snapshots: {verdict}."
        )
        if compared:
            invocation.output.data(compared.summary())
    if problems:
        raise typer.Exit(ExitCode.FAILED)


def _compare_memory(
    invocation: Invocation, workbench: "Workbench", reference: str
) -> "MemoryComparison":
    from novelgen.cli.progress import pull_display
    from novelgen.cli.step_progress import step_display
    from novelgen.generation.foreign_memory import require_own_memory
    from novelgen.generation.memory_comparison import MemoryComparison, compare_memory

    novel = workbench.find(reference).novel
    with pull_display(invocation.output) as on_progress:
        engine = workbench.engines.load(novel, on_progress, invocation.output.note)
    require_own_memory(workbench.store, novel, engine)
    comparison = MemoryComparison()
    with step_display(invocation.output, "Segments read") as on_step:
        for each in compare_memory(workbench.store, engine, novel.active_branch_id):
            comparison.add(each)
            on_step(each.done, each.total)
    return comparison
