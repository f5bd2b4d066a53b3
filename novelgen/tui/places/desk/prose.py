"""Makes the desk's paragraphs: what is committed, then what is being drawn."""

from collections.abc import Iterable, Sequence

from novelgen.text.sanitize import clean_text
from novelgen.tui.places.desk.reading import DeskChapter
from novelgen.tui.run.live_page import LivePage
from novelgen.tui.widgets.prose_page import Paragraph, Stretch


def page_of(
    chapter: DeskChapter, fresh: str, page: LivePage, notes: Sequence[str] = ()
) -> list[Paragraph]:
    """The chapter as it stands.

    `fresh` was committed since the chapter was read; `notes` stand at the end.
    """
    title = chapter.title or f"Chapter {chapter.number}"
    paragraphs = [Paragraph(f"{chapter.number}. {title}", is_title=True, is_prose=False)]
    pieces = [(chapter.committed, "text"), (fresh, "text")]
    if page.chapter == chapter.number:
        pieces += _live_pieces(page)
    elif not fresh:
        pieces.append((chapter.carry, "open"))
    marked = dict(chapter.marks)
    for number, (text, stretches) in enumerate(_paragraphs(pieces), 1):
        mark, style = "", "mark"
        if number in marked:
            mark, style = "!", "warning"
        elif number in chapter.locked:
            mark, style = "◆", "locked"
        paragraphs.append(Paragraph(text, stretches, mark, style))
    paragraphs += [
        Paragraph(note, (Stretch(0, len(note), "note"),), is_prose=False) for note in notes
    ]
    return paragraphs


def _live_pieces(page: LivePage) -> list[tuple[str, str]]:
    pieces = [(page.open_text, "open"), (page.kept, "open")]
    if page.last_struck is not None and not page.is_chosen:
        pieces.append((clean_text(page.last_struck.text), "struck"))
    pieces.append((clean_text(page.drawn), "live"))
    return pieces


def _paragraphs(pieces: Iterable[tuple[str, str]]) -> list[tuple[str, tuple[Stretch, ...]]]:
    """The lines that are not blank, with the styles of their stretches."""
    found: list[tuple[str, tuple[Stretch, ...]]] = []
    line = ""
    stretches: list[Stretch] = []
    for text, style in pieces:
        for count, part in enumerate(text.split("\n")):
            if count:
                if line.strip():
                    found.append((line, tuple(stretches)))
                line, stretches = "", []
            if part and style != "text":
                stretches.append(Stretch(len(line), len(line) + len(part), style))
            line += part
    if line.strip():
        found.append((line, tuple(stretches)))
    return found
