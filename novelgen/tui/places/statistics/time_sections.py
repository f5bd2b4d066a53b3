"""When words were written: by day, week or month, and by hour of day."""

from collections.abc import Sequence
from datetime import date
from enum import Enum

from textual.content import Content

from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.writing_times import EVERYBODY, WritingTimes
from novelgen.tui.places.statistics.periods import Bar, Period, last_bars
from novelgen.tui.places.statistics.section import Line, Section, muted, short
from novelgen.tui.widgets.bars import upright

_AXIS = 7
"""Columns of the figures at the left of a chart."""
_DAY_ROWS, _HOUR_ROWS = 6, 4
_MOST_BARS = 60
_HOURS = 24


class Hands(Enum):
    """Whose words are shown."""

    ALL = "all words"
    PERSON = "words of a person"
    MACHINE = "the machine’s words"

    @property
    def origins(self) -> frozenset[WordOrigin]:
        if self is Hands.ALL:
            return EVERYBODY
        machine = frozenset([WordOrigin.MACHINE])
        return machine if self is Hands.MACHINE else EVERYBODY - machine


class DaysSection(Section):
    """Words by day."""

    TITLE = "Words that stand, by the day they were written"

    def __init__(self) -> None:
        super().__init__(id="statistics-days")
        self.times: WritingTimes | None = None
        self.period = Period.DAY
        self.hands = Hands.ALL

    def draw(self, width: int) -> Sequence[Line]:
        if self.times is None:
            return [muted("Reading …")]
        days = self.times.by_day(self.hands.origins)
        told = muted(f"{self.hands.value}, a bar is a {self.period.value} (o and d change it)")
        if not days:
            return [told, "", "There are none yet."]
        bars = last_bars(days, self.period, min(_MOST_BARS, (width - _AXIS) // 2))
        each = min(4, max(2, (width - _AXIS) // len(bars)))
        values = [bar.words for bar in bars]
        return [
            told,
            *_chart(values, _DAY_ROWS, each - 1, "$primary"),
            muted(" " * _AXIS + _dates(bars, self.period, each)),
            "",
            self._summary(days),
        ]

    def _summary(self, days: dict[date, int]) -> Content:
        best = max(days, key=lambda day: days[day])
        last = max(days)
        worked = 0 if self.times is None else self.times.days_worked
        parts = [
            f"{worked:,} {'day' if worked == 1 else 'days'} worked",
            f"{sum(days.values()) // len(days):,} words on a day with words",
            f"most {days[best]:,} on {_day(best)}",
            f"last {days[last]:,} on {_day(last)}",
        ]
        return Content(" · ".join(parts))


class HoursSection(Section):
    """Words by hour of day."""

    TITLE = "By hour of day"

    def __init__(self) -> None:
        super().__init__(id="statistics-hours")
        self.times: WritingTimes | None = None
        self.hands = Hands.ALL

    def draw(self, width: int) -> Sequence[Line]:
        if self.times is None:
            return []
        hours = self.times.by_hour(self.hands.origins)
        told = muted(f"{self.hands.value}, by this machine’s clock")
        if not any(hours):
            return [told]
        each = min(3, max(1, (width - _AXIS) // _HOURS))
        axis = "".join(f"{hour}".ljust(each * 6) for hour in range(0, _HOURS, 6))
        most = hours.index(max(hours))
        return [
            told,
            *_chart(hours, _HOUR_ROWS, each - 1, "$secondary"),
            muted(" " * _AXIS + axis),
            "",
            f"most between {most} and {most + 1} o’clock",
        ]


def _chart(values: Sequence[int], rows: int, width: int, colour: str) -> list[Content]:
    """Bars over an axis with the highest figure, and half of it."""
    highest = max(values)
    lines = upright(values, rows, width=max(1, width), gap=int(width > 0))
    labels = {0: short(highest), rows // 2: short(highest // 2) if highest > 1 else ""}
    return [
        Content.assemble(
            (f"{labels.get(row, ''):>{_AXIS - 2}} ", "$text-muted"),
            ("┤" if labels.get(row) else "│", "$text-muted"),
            (line, colour),
        )
        for row, line in enumerate(lines)
    ]


def _dates(bars: Sequence[Bar], period: Period, each: int) -> str:
    """Month names, or years, below the bars that begin them."""
    line = ""
    before: date | None = None
    for index, bar in enumerate(bars):
        new = before is None or _mark(bar.begin, period) != _mark(before, period)
        before = bar.begin
        label = _label(bar.begin, period, is_first=index == 0)
        if new and (not line or len(line) < index * each):
            line = line.ljust(index * each) + label
    return line


def _mark(day: date, period: Period) -> int:
    return day.year if period is Period.MONTH else day.month


def _label(day: date, period: Period, *, is_first: bool) -> str:
    if period is Period.MONTH:
        return f"{day:%b} {day.year}" if is_first else f"{day.year}"
    return f"{day.day} {day:%b}" if is_first else f"{day:%b}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
