"""`novelgen infill`."""

from typing import Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import ExitCode, UsageError

_MAX_CANDIDATES = 16


def infill(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[int, typer.Option(metavar="K", min=1, help="The chapter.")],
    paragraphs: Annotated[
        str | None,
        typer.Option(metavar="A-B", help="The paragraphs to rewrite, such as 7 or 7-9, from 1."),
    ] = None,
    instruction: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What to do differently.")
    ] = None,
    words: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Words wanted; default: as before.")
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=_MAX_CANDIDATES, help="Rewritings to choose from. Default 4."
        ),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(
            metavar="I",
            min=1,
            help="Take candidate I of the chapter's last infill instead of the one that stands.",
        ),
    ] = None,
) -> None:
    """Rewrite a passage with the text before and after in view, as a new revision.

    Of several candidates the one is kept that leads best to the text after; all are shown, and
    --keep takes another one. Locked passages are never touched; `novelgen undo` takes it back.

    Example: novelgen infill 3f2a --chapter 7 --paragraphs 3-4 --instruction "Let it rain."
    """
    invocation = invocation_of(context)
    if keep is not None:
        drawing = {"--paragraphs": paragraphs, "--instruction": instruction, "--words": words,
                   "--candidates": candidates}  # fmt: skip
        given = [name for name, value in drawing.items() if value is not None]
        if given:
            raise UsageError(f"Both --keep and {given[0]} are given.", "Give one of them.")
        _keep(invocation, novel, chapter, keep)
        return
    if paragraphs is None:
        raise UsageError(
            "--paragraphs is missing.", "For example: --paragraphs 7-9; or --keep a candidate."
        )
    raise typer.Exit(_draw(invocation, novel, chapter, paragraphs, instruction, words, candidates))


def _keep(invocation: Invocation, novel: str, chapter: int, number: int) -> None:
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.cli.rewritten import say_rewritten
    from novelgen.generation.infill_keeping import take_candidate

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        taken = take_candidate(workbench.store, found, chapter, number)
        read_when_idle(invocation, workbench, found)
    say_rewritten(invocation.output, found, taken)


def _draw(
    invocation: Invocation,
    novel: str,
    chapter: int,
    paragraphs: str,
    instruction: str | None,
    words: int | None,
    candidates: int | None,
) -> ExitCode:
    invocation.follow_first_process()
    from novelgen.cli.instructions import checked_instruction
    from novelgen.cli.paragraph_range import parsed_paragraphs
    from novelgen.generation.infill import CANDIDATES, Infill, require_passage

    first, last = parsed_paragraphs(paragraphs)
    wish = Infill(
        chapter, first, last, checked_instruction(instruction), words, candidates or CANDIDATES
    )
    from novelgen.cli.writing import write_novel

    with invocation.writing_workbench() as workbench:
        found = workbench.find(novel).novel
        require_passage(workbench.store, found, wish)
        return write_novel(invocation, workbench, found, workbench.runs.run_terms(), wish)
