"""The chapter in the person's own editor: what they changed there is put on the page."""

import re

from textual.app import SuspendNotSupported

from novelgen.errors import NovelgenError, UsageError
from novelgen.sittings.outside_editor import edited_text
from novelgen.text.author_notes import hide_notes, show_notes
from novelgen.text.sanitize import clean_text
from novelgen.text.word_diff import DiffKind, diff_words
from novelgen.tui.asking import app_of
from novelgen.tui.writing.chapter_desk import ChapterDesk

Piece = tuple[int, int, str]
_BREAK = re.compile(r"[ \t]*\n\s*")


def edit_outside(desk: ChapterDesk) -> None:
    """Leave the terminal to `$VISUAL` or `$EDITOR`; the page waits until it ends."""
    sitting, app = desk.sitting, app_of(desk)
    if sitting is None:
        return
    folder = app.desk.workbench.paths.state / "editing"
    name = f"{sitting.before.novel_id}-chapter-{sitting.before.number}"
    try:
        with app.suspend(), edited_text(folder, name, sitting.buffer, desk.say) as raw:
            desk.page.put_all(changed_pieces(sitting.buffer, as_on_the_page(raw)))
    except SuspendNotSupported:
        app.show_error(
            UsageError("No other program can be started from here.", "Edit the chapter here.")
        )
    except NovelgenError as error:
        app.show_error(error)
    app.refresh()


def as_on_the_page(raw: str) -> str:
    """A text file as the page has it: paragraphs parted by an empty line; notes stay as typed."""
    hidden, notes = hide_notes(clean_text(raw).strip())
    return show_notes(_BREAK.sub("\n\n", hidden), notes)


def changed_pieces(old: str, new: str) -> list[Piece]:
    """What to put where to make one text out of another: `[start, end)` and the words for it."""
    pieces: list[Piece] = []
    at = 0
    for span in diff_words(old, new):
        length = len(span.text)
        if span.kind is DiffKind.EQUAL:
            at += length
            continue
        put = span.text if span.kind is DiffKind.INSERTED else ""
        end = at + length if span.kind is DiffKind.DELETED else at
        if pieces and pieces[-1][1] == at:
            start, _, before = pieces.pop()
            pieces.append((start, end, before + put))
        else:
            pieces.append((at, end, put))
        at = end
    return pieces
