"""Looks on while a fleet works: one table that renews itself, or a line now and then.

Workers go on by themselves when their database has been away for a while, and so does who looks.
"""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.cli.fleet_table import fleet_table, summary_lines
from novelgen.cli.interrupts import noted_interrupts
from novelgen.cli.output import Output
from novelgen.cli.terminal import is_live_terminal
from novelgen.fleet.standing import FleetStanding
from storage.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from rich.text import Text

_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_BETWEEN_LINES = 10.0
_LONGEST_WAIT = 30.0
"""Seconds between two tries to reach the database."""


class Onlooker:
    """Looks at a fleet, however often its database goes away once it has been seen."""

    def __init__(self, workbench: Workbench, *, with_done: bool = False) -> None:
        self._workbench = workbench
        self._with_done = with_done
        self._has_seen = False

    def look(self, say: Callable[[str], None]) -> FleetStanding:
        """How it stands, as soon as the database can be had; `say` is told once that it cannot.

        Raises `DatabaseUnavailable` where it could never be had.
        """
        wait = _SECONDS_BETWEEN_LOOKS
        is_told = False
        while True:
            try:
                standing = self._workbench.fleet.standing(with_done=self._with_done)
            except DatabaseUnavailable as failure:
                if not self._has_seen:
                    raise
                if not is_told:
                    say(f"{failure.message} Looking again until it is back; Ctrl-C ends that.")
                is_told = True
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                self._has_seen = True
                return standing


def look_on(
    output: Output,
    workbench: Workbench,
    *,
    with_done: bool = False,
    onlooker: Onlooker | None = None,
) -> FleetStanding:
    """Show the fleet until it is done; Ctrl-C looks away. Returns how it stood last."""
    onlooker = onlooker or Onlooker(workbench, with_done=with_done)
    if is_live_terminal() and sys.stdout.isatty() and not output.is_quiet:
        return _in_place(output, onlooker)
    return _in_lines(output, onlooker)


def _in_place(output: Output, onlooker: Onlooker) -> FleetStanding:
    from rich.console import Console
    from rich.live import Live

    standing = onlooker.look(output.note)
    with (
        suppress(KeyboardInterrupt),
        noted_interrupts() as interrupts,
        Live(_cropped(fleet_table(standing)), console=Console(), auto_refresh=False) as live,
    ):

        def say(trouble: str) -> None:
            live.update(_cropped(f"{fleet_table(standing)}\n{trouble}"), refresh=True)

        while not standing.is_done:
            interrupts.raise_lost()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            standing = onlooker.look(say)
            live.update(_cropped(fleet_table(standing)), refresh=True)
    return standing


def _cropped(table: str) -> "Text":
    """Rows that are too long for the terminal are cut, so that columns stay columns."""
    from rich.text import Text

    return Text(table, no_wrap=True, overflow="ellipsis")


def _in_lines(output: Output, onlooker: Onlooker) -> FleetStanding:
    standing = onlooker.look(output.note)
    told_at = 0.0
    with suppress(KeyboardInterrupt), noted_interrupts() as interrupts:
        while not standing.is_done:
            if time.monotonic() - told_at >= _SECONDS_BETWEEN_LINES:
                output.note(" ".join(summary_lines(standing)))
                told_at = time.monotonic()
            interrupts.raise_lost()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            standing = onlooker.look(output.note)
    output.note(" ".join(summary_lines(standing)))
    return standing
