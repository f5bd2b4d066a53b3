"""`novelgen inbox`: chapters that were drafted while nobody looked."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.global_options import EPILOG
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns
from novelgen.errors import ExitCode, UsageError
from storage.inbox_records import InboxState

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.manuscript.inbox import DraftedChapter

app = typer.Typer(
    add_completion=False,
    help="Chapters that were drafted while nobody looked.",
    invoke_without_command=True,
    epilog=EPILOG,
)

_ITEM_HELP = "Its number in `novelgen inbox`."


@app.callback()
def inbox(context: typer.Context) -> None:
    """Chapters that were drafted while nobody looked.

    Example: novelgen inbox
    """
    if context.invoked_subcommand is None:
        _list(invocation_of(context), None)


@app.command("list", epilog=EPILOG)
def list_items(
    context: typer.Context,
    novel: Annotated[
        str | None,
        typer.Argument(metavar="[NOVEL]", help="Only of this one: id or title, or its beginning."),
    ] = None,
) -> None:
    """List the chapters that wait for you, the oldest first.

    Example: novelgen inbox list
    """
    _list(invocation_of(context), novel)


@app.command(epilog=EPILOG)
def read(
    context: typer.Context,
    item: Annotated[int, typer.Argument(metavar="ITEM", help=_ITEM_HELP)],
) -> None:
    """Print a chapter and what was odd while it was drafted.

    Example: novelgen inbox read 4
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        found = workbench.inbox.item(item)
        text = workbench.inbox.text_of(found)
        if found.record.state is InboxState.DRAFTED:
            workbench.inbox.decide(found.record.id, InboxState.READ)
    if invocation.output.as_json:
        document = _item_json(found) | {"state": InboxState.READ.value, "text": text}
        invocation.output.document(document)
        return
    for line in [*_heading(found), "", text]:
        invocation.output.data(line)
    if found.is_open:
        invocation.output.note(
            f"Keep it with `novelgen inbox keep {item}`, or have it drafted anew with "
            f"`novelgen inbox redo {item}`."
        )


@app.command(epilog=EPILOG)
def keep(
    context: typer.Context,
    items: Annotated[
        list[str] | None,
        typer.Argument(metavar="ITEM...", help="Their numbers; with --all, a novel or nothing."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All that wait, or all of the novel that is named.")
    ] = False,
) -> None:
    """Keep chapters as they are: they wait no more, and are part of the book.

    Example: novelgen inbox keep 4 5
    """
    invocation = invocation_of(context)
    named = items or []
    with invocation.workbench() as workbench:
        if every:
            if len(named) > 1:
                raise UsageError("--all takes one novel.", "Name it by its id, or leave it out.")
            chosen = workbench.inbox.waiting(named[0] if named else None)
        else:
            chosen = [_open_item(workbench, _number(text)) for text in named]
        if not chosen and not every:
            raise UsageError("No chapter is named.", "Give their numbers, or --all.")
        workbench.inbox.decide_all([found.record.id for found in chosen], InboxState.KEPT)
    kept = [found.record.id for found in chosen]
    if invocation.output.as_json:
        invocation.output.document({"kept": kept})
    else:
        invocation.output.note(f"Kept {len(kept)} chapter{'' if len(kept) == 1 else 's'}.")


@app.command(epilog=EPILOG)
def redo(
    context: typer.Context,
    item: Annotated[int, typer.Argument(metavar="ITEM", help=_ITEM_HELP)],
    instruction: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What to do differently; it stands in every brief."),
    ] = None,
) -> None:
    """Draft a chapter anew; the draft that waited is kept as a revision.

    Example: novelgen inbox redo 4 --instruction "Let it rain."
    """
    invocation = invocation_of(context)
    invocation.follow_first_process()
    from novelgen.cli.instructions import checked_instruction
    from novelgen.cli.writing import write_novel
    from novelgen.generation.regeneration import Redraft, require_chapter

    with invocation.writing_workbench() as workbench:
        found = _open_item(workbench, item)
        if found.record.branch_id != found.novel.active_branch_id:
            raise UsageError(
                f"Item {item} is a chapter of the branch {found.branch}, which is not active.",
                f"`novelgen switch {found.novel.id} {found.branch}` makes it so.",
            )
        wish = checked_instruction(instruction)
        redraft = Redraft(found.record.chapter_number, instruction=wish)
        require_chapter(workbench.store, found.novel, redraft)
        code = write_novel(invocation, workbench, found.novel, workbench.runs.run_terms(), redraft)
        if code is ExitCode.DONE:
            workbench.inbox.decide(item, InboxState.REDONE)
    raise typer.Exit(code)


def _list(invocation: Invocation, novel: str | None) -> None:
    with invocation.workbench() as workbench:
        found = workbench.inbox.waiting(novel)
    if invocation.output.as_json:
        invocation.output.document({"items": [_item_json(item) for item in found]})
        return
    if not found:
        invocation.output.note("Nothing waits. Chapters of detached runs come here.")
        return
    rows = [
        [
            str(item.record.id),
            item.novel.title,
            str(item.record.chapter_number),
            item.title,
            f"{item.words:,}",
            item.record.state.value + (", not in the book" if item.record.is_held else ""),
            str(len(item.record.marks) or ""),
        ]
        for item in found
    ]
    headers = ["item", "novel", "", "chapter", "words", "state", "marks"]
    invocation.output.data(columns(headers, rows, right=(0, 2, 4, 6)))


def _open_item(workbench: "Workbench", number: int) -> "DraftedChapter":
    """Raises `UsageError` when nothing is to be decided about it any more."""
    found = workbench.inbox.item(number)
    if not found.is_open:
        why = found.record.state.value
        if found.record.state in (InboxState.DRAFTED, InboxState.READ):
            why = "replaced by another text since"
        if found.record.state is InboxState.DRAFTING:
            raise UsageError(
                f"Item {number} is still being drafted.", "`novelgen inbox` shows what waits."
            )
        raise UsageError(
            f"Item {number}, chapter {found.record.chapter_number} of “{found.novel.title}”, "
            f"waits no more: it was {why}.",
            "`novelgen inbox` shows what waits.",
        )
    return found


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UsageError(
            f"{text!r} is no number of an item.",
            "`novelgen inbox` shows them; --all takes a novel.",
        )
    return int(text)


def _heading(found: "DraftedChapter") -> list[str]:
    record = found.record
    held = ", no part of the book until it is kept" if record.is_held and found.is_open else ""
    lines = [
        f"{found.novel.title}, chapter {record.chapter_number}: {found.title}",
        f"{found.words:,} words, revision {found.revision}, {record.state.value}{held}",
    ]
    lines += [f"! segment {mark['segment'] + 1}: {mark['mark']}" for mark in record.marks]
    return lines


def _item_json(found: "DraftedChapter") -> dict[str, Any]:
    """The JSON keys of an item, a contract with other programs."""
    record = found.record
    return {
        "id": record.id,
        "novel": record.novel_id,
        "title": found.novel.title,
        "branch": found.branch,
        "chapter": record.chapter_number,
        "chapter_title": found.title,
        "revision": found.revision,
        "words": found.words,
        "state": record.state.value,
        "is_held": record.is_held,
        "marks": [dict(mark) for mark in record.marks],
        "run_id": record.run_id,
        "created_at": record.created_at.isoformat(),
    }
