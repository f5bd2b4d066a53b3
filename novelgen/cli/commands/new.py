"""`novelgen new`."""

import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.budget_options import BudgetCost, BudgetTokens
from novelgen.cli.detach_option import DETACH_HELP
from novelgen.cli.in_workbench import HEADLESS_HELP, open_workbench, opens_workbench
from novelgen.cli.invocation import invocation_of
from novelgen.errors import UsageError
from novelgen.generation.novel_fields import (
    MAX_PREMISE,
    MAX_SEED,
    MAX_WORDS,
    MIN_WORDS,
    checked_chapters,
    clean_premise,
    clean_title,
    in_range,
)

if TYPE_CHECKING:
    from novelgen.bootstrap import NovelRequest
    from novelgen.generation.novel_settings import WritingPart
    from novelgen.planning.document import PlanDocument

_SUGGESTED_WORDS = 1_500


def new(
    context: typer.Context,
    title: Annotated[
        str | None, typer.Option(help="Title; without one the model finds one.")
    ] = None,
    author: Annotated[str | None, typer.Option(help="Author, for the manuscript.")] = None,
    premise: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="What the novel is about; without one the model invents it."
        ),
    ] = None,
    premise_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read the premise from a text file.")
    ] = None,
    target_words: Annotated[
        int | None,
        typer.Option(metavar="N", help=f"Words wanted, {MIN_WORDS} to {MAX_WORDS:,}."),
    ] = None,
    chapters: Annotated[
        int | None, typer.Option(metavar="N", help="Number of chapters; default by length.")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Your own outline (Markdown headings, a numbered list, plain lines, YAML; - is "
            "standard input). It is taken as it is.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="M",
            help="Model: see `novelgen models list`, or server:NAME. Default smollm2-135m.",
        ),
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option(
            metavar="A",
            help="Memory adapter: a directory, the name of a shipped one, none, or auto (default): "
            "the one shipped for the model.",
        ),
    ] = None,
    planner: Annotated[
        str | None,
        typer.Option(
            metavar="M", help="Model that plans and reads, if it is not the one that writes."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", help="Same seed, settings and machine: same novel."),
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option(
            metavar="K", help="Texts drawn for every passage; the best is kept. Default 1."
        ),
    ] = None,
    voice: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="How it is to sound: a voice sheet in YAML, as `novelgen voice` edits it.",
        ),
    ] = None,
    sampling: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="How words are drawn, such as temperature=0.9; can be given again for others.",
        ),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART",
            help="Leave out the guard, ranking, plan or memory, to see what it buys; can be given "
            "again for others. For research.",
        ),
    ] = None,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Stop at the plan.")] = False,
    budget_tokens: BudgetTokens = None,
    budget_cost: BudgetCost = None,
    headless: Annotated[bool, typer.Option("--headless", help=HEADLESS_HELP)] = False,
    detach: Annotated[bool, typer.Option("--detach", help=DETACH_HELP)] = False,
) -> None:
    """Create a novel, plan it and write it. Prints its id.

    In a terminal it opens the workbench, which stops at the plan. The first time, the default model
    is fetched (93 MB).

    Example: novelgen new --title "The Keeper" --target-words 1500 --premise "A lighthouse keeper
    finds a letter dated tomorrow."
    """
    invocation = invocation_of(context)
    invocation.follow_first_process()
    from novelgen.bootstrap import NovelRequest
    from novelgen.cli.detaching import detach_run
    from novelgen.cli.voice_input import sheet_from
    from novelgen.cli.writing import write_novel
    from novelgen.engine.sampling_settings import read_assignments
    from novelgen.engine.spending import Budget
    from novelgen.generation.novel_context import RunLimits
    from novelgen.runs.orders import resume_arguments

    if premise_file is not None:
        premise = _read_premise(premise_file, premise)
    outline = None
    if plan is not None:
        outline = _read_outline(plan, chapters)
        invocation.output.note(_what_was_read(outline))
        title, premise, target_words = _from_outline(outline, title, premise, target_words)
    may_ask = sys.stdin.isatty() and not headless and not invocation.output.as_json
    if may_ask and (target_words is None or premise is None):
        title, premise, target_words = _ask(title, premise, target_words)
    if target_words is None:
        raise UsageError(
            "--target-words is missing.", "For example: novelgen new --target-words 1500"
        )
    request = NovelRequest(
        title=clean_title(title or ""),
        author=clean_title(author or "", "--author"),
        premise=clean_premise(premise or ""),
        target_words=in_range(target_words, MIN_WORDS, MAX_WORDS, "--target-words"),
        seed=secrets.randbits(32) if seed is None else in_range(seed, 0, MAX_SEED, "--seed"),
        chapters=checked_chapters(chapters, target_words),
        voice=None if voice is None else sheet_from(voice),
        outline=outline,
        without=tuple(map(_part, without or ())),
    )
    limits = RunLimits(plan_only=plan_only, budget=Budget(budget_tokens, budget_cost))
    with invocation.writing_workbench(
        model=model,
        planner=planner,
        adapter=adapter,
        candidates=candidates,
        sampling=read_assignments(sampling) if sampling else None,
    ) as workbench:
        if not request.author and workbench.settings.author:
            request = _with_author(request, workbench.settings.author)
        novel = workbench.create_novel(request)
        if opens_workbench(invocation, is_headless=headless or detach):
            # It stops at its plan, so that the person can read it first.
            open_workbench(invocation, workbench, novel.id, replace(limits, plan_only=True))
            return
        invocation.output.note(f"Novel {novel.id}, seed {novel.seed}.")
        if detach:
            code = detach_run(invocation, workbench, novel, resume_arguments(novel, limits))
        else:
            code = write_novel(
                invocation, workbench, novel, workbench.runs.run_terms(novel, limits)
            )
    raise typer.Exit(code)


