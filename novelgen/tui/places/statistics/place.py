"""The statistics: when, by whom and at what cost the book was written, and how it reads.

Prose is measured in a thread, by itself while that is quick, else when the person asks for it.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Resize
from textual.message import Message

from novelgen.errors import NovelgenError
from novelgen.manuscript.writing_times import TimesReader
from novelgen.tui.asking import app_of, ask
from novelgen.tui.novel.open_novel import OpenNovel, Spot
from novelgen.tui.places.place import Place
from novelgen.tui.places.statistics.bands import BandsSection
from novelgen.tui.places.statistics.book_sections import (
    BookSection,
    DrawingSection,
    ReferencesSection,
    WhoseSection,
)
from novelgen.tui.places.statistics.measuring import Measured, Measuring
from novelgen.tui.places.statistics.passages import PassageList
from novelgen.tui.places.statistics.periods import Period
from novelgen.tui.places.statistics.reading import BookFigures, read_figures
from novelgen.tui.places.statistics.time_sections import DaysSection, Hands, HoursSection

_TWO_COLUMNS = 118
_QUICK_SECONDS = 2.0
"""A measuring that took no longer is done again by itself when the text has changed."""


class StatisticsPlace(Place):
    """The statistics."""

    NAME = "Statistics"
    SHORT_NAME = "Stats"
    PURPOSE = "See when and by whom the book was written, what it took, and how its prose reads"
    DEFAULT_CSS = """
    StatisticsPlace #statistics-scroll { height: 1fr; scrollbar-size-vertical: 1; }
    StatisticsPlace #statistics-sheet { height: auto; layout: vertical; }
    StatisticsPlace #statistics-sheet > Vertical { height: auto; width: 1fr; }
    StatisticsPlace.-two #statistics-sheet { layout: horizontal; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "passages", "Passages", tooltip="Go to the passages outside human bands"),
        Binding("d", "period", "Days", tooltip="Show days, weeks or months"),
        Binding("o", "hands", "Whose", tooltip="Show all words, a person’s, or the machine’s"),
        Binding("r", "measure", "Measure", tooltip="Measure the prose as it stands now"),
    ]

    class Counted(Message):
        """So many chapters of a measuring are read."""

        def __init__(self, measuring: Measuring, done: int, total: int) -> None:
            super().__init__()
            self.measuring, self.done, self.total = measuring, done, total

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, StatisticsPlace.Counted)

    def __init__(self, novel: OpenNovel) -> None:
        super().__init__(novel)
        self._times = TimesReader()
        self._figures: BookFigures | None = None
        self._measuring: Measuring | None = None
        self._measured: Measured | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="statistics-scroll"):
            with Horizontal(id="statistics-sheet"):
                with Vertical():
                    yield DaysSection()
                    yield HoursSection()
                with Vertical():
                    yield WhoseSection(id="statistics-whose")
                    yield ReferencesSection(id="statistics-references")
                    yield DrawingSection(id="statistics-drawing")
            yield BandsSection()
            yield PassageList()

    def on_mount(self) -> None:
        self.query_one(PassageList).display = False

    def on_unmount(self) -> None:
        if self._measuring is not None:
            self._measuring.call_off()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width >= _TWO_COLUMNS, "-two")

    def arrive(self) -> None:
        self.query_one("#statistics-scroll").focus()

    def reload(self) -> None:
        self.ask(
            lambda workbench: read_figures(workbench, self.novel.id, self._times),
            self._take,
            group="figures",
        )

    # Actions

    def action_passages(self) -> None:
        passages = self.query_one(PassageList)
        if not passages.display:
            is_told = self._measured is not None
            told = "No window lies outside the human bands." if is_told else "Not measured yet."
            self._say(told)
            return
        passages.focus()
        if passages.highlighted is None:
            passages.highlighted = 0

    def action_period(self) -> None:
        days = self.query_one(DaysSection)
        periods = list(Period)
        days.period = periods[(periods.index(days.period) + 1) % len(periods)]
        days.redraw()

    def action_hands(self) -> None:
        days, hours = self.query_one(DaysSection), self.query_one(HoursSection)
        hands = list(Hands)
        days.hands = hours.hands = hands[(hands.index(days.hands) + 1) % len(hands)]
        days.redraw()
        hours.redraw()

    def action_measure(self) -> None:
        if self._figures is not None:
            self._measure(self._figures)

    @on(PassageList.Chosen)
    def go_there(self, event: PassageList.Chosen) -> None:
        event.stop()
        found = event.found
        spot = Spot(found.place.chapter, found.place.paragraph, found.text)
        self.novel.go_to("Desk", spot)

    @on(Counted)
    def tell_progress(self, event: Counted) -> None:
        event.stop()
        if event.measuring is self._measuring:
            self._note(f"Measuring: {event.done:,} of {event.total:,} chapters")

    # What is shown

    def _take(self, figures: BookFigures) -> None:
        self._figures = figures
        days, hours = self.query_one(DaysSection), self.query_one(HoursSection)
        days.times = hours.times = figures.times
        days.redraw()
        hours.redraw()
        for section in self.query(BookSection):
            section.figures = figures
            section.redraw()
        if self._needs_measuring(figures):
            self._measure(figures)
        elif self._measured is not None and self._measured.text != figures.text:
            self._note("The text has changed since; r measures it again.")

    def _needs_measuring(self, figures: BookFigures) -> bool:
        if self._measuring is not None:
            return False
        if self._measured is None:
            return True
        is_cheap = self._measured.seconds < _QUICK_SECONDS and not self.novel.picture.is_writing
        return self._measured.text != figures.text and is_cheap

    def _measure(self, figures: BookFigures) -> None:
        if self._measuring is not None:
            self._measuring.call_off()
        measuring = Measuring(
            self.novel.id,
            figures.text,
            lambda done, total: self.post_message(self.Counted(measuring, done, total)),
        )
        self._measuring = measuring
        self._note("Measuring …")
        ask(self, measuring.carry_out, self._take_measured, group="measure", on_error=self._failed)

    def _take_measured(self, measured: Measured | None) -> None:
        if measured is None:
            return
        self._measuring, self._measured = None, measured
        bands = self.query_one(BandsSection)
        bands.measured, bands.note = measured, ""
        bands.redraw()
        self.query_one(PassageList).show(measured.report)
        if self._figures is not None and self._figures.text != measured.text:
            self._take(self._figures)

    def _failed(self, error: NovelgenError) -> None:
        self._measuring = None
        self._note("It could not be measured; r tries again.")
        app_of(self).show_error(error)

    def _note(self, text: str) -> None:
        bands = self.query_one(BandsSection)
        bands.note = text
        bands.redraw()

    def _say(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
