"""What an interrupt is answered with, by commands that lose or keep something of their own."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from novelgen.cli.output import Output
from novelgen.errors import ExitCode


@contextmanager
def explained_interrupt(output: Output, remedy: str) -> Iterator[None]:
    """End the program with the exit code of an interrupt, after a line on what is left."""
    try:
        yield
    except KeyboardInterrupt:
        output.error("interrupted.", remedy)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
