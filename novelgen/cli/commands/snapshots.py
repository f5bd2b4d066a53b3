"""`novelgen snapshots` and `novelgen verify`."""

from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns
from novelgen.errors import ExitCode


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
        invocation.output.note("No snapshots yet: nothing is written.")
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
) -> None:
    """Re-hash every segment and memory snapshot of a novel, and recount its words.

    Example: novelgen verify 3f2a
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        found = workbench.verify(novel)
    if invocation.output.as_json:
        invocation.output.document(
            {
                "ok": found.is_sound,
                "segments": found.segments,
                "snapshots": found.snapshots,
                "problems": list(found.problems),
            }
        )
    else:
        for problem in found.problems:
            invocation.output.data(problem)
        verdict = "sound" if found.is_sound else f"{len(found.problems)} problems"
        invocation.output.data(
            f"{found.segments:,} segments and {found.snapshots:,} snapshots: {verdict}."
        )
    if not found.is_sound:
        raise typer.Exit(ExitCode.FAILED)
