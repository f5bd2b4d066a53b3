"""`novelgen fleet`: what its queue is given: novels to write, chapters to draft."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from novelgen.bootstrap import NovelRequest
    from novelgen.cli.fleet_novels import Defaults
    from storage.records import NovelRecord

Novel = Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")]
UntilWords = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="A novel is done once it has N words.")
]
UntilChapter = Annotated[
    int | None, typer.Option(metavar="K", min=1, help="A novel is done after chapter K.")
]


def new_novels(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Novels as a YAML or JSON list, or JSON lines (.jsonl): premise, title, author, "
            "target_words, chapters, seed, voice. - is standard input.",
        ),
    ] = None,
    premise: Annotated[
        str | None, typer.Option(metavar="TEXT", help="One premise, in place of a file.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    copies: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=10_000, help="So many novels of that premise."),
    ] = None,
    target_words: Annotated[
        int | None, typer.Option(metavar="N", help="Words of novels that say no target_words.")
    ] = None,
    chapters: Annotated[
        int | None, typer.Option(metavar="N", help="Chapters of novels of --premise.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", help="Of the first novel that has none; then S+1, S+2, …"),
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="M", help="As of `novelgen new`.")] = None,
    adapter: Annotated[str | None, typer.Option(metavar="A", help="As of `novelgen new`.")] = None,
    planner: Annotated[str | None, typer.Option(metavar="M", help="As of `novelgen new`.")] = None,
    candidates: Annotated[
        int | None, typer.Option(metavar="K", help="As of `novelgen new`.")
    ] = None,
    until_words: UntilWords = None,
    until_chapter: UntilChapter = None,
) -> None:
    """Make novels and put them into the queue. Prints their ids.

    Example: novelgen fleet new premises.yaml --target-words 120000 --db postgresql+psycopg://HOST/N
    """
    invocation = invocation_of(context)
    from novelgen.cli.fleet_novels import Defaults
    from novelgen.fleet.terms import WriteTerms

    with invocation.workbench(
        model=model, adapter=adapter, planner=planner, candidates=candidates
    ) as workbench:
        workbench.fleet.require_server()
        defaults = Defaults(target_words, workbench.settings.author, seed)
        requests = _requests(file, premise, title, copies, chapters, defaults)
        novels = workbench.fleet.create(requests, WriteTerms(until_words, until_chapter))
    invocation.output.note(f"{len(novels)} in the queue.")
    _say_ids(invocation, novels)


def add_novels(
    context: typer.Context,
    novels: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NOVEL]...", help="Ids or titles, or their beginnings."),
    ] = None,
    unfinished: Annotated[
        bool,
        typer.Option("--unfinished", help="All that are not finished and not in the queue yet."),
    ] = False,
    until_words: UntilWords = None,
    until_chapter: UntilChapter = None,
) -> None:
    """Put novels that are there already into the queue, to be written on.

    Example: novelgen fleet add 3f2a 9c0d --until-chapter 10
    """
    invocation = invocation_of(context)
    from novelgen.fleet.terms import WriteTerms

    if bool(novels) == unfinished:
        raise UsageError("Which novels?", "Name some, or give --unfinished for all there are.")
    terms = WriteTerms(until_words, until_chapter)
    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        found = (
            workbench.fleet.unfinished_and_unqueued()
            if unfinished
            else [workbench.find(name).novel for name in novels or ()]
        )
        for novel in found:
            workbench.fleet.add(novel, terms)
    invocation.output.note(f"{len(found)} added to the queue.")
    _say_ids(invocation, found)


def redraft(
    context: typer.Context,
    novel: Novel,
    chapter: Annotated[int, typer.Option(metavar="K", min=1, help="The chapter to draft anew.")],
    drafts: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=64, help="Drafts, written side by side by workers."),
    ] = 4,
    from_paragraph: Annotated[
        int,
        typer.Option(metavar="P", min=1, help="Keep the paragraphs before this one to the letter."),
    ] = 1,
    instruction: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What to do differently.")
    ] = None,
    words: Annotated[
        int | None,
        typer.Option(metavar="N", min=40, max=100_000, help="Words wanted; default: as before."),
    ] = None,
) -> None:
    """Draft a chapter anew many times over, side by side; the best becomes its text.

    The drafts are those that `novelgen regenerate --candidates N` writes one after the other, and
    all are kept: `novelgen revisions`, `novelgen restore`. `novelgen undo` takes the change back.

    Example: novelgen fleet redraft 3f2a --chapter 7 --drafts 16
    """
    invocation = invocation_of(context)
    from novelgen.cli.instructions import checked_instruction
    from novelgen.generation.regeneration import Redraft

    wish = Redraft(chapter, from_paragraph, drafts, checked_instruction(instruction), words)
    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        found = workbench.find(novel).novel
        workbench.fleet.redraft(found, wish)
    what = "1 draft" if drafts == 1 else f"{drafts} drafts"
    invocation.output.note(f"Queued: {what} of chapter {chapter} of “{found.title}”.")
    _say_ids(invocation, [found])


def retry(
    context: typer.Context,
    novel: Annotated[
        str | None, typer.Argument(metavar="[NOVEL]", help="This one alone; by default all.")
    ] = None,
) -> None:
    """Put what has failed back into the queue.

    Example: novelgen fleet retry
    """
    invocation = invocation_of(context)
    from storage.fleet_records import TaskState

    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        found = None if novel is None else workbench.find(novel).novel
        count = workbench.fleet.let_go_on(found, (TaskState.FAILED,))
    _say_count(invocation.output.note, count, "failed", found)


def remove(context: typer.Context, novel: Novel) -> None:
    """Take a novel out of the queue. What was written of it stays.

    Example: novelgen fleet remove 3f2a
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        workbench.fleet.require_server()
        found = workbench.find(novel).novel
        workbench.fleet.remove(found)
    invocation.output.note(f"“{found.title}” is out of the queue.")


def _requests(
    file: Path | None,
    premise: str | None,
    title: str | None,
    copies: int | None,
    chapters: int | None,
    defaults: "Defaults",
) -> "list[NovelRequest]":
    from novelgen.cli.fleet_novels import copies_of, requests_from

    if (file is None) == (premise is None):
        raise UsageError(
            "Name a file of novels, or give --premise.",
            'For example: novelgen fleet new --premise "A lamp goes out." --copies 8 '
            "--target-words 50000",
        )
    if premise is not None:
        return copies_of(premise, title or "", copies or 1, chapters, defaults)
    if title or copies or chapters:
        raise UsageError(
            "--title, --copies and --chapters go with --premise.", "Say it in the file instead."
        )
    if file is None:
        raise LookupError("a file or a premise was required above")
    return requests_from(file, defaults)


def _say_ids(invocation: "Invocation", novels: "list[NovelRecord]") -> None:
    if invocation.output.as_json:
        invocation.output.document({"novels": [novel.id for novel in novels]})
    else:
        for novel in novels:
            invocation.output.data(novel.id)


def _say_count(
    note: "Callable[[str], None]", count: int, what: str, novel: "NovelRecord | None"
) -> None:
    of_whom = f" of “{novel.title}”" if novel is not None else ""
    note(f"{count} in the queue again." if count else f"Nothing{of_whom} is {what}.")
