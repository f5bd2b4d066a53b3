"""`novelgen lock`, `novelgen unlock` and `novelgen locks`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns

if TYPE_CHECKING:
    from novelgen.generation.passage_locks import StandingLock
    from storage.story_records import PassageLockRecord

_SHOWN = 60
_NOVEL_HELP = "Id or title, or its beginning."


def lock(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help=_NOVEL_HELP)],
    chapter: Annotated[int, typer.Option(metavar="K", min=1, help="The chapter.")],
    paragraphs: Annotated[
        str, typer.Option(metavar="A-B", help="The paragraphs, such as 7 or 7-9, from 1.")
    ],
) -> None:
    """Lock a passage: no machine changes it any more.

    A redraft, an infill or a rename that would change it is refused; your own edits are not, and
    say so. The lock goes with the branch.

    Example: novelgen lock 3f2a --chapter 7 --paragraphs 3-4
    """
    invocation = invocation_of(context)
    from novelgen.cli.paragraph_range import parsed_paragraphs
    from novelgen.generation.passage_locks import lock_passage

    first, last = parsed_paragraphs(paragraphs)
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        record = lock_passage(workbench.store, found, chapter, first, last)
    if invocation.output.as_json:
        invocation.output.document(_as_json(record, (first, last)))
    else:
        invocation.output.data(f"Locked, as lock {record.id}: {_excerpt(record.text)}")


def unlock(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help=_NOVEL_HELP)],
    lock: Annotated[
        int, typer.Argument(metavar="LOCK", min=1, help="Its number; `novelgen locks` lists them.")
    ],
) -> None:
    """Release a locked passage, so that it can change.

    Example: novelgen unlock 3f2a 2
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        with workbench.store.writing() as work:
            record = work.passage_locks.release(found.active_branch_id, lock)
    if invocation.output.as_json:
        invocation.output.document({"released": record.id})
    else:
        invocation.output.data(f"Lock {record.id} is released: {_excerpt(record.text)}")


def locks(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help=_NOVEL_HELP)],
) -> None:
    """List the locked passages of a novel's active branch.

    Example: novelgen locks 3f2a
    """
    invocation = invocation_of(context)
    from novelgen.generation.passage_locks import standing_locks

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        with workbench.store.reading() as work:
            standing = standing_locks(work, found.active_branch_id)
    if invocation.output.as_json:
        document = [_as_json(each.record, each.paragraphs) for each in standing]
        invocation.output.document({"locks": document})
        return
    _show(invocation, standing)


def _show(invocation: Invocation, standing: "list[StandingLock]") -> None:
    if not standing:
        invocation.output.note("No passage is locked.")
        return
    rows = [
        [
            str(each.record.id),
            str(each.record.chapter),
            _range(each.paragraphs),
            _excerpt(each.record.text),
        ]
        for each in standing
    ]
    headers = ["lock", "chapter", "paragraphs", "passage"]
    invocation.output.data(columns(headers, rows, right=(0, 1)))


def _range(paragraphs: tuple[int, int] | None) -> str:
    if paragraphs is None:
        return "changed by you"
    first, last = paragraphs
    return str(first) if first == last else f"{first}-{last}"


def _excerpt(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _SHOWN else f"{folded[:_SHOWN].rstrip()}…"


def _as_json(record: "PassageLockRecord", paragraphs: tuple[int, int] | None) -> dict[str, Any]:
    return {
        "id": record.id,
        "chapter": record.chapter,
        "paragraphs": None if paragraphs is None else list(paragraphs),
        "text": record.text,
        "created_at": record.created_at.isoformat(),
    }
