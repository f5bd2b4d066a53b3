"""What there is to know of the cell under the cursor: three lines below the map."""

from textual.content import Content
from textual.widgets import Static

from novelgen.manuscript.book_map import MapCell
from novelgen.tui.places.book_map import signs
from novelgen.tui.places.book_map.grid import CellAt
from novelgen.tui.places.book_map.labels import COLOURS


class CellPanel(Static):
    """Where, whose, and how it begins."""

    DEFAULT_CSS = """
    CellPanel { height: 5; background: $surface; padding: 1 2; text-wrap: nowrap;
        text-overflow: ellipsis; }
    CellPanel.-low { height: 3; padding: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__("", id="map-cell")

    def show(self, at: CellAt | None) -> None:
        self.update(Content("") if at is None else _told(at), layout=False)


def _told(at: CellAt) -> Content:
    chapter = at.chapter.overview
    title = f"  {chapter.title}" if chapter.title else ""
    return Content("\n").join(
        [
            Content.assemble(
                (f"Chapter {chapter.number}", "bold $primary"),
                (title, "bold"),
                (f"   {_words(at)}", "$text-muted"),
            ),
            _whose(at),
            Content("" if at.cell is None else f"“{at.cell.opening} …”"),
        ]
    )


def _words(at: CellAt) -> str:
    chapter = at.chapter.overview
    whole = max(chapter.words, 0 if chapter.status == "complete" else chapter.target_words)
    first = at.index * at.cell_words + 1
    last = min((at.index + 1) * at.cell_words, max(whole, first))
    if at.cell is not None:
        last = first + at.cell.words - 1
    return f"words {first:,} to {last:,} of {whole:,}"


def _whose(at: CellAt) -> Content:
    chapter = at.chapter.overview
    if at.is_live:
        return Content.assemble((f"{signs.LIVE.character} ", "$success"), "being written now")
    if at.cell is None:
        is_written = at.index * at.cell_words < chapter.words
        return Content.styled("being read …" if is_written else "to be written", "$text-muted")
    parts = [_hands(at.cell), Content(f"paragraph {at.cell.paragraph}")]
    if chapter.is_held:
        parts.append(Content("✉ waits in the inbox"))
    if at.cell.is_locked:
        parts.append(_signed(signs.LOCKED, "locked"))
    parts += [_signed(signs.TO_CHECK, f"to check: {each}") for each in at.cell.to_check[:1]]
    if len(at.cell.to_check) > 1:
        parts.append(Content(f"and {len(at.cell.to_check) - 1} more"))
    return Content(" · ").join(parts)


def _hands(cell: MapCell) -> Content:
    """Whose the words are: one hand in words, several in figures."""
    sign = signs.WHOSE[cell.whose]
    hands = [
        (cell.author, "the author’s"),
        (cell.edited, "edited"),
        (cell.machine, "the machine’s"),
    ]
    found = [(words, name) for words, name in hands if words]
    if len(found) == 1:
        return _signed(sign, f"all {found[0][1]}")
    return _signed(sign, ", ".join(f"{words} {name}" for words, name in found))


def _signed(sign: signs.Sign, text: str) -> Content:
    return Content.assemble((f"{sign.character} ", COLOURS[sign.style]), text)
