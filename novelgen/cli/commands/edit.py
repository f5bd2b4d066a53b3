"""`novelgen edit`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.edited import say_broken_locks, say_edited
from novelgen.cli.invocation import invocation_of

if TYPE_CHECKING:
    from novelgen.generation.editing import Edited


def edit(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[int, typer.Option(metavar="K", min=1, help="The chapter to edit.")],
    file: Annotated[
        Path | None,
        typer.Option(
            metavar="F",
            help="Take the text from a file; without one from standard "
            "input, or in a terminal from your editor ($VISUAL, $EDITOR).",
        ),
    ] = None,
    complete: Annotated[
        bool | None,
        typer.Option(
            "--complete/--unfinished",
            help="Whether the chapter ends with this text; by default as before. An unfinished one "
            "is written on by `resume`.",
        ),
    ] = None,
) -> None:
    """Replace a chapter's text, as a new revision; the old one stays.

    The chapter after the last one can be given too; `resume` then goes on behind it.
    The text is plain paragraphs, the lines of one are joined; a first line `# Title` names the
    chapter. Your notes, `[[such as this]]`, stay yours: the editor shows them, nothing else does.
    What later chapters
    make of the change is listed by `novelgen check`; `novelgen undo` takes it back.

    Example: novelgen edit 3f2a --chapter 7 --file chapter-7.txt
    """
    invocation = invocation_of(context)
    from novelgen.cli.chapter_input import text_of_stdin
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.editing import buffer_of, chapter_text, edit_chapter
    from novelgen.generation.passage_locks import broken_locks
    from novelgen.sittings.outside_editor import edited_text
    from novelgen.text.manuscript_text import read_handed_in
    from novelgen.text.text_files import text_of_file

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        before = chapter_text(workbench.store, found.id, found.active_branch_id, chapter)

        def take(raw: str, *, replaces_notes: bool = False) -> "Edited":
            return edit_chapter(
                workbench.store,
                before,
                read_handed_in(raw),
                ends_chapter=complete,
                replaces_notes=replaces_notes,
            )

        if file is not None:
            edited = take(text_of_file(file))
        elif not sys.stdin.isatty():
            edited = take(text_of_stdin())
        else:
            name = f"{found.id}-chapter-{chapter}"
            folder = invocation.paths.state / "editing"
            shown = buffer_of(workbench.store, before)
            with edited_text(folder, name, shown, invocation.output.note) as raw:
                edited = take(raw, replaces_notes=True)
        if edited.is_changed:
            read_when_idle(invocation, workbench, found)
            with workbench.store.reading() as work:
                text = work.texts.of_revision(edited.revision.id)
                broken = broken_locks(work, before.branch_id, chapter, before.text, [text])
    say_edited(invocation.output, before, edited)
    if edited.is_changed and broken:
        say_broken_locks(invocation.output, broken)
