"""A manuscript from a file as a new novel: what is in it, its names, its memory, and what is said.

The novel is stored before anything is read into its bible and its memory, so that an interrupt
loses nothing: both go on where they were, with `novelgen resume` or `novelgen reread`.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.cli.invocation import Invocation
from novelgen.cli.output import Output
from novelgen.cli.step_progress import step_display
from novelgen.engine.values import is_server
from novelgen.errors import ExitCode, NovelgenError, UsageError
from novelgen.generation.novel_fields import (
    MAX_SEED,
    MAX_WORDS,
    MIN_WORDS,
    clean_premise,
    clean_title,
    in_range,
)
from novelgen.generation.stop import StopSignal
from novelgen.manuscript.importing.values import ImportedManuscript

if TYPE_CHECKING:
    from novelgen.manuscript.archive.reading import Archive
    from storage.records import NovelRecord

_REMARKS_SHOWN = 20
_LONGEST_FOUND = 300
"""Characters of a title that a file has."""


@dataclass(frozen=True, slots=True)
class ImportWish:
    """What a person wants of the new novel; None is what the file says."""

    title: str | None
    author: str | None
    premise: str | None
    target_words: int | None
    seed: int | None
    is_unfinished: bool
    reads_memory: bool
    model: str | None = None
    adapter: str | None = None


def import_new(
    invocation: Invocation,
    workbench: Workbench,
    found: "ImportedManuscript | Archive",
    file: Path,
    wish: ImportWish,
) -> ExitCode:
    """Make a novel of what was read, learn its names, read its memory; prints its id."""
    from novelgen.cli.writing import stop_on_signals

    output, stop = invocation.output, StopSignal()
    with stop_on_signals(stop):  # from here on an interrupt ends what can go on later
        if isinstance(found, ImportedManuscript):
            novel = _created(output, workbench, found, file, wish)
        else:
            _require_no_wish(wish)
            novel = workbench.imports.restore(found)
            output.note(f"“{novel.title}” is restored with all that the file holds of it.")
        with step_display(output, "Chapters read for the bible") as on_step:
            workbench.imports.learn(novel, stop, on_step)
        failure = _read_memory(output, workbench, novel, stop) if wish.reads_memory else None
    is_complete = not stop.is_requested and failure is None
    _say(output, workbench, novel, is_complete=is_complete, is_stopped=stop.is_requested)
    if failure is not None:
        output.error(
            f"The memory is not read yet: {failure.message}",
            failure.remedy or f"`novelgen reread {novel.id}` does it later.",
        )
        return failure.exit_code
    return ExitCode.INTERRUPTED if stop.is_requested else ExitCode.DONE


def tell_found(output: Output, found: "ImportedManuscript | Archive", file: Path) -> None:
    """What an import would make a novel of; nothing is stored."""
    manuscript = found if isinstance(found, ImportedManuscript) else found.manuscript()
    if output.as_json:
        chapters = [
            {"title": each.title, "part": each.part, "words": each.words}
            for each in manuscript.chapters
        ]
        output.document(
            {
                "title": manuscript.title,
                "author": manuscript.author,
                "words": manuscript.words,
                "chapters": chapters,
                "remarks": list(manuscript.remarks),
            }
        )
        return
    by = f" by {manuscript.author}" if manuscript.author else ""
    output.data(f"{manuscript.title or file.stem}{by}: {manuscript.words:,} words")
    for number, each in enumerate(manuscript.chapters, start=1):
        if each.part is not None:
            output.data(each.part)
        output.data(f"{number:>5}  {each.title or '(no title)'}  {each.words:,} words")
    say_remarks(output, manuscript)
    output.note("Nothing was imported.")


def say_remarks(output: Output, manuscript: ImportedManuscript) -> None:
    """What a person should know of the file."""
    for remark in manuscript.remarks[:_REMARKS_SHOWN]:
        output.note(remark)
    more = len(manuscript.remarks) - _REMARKS_SHOWN
    if more > 0:
        output.note(f"And {more} remarks more.")


def _created(
    output: Output,
    workbench: Workbench,
    found: ImportedManuscript,
    file: Path,
    wish: ImportWish,
) -> "NovelRecord":
    from novelgen.bootstrap.importing import ImportRequest

    chapters = f"{len(found.chapters):,} chapter{'' if len(found.chapters) == 1 else 's'}"
    output.note(f"{file.name}: {chapters}, {found.words:,} words.")
    say_remarks(output, found)
    target = wish.target_words
    if target is None:
        target = max(found.target_words or 0, found.words, MIN_WORDS)
    in_range(target, MIN_WORDS, MAX_WORDS, "--target-words" if wish.target_words else "The text")
    if target < found.words:
        raise UsageError(
            f"The text has {found.words:,} words already, and --target-words is {target:,}.",
            f"Give at least {found.words:,}, or leave it out.",
        )
    seed = secrets.randbits(32) if wish.seed is None else in_range(wish.seed, 0, MAX_SEED, "--seed")
    request = ImportRequest(
        found,
        clean_title(wish.title or (found.title or file.stem)[:_LONGEST_FOUND]),
        clean_title(wish.author or found.author or workbench.settings.author, "--author"),
        target,
        seed,
        wish.is_unfinished,
        clean_premise(wish.premise or ""),
    )
    with step_display(output, "Chapters") as on_step:
        novel = workbench.imports.create(request, on_step)
    output.note(f"Novel {novel.id}, “{novel.title}”.")
    if novel.target_words < target:
        output.note(
            f"{target - found.words} words behind it are too few for a chapter; the novel's length "
            f"is {novel.target_words:,} words."
        )
    return novel


def _read_memory(
    output: Output, workbench: Workbench, novel: "NovelRecord", stop: StopSignal
) -> NovelgenError | None:
    """Read the memory; what kept it from being read. The novel is there either way."""
    from novelgen.cli.progress import pull_display
    from novelgen.cli.rereading import reread_memory

    if stop.is_requested or is_server(novel.model):
        return None
    try:
        with workbench.runs.claimed(novel):
            with pull_display(output) as on_progress:
                engine = workbench.engines.load(novel, on_progress, output.note)
            reread_memory(output, workbench, novel, engine, stop)
    except NovelgenError as error:
        return error
    return None


def _say(
    output: Output,
    workbench: Workbench,
    novel: "NovelRecord",
    *,
    is_complete: bool,
    is_stopped: bool,
) -> None:
    summary = workbench.find(novel.id)
    novel, totals = summary.novel, summary.totals
    if output.as_json:
        output.document(
            {
                "id": novel.id,
                "title": novel.title,
                "chapters": totals.chapters,
                "words": totals.words,
                "target_words": novel.target_words,
                "complete": is_complete,
            }
        )
        return
    if is_stopped:
        output.note(
            f"Stopped. The text is imported; `novelgen bible {novel.id} --read` reads on the "
            f"names, `novelgen reread {novel.id}` the memory. Writing on does both first."
        )
    elif totals.words < novel.target_words:
        output.note(f"`novelgen resume {novel.id}` writes on behind it.")
    else:
        output.note(
            f"To have it written on: `novelgen set {novel.id} --target-words N`, then `novelgen "
            f"resume {novel.id}`."
        )
    output.data(novel.id)


def _require_no_wish(wish: ImportWish) -> None:
    given = (
        wish.title, wish.author, wish.premise, wish.target_words, wish.seed, wish.model,
        wish.adapter,
    )  # fmt: skip
    if wish.is_unfinished or any(each is not None for each in given):
        raise UsageError(
            "The file holds a whole novel, which is restored as it was.",
            "Change it with `novelgen set` afterwards, or take its chapters: --text-only.",
        )
