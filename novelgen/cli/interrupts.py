"""What an interrupt is answered with, by commands that lose or keep something of their own."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

from novelgen.cli.output import Output
from novelgen.errors import ExitCode


class Interrupts:
    """Notes that Ctrl-C was pressed, also where the exception for it got lost.

    Python drops an exception that comes up in a finalizer or in a callback of a library.
    """

    def __init__(self) -> None:
        self._has_come = False

    def raise_lost(self) -> None:
        """Raises `KeyboardInterrupt` when one has come. To be called in loops that wait."""
        if self._has_come:
            raise KeyboardInterrupt

    def handle(self, _signal: int, _frame: FrameType | None) -> None:
        """In place of Python's own handler."""
        self._has_come = True
        raise KeyboardInterrupt


@contextmanager
def noted_interrupts() -> Iterator[Interrupts]:
    """Note interrupts while the block lasts; where they are ignored, or handled, they stay so."""
    noted = Interrupts()
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield noted
        return
    signal.signal(signal.SIGINT, noted.handle)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def explained_interrupt(output: Output, remedy: str) -> Iterator[Interrupts]:
    """End the program with the exit code of an interrupt, after a line on what is left."""
    with noted_interrupts() as noted:
        try:
            yield noted
        except KeyboardInterrupt:
            output.error("interrupted.", remedy)
            raise typer.Exit(ExitCode.INTERRUPTED) from None
