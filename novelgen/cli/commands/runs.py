"""`novelgen runs`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns

if TYPE_CHECKING:
    from storage.run_records import RunRecord


def runs(
    context: typer.Context,
    novel: Annotated[
        str | None,
        typer.Argument(metavar="[NOVEL]", help="Only of this one: id or title, or its beginning."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All runs, not the last one of each novel alone.")
    ] = False,
) -> None:
    """List what is being written, and the last run of every other novel.

    Example: novelgen runs
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        novel_id = None if novel is None else workbench.find(novel).novel.id
        found = workbench.runs.newest(novel_id, every=every)
        titles = workbench.titles()
    if invocation.output.as_json:
        listed = [_run_json(run, titles.get(run.novel_id, "")) for run in found]
        invocation.output.document({"runs": listed})
        return
    if not found:
        invocation.output.note("No run yet. `novelgen new` or `novelgen resume` begins one.")
        return
    invocation.output.data(_table(found, titles))


def _table(found: "list[RunRecord]", titles: dict[str, str]) -> str:
    headers = ["run", "novel", "title", "status", "words", "process", "began (UTC)", "last sign"]
    rows = [
        [
            run.id,
            run.novel_id,
            titles.get(run.novel_id, ""),
            run.status.value,
            f"{run.words:,}",
            f"{run.pid} on {run.host}",
            f"{run.started_at:%Y-%m-%d %H:%M}",
            f"{run.heartbeat_at:%m-%d %H:%M:%S}",
        ]
        for run in found
    ]
    return columns(headers, rows, right=(4,))


def _run_json(run: "RunRecord", title: str) -> dict[str, Any]:
    """The JSON keys of a run, a contract with other programs."""
    return {
        "id": run.id,
        "novel": run.novel_id,
        "title": title,
        "status": run.status.value,
        "purpose": run.purpose.value,
        "is_unattended": run.is_unattended,
        "pid": run.pid,
        "host": run.host,
        "device": run.device,
        "started_at": run.started_at.isoformat(),
        "heartbeat": run.heartbeat_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
        "words": run.words,
        "tokens": run.tokens,
        "error": run.error,
    }
