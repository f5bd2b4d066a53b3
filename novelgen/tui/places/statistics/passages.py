"""The windows that lie outside the human bands, with the passages that do it; Enter goes there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from novelgen.text.prose_metrics.measuring import METRICS
from novelgen.text.prose_metrics.offenders import OffendingPassage
from novelgen.text.prose_metrics.quality import QualityReport, WindowQuality, side_of
from novelgen.text.prose_metrics.windows import Place as TextPlace
from novelgen.tui.places.statistics.bands import figure


@dataclass(frozen=True, slots=True)
class Found:
    """A line of the list, and the place in the book that it leads to."""

    line: Content
    place: TextPlace
    text: str = ""


class PassageList(OptionList):
    """A line a window, below it a line for each passage."""

    DEFAULT_CSS = """
    PassageList { height: auto; max-height: 18; margin: 1 1; padding: 0 1; border: none;
        background: $background; scrollbar-size-vertical: 1;
        text-wrap: nowrap; text-overflow: ellipsis; }
    PassageList:focus { border: none; background: $surface; background-tint: $background 0%; }
    PassageList > .option-list--option { padding: 0; }
    PassageList:focus > .option-list--option-highlighted { background: $primary 25%;
        color: $foreground; text-style: bold; }
    PassageList > .option-list--option-highlighted { background: $boost; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Go there", tooltip="Read the passage on the desk"),
    ]

    class Chosen(Message):
        """The person wants to read a passage."""

        def __init__(self, found: Found) -> None:
            super().__init__()
            self.found = found

    def __init__(self) -> None:
        super().__init__(id="statistics-passages")
        self._found: list[Found] = []

    def show(self, report: QualityReport) -> None:
        self._found = list(_lines(report))
        self.set_options(Option(found.line) for found in self._found)
        self.display = bool(self._found)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._found[event.option_index]))


def _lines(report: QualityReport) -> Iterator[Found]:
    for window in report.windows:
        outside = [
            (side, key)
            for key, value in window.values.items()
            if (side := side_of(report.norms, key, value, window.words))
        ]
        if not outside and not window.alarms:
            continue
        passages = _passages(window)
        place = passages[0].again if passages else window.begins
        yield Found(_window_line(window, outside), place, passages[0].text if passages else "")
        for passage in passages:
            yield Found(_passage_line(passage), passage.again, passage.text)


def _passages(window: WindowQuality) -> list[OffendingPassage]:
    """The passages of a window's alarms, each once."""
    return list(dict.fromkeys(passage for alarm in window.alarms for passage in alarm.passages))


def _window_line(window: WindowQuality, outside: list[tuple[int, str]]) -> Content:
    first, last = window.chapters
    chapters = f"chapter {first}" if first == last else f"chapters {first}–{last}"
    count = len(window.alarms)
    alarms = "" if not count else f"! {count} {'alarm' if count == 1 else 'alarms'}"
    told = "; ".join(
        f"{METRICS[key]} {figure(window.values[key], key)}{'+' if side > 0 else '-'}"
        for side, key in outside
    )
    return Content.assemble(
        (f"{window.number:>4}  ", "$text-muted"),
        (f"{chapters:<16}", "bold"),
        (f"{alarms:<11}", "bold $error"),
        (told, "$text-muted"),
    )


def _passage_line(passage: OffendingPassage) -> Content:
    where = f"ch. {passage.first.chapter} ¶{passage.first.paragraph}, again "
    if passage.again.chapter != passage.first.chapter:
        where += f"ch. {passage.again.chapter} "
    where += f"¶{passage.again.paragraph}"
    return Content.assemble(
        (f"      {passage.times}× {passage.words} words  ", "$warning"),
        (f"{where}  ", "$text-muted"),
        f"“{passage.text}”",
    )
