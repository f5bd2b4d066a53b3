"""Looks on while a fleet works: one table that renews itself, or a line now and then."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress

from novelgen.bootstrap import Workbench
from novelgen.cli.fleet_table import fleet_table, summary_lines
from novelgen.cli.output import Output
from novelgen.cli.terminal import is_live_terminal
from novelgen.fleet.standing import FleetStanding

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_LINES = 10.0


def look_on(
    output: Output,
    workbench: Workbench,
    *,
    with_done: bool = False,
    is_over: Callable[[FleetStanding], bool] = lambda standing: standing.is_done,
) -> FleetStanding:
    """Show the fleet until it is done; Ctrl-C looks away. Returns how it stood last."""
    if is_live_terminal() and sys.stdout.isatty() and not output.is_quiet:
        return _in_place(workbench, with_done, is_over)
    return _in_lines(output, workbench, with_done, is_over)


def _in_place(
    workbench: Workbench, with_done: bool, is_over: Callable[[FleetStanding], bool]
) -> FleetStanding:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    standing = workbench.fleet.standing(with_done=with_done)
    with (
        suppress(KeyboardInterrupt),
        Live(Text(fleet_table(standing)), console=Console(), auto_refresh=False) as live,
    ):
        while not is_over(standing):
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            standing = workbench.fleet.standing(with_done=with_done)
            live.update(Text(fleet_table(standing)), refresh=True)
    return standing


def _in_lines(
    output: Output,
    workbench: Workbench,
    with_done: bool,
    is_over: Callable[[FleetStanding], bool],
) -> FleetStanding:
    standing = workbench.fleet.standing(with_done=with_done)
    told_at = 0.0
    with suppress(KeyboardInterrupt):
        while not is_over(standing):
            if time.monotonic() - told_at >= _SECONDS_BETWEEN_LINES:
                output.note(" ".join(summary_lines(standing)))
                told_at = time.monotonic()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            standing = workbench.fleet.standing(with_done=with_done)
    output.note(" ".join(summary_lines(standing)))
    return standing
