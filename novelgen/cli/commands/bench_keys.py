"""`novelgen bench keys`."""

from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of


def keys(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    count: Annotated[
        int, typer.Option("--keys", metavar="N", min=20, max=10_000, help="Letters to type.")
    ] = 300,
    columns: Annotated[
        int, typer.Option(metavar="N", min=60, max=500, help="Width of the terminal.")
    ] = 120,
    rows: Annotated[
        int, typer.Option(metavar="N", min=20, max=200, help="Height of the terminal.")
    ] = 40,
) -> None:
    """How quickly the workbench answers keys; say, while another process writes the novel.

    Types into the chapter where the novel was left, in a terminal of its own. Nothing is saved.

    Example: novelgen resume 3f2a --detach; novelgen bench keys 3f2a
    """
    invocation = invocation_of(context)
    import os

    from novelgen.bench.keys import bench_keys
    from novelgen.bootstrap import database_url
    from novelgen.runs.detachment import environment_elsewhere
    from novelgen.runs.launch import ENV_DATABASE

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        url = database_url(workbench.paths, workbench.settings)
    environment = {**environment_elsewhere(os.environ), ENV_DATABASE: url}
    environment.setdefault("TERM", "xterm-256color")
    config = [] if invocation.config_file is None else ["--config", str(invocation.config_file)]
    invocation.output.note(f"Typing {count} letters into “{found.title}”.")
    measured = bench_keys(
        [*config, "tui", found.id], environment, keys=count, columns=columns, rows=rows
    )
    if invocation.output.as_json:
        invocation.output.document(measured.as_json())
        return
    invocation.output.data(
        f"{measured.keys} keys in {measured.columns}x{measured.rows}: median "
        f"{measured.median_ms:.0f} ms, 95 % within {measured.p95_ms:.0f} ms, 99 % within "
        f"{measured.p99_ms:.0f} ms, the longest {measured.longest_ms:.0f} ms."
    )
