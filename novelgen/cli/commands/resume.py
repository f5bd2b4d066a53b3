"""`novelgen resume`."""

from typing import Annotated

import typer

from novelgen.cli.invocation import invocation_of


def resume(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    until_words: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Stop once the novel has N words (exit code 6)."),
    ] = None,
    until_chapter: Annotated[
        int | None,
        typer.Option(metavar="K", min=1, help="Stop after chapter K (exit code 6)."),
    ] = None,
    headless: Annotated[
        bool,
        typer.Option(
            "--headless", help="Write with progress on stderr. The only way in this version."
        ),
    ] = False,
) -> None:
    """Go on writing from the last committed segment.

    Example: novelgen resume 3f2a --until-chapter 3
    """
    del headless
    invocation = invocation_of(context)
    from novelgen.cli.writing import run_json, write_novel
    from novelgen.generation.novel_context import RunLimits
    from storage.records import NovelStatus

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        if found.status is NovelStatus.FINISHED:
            invocation.output.note(f"“{found.title}” is finished. Nothing is left to write.")
            if invocation.output.as_json:
                run = workbench.latest_run(found.id)
                invocation.output.document(run_json(workbench, found.id, run))
            else:
                invocation.output.data(found.id)
            return
        code = write_novel(invocation, workbench, found, RunLimits(until_words, until_chapter))
    raise typer.Exit(code)
