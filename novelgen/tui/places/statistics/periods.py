"""Words by day, week or month, gaps included, as a chart shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum


class Period(Enum):
    """What a bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def begin(self, day: date) -> date:
        """The first day of the period that a day is in; weeks begin on Monday."""
        if self is Period.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self is Period.MONTH else day

    def before(self, begin: date) -> date:
        """Where the period before begins."""
        return self.begin(begin - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Bar:
    """A period, by its first day, and its words."""

    begin: date
    words: int


def last_bars(days: Mapping[date, int], period: Period, most: int) -> list[Bar]:
    """The periods up to the last one with words, at most so many; none without words."""
    words: dict[date, int] = {}
    for day, count in days.items():
        begin = period.begin(day)
        words[begin] = words.get(begin, 0) + count
    if not words:
        return []
    first, at = min(words), max(words)
    bars: list[Bar] = []
    while at >= first and len(bars) < most:
        bars.append(Bar(at, words.get(at, 0)))
        at = period.before(at)
    return bars[::-1]