def _part(name: str) -> "WritingPart":
    from novelgen.generation.novel_settings import WritingPart

    try:
        return WritingPart(name)
    except ValueError as error:
        raise UsageError(
            f"--without {name}: there is no such part.",
            f"Give one of {', '.join(WritingPart)}.",
        ) from error


def _with_author(request: "NovelRequest", author: str) -> "NovelRequest":
    return replace(request, author=clean_title(author, "author"))


def _ask(
    title: str | None, premise: str | None, target_words: int | None
) -> tuple[str | None, str, int]:
    """What is missing, asked on the terminal; questions go to stderr."""
    if title is None:
        title = typer.prompt(
            "Title (empty: the model finds one)", default="", show_default=False, err=True
        )
    if premise is None:
        premise = typer.prompt(
            "What is it about? (empty: the model invents it)",
            default="",
            show_default=False,
            err=True,
        )
    if target_words is None:
        target_words = typer.prompt("How many words?", default=_SUGGESTED_WORDS, type=int, err=True)
    return title, str(premise), target_words


def _read_premise(path: Path, told: str | None) -> str:
    """The premise in a file. `told` is the one that was given beside it, which is one too many."""
    if told is not None:
        raise UsageError("Both --premise and --premise-file are given.", "Give one of them.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    if not text.strip():
        raise UsageError(f"{path} is empty.", "Write a premise there, or leave --premise-file out.")
    return text


def _read_outline(path: Path, chapters: int | None) -> "PlanDocument":
    """The outline in a file. Raises `UsageError`."""
    from novelgen.cli.chapter_input import text_from
    from novelgen.planning.outline_reading import read_outline

    text = text_from(path)
    outline = read_outline(text, is_yaml=path.suffix.lower() in (".yaml", ".yml"))
    found = len(outline.chapters)
    if chapters is not None and chapters != found:
        raise UsageError(
            f"--chapters is {chapters:,}, and the outline has {found:,} chapters.",
            "Leave --chapters out: every chapter of the outline becomes one.",
        )
    return outline


def _what_was_read(outline: "PlanDocument") -> str:
    count = len(outline.chapters)
    parts = f" in {len(outline.parts)} parts" if len(outline.parts) > 1 else ""
    title = f"; “{outline.title}” is taken for the title" if outline.title else ""
    return f"{count:,} chapter{'' if count == 1 else 's'}{parts} in the outline{title}."


def _from_outline(
    outline: "PlanDocument", title: str | None, premise: str | None, target_words: int | None
) -> tuple[str | None, str, int | None]:
    """Title, premise and words: what is given, else what the outline says."""
    from novelgen.planning.outline_reading import premise_of

    if target_words is None and all(chapter.words for chapter in outline.chapters):
        target_words = sum(chapter.words or 0 for chapter in outline.chapters)
    told = (outline.premise or premise_of(outline))[:MAX_PREMISE]
    return title or outline.title or None, premise or told, target_words
