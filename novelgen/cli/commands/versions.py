"""`novelgen revisions`, `diff`, `restore`, `undo`, `redo`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.edited import say_to_check
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns
from novelgen.errors import NotFoundError

if TYPE_CHECKING:
    from novelgen.generation.editing import Undone
    from storage.change_records import ChangeRecord
    from storage.records import RevisionRecord
    from storage.unit_of_work import UnitOfWork

Novel = Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")]
Chapter = Annotated[int, typer.Option(metavar="K", min=1, help="The chapter.")]


def revisions(context: typer.Context, novel: Novel, chapter: Chapter) -> None:
    """List the revisions of a chapter; the one with a star is its text now.

    Example: novelgen revisions 3f2a --chapter 7
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench, workbench.store.reading() as work:
        found = work.novels.find(novel)
        stored = work.chapters.revisions(found.id, chapter)
        now = work.chapters.get(found.active_branch_id, chapter)
    if not stored:
        raise NotFoundError(
            f"“{found.title}” has no chapter {chapter} yet.", "`novelgen show NOVEL` lists them."
        )
    current = None if now is None else now.revision.id
    numbers = {each.id: each.number for each in stored}
    if invocation.output.as_json:
        document = [
            _revision_json(each, numbers) | {"current": each.id == current} for each in stored
        ]
        invocation.output.document({"chapter": chapter, "revisions": document})
        return
    rows = [
        [
            "*" if each.id == current else "",
            str(each.number),
            _origin(each),
            f"{each.words:,}",
            str(numbers.get(each.parent_id or "", "")),
            f"{each.created_at:%Y-%m-%d %H:%M:%S}",
            each.title,
        ]
        for each in stored
    ]
    headers = ["", "revision", "origin", "words", "made from", "made (UTC)", "title"]
    invocation.output.data(columns(headers, rows, right=(1, 3, 4)))


def diff(
    context: typer.Context,
    novel: Novel,
    chapter: Chapter,
    old: Annotated[
        int | None,
        typer.Option(
            "--from",
            metavar="R",
            min=1,
            help="The old revision; default: what the new one was made from.",
        ),
    ] = None,
    new: Annotated[
        int | None,
        typer.Option("--to", metavar="R", min=1, help="The new revision; default: the text now."),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(metavar="X", help="Compare with the chapter in this branch instead."),
    ] = None,
) -> None:
    """Show what two revisions of a chapter do not share, word by word.

    Words that went are red or in [- -], words that came green or in {+ +}.

    Example: novelgen diff 3f2a --chapter 7 --from 1
    """
    invocation = invocation_of(context)
    from novelgen.cli.diff_output import show_diff

    with invocation.workbench() as workbench, workbench.store.reading() as work:
        found = work.novels.find(novel)
        now = _current(work, found.active_branch_id, chapter)
        after = now if new is None else work.chapters.revision_numbered(found.id, chapter, new)
        if branch is not None:
            other = work.branches.by_name(found.id, branch)
            before = _current(work, other.id, chapter)
        elif old is not None:
            before = work.chapters.revision_numbered(found.id, chapter, old)
        elif after.parent_id is not None:
            before = work.chapters.revision(after.parent_id)
        else:
            before = after
        texts = work.texts.of_revision(before.id), work.texts.of_revision(after.id)
    show_diff(invocation.output, before, after, *texts)


def restore(
    context: typer.Context,
    novel: Novel,
    chapter: Chapter,
    revision: Annotated[int, typer.Option(metavar="R", min=1, help="The revision to go back to.")],
) -> None:
    """Make an earlier revision a chapter's text again. Nothing is lost; `undo` takes it back.

    Example: novelgen restore 3f2a --chapter 7 --revision 1
    """
    invocation = invocation_of(context)
    from novelgen.cli.edited import say_edited
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.editing import chapter_text, restore_revision

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        before = chapter_text(workbench.store, found.id, found.active_branch_id, chapter)
        with workbench.store.reading() as work:
            wanted = work.chapters.revision_numbered(found.id, chapter, revision)
        edited = restore_revision(workbench.store, before, wanted)
        if edited.is_changed:
            read_when_idle(invocation, workbench, found)
    say_edited(invocation.output, before, edited)


def undo(
    context: typer.Context,
    novel: Novel,
    show: Annotated[
        bool, typer.Option("--list", help="Only list the changes, the newest first.")
    ] = False,
) -> None:
    """Take the last change back: an edit, a new draft, a restored revision, a rename.

    Again and again, back to the first. `novelgen redo` goes the other way.

    Example: novelgen undo 3f2a
    """
    invocation = invocation_of(context)
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.editing import undo_change

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        if show:
            with workbench.store.reading() as work:
                _list_changes(invocation, work.changes.of_branch(found.active_branch_id))
            return
        undone = undo_change(workbench.store, found)
        read_when_idle(invocation, workbench, found)
    _say_change(invocation, "Undone", undone)


def redo(context: typer.Context, novel: Novel) -> None:
    """Make the change that was undone last once more.

    Example: novelgen redo 3f2a
    """
    invocation = invocation_of(context)
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.editing import redo_change

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        undone = redo_change(workbench.store, found)
        read_when_idle(invocation, workbench, found)
    _say_change(invocation, "Done once more", undone)


def _current(work: "UnitOfWork", branch_id: str, number: int) -> "RevisionRecord":
    chapter = work.chapters.get(branch_id, number)
    if chapter is None:
        raise NotFoundError(
            f"The branch has no chapter {number} yet.", "`novelgen show NOVEL` lists them."
        )
    return chapter.revision


def _origin(revision: "RevisionRecord") -> str:
    """Who made it, and whether it is whole."""
    state = {"open": ", being written", "partial": ", unfinished", "complete": ""}
    return revision.origin.value + state[revision.state.value]


def _revision_json(revision: "RevisionRecord", numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "revision": revision.number,
        "origin": revision.origin.value,
        "state": revision.state.value,
        "words": revision.words,
        "title": revision.title,
        "parent": numbers.get(revision.parent_id or ""),
        "created_at": revision.created_at.isoformat(),
        "instruction": revision.provenance.get("instruction") or None,
    }


def _list_changes(invocation: Invocation, changes: "list[ChangeRecord]") -> None:
    if invocation.output.as_json:
        invocation.output.document({"changes": [_change_json(change) for change in changes]})
        return
    rows = [
        [
            f"{change.created_at:%Y-%m-%d %H:%M:%S}",
            change.label,
            "undone" if change.undone_at else "",
        ]
        for change in changes
    ]
    if not rows:
        invocation.output.note("Nothing was changed by hand in this branch yet.")
        return
    invocation.output.data(columns(["made (UTC)", "change", ""], rows))


def _say_change(invocation: Invocation, what: str, undone: "Undone") -> None:
    change = undone.change
    if invocation.output.as_json:
        invocation.output.document(_change_json(change) | {"to_check": undone.to_check})
        return
    invocation.output.data(f"{what}: {change.label}.")
    if undone.to_check:
        say_to_check(invocation.output, undone.to_check, change.novel_id)


def _change_json(change: "ChangeRecord") -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "label": change.label,
        "chapters": sorted(change.after.chapters),
        "created_at": change.created_at.isoformat(),
        "undone": change.undone_at is not None,
    }
