"""What the machine is asked for at the desk: to go on, or to tell a passage anew.

It sees the chapter as it stands on the page, saved or not, without the author's notes.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from novelgen.text.author_notes import without_notes
from novelgen.tui.writing.ghost import Draw, Drawing
from novelgen.tui.writing.styling import Span

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.generation.co_writing import CoWriter
    from novelgen.generation.co_writing_values import Instruction

TAKE_PIECES = "→ word  ↓ sentence  tab all  F5 another  ↑ the one before  esc none"
TAKE_ALL = "tab takes it  F5 another  ↑ the one before  esc leaves it as it was"


def going_on(novel_id: str, chapter: int, text: str, at: int, next_line: str) -> Draw:
    """Goes on at an offset; `next_line` says what happens next."""
    from novelgen.generation.co_writing_values import Cursor

    cursor = Cursor(chapter, _prose(text[:at]), _prose(text[at:]))

    def draw(workbench: "Workbench", number: int, drawing: Drawing) -> str:
        drawn = _writer(workbench, novel_id, drawing).continue_at(
            cursor,
            next_line=next_line,
            attempt=number,
            on_text=drawing.on_text,
            is_wanted=drawing.is_still_wanted,
            on_wait=_told_waiting(drawing),
        )
        drawing.note = _speed(drawn.words, drawn.seconds)
        return drawn.text

    return draw


def telling_anew(
    novel_id: str, chapter: int, text: str, span: Span, instruction: "Instruction"
) -> Draw:
    """Tells a stretch anew as an instruction says."""
    from novelgen.generation.co_writing_values import Selection, why_not

    start, end = span
    selection = Selection(
        chapter, _prose(text[:start]), _prose(text[start:end]), _prose(text[end:])
    )

    def draw(workbench: "Workbench", number: int, drawing: Drawing) -> str:
        writer = _writer(workbench, novel_id, drawing)
        drawing.note = why_not(writer.info, instruction)
        drawn = writer.rewrite(
            selection,
            instruction,
            attempt=number,
            on_text=drawing.on_text,
            is_wanted=drawing.is_still_wanted,
            on_wait=_told_waiting(drawing),
        )
        return drawn.text

    return draw


def _writer(workbench: "Workbench", novel_id: str, drawing: Drawing) -> "CoWriter":
    drawing.tell("Loading the model")
    writer = workbench.co_writing.open(novel_id, _fetched, drawing.tell)
    drawing.tell("Reading up to the cursor")
    return writer


def _fetched(*_: object) -> None:
    """How much of a model is fetched is told by other screens."""


def _told_waiting(drawing: Drawing) -> Callable[[bool], None]:
    def on_wait(waits: bool) -> None:
        drawing.tell(
            "A run is drawing a passage; yours comes next" if waits else "Reading up to the cursor"
        )

    return on_wait


def _speed(words: int, seconds: float) -> str:
    return f"{words} words in {seconds:.1f} s."


def _prose(text: str) -> str:
    return without_notes(text)[0]
