"""`novelgen eval norms`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.path_options import existing_path, new_path
from novelgen.errors import UsageError


def norms(
    context: typer.Context,
    corpus: Annotated[
        Path,
        typer.Argument(metavar="DIR", parser=existing_path, help="Folder of .md or .txt books."),
    ],
    window_words: Annotated[
        int, typer.Option(metavar="N", min=1, help="Words of a window.")
    ] = 5_000,
    every: Annotated[
        int, typer.Option(metavar="N", min=1, help="Of each book, measure each Nth window.")
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", parser=new_path, help="File to write; default stdout."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    coherence: Annotated[
        bool, typer.Option("--coherence", help="Also tell how coherent the books are.")
    ] = False,
) -> None:
    """Make norms of books that you like, for `eval quality --norms`.

    Example: novelgen eval norms my-books/ --output my-norms.json
    """
    invocation = invocation_of(context)
    from novelgen.cli.step_progress import step_display
    from novelgen.evaluation.norms_evaluation import coherence_of_books, norms_of_books
    from novelgen.manuscript.whole_files import write_atomically
    from novelgen.text.books import find_books

    books = find_books(corpus)
    if output is not None and output.exists() and not force:  # before the work
        raise UsageError(f"{output} exists.", "Give another name with --output, or --force.")
    with step_display(invocation.output, "Measuring") as on_book:
        document = norms_of_books(books, window_words, every, on_book).as_json()
    if coherence:
        with step_display(invocation.output, "Comparing") as on_book:
            document["coherence"] = coherence_of_books(books, on_book).as_json()
    if output is not None:
        text = json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
        write_atomically(output, iter([text]), overwrite=force)
    if output is None or invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.data(str(output))
