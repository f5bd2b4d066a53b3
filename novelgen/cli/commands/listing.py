"""`novelgen list` and `novelgen show`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from novelgen.manuscript.overview import ChapterOverview, NovelOverview
    from storage.records import NovelSummary

_REFERENCES_SHOWN = 3
UNTITLED = "(no title yet)"
CRASHED = "crashed"
"""Shown in place of a status at work, when the process that worked is gone."""


def list_novels(context: typer.Context) -> None:
    """List all novels, the last changed first.

    Example: novelgen list
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        summaries = workbench.summaries()
        crashed = workbench.runs.crashed(item.novel for item in summaries)
        waiting = workbench.inbox.count_waiting()
    if invocation.output.as_json:
        novels = [
            summary_json(item, is_crashed=item.novel.id in crashed)
            | {"waiting": waiting.get(item.novel.id, 0)}
            for item in summaries
        ]
        invocation.output.document({"novels": novels})
        return
    if not summaries:
        invocation.output.note("No novels yet. Begin one with `novelgen new`.")
        return
    rows = [
        [
            item.novel.id,
            item.novel.title or UNTITLED,
            f"{item.totals.words:,}",
            f"{item.novel.target_words:,}",
            f"{_percent(item.totals.words, item.novel.target_words):.0f} %",
            CRASHED if item.novel.id in crashed else item.novel.status.value,
            f"{item.novel.updated_at:%Y-%m-%d %H:%M}",
            str(waiting.get(item.novel.id, "")),
        ]
        for item in summaries
    ]
    headers = ["id", "title", "words", "target", "done", "status", "changed (UTC)", "inbox"]
    if not waiting:
        headers, rows = headers[:-1], [row[:-1] for row in rows]
    invocation.output.data(columns(headers, rows, right=(2, 3, 4)))


def show(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    seen: Annotated[
        bool,
        typer.Option("--context", help="Show what the model saw for a passage, and what it cost."),
    ] = False,
    candidates: Annotated[
        bool,
        typer.Option(
            "--candidates", help="Show the drafts of a passage, and what spoke against each."
        ),
    ] = False,
    chapter: Annotated[
        int | None, typer.Option(metavar="K", min=1, help="Of which chapter; default the last.")
    ] = None,
    segment: Annotated[
        int | None, typer.Option(metavar="S", min=1, help="Only the passages of this segment.")
    ] = None,
    passage: Annotated[
        int | None, typer.Option(metavar="P", min=1, help="Only this passage of the chapter.")
    ] = None,
) -> None:
    """Show one novel: words against target, chapters, and known novels for comparison.

    Example: novelgen show 3f2a --context --chapter 7 --segment 2
    """
    invocation = invocation_of(context)
    if not (seen or candidates) and (chapter, segment, passage) != (None, None, None):
        raise UsageError(
            "--chapter, --segment and --passage say what --context or --candidates shows.",
            "Give one of these two as well.",
        )
    if seen or candidates:
        _show_seen(invocation, novel, chapter, segment, passage, seen=seen, candidates=candidates)
        return
    with invocation.workbench() as workbench:
        overview = workbench.overview(novel)
        is_crashed = bool(workbench.runs.crashed([overview.summary.novel]))
        waiting = workbench.inbox.count_waiting().get(overview.summary.novel.id, 0)
    if invocation.output.as_json:
        document = _overview_json(overview, is_crashed=is_crashed) | {"waiting": waiting}
        invocation.output.document(document)
        return
    for line in _overview_lines(overview, is_crashed=is_crashed):
        invocation.output.data(line)
    if overview.is_unread:
        invocation.output.data(_unread_line(overview))
    if waiting:
        invocation.output.data(_waiting_line(overview, waiting))
    if is_crashed:
        novel_id = overview.summary.novel.id
        invocation.output.note(f"Its run has crashed; go on with `novelgen resume {novel_id}`.")


def _show_seen(
    invocation: Invocation,
    novel: str,
    chapter: int | None,
    segment: int | None,
    passage: int | None,
    *,
    seen: bool,
    candidates: bool,
) -> None:
    from novelgen.cli.seen_output import say_candidates, say_context, seen_as_json
    from novelgen.manuscript.passages_seen import passages_seen

    with invocation.workbench() as workbench, workbench.store.reading() as work:
        found = work.novels.find(novel)
        number = chapter or work.chapters.totals(found.active_branch_id).chapters
        if not number:
            raise NotFoundError(
                f"“{found.title or UNTITLED}” has no text yet.",
                f"Write it with `novelgen resume {found.id}`.",
            )
        passages = [
            each
            for each in passages_seen(work, found.active_branch_id, number)
            if segment in (None, each.segment) and passage in (None, each.number)
        ]
    if not passages:
        raise NotFoundError(
            f"Chapter {number} has no such passage.",
            f"`novelgen show {found.id} --context --chapter {number}` shows all of them.",
        )
    if invocation.output.as_json:
        document = {"chapter": number, "passages": [seen_as_json(each) for each in passages]}
        invocation.output.document(document)
        return
    for each in passages:
        if seen:
            say_context(invocation.output, each)
        if candidates:
            say_candidates(invocation.output, each)


