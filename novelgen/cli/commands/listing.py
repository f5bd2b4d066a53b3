"""`novelgen list` and `novelgen show`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns

if TYPE_CHECKING:
    from novelgen.manuscript.overview import ChapterOverview, NovelOverview
    from storage.records import NovelSummary

_REFERENCES_SHOWN = 3
UNTITLED = "(no title yet)"


def list_novels(context: typer.Context) -> None:
    """List all novels, the last changed first.

    Example: novelgen list
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        summaries = workbench.summaries()
    if invocation.output.as_json:
        invocation.output.document({"novels": [summary_json(item) for item in summaries]})
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
            item.novel.status.value,
            f"{item.novel.updated_at:%Y-%m-%d %H:%M}",
        ]
        for item in summaries
    ]
    headers = ["id", "title", "words", "target", "done", "status", "changed (UTC)"]
    invocation.output.data(columns(headers, rows, right=(2, 3, 4)))


def show(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
) -> None:
    """Show one novel: words against target, chapters, and known novels for comparison.

    Example: novelgen show 3f2a
    """
    invocation = invocation_of(context)
    with invocation.workbench() as workbench:
        overview = workbench.overview(novel)
    if invocation.output.as_json:
        invocation.output.document(_overview_json(overview))
        return
    for line in _overview_lines(overview):
        invocation.output.data(line)


def summary_json(summary: "NovelSummary") -> dict[str, Any]:
    """The JSON keys of a novel, a contract with other programs."""
    novel = summary.novel
    return {
        "id": novel.id,
        "title": novel.title,
        "target_words": novel.target_words,
        "words": summary.totals.words,
        "percent": round(_percent(summary.totals.words, novel.target_words), 2),
        "status": novel.status.value,
        "updated_at": novel.updated_at.isoformat(),
    }


def _overview_json(overview: "NovelOverview") -> dict[str, Any]:
    words = overview.summary.totals.words
    return {
        **summary_json(overview.summary),
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
        "model": overview.summary.novel.model,
        "adapter": overview.summary.novel.adapter,
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
    }


def _overview_lines(overview: "NovelOverview") -> list[str]:
    novel, totals = overview.summary.novel, overview.summary.totals
    lines = [
        f"{novel.title or UNTITLED}" + (f" by {novel.author}" if novel.author else ""),
        f"{totals.words:,} of {novel.target_words:,} words "
        f"({_percent(totals.words, novel.target_words):.1f} %), {novel.status.value}",
        f"id {novel.id}, branch {overview.branch}, model {novel.model}, "
        f"adapter {novel.adapter}, seed {novel.seed}",
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
            chapter.status,
            "behind" if chapter.memory_behind else "",
        ]
        for chapter in overview.chapters
    ]
    return headers, rows


def _reference_line(overview: "NovelOverview") -> str:
    words = overview.summary.totals.words
    shares = [
        f"{_percent(words, reference.words):.1f} % of {reference.title}"
        for reference in overview.references[:_REFERENCES_SHOWN]
    ]
    return "That is " + ", ".join(shares) + "."


def _percent(words: int, of_words: int) -> float:
    return 100 * words / of_words if of_words else 0.0
