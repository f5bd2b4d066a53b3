"""The lines of the export place: what can be chosen of a format, and what can be done."""

from collections.abc import Callable, Iterator

from textual.content import Content

from novelgen.manuscript.chapter_range import range_in_words
from novelgen.manuscript.export_options import Face, PageSize, Style
from novelgen.manuscript.formats import ExportFormat
from novelgen.text.sanitize import clean_line
from novelgen.tui.places.export.choices import Line
from novelgen.tui.places.export.reading import ExportPlan
from novelgen.tui.widgets.short_path import short_path
from storage.records import NovelRecord

_LABEL_CELLS = 11
GROUPS = (
    ("The title page", (Line.TITLE, Line.AUTHOR)),
    (
        "The file",
        (
            Line.FORMAT,
            Line.STYLE,
            Line.MARKS,
            Line.PAPER,
            Line.FACE,
            Line.COVER,
            Line.FILES,
            Line.BRANCH,
            Line.CHAPTERS,
            Line.FILE,
        ),
    ),
    ("", (Line.EXPORT, Line.TAKE_BACK, Line.BACKUP)),
)
STYLES = {
    Style.MANUSCRIPT: "standard manuscript format",
    Style.READING: "a book",
}
MARKS = {True: "curly “ ”, real dashes", False: 'as in the text: straight " "'}
PAPERS = {PageSize.LETTER: "US letter", PageSize.A4: "A4"}
FACES = {Face.TIMES: "Times New Roman", Face.COURIER: "Courier"}
FILES = {False: "one for the book", True: "one a chapter, in a folder"}
_DONE = {
    Line.EXPORT: ("→ Export", "x", "bold $success"),
    Line.TAKE_BACK: ("← Take back a manuscript", "m", "bold"),
    Line.BACKUP: ("→ Back up all novels", "b", "bold"),
}


def format_called(kind: ExportFormat) -> str:
    """A format in words."""
    return f"{kind.label} (.{kind.name})"


def lines_of(plan: ExportPlan, novel: NovelRecord, cells: int) -> dict[Line, Content]:
    """The lines for what the format has, each in so many cells."""
    return {
        line: _line(line, plan, novel, cells)
        for _, lines in GROUPS
        for line in lines
        if plan.choices.has(line) and (line is not Line.BRANCH or len(plan.branches) > 1)
    }


def grouped(
    lines: dict[Line, Content], *, is_narrow: bool
) -> Iterator[tuple[Line | None, Content]]:
    """The lines with the headings of their groups, for which a narrow screen has no room."""
    for at, (heading, names) in enumerate(GROUPS):
        gap = "\n" if at and not is_narrow else ""
        if heading and not is_narrow:
            yield None, Content.styled(gap + heading, "bold $primary")
        elif gap:
            yield None, Content("")
        for name in names:
            if name in lines:
                yield name, lines[name]


def _line(line: Line, plan: ExportPlan, novel: NovelRecord, cells: int) -> Content:
    if line in _DONE:
        told, key, style = _DONE[line]
        return Content.assemble((told, style), (f"   {key}", "$text-muted"))
    if line is Line.FILE:
        label = "Folder" if plan.choices.splits else "File"
        return _value(label, _cut(short_path(plan.path), cells - _LABEL_CELLS))
    if line is Line.COVER and plan.choices.cover is not None:
        return _value("Cover", _cut(short_path(plan.choices.cover), cells - _LABEL_CELLS))
    text, is_set = _VALUES[line](plan, novel)
    return _value(line.value.capitalize(), text, is_set=is_set)


def _title(_: ExportPlan, novel: NovelRecord) -> tuple[str, bool]:
    title = clean_line(novel.title)
    return title or "no title yet", bool(title)


def _author(_: ExportPlan, novel: NovelRecord) -> tuple[str, bool]:
    author = clean_line(novel.author)
    return author or "not set", bool(author)


def _style(plan: ExportPlan, _: NovelRecord) -> tuple[str, bool]:
    style = plan.choices.styled
    return ("" if style is None else STYLES[style]), True


def _chapters(plan: ExportPlan, _: NovelRecord) -> tuple[str, bool]:
    return range_in_words(plan.choices.first, plan.choices.last), True


_VALUES: dict[Line, Callable[[ExportPlan, NovelRecord], tuple[str, bool]]] = {
    Line.TITLE: _title,
    Line.AUTHOR: _author,
    Line.FORMAT: lambda plan, _: (format_called(plan.choices.format), True),
    Line.STYLE: _style,
    Line.MARKS: lambda plan, _: (MARKS[plan.choices.smartens], True),
    Line.PAPER: lambda plan, _: (PAPERS[plan.wish.options.page_size], True),
    Line.FACE: lambda plan, _: (FACES[plan.choices.face], True),
    Line.COVER: lambda _plan, _novel: ("none", False),
    Line.FILES: lambda plan, _: (FILES[plan.choices.splits], True),
    Line.BRANCH: lambda plan, _: (plan.branch, True),
    Line.CHAPTERS: _chapters,
}


def _value(label: str, text: str, *, is_set: bool = True) -> Content:
    return Content.assemble(
        (f"{label:<{_LABEL_CELLS}}", "$text-muted"), (text, "" if is_set else "$text-muted")
    )


def _cut(path: str, cells: int) -> str:
    """The end of a path, which tells more than its beginning."""
    cells = max(cells, 12)
    return path if len(path) <= cells else "…" + path[-(cells - 1) :]
