"""When the words that stand were written, out of a real database with times of its own."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, text

from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.writing_times import TimesReader, WritingTimes
from novelgen.text.words import count_words
from tests.generation.conftest import Desk, Desks

AUTHOR, MACHINE = WordOrigin.AUTHOR, WordOrigin.MACHINE
FIRST = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 5, 7, 15, tzinfo=UTC)


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.write()
    put_at(made, FIRST)
    return made


def put_at(desk: Desk, moment: datetime, only: str = "") -> None:
    """Give everything of the novel a time, or the revision `only`."""
    engine = create_engine(desk.store.url)
    with engine.begin() as connection:
        triggers = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, _ in triggers:
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        value = moment.strftime("%Y-%m-%d %H:%M:%S.000000")
        where = f" WHERE {{}} = '{only}'" if only else ""
        for table, key in (("segments", "revision_id"), ("revisions", "id")):
            update = f"UPDATE {table} SET created_at = '{value}'" + where.format(key)
            connection.execute(text(update))
        for _, statement in triggers:
            connection.execute(text(statement))
    engine.dispose()


def times(desk: Desk, hours_east: int = 0) -> WritingTimes:
    zone = timezone(timedelta(hours=hours_east))
    return TimesReader(zone).read(desk.store, desk.fresh())


def words(desk: Desk) -> int:
    return sum(map(count_words, desk.chapters()))


def test_all_words_stand_on_the_day_they_were_written(desk: Desk) -> None:
    found = times(desk)
    assert found.by_day() == {date(2026, 3, 2): words(desk)}
    assert found.by_hour()[21] == sum(found.by_hour()) == words(desk)
    assert found.days_worked == 1
    assert found.by_day({AUTHOR}) == {}


def test_the_clock_is_that_of_the_reader(desk: Desk) -> None:
    found = times(desk, hours_east=5)
    assert list(found.by_day()) == [date(2026, 3, 3)]
    assert found.by_hour()[2] == words(desk)


def test_an_edit_counts_what_it_brings_and_leaves_the_rest_its_day(desk: Desk) -> None:
    before = count_words(desk.text(1))
    edited = desk.edit(1, f"{desk.text(1)}\n\nA page that a person wrote.")
    put_at(desk, LATER, edited.revision.id)
    found = times(desk)
    assert found.by_day() == {date(2026, 3, 2): words(desk) - 6, date(2026, 3, 5): 6}
    assert found.by_day({AUTHOR}) == {date(2026, 3, 5): 6}
    assert found.by_hour({AUTHOR})[7] == 6
    assert count_words(desk.text(1)) == before + 6


def test_words_that_stand_no_more_count_for_nothing_but_their_day_was_worked(desk: Desk) -> None:
    edited = desk.edit(1, "A page that a person wrote.")
    put_at(desk, LATER, edited.revision.id)
    again = desk.edit(1, "Nothing of all this remained here.")
    put_at(desk, datetime(2026, 3, 9, 12, tzinfo=UTC), again.revision.id)
    found = times(desk)
    assert sum(found.by_day().values()) == words(desk)
    assert date(2026, 3, 5) not in found.by_day()
    assert found.days_worked == 3


def test_what_was_read_once_is_kept_and_an_edit_is_seen(desk: Desk) -> None:
    reader = TimesReader(UTC)
    first = reader.read(desk.store, desk.fresh())
    assert reader.read(desk.store, desk.fresh()) == first
    desk.edit(1, f"{desk.text(1)}\n\nSix more words are added here.")
    assert sum(reader.read(desk.store, desk.fresh()).by_day().values()) == words(desk)


def test_a_novel_without_text_has_no_days(desks: Desks) -> None:
    assert times(desks.desk()) == WritingTimes()
