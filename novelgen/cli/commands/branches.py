"""`novelgen branch`, `branches`, `switch`, `compare`."""

from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns

if TYPE_CHECKING:
    from storage.records import BranchRecord
    from storage.unit_of_work import UnitOfWork

Novel = Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")]


def branch(
    context: typer.Context,
    novel: Novel,
    at: Annotated[
        int,
        typer.Option("--at", metavar="K", min=0, help="The last chapter that both share; 0: none."),
    ],
    name: Annotated[str, typer.Option(metavar="X", help="What the branch is called.")],
    switch: Annotated[bool, typer.Option("--switch", help="Go on in the new branch.")] = False,
) -> None:
    """Let the story go another way after a chapter. Plan and memory branch with the text.

    Costs only what differs. For a branch from the middle of a chapter see `novelgen resume --from`.

    Example: novelgen branch 3f2a --at 6 --name "she stays" --switch
    """
    invocation = invocation_of(context)
    from contextlib import nullcontext

    from novelgen.generation.branching import branch_after, switch_branch

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        with workbench.runs.claimed(found) if switch else nullcontext():
            made = branch_after(workbench.store, found, at, name)
            if switch:
                switch_branch(workbench.store, found, made.name)
    if invocation.output.as_json:
        invocation.output.document({"name": made.name, "id": made.id, "active": switch})
        return
    invocation.output.data(made.name)
    if not switch:
        invocation.output.note(f"Go on in it with `novelgen switch {found.id} {made.name!r}`.")


def branches(context: typer.Context, novel: Novel) -> None:
    """List the branches of a novel; the one with a star is written, edited and exported.

    Example: novelgen branches 3f2a
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench, workbench.store.reading() as work:
        found = work.novels.find(novel)
        stored = work.branches.of_novel(found.id)
        totals = {each.id: work.chapters.totals(each.id) for each in stored}
        shared = {each.id: _num_shared(work, each) for each in stored}
    names = {each.id: each.name for each in stored}
    if invocation.output.as_json:
        document = [
            {
                "name": each.name,
                "parent": names.get(each.parent_branch_id or ""),
                "chapters": totals[each.id].chapters,
                "words": totals[each.id].words,
                "shared_chapters": shared[each.id],
                "active": each.id == found.active_branch_id,
                "created_at": each.created_at.isoformat(),
            }
            for each in stored
        ]
        invocation.output.document({"branches": document})
        return
    rows = [
        [
            "*" if each.id == found.active_branch_id else "",
            each.name,
            names.get(each.parent_branch_id or "", ""),
            str(totals[each.id].chapters),
            str(shared[each.id]) if each.parent_branch_id else "",
            f"{totals[each.id].words:,}",
            f"{each.created_at:%Y-%m-%d %H:%M}",
        ]
        for each in stored
    ]
    headers = ["", "branch", "from", "chapters", "shared", "words", "made (UTC)"]
    invocation.output.data(columns(headers, rows, right=(3, 4, 5)))


def switch(
    context: typer.Context,
    novel: Novel,
    name: Annotated[str, typer.Argument(metavar="X", help="The branch to go on with.")],
) -> None:
    """Make another branch the one that is written, edited and exported.

    Example: novelgen switch 3f2a main
    """
    invocation = invocation_of(context)
    from novelgen.generation.branching import switch_branch

    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        with workbench.runs.claimed(found):
            switch_branch(workbench.store, found, name)
        summary = workbench.find(found.id)
    if invocation.output.as_json:
        invocation.output.document({"branch": name, "words": summary.totals.words})
    else:
        invocation.output.data(
            f"“{found.title}” is branch {name} now: {summary.totals.words:,} words in "
            f"{summary.totals.chapters} chapters."
        )


def compare(
    context: typer.Context,
    novel: Novel,
    name: Annotated[str, typer.Argument(metavar="X", help="A branch.")],
    other: Annotated[
        str | None, typer.Argument(metavar="[Y]", help="Another; default: the active one.")
    ] = None,
) -> None:
    """Compare two branches chapter by chapter. `novelgen diff --branch X` shows the words.

    Example: novelgen compare 3f2a "she stays"
    """
    invocation = invocation_of(context)
    from novelgen.generation.branching import compare_branches

    with invocation.workbench() as workbench, workbench.store.reading() as work:
        found = work.novels.find(novel)
        one = work.branches.by_name(found.id, name)
        two = (
            work.branches.get(found.active_branch_id)
            if other is None
            else work.branches.by_name(found.id, other)
        )
        compared = list(compare_branches(work, one, two))
    if invocation.output.as_json:
        document = [
            {
                "number": each.number,
                "title": each.title,
                "words": [each.words, each.other_words],
                "share_changed": round(each.share_changed, 4),
            }
            for each in compared
        ]
        invocation.output.document({"branches": [one.name, two.name], "chapters": document})
        return
    rows = [
        [
            str(each.number),
            each.title,
            "" if each.words is None else f"{each.words:,}",
            "" if each.other_words is None else f"{each.other_words:,}",
            _difference(each.words, each.other_words, each.share_changed),
        ]
        for each in compared
    ]
    headers = ["", "chapter", one.name, two.name, "differs"]
    invocation.output.data(columns(headers, rows, right=(0, 2, 3)))


def _num_shared(work: "UnitOfWork", branch: "BranchRecord") -> int:
    """How many chapters a branch still has the very text of that its parent has."""
    if branch.parent_branch_id is None:
        return 0
    theirs = {each.revision.id for each in work.chapters.of_branch(branch.parent_branch_id)}
    return sum(each.revision.id in theirs for each in work.chapters.of_branch(branch.id))


def _difference(words: int | None, other_words: int | None, share: float) -> str:
    if words is None or other_words is None:
        return "only there" if words is None else "only here"
    return "the same" if not share else f"{share:.0%} of the words"
