"""`novelgen backup`."""

from pathlib import Path
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.path_options import new_path


def backup(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", parser=new_path, help="File to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Copy the whole database to a file, also while a novel is written.

    The copy is a database: name it with --db sqlite:////FILE, or put it in the place of the other
    one. Of a PostgreSQL database it is what pg_dump writes, for pg_restore.

    Example: novelgen backup novels-monday.db
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        made = workbench.back_up(path, overwrite=force)
    output = invocation.output
    if output.as_json:
        output.document(
            {
                "path": str(made.path),
                "bytes": made.num_bytes,
                "novels": made.novels,
                "words": made.words,
            }
        )
        return
    output.note(f"{made.novels:,} novels with {made.words:,} words, {made.num_bytes:,} bytes.")
    output.data(str(made.path))
