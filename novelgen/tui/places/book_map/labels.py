"""Texts of the map: the label of a row, the ruler, what a cell tells, the legend."""

from textual.content import Content

from novelgen.manuscript.book_map import CELL_WORDS, BookMap
from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.overview import ChapterOverview
from novelgen.tui.places.book_map import signs
from novelgen.tui.places.book_map.layout import GROUP, MapLayout
from novelgen.tui.places.book_map.signs import Sign

_NAMES = {
    WordOrigin.AUTHOR: "the author’s",
    WordOrigin.EDITED: "edited",
    WordOrigin.MACHINE: "the machine’s",
}
COLOURS = {
    "author": "$primary",
    "edited": "$secondary",
    "machine": "$foreground 50%",
    "unwritten": "$foreground 40%",
    "live": "$success",
    "locked": "$success",
    "check": "bold $error",
}


def row_label(chapter: ChapterOverview, width: int) -> str:
    """Number, title and words of a chapter, so many columns wide at most."""
    number = f"{chapter.number:>4} "
    figures = f" {short(chapter.words):>5}  "
    held = "✉" if chapter.is_held else ""
    room = width - len(number) - len(figures) - len(held)
    if room < 3:
        return number
    title = chapter.title or "…"
    title = title if len(title) <= room else title[: room - 1].rstrip() + "…"
    return f"{number}{title.ljust(room)}{held}{figures}"


def short(words: int) -> str:
    """Such as `850`, `3.4k`; nothing for none."""
    if not words:
        return ""
    return f"{words}" if words < 1000 else f"{words / 1000:.1f}k"


def ruler(layout: MapLayout) -> str:
    """Where in a chapter a group of cells ends, over the cells."""
    line = ""
    longest = max((line.end - line.first for line in layout.lines), default=0)
    for cell in range(GROUP, longest + 1, GROUP):
        words = cell * layout.times * CELL_WORDS
        told = f"{words / 1000:g}k"
        end = layout.x_of(cell) - 1
        if len(told) + 2 <= end - len(line):
            line = line.ljust(end - len(told)) + told
    return line


def legend(book: BookMap, cell_words: int, width: int, *, is_live: bool = False) -> Content:
    """What the signs mean, with shares; and how long a cell is."""
    counts = book.origins()
    total = max(1, counts.total())
    cells = [cell for chapter in book.chapters for cell in chapter.cells or ()]
    locked = sum(cell.is_locked for cell in cells)
    to_check = sum(bool(cell.to_check) for cell in cells)
    entries: list[tuple[Sign, str]] = [
        (signs.WHOSE[origin], f"{name} {share(counts[origin], total)}")
        for origin, name in _NAMES.items()
    ]
    entries += [
        (signs.UNWRITTEN, "to be written"),
        (signs.LOCKED, f"locked {locked:,}" if locked else "locked"),
        (signs.TO_CHECK, f"to check {to_check:,}" if to_check else "to check"),
    ]
    if is_live:
        entries.append((signs.LIVE, "being written"))
    lines = [Content("")]
    for sign, name in entries:
        entry = Content.assemble((sign.character, COLOURS[sign.style]), (f" {name}", "$text-muted"))
        gap = "   " if lines[-1].plain else ""
        if lines[-1].cell_length + len(gap) + entry.cell_length > width:
            lines.append(entry)
        else:
            lines[-1] = Content.assemble(lines[-1], gap, entry)
    told = Content.styled(f"a cell is {cell_words:,} words", "$text-muted italic")
    room = width - lines[-1].cell_length - told.cell_length
    if room >= 3:
        lines[-1] = Content.assemble(lines[-1], " " * room, told)
    else:
        lines.append(told)
    return Content("\n").join(lines)


def share(words: int, total: int) -> str:
    """A percentage; never 0 or 100 of what is a little more or less than that."""
    value = 100 * words / total
    if 0 < value < 1:
        return "<1 %"
    return ">99 %" if 99 < value < 100 else f"{value:.0f} %"
