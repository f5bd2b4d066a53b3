"""`novelgen import`."""

from pathlib import Path
from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.path_options import existing_path
from novelgen.errors import UsageError
from novelgen.manuscript.importing.values import TrackedChanges


def import_manuscript(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            parser=existing_path,
            help="Markdown, text, EPUB, Word (docx), JSON of `export`, or a folder of chapters.",
        ),
    ],
    into: Annotated[
        str | None,
        typer.Option(
            metavar="NOVEL",
            help="Take the manuscript back into this novel: changed chapters become revisions.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only tell what is found; with --into, what would change."),
    ] = False,
    title: Annotated[str | None, typer.Option(help="Title; by default the file's.")] = None,
    author: Annotated[str | None, typer.Option(help="Author; by default the file's.")] = None,
    premise: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="What the novel is about, for the machine that writes on; without one, sentences "
            "of the text.",
        ),
    ] = None,
    target_words: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Words that the novel is to have in the end; what is missing is planned behind "
            "it. By default as many as are there.",
        ),
    ] = None,
    unfinished: Annotated[
        bool,
        typer.Option("--unfinished", help="The last chapter is written on by `resume`."),
    ] = False,
    tracked: Annotated[
        TrackedChanges,
        typer.Option(
            "--tracked-changes",
            help="What becomes of them in a Word file: notes beside the text as it was, or they "
            "are accepted or rejected.",
        ),
    ] = TrackedChanges.NOTES,
    text_only: Annotated[
        bool, typer.Option("--text-only", help="Of a JSON export, its chapters alone.")
    ] = False,
    memory: Annotated[
        bool,
        typer.Option(
            "--memory/--no-memory",
            help="Read the novel's memory from its text now, or leave that to `resume`.",
        ),
    ] = True,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="Seed of all randomness; default a new one.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="M", help="Model that is to write on.")
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option(metavar="A", help="Its memory adapter: a directory, auto or none."),
    ] = None,
) -> None:
    """Make a novel of your manuscript, or take it back into the novel that it is of.

    Chapters are found by headings, or by lines such as “Chapter 12”, “XII”, “PART TWO”; scene
    breaks and italics stay. The names in it go into the bible, its memory is read, and `novelgen
    resume` writes on behind it. Prints the id of the novel.

    With --into, chapters are known by what they say; comments and tracked changes become notes
    beside the text, and nothing else moves. `novelgen undo` takes it back.

    Example: novelgen import my-novel.docx --target-words 120000
    """
    invocation = invocation_of(context)
    given = (title, author, premise, target_words, seed, model, adapter)
    if into is not None and (unfinished or any(each is not None for each in given)):
        raise UsageError(
            "--into takes text into a novel that has its title, length and model.",
            "Leave --title, --author, --premise, --target-words, --seed, --model, --adapter and "
            "--unfinished out.",
        )
    with invocation.writing_workbench(model=model, adapter=adapter) as workbench:
        found = workbench.imports.read(file, tracked, text_only=text_only or into is not None)
        if into is not None:
            from novelgen.cli.taken_back import take_back_into

            take_back_into(invocation, workbench, into, found, is_dry=dry_run)
            return
        from novelgen.cli.imported import ImportWish, import_new, tell_found

        if dry_run:
            tell_found(invocation.output, found, file)
            return
        wish = ImportWish(
            title, author, premise, target_words, seed, unfinished, memory, model, adapter
        )
        code = import_new(invocation, workbench, found, file, wish)
    raise typer.Exit(code)
