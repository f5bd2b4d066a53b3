"""`novelgen rename`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import NotFoundError

if TYPE_CHECKING:
    from novelgen.generation.renaming import RenamePreview

_SAMPLES_A_CHAPTER = 3


def rename(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name as it is written.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name to put in its place.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
) -> None:
    """Change a name in prose, titles, plan and bible, shown first; `undo` takes it back.

    Whole words only, with their possessives and capitals. Without a terminal nothing is changed
    unless --yes is given.

    Example: novelgen rename 3f2a "Clara Voss" "Anna Reed"
    """
    invocation = invocation_of(context)
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.renaming import preview_rename, require_names
    from novelgen.generation.renaming import rename as rename_in_novel
    from novelgen.text.sanitize import clean_line

    old, new = clean_line(old), clean_line(new)
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        require_names(old, new)
        preview = preview_rename(workbench.store, found, old)
        if not preview.total:
            raise NotFoundError(
                f"{old!r} stands nowhere in “{found.title}”.",
                "Names are looked for as they are written, capitals included.",
            )
        if not invocation.output.as_json:
            _show(invocation, preview, old, new)
        is_wanted = yes or (sys.stdin.isatty() and typer.confirm("Change them all?", err=True))
        if is_wanted:
            rename_in_novel(workbench.store, found, old, new)
            read_when_idle(invocation, workbench, found)
    if invocation.output.as_json:
        invocation.output.document(
            {
                "changed": is_wanted,
                "total": preview.total,
                "chapters": {str(number): len(each) for number, each in preview.chapters.items()},
                "plan": preview.plan,
                "bible": preview.story,
            }
        )
    elif is_wanted:
        places = f"{preview.total} place{'' if preview.total == 1 else 's'}"
        invocation.output.data(f"{places} changed. `novelgen undo {found.id}` takes it back.")
        if preview.title:
            invocation.output.note("The novel's title has changed too; its id is the same.")
    else:
        invocation.output.data("Nothing was changed. Give --yes to change them.")


def _show(invocation: Invocation, preview: "RenamePreview", old: str, new: str) -> None:
    from novelgen.text.renaming import name_parts

    output = invocation.output
    for number, found in preview.chapters.items():
        output.data(f"chapter {number}: {len(found)}")
        for each in found[:_SAMPLES_A_CHAPTER]:
            doubt = "   (perhaps no name here)" if each.is_doubtful else ""
            output.data(
                f"    …{_line(each.before)}[-{each.matched}-]{{+{new}+}}{_line(each.after)}…{doubt}"
            )
        doubtful = [each for each in found[_SAMPLES_A_CHAPTER:] if each.is_doubtful]
        for each in doubtful:
            output.data(
                f"    …{_line(each.before)}[{each.matched}]{_line(each.after)}…   "
                "(perhaps no name here)"
            )
    others = {
        "titles of chapters": preview.chapter_titles,
        "the plan": preview.plan,
        "the bible": preview.story,
        "the title": preview.title,
        "the premise": preview.premise,
    }
    for place, count in others.items():
        if count:
            output.data(f"{place}: {count}")
    parts = [part for part in name_parts(old) if part != old]
    if parts:
        output.note(
            f"Where {' or '.join(parts)} stands alone it stays; rename it by itself if it is to go."
        )


def _line(text: str) -> str:
    """Text of several lines on one; spaces at its ends stay."""
    return text.replace("\n\n", " ¶ ").replace("\n", " ")
