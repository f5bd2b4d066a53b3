"""Writing together: the machine goes on at the cursor, or tells a marked passage anew.

It draws in a thread over the text as it stands, saved or not; what comes is offered as it comes
and stays an offer until the person takes it. Nothing here waits.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from textual.timer import Timer

from novelgen.errors import NovelgenError
from novelgen.tui.asking import app_of, ask
from novelgen.tui.writing.offer import Offer, everything, first_sentence, first_word

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.tui.writing.desk import WritingDesk

_SECONDS_BETWEEN_LOOKS = 0.1
_PIECES = {"word": first_word, "sentence": first_sentence, "all": everything}

Draw = Callable[["Workbench", int, "Drawing"], str]
"""Draws try number so-and-so, from 0, and tells a drawing of it; returns the whole text."""


@dataclass(slots=True)
class Drawing:
    """What goes on in the thread; it writes here and the screen looks."""

    text: str = ""
    told: str = ""
    """What it waits for, in words."""
    note: str = ""
    """What the person should know of what was drawn."""
    is_wanted: bool = True
    began: float = field(default_factory=monotonic)

    def on_text(self, text: str) -> None:
        self.text = text

    def tell(self, told: str) -> None:
        self.told = told

    def is_still_wanted(self) -> bool:
        return self.is_wanted


class GhostOffers:
    """The offers of one desk."""

    def __init__(
        self, desk: "WritingDesk", say: Callable[[str], object], again: Callable[[], object]
    ) -> None:
        """`again` begins another offer at the cursor."""
        self._desk, self._say, self._again = desk, say, again
        self.offer = Offer(desk.page)
        self._draw: Draw | None = None
        self._tries: list[str] = []
        self._shown = 0
        """Which of the tries is shown, from 0."""
        self._drawing: Drawing | None = None
        self._timer: Timer | None = None
        self._hint = self._note = ""
        self._taken = ""
        """What was taken of the text that is drawn, or was last."""

    @property
    def is_open(self) -> bool:
        """Whether anything is offered, or about to be."""
        return self.offer.is_open

    def begin(self, draw: Draw, hint: str, replaces: tuple[int, int] | None = None) -> None:
        """Draw something new; `hint` tells how it is taken."""
        self.end()
        self._draw, self._tries, self._hint = draw, [], hint
        self._taken = ""
        self.offer.open(replaces)
        self._draw_next()

    def retry(self) -> None:
        """Show the next try; draw one where all were seen."""
        if self._drawing is not None:
            return
        if self._shown + 1 < len(self._tries):
            self._show(self._shown + 1)
        elif self._draw is not None:
            self._draw_next()
        else:  # a piece was taken: on from there
            self.end()
            self._again()

    def previous(self) -> None:
        """Show the try before."""
        if self._drawing is None and self._shown > 0:
            self._show(self._shown - 1)

    def take(self, piece: str) -> None:
        """Take a "word", a "sentence" or "all" of what is shown.

        While it is drawn, a piece is taken as soon as it is whole; "all" waits for the end.
        """
        if self.offer.replaced is not None:
            if self._drawing is None and piece == "all" and self.offer.take_instead():
                self.end()
            return
        taken = _PIECES[piece](self.offer.text)
        if self._drawing is not None and (piece == "all" or len(taken) == len(self.offer.text)):
            return  # it may go on
        if not self.offer.text:
            return
        self._taken += self.offer.take(_PIECES[piece])
        if self._drawing is not None:
            return
        self._tries, self._shown = [self.offer.text], 0
        self._draw = None
        if not self.offer.text.strip():
            self.offer.take(everything)  # the space that joins it to what follows
            self.end()
        else:
            self._show(0)

    def end(self) -> None:
        """Take the offer away."""
        self._stop_drawing()
        if self.offer.is_open:
            self.offer.withdraw()
            self._say("")
        self._draw, self._tries, self._shown = None, [], 0

    def _draw_next(self) -> None:
        draw, number = self._draw, len(self._tries)
        if draw is None:
            return
        drawing = self._drawing = Drawing()
        self.offer.show("")

        def drawn(text: str) -> None:
            if self._drawing is drawing:
                self._stop_drawing()
                self._note = drawing.note
                self._has_drawn(text)

        def failed(error: NovelgenError) -> None:
            if self._drawing is drawing:
                self.end()
                app_of(self._desk).show_error(error)

        ask(
            self._desk,
            lambda workbench: _drawn(draw, workbench, number, drawing),
            drawn,
            group="ghost",
            is_exclusive=False,
            on_error=failed,
        )
        self._timer = self._desk.set_interval(_SECONDS_BETWEEN_LOOKS, self._look)
        self._look()

    def _has_drawn(self, text: str) -> None:
        rest = text.removeprefix(self._taken)
        if self._taken:  # what is left of it can be taken, and no other try shown
            self._draw, self._tries = None, []
        if self._taken and (not text.startswith(self._taken) or not rest.strip()):
            self.end()
            return
        self._tries.append(rest)
        self._show(len(self._tries) - 1)

    def _look(self) -> None:
        drawing = self._drawing
        if drawing is None:
            return
        if drawing.text.startswith(self._taken):
            self.offer.show(drawing.text.removeprefix(self._taken))
        seconds = monotonic() - drawing.began
        doing = "Drawing" if drawing.text else drawing.told.rstrip(". ") or "Drawing"
        self._say(f"{doing} … {seconds:.0f} s   esc ends it   {drawing.note}".rstrip())

    def _show(self, number: int) -> None:
        self._shown = number
        self.offer.show(self._tries[number])
        which = f"{number + 1} of {len(self._tries)}   " if len(self._tries) > 1 else ""
        self._say(f"{which}{self._hint}   {self._note}".rstrip())

    def _stop_drawing(self) -> None:
        if self._drawing is not None:
            self._drawing.is_wanted = False
            self._drawing = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


def _drawn(draw: Draw, workbench: "Workbench", number: int, drawing: Drawing) -> str:
    """What is drawn; nothing where it is not wanted any more."""
    from novelgen.generation.passage import DrawingCancelled

    try:
        return draw(workbench, number, drawing)
    except DrawingCancelled:
        return ""
