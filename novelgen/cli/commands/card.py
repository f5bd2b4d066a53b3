"""`novelgen card`."""

from pathlib import Path
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of


def card(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="PATH", help="File to write, by default TITLE.svg."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Draw a novel's map as a picture to show, with words, days and shares. Prints its path.

    An SVG file with title and author, a row of squares for each chapter, and no prose.

    Example: novelgen card 3f2a --output my-novel.svg
    """
    invocation = invocation_of(context)
    from novelgen.manuscript.card import write_card

    with invocation.workbench() as workbench:
        record = workbench.find(novel).novel
        path = write_card(
            workbench.store, record, Path(output) if output else None, overwrite=force
        )
    if invocation.output.as_json:
        invocation.output.document({"path": str(path)})
    else:
        invocation.output.data(str(path))
