"""`novelgen tui`."""

import sys
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.errors import UsageError


def tui(
    context: typer.Context,
    novel: Annotated[
        str | None,
        typer.Argument(
            metavar="NOVEL", help="Id or title, or its beginning; default: the library."
        ),
    ] = None,
) -> None:
    """Open the workbench: all novels, or one where you left it.

    Example: novelgen tui 3f2a
    """
    invocation = invocation_of(context)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "The workbench needs a terminal.",
            "Without one use the commands, such as `novelgen resume --headless`.",
        )
    with invocation.workbench() as workbench:
        found = None if novel is None else workbench.find(novel).novel.id
        from novelgen.tui.app import WorkbenchApp

        WorkbenchApp(workbench, invocation.config_file, found, debug=invocation.debug).run()
