"""`novelgen bench fleet`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.bench_options import say
from novelgen.cli.commands.bench_writers import read_writers
from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns

if TYPE_CHECKING:
    from novelgen.bench.fleet import FleetRow


def fleet(
    context: typer.Context,
    workers: Annotated[
        str, typer.Option(metavar="N,N", help="Numbers of workers that are measured.")
    ] = "1,2,4,8,16",
    tokens_per_second: Annotated[
        float, typer.Option(metavar="T", min=1, help="Pace of each worker's scripted engine.")
    ] = 100.0,
    seconds: Annotated[
        float, typer.Option(metavar="S", min=1, max=120, help="How long all of them write.")
    ] = 20.0,
    rounds: Annotated[int, typer.Option(metavar="N", min=1, help="Measurements, in turn.")] = 3,
    address: Annotated[
        str | None,
        typer.Option(metavar="A", help="Of the Ray cluster; by default as `novelgen fleet start`."),
    ] = None,
) -> None:
    """How a fleet's words a second grow with its workers, at an engine's set pace.

    In a new database on the server that --db names, with workers on a Ray cluster.

    Example: novelgen bench fleet --workers 1,4,16 --db postgresql+psycopg://HOST/novels
    """
    invocation = invocation_of(context)
    from novelgen.bench.fleet import FleetPlan, bench_fleet
    from novelgen.bootstrap.fleet_trial import workers_on_ray
    from novelgen.cli.step_progress import step_display
    from novelgen.fleet.ray_cluster import connected

    output = invocation.output
    plan = FleetPlan(read_writers(workers, "--workers"), rounds, seconds)
    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        settings, paths = workbench.settings, workbench.paths
    with (
        explained_interrupt(output, "The database that was measured is removed."),
        connected(address),
        step_display(output, "Measuring") as on_progress,
    ):
        workers_at = workers_on_ray(paths, settings, tokens_per_second)
        rows = bench_fleet(settings.database_url or "", plan, workers_at, on_progress)
    say(output, _lines(rows, tokens_per_second), _document(rows, tokens_per_second))


def _lines(rows: "list[FleetRow]", pace: float) -> Iterator[str]:
    yield f"Engines at {pace:g} tokens/s"
    yield ""
    heads = ["Workers", "Words/s", "Lowest-highest", "Commits/s", "Of linear", "Connections"]
    yield columns(
        heads,
        [
            [
                str(row.workers),
                f"{row.words_per_second:.1f}",
                f"{row.lowest:.1f}-{row.highest:.1f}",
                f"{row.commits_per_second:.2f}",
                f"{row.share:.0%}",
                f"{row.connections:.1f}",
            ]
            for row in rows
        ],
        right=range(len(heads)),
    )


def _document(rows: "list[FleetRow]", pace: float) -> dict[str, Any]:
    return {
        "tokens_per_second": pace,
        "rows": [
            {
                "workers": row.workers,
                "words_per_second": round(row.words_per_second, 2),
                "lowest": round(row.lowest, 2),
                "highest": round(row.highest, 2),
                "commits_per_second": round(row.commits_per_second, 3),
                "share_of_linear": round(row.share, 4),
                "connections_per_worker": round(row.connections, 2),
            }
            for row in rows
        ],
    }
