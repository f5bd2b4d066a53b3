"""Days, weeks and months as a chart shows them; bars of characters."""

from datetime import date

from novelgen.tui.places.statistics.periods import Bar, Period, last_bars
from novelgen.tui.widgets.bars import thin_bar, upright

DAYS = {date(2025, 12, 29): 100, date(2026, 1, 4): 20, date(2026, 1, 6): 3, date(2026, 3, 1): 7}


def test_days_without_words_are_gaps() -> None:
    bars = last_bars({date(2026, 1, 4): 20, date(2026, 1, 6): 3}, Period.DAY, 10)
    assert bars == [Bar(date(2026, 1, 4), 20), Bar(date(2026, 1, 5), 0), Bar(date(2026, 1, 6), 3)]


def test_only_the_last_ones_are_shown() -> None:
    bars = last_bars(DAYS, Period.DAY, 5)
    assert (len(bars), bars[-1]) == (5, Bar(date(2026, 3, 1), 7))


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    weeks = last_bars(DAYS, Period.WEEK, 50)
    assert weeks[0] == Bar(date(2025, 12, 29), 120)
    assert weeks[1] == Bar(date(2026, 1, 5), 3)
    assert len(weeks) == 9
    months = last_bars(DAYS, Period.MONTH, 50)
    assert [bar.words for bar in months] == [100, 23, 0, 7]
    assert [bar.begin.day for bar in months] == [1, 1, 1, 1]


def test_no_words_no_bars() -> None:
    assert last_bars({}, Period.DAY, 10) == []


def test_upright_bars_stand_on_the_last_line() -> None:
    assert upright([0, 8, 16, 1], 2) == ["  █ ", " ██▁"]
    assert upright([1, 2], 1, width=2, gap=1) == ["▄▄ ██"]
    assert upright([0, 0], 2) == ["  ", "  "]
    assert upright([1, 100_000], 3)[-1][0] != " ", "what is more than nothing shows"


def test_a_thin_bar_is_always_so_long() -> None:
    assert thin_bar(0.5, 4) == ("━━", "──")
    assert thin_bar(0, 4) == ("", "────")
    assert thin_bar(0.001, 4) == ("╸", "───")
    for share in (0.0, 0.2, 0.49, 1.0, 7.0):
        assert len("".join(thin_bar(share, 9))) == 9
