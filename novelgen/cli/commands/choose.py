"""`novelgen choose`."""

from typing import Annotated

import typer

from novelgen.cli.edited import say_edited
from novelgen.cli.invocation import invocation_of
from novelgen.errors import NotFoundError


def choose(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[int, typer.Option(metavar="K", min=1, help="The chapter.")],
    passage: Annotated[int, typer.Option(metavar="P", min=1, help="The passage of the chapter.")],
    draft: Annotated[
        int, typer.Option(metavar="D", min=1, help="The draft, as `show --candidates` counts them.")
    ],
) -> None:
    """Take another draft of a passage than the one that was kept. `undo` takes it back.

    Example: novelgen choose 3f2a --chapter 7 --passage 3 --draft 2
    """
    invocation = invocation_of(context)
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.choosing import choose_draft
    from novelgen.generation.editing import chapter_text
    from novelgen.manuscript.passages_seen import passages_seen

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        before = chapter_text(workbench.store, found.id, found.active_branch_id, chapter)
        with workbench.store.reading() as work:
            passages = passages_seen(work, found.active_branch_id, chapter)
        if passage > len(passages):
            raise NotFoundError(
                f"Chapter {chapter} has {len(passages)} passages.",
                f"`novelgen show {found.id} --candidates --chapter {chapter}` shows them.",
            )
        edited = choose_draft(workbench.store, before, passages[passage - 1], draft)
        if edited.is_changed:
            read_when_idle(invocation, workbench, found)
    say_edited(invocation.output, before, edited)
