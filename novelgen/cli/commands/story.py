"""`novelgen story`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.story.story_overview import StoryOverview, Told
    from storage.records import NovelRecord
    from storage.story_records import SummaryKind

_ORIGINS = {"model": "by the model", "extract": "sentences of the text", "author": "yours"}
_MOST_CHARS = 20_000


def story(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[
        int | None, typer.Option(metavar="K", min=1, help="The summary of this chapter alone.")
    ] = None,
    part: Annotated[
        int | None, typer.Option(metavar="P", min=1, help="The summary of this part alone.")
    ] = None,
    book: Annotated[bool, typer.Option("--book", help="The summary of the book alone.")] = False,
    edit: Annotated[
        bool, typer.Option("--edit", help="Change that summary in your editor ($VISUAL, $EDITOR).")
    ] = False,
    text: Annotated[
        str | None, typer.Option("--set", metavar="TEXT", help="Put this in its place.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Take your own summary back; the machine's stands.")
    ] = False,
    read: Annotated[
        bool, typer.Option("--read", help="Read unread chapters first, by plain rules.")
    ] = False,
) -> None:
    """Show the story so far: summaries of the book, its parts and chapters. They can be edited.

    Writing goes on from these summaries. One of your own stands until its chapter's text changes;
    `undo` of that change brings it back.

    Example: novelgen story 3f2a --chapter 4 --set "Anna learns who forged the letter."
    """
    invocation = invocation_of(context)
    asked = _asked(chapter, part, book)
    changes = [edit, text is not None, reset]
    if sum(changes) > 1:
        raise _more_than_one()
    if any(changes) and asked is None:
        raise UsageError(
            "Which summary?", "Give --chapter K, --part P or --book with --edit, --set or --reset."
        )
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        if read:
            from novelgen.cli.story_reading import read_by_rules

            read_by_rules(workbench, found)
        overview = _overview(workbench, found)
        told = overview.find(*asked) if asked is not None else None
        if told is not None and any(changes):
            if reset:
                _reset(workbench, found, told, overview)
            else:
                new = _checked(text) if text is not None else _edited(invocation, found, told)
                _set(workbench, found, told, new)
            overview = _overview(workbench, found)
            told = overview.find(told.kind, told.number)
    _show(invocation, found, overview, told)


def _asked(chapter: int | None, part: int | None, book: bool) -> "tuple[SummaryKind, int] | None":
    """The one summary that is asked for; None: all of them."""
    from storage.story_records import SummaryKind

    asked = [
        (kind, number)
        for kind, number in (
            (SummaryKind.CHAPTER, chapter),
            (SummaryKind.PART, part),
            (SummaryKind.BOOK, 0 if book else None),
        )
        if number is not None
    ]
    if len(asked) > 1:
        raise _more_than_one()
    return asked[0] if asked else None


def _more_than_one() -> UsageError:
    return UsageError(
        "More than one thing is asked for.",
        "Give one of --chapter, --part, --book, and one of --edit, --set, --reset.",
    )


def _overview(workbench: "Workbench", novel: "NovelRecord") -> "StoryOverview":
    from novelgen.story.story_overview import overview_of

    with workbench.store.reading() as work:
        return overview_of(work, novel, novel.active_branch_id)


def _set(workbench: "Workbench", novel: "NovelRecord", told: "Told", text: str) -> None:
    from novelgen.story.story_overview import set_summary

    with workbench.store.writing() as work:
        set_summary(work, novel.id, told, text)


def _reset(
    workbench: "Workbench", novel: "NovelRecord", told: "Told", overview: "StoryOverview"
) -> None:
    from novelgen.story.story_overview import reset_summary

    with workbench.store.writing() as work:
        reset_summary(work, novel.id, novel.active_branch_id, told, overview)


def _edited(invocation: Invocation, novel: "NovelRecord", told: "Told") -> str:
    from novelgen.sittings.outside_editor import edited_text

    name = f"{novel.id}-{told.kind.value}-{told.number}-summary"
    folder: Path = invocation.paths.state / "editing"
    with edited_text(folder, name, told.text, invocation.output.note) as raw:
        return _checked(raw)


def _checked(raw: str) -> str:
    from novelgen.text.sanitize import clean_text

    text = clean_text(raw).strip()
    if not any(character.isalnum() for character in text):
        raise UsageError("The summary is empty.", "Take yours back with --reset.")
    if len(text) > _MOST_CHARS:
        raise UsageError(
            f"The summary has {len(text):,} characters.", f"Keep it below {_MOST_CHARS:,}."
        )
    return text


def _show(
    invocation: Invocation, novel: "NovelRecord", overview: "StoryOverview", told: "Told | None"
) -> None:
    from novelgen.cli.story_reading import say_unread

    output = invocation.output
    if output.as_json:
        output.document(_as_json(told) if told is not None else _overview_json(overview))
        return
    if told is not None:
        _show_one(invocation, told)
        return
    if overview.book is None:
        output.note("No chapter is complete yet.")
        return
    for each in (overview.book, *overview.parts, *overview.chapters):
        if each.text:
            _show_one(invocation, each)
    say_unread(output, novel, overview.unread, "story")


def _show_one(invocation: Invocation, told: "Told") -> None:
    names = {"book": "The book", "part": f"Part {told.number}", "chapter": f"Chapter {told.number}"}
    title = f": {told.title}" if told.title else ""
    invocation.output.data(f"{names[told.kind.value]}{title}   ({_ORIGINS[told.origin.value]})")
    invocation.output.prose((told.text or "(not read yet)") + "\n")
    invocation.output.data()


def _overview_json(overview: "StoryOverview") -> dict[str, Any]:
    return {
        "book": None if overview.book is None else _as_json(overview.book),
        "parts": [_as_json(each) for each in overview.parts],
        "chapters": [_as_json(each) for each in overview.chapters],
        "unread": list(overview.unread),
    }


def _as_json(told: "Told") -> dict[str, Any]:
    return {
        "kind": told.kind.value,
        "number": told.number,
        "title": told.title,
        "chapters": list(told.chapters),
        "text": told.text,
        "origin": told.origin.value if told.text else None,
    }
