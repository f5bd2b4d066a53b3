"""`novelgen regenerate`."""

from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of


def regenerate(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[int, typer.Option(metavar="K", min=1, help="The chapter to draft anew.")],
    from_paragraph: Annotated[
        int,
        typer.Option(metavar="P", min=1, help="Keep the paragraphs before this one to the letter."),
    ] = 1,
    candidates: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=16,
            help="Drafts of the whole chapter; the best becomes its text, all are kept.",
        ),
    ] = 1,
    instruction: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What to do differently; it stands in every brief."),
    ] = None,
    words: Annotated[
        int | None,
        typer.Option(metavar="N", min=40, max=100_000, help="Words wanted; default: as before."),
    ] = None,
) -> None:
    """Draft a chapter anew, as a new revision; the old one and all later chapters stay.

    The memory before the chapter is used. Until the draft is complete the chapter is as it was;
    `novelgen undo` takes the change back, `novelgen restore` takes another draft.

    Example: novelgen regenerate 3f2a --chapter 7 --candidates 3 --instruction "Let it rain."
    """
    invocation = invocation_of(context)
    invocation.follow_first_process()
    from novelgen.cli.instructions import checked_instruction
    from novelgen.cli.writing import write_novel
    from novelgen.generation.regeneration import Redraft, require_chapter

    wish = checked_instruction(instruction)
    redraft = Redraft(chapter, from_paragraph, candidates, wish, words)
    with invocation.writing_workbench() as workbench:
        found = workbench.find(novel).novel
        require_chapter(workbench.store, found, redraft)
        code = write_novel(invocation, workbench, found, workbench.runs.run_terms(found), redraft)
    raise typer.Exit(code)
