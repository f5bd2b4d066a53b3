"""The lines of the export place, and what the file will hold."""

from collections.abc import Sequence

from textual.content import Content

from novelgen.manuscript.chapter_range import range_in_words
from novelgen.manuscript.overview import ChapterOverview
from novelgen.text.sanitize import clean_line
from novelgen.tui.places.export.reading import ExportPlan, ExportWish, format_called
from novelgen.tui.widgets.bars import bar
from novelgen.tui.widgets.short_path import short_path
from storage.records import NovelRecord

_LABEL_CELLS = 11
_NUMBERS_SHOWN = 6
_BAR_CELLS = 30
TITLE, AUTHOR, FORMAT, CHAPTERS, FILE, EXPORT, BACKUP = (
    "title",
    "author",
    "format",
    "chapters",
    "file",
    "export",
    "backup",
)


def row(name: str, novel: NovelRecord, wish: ExportWish, plan: ExportPlan, cells: int) -> Content:
    """One line that can be chosen."""
    match name:
        case "title":
            return _value("Title", clean_line(novel.title) or "no title yet")
        case "author":
            return _value(
                "Author", clean_line(novel.author) or "not set", is_set=bool(novel.author)
            )
        case "format":
            return _value("Format", format_called(wish.format_name))
        case "chapters":
            return _value("Chapters", range_in_words(wish.first, wish.last))
        case "file":
            return _value("File", _cut(short_path(plan.path), cells - _LABEL_CELLS))
        case "export":
            return Content.assemble(("→ Export", "bold $success"), ("   x", "$text-muted"))
    return Content.assemble(("→ Back up all novels", "bold"), ("   b", "$text-muted"))


def plan_told(plan: ExportPlan) -> Content:
    """What the file will hold, and what is not in it."""
    lines = [Content.styled("What the file will hold", "bold $primary")]
    if plan.chapters:
        count = _counted(len(plan.chapters), "chapter")
        lines.append(Content(f"{count}, {plan.words:,} words"))
    else:
        lines.append(Content.styled("Nothing: no text is in these chapters yet.", "$warning"))
    if plan.exists:
        lines.append(
            Content.styled("! The file is there already; you are asked first.", "$warning")
        )
    if plan.held:
        told = f"✉ Left out, since they wait in the inbox: {_numbers(plan.held)}."
        lines.append(Content.styled(told, "$warning"))
    if plan.unwritten:
        lines.append(
            Content.styled(f"· Not written yet: {_numbers(plan.unwritten)}.", "$text-muted")
        )
    if plan.chapters:
        lines += [Content(""), *map(_chapter, plan.chapters)]
    return Content("\n").join(lines)


def progress_told(done: int, total: int) -> Content:
    return Content.assemble(
        ("Writing  ", "bold"),
        (bar(done / max(1, total), _BAR_CELLS), "$primary"),
        f"  {done}/{total}",
    )


def result_told(text: str, path: str) -> Content:
    return Content.assemble(("✓ ", "bold $success"), (f"{text}\n", "bold"), path)


def _chapter(chapter: ChapterOverview) -> Content:
    state = "" if chapter.status == "complete" else "  not finished"
    return Content.assemble(
        (f"{chapter.number:>4}  ", "$text-muted"),
        clean_line(chapter.title),
        (f"  {chapter.words:,} words{state}", "$text-muted"),
    )


def _value(label: str, text: str, *, is_set: bool = True) -> Content:
    return Content.assemble(
        (f"{label:<{_LABEL_CELLS}}", "$text-muted"), (text, "" if is_set else "$text-muted")
    )


def _numbers(chapters: Sequence[int]) -> str:
    named = ", ".join(map(str, chapters[:_NUMBERS_SHOWN]))
    more = len(chapters) - _NUMBERS_SHOWN
    return f"chapter{'s' if len(chapters) > 1 else ''} {named}" + (
        f" and {more} more" if more > 0 else ""
    )


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def _cut(path: str, cells: int) -> str:
    """The end of a path, which tells more than its beginning."""
    cells = max(cells, 12)
    return path if len(path) <= cells else "…" + path[-(cells - 1) :]