def summary_json(summary: "NovelSummary", *, is_crashed: bool = False) -> dict[str, Any]:
    """The JSON keys of a novel, a contract with other programs."""
    novel = summary.novel
    return {
        "id": novel.id,
        "title": novel.title,
        "target_words": novel.target_words,
        "words": summary.totals.words,
        "percent": round(_percent(summary.totals.words, novel.target_words), 2),
        "status": CRASHED if is_crashed else novel.status.value,
        "updated_at": novel.updated_at.isoformat(),
    }


def _overview_json(overview: "NovelOverview", *, is_crashed: bool) -> dict[str, Any]:
    words = overview.summary.totals.words
    return {
        **summary_json(overview.summary, is_crashed=is_crashed),
        "author": overview.summary.novel.author,
        "premise": overview.summary.novel.premise,
        "chapters": [_chapter_json(chapter) for chapter in overview.chapters],
        "references": [
            {
                "title": reference.title,
                "words": reference.words,
                "percent": round(_percent(words, reference.words), 2),
            }
            for reference in overview.references
        ],
        "memory_unread": overview.is_unread,
        "model": overview.summary.novel.model,
        "adapter": overview.summary.novel.adapter,
        "planner": overview.summary.novel.settings.get("planner") or None,
        "branch": overview.branch,
    }


def _chapter_json(chapter: "ChapterOverview") -> dict[str, Any]:
    return {
        "number": chapter.number,
        "title": chapter.title,
        "words": chapter.words,
        "target_words": chapter.target_words,
        "status": chapter.status,
        "memory_behind": chapter.memory_behind,
        "to_check": chapter.to_check,
        "revision": chapter.revision,
        "is_held": chapter.is_held,
    }


def _overview_lines(overview: "NovelOverview", *, is_crashed: bool) -> list[str]:
    novel, totals = overview.summary.novel, overview.summary.totals
    status = CRASHED if is_crashed else novel.status.value
    lines = [
        f"{novel.title or UNTITLED}" + (f" by {novel.author}" if novel.author else ""),
        f"{totals.words:,} of {novel.target_words:,} words "
        f"({_percent(totals.words, novel.target_words):.1f} %), {status}",
        f"id {novel.id}, branch {overview.branch}, model {novel.model}, "
        + (f"planner {planner}, " if (planner := novel.settings.get("planner")) else "")
        + f"adapter {novel.adapter}, seed {novel.seed}",
    ]
    if novel.premise:
        lines += ["", novel.premise]
    if overview.chapters:
        lines += ["", columns(*_chapter_table(overview), right=(0, 2, 3))]
    lines += ["", _reference_line(overview)]
    return lines


def _chapter_table(overview: "NovelOverview") -> tuple[list[str], list[list[str]]]:
    headers = ["", "chapter", "words", "target", "status", "memory"]
    rows = [
        [
            str(chapter.number),
            chapter.title,
            f"{chapter.words:,}",
            f"{chapter.target_words:,}",
            chapter.status + (", not in the book" if chapter.is_held else ""),
            "behind" if chapter.memory_behind else "",
        ]
        for chapter in overview.chapters
    ]
    return headers, rows


def _unread_line(overview: "NovelOverview") -> str:
    return (
        "No model has read the text yet as the novel is set now: memories are read, or found "
        f"stored, by the next `novelgen resume` or `novelgen reread {overview.summary.novel.id}`."
    )


def _waiting_line(overview: "NovelOverview", waiting: int) -> str:
    held = sum(chapter.is_held for chapter in overview.chapters)
    text = f"{_chapters(waiting)} in the inbox"
    if held:
        text += f"; {held} of them no part of the book until you keep them"
    return f"{text}: `novelgen inbox list {overview.summary.novel.id}`."


def _chapters(count: int) -> str:
    return f"{count} chapter waits" if count == 1 else f"{count} chapters wait"


def _reference_line(overview: "NovelOverview") -> str:
    words = overview.summary.totals.words
    shares = [
        f"{_percent(words, reference.words):.1f} % of {reference.title}"
        for reference in overview.references[:_REFERENCES_SHOWN]
    ]
    return "That is " + ", ".join(shares) + "."


def _percent(words: int, of_words: int) -> float:
    return 100 * words / of_words if of_words else 0.0
