"""`novelgen tui`."""

import os
import sys
from typing import Annotated

import typer

from novelgen.cli.in_workbench import open_workbench
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import UsageError

_WEB_DRIVER = "TEXTUAL_DRIVER"
"""Set for a workbench that a browser shows, which has no terminal."""


def tui(
    context: typer.Context,
    novel: Annotated[
        str | None,
        typer.Argument(metavar="NOVEL", help="Id or title, or its beginning; default: all."),
    ] = None,
    web: Annotated[
        bool, typer.Option("--web", help="Show it in a browser (extra `web`), until Ctrl-C.")
    ] = False,
    host: Annotated[
        str, typer.Option(metavar="H", help="With --web: the address that it listens on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(metavar="N", min=1, max=65535, help="With --web: the port.")
    ] = 8000,
) -> None:
    """Open the workbench: all novels, or one where you left it.

    Example: novelgen tui 3f2a
    """
    invocation = invocation_of(context)
    if web:
        _serve(invocation, novel, host, port)
        return
    has_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if not has_terminal and _WEB_DRIVER not in os.environ:
        raise UsageError(
            "The workbench needs a terminal.",
            "Without one use the commands, such as `novelgen resume --headless`.",
        )
    with invocation.workbench() as workbench:
        found = None if novel is None else workbench.find(novel).novel.id
        open_workbench(invocation, workbench, found)


def _serve(invocation: Invocation, novel: str | None, host: str, port: int) -> None:
    from novelgen.bootstrap import database_url
    from novelgen.runs.launch import ENV_DATABASE
    from novelgen.tui.web import LOOPBACK, serve

    with invocation.workbench() as workbench:
        found = [] if novel is None else [workbench.find(novel).novel.id]
        os.environ[ENV_DATABASE] = database_url(workbench.paths, workbench.settings)
    config = []
    if invocation.config_file is not None:
        config = ["--config", str(invocation.config_file.absolute())]
    if host not in LOOPBACK:
        invocation.output.note(
            f"Listening on {host}: whoever reaches it can read and change your novels."
        )
    invocation.output.note(f"Open http://{host}:{port} in a browser. Ctrl-C ends it; runs go on.")
    serve([sys.executable, "-P", "-m", "novelgen", *config, "tui", *found], host, port)
