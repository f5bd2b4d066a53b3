"""`novelgen resume`."""

from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.budget_options import BudgetCost, BudgetTokens
from novelgen.cli.detach_option import DETACH_HELP
from novelgen.cli.in_workbench import HEADLESS_HELP, open_workbench, opens_workbench
from novelgen.cli.invocation import invocation_of

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from storage.records import NovelRecord


def resume(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    from_snapshot: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SNAPSHOT",
            help="Go on from this memory snapshot (its key or its beginning), as a new branch when "
            "later text exists. See `novelgen snapshots`.",
        ),
    ] = None,
    until_words: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Stop once the novel has N words (exit code 6)."),
    ] = None,
    until_chapter: Annotated[
        int | None,
        typer.Option(metavar="K", min=1, help="Stop after chapter K (exit code 6)."),
    ] = None,
    beats: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Stop after N beats, with the segment in which the last ends (exit code 6).",
        ),
    ] = None,
    budget_tokens: BudgetTokens = None,
    budget_cost: BudgetCost = None,
    headless: Annotated[bool, typer.Option("--headless", help=HEADLESS_HELP)] = False,
    detach: Annotated[bool, typer.Option("--detach", help=DETACH_HELP)] = False,
    plan_only: Annotated[bool, typer.Option("--plan-only", hidden=True)] = False,
) -> None:
    """Go on writing from the last committed segment, or from a chosen memory snapshot.

    In a terminal it opens the workbench.

    Example: novelgen resume 3f2a --until-chapter 3
    """
    invocation = invocation_of(context)
    invocation.follow_first_process()
    from novelgen.cli.detaching import detach_run
    from novelgen.cli.writing import run_json, write_novel
    from novelgen.engine.spending import Budget
    from novelgen.generation.novel_context import RunLimits
    from novelgen.runs.orders import resume_arguments
    from storage.records import NovelStatus

    with invocation.writing_workbench() as workbench:
        found = workbench.find(novel).novel
        branched = _branch(workbench, found, from_snapshot)
        is_new_branch = branched.active_branch_id != found.active_branch_id
        if is_new_branch:
            invocation.output.note(
                "A new branch begins at that snapshot; what was written after it is kept in the "
                "old one."
            )
        found = branched
        if found.status is NovelStatus.FINISHED and not is_new_branch:
            invocation.output.note(
                f"“{found.title}” is finished. Nothing is left to write; `novelgen set {found.id} "
                "--target-words N` makes it longer."
            )
            if invocation.output.as_json:
                run = workbench.runs.latest_run(found.id)
                invocation.output.document(run_json(workbench, found.id, run))
            else:
                invocation.output.data(found.id)
            return
        budget = Budget(budget_tokens, budget_cost)
        limits = RunLimits(until_words, until_chapter, plan_only, beats, budget)
        if opens_workbench(invocation, is_headless=headless or detach):
            open_workbench(invocation, workbench, found.id, limits)
            return
        if detach:
            code = detach_run(invocation, workbench, found, resume_arguments(found, limits))
        else:
            code = write_novel(
                invocation, workbench, found, workbench.runs.run_terms(found, limits)
            )
    raise typer.Exit(code)


def _branch(
    workbench: "Workbench", novel: "NovelRecord", from_snapshot: str | None
) -> "NovelRecord":
    if from_snapshot is None:
        return novel
    from novelgen.generation.branching import branch_from_snapshot

    with workbench.runs.claimed(novel):
        return branch_from_snapshot(workbench.store, novel, from_snapshot)
