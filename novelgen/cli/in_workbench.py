"""Whether a command that writes opens the workbench, and the opening of it."""

import sys
from typing import TYPE_CHECKING

import typer

from novelgen.cli.invocation import Invocation

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.generation.novel_context import RunLimits

HEADLESS_HELP = "Write with progress on stderr and open no workbench; so it is without a terminal."


def opens_workbench(invocation: Invocation, *, is_headless: bool) -> bool:
    """Whether a person sits in front of a terminal and wants to see the novel grow."""
    wants_text = is_headless or invocation.output.as_json or invocation.output.is_quiet
    return not wants_text and not invocation.is_worker and _has_terminal()


def open_workbench(
    invocation: Invocation,
    workbench: "Workbench",
    novel_id: str | None,
    limits: "RunLimits | None" = None,
) -> None:
    """Open the workbench on a novel, and write it where `limits` are given; else on all novels."""
    from novelgen.tui.app import WorkbenchApp

    app = WorkbenchApp(workbench, invocation.config_file, novel_id, limits, debug=invocation.debug)
    app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()
