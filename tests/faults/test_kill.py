"""`kill -9`, hundreds of times: nothing committed is lost, and the novel ends as it would have."""

import random
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.conftest import Text, Writers, copied, integrity, text_of, verified

WORDS = 15_000
CREATION_KILLS = 60
"""While a database and its tables are made."""
WRITING_KILLS = 150
"""At least; while a novel is planned, written, and its chapters end."""

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def writer() -> Iterator[Writers]:
    made = Writers(WORDS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def expected(writer: Writers, tmp_path_factory: pytest.TempPathFactory) -> Text:
    database = tmp_path_factory.mktemp("whole") / "novels.db"
    assert writer.write(database).code == 0
    return text_of(database)


def look(database: Path, folder: Path) -> Text:
    """The text that a killed writer left. The original is not touched: a log must stay as it is."""
    if not database.exists():
        return []
    copy = copied(database, folder)
    assert integrity(copy) == "ok"
    with closing(sqlite3.connect(copy)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
            return []  # its tables come all at once, or not yet
    return text_of(copy)


def test_killed_while_it_is_created(writer: Writers, expected: Text, tmp_path: Path) -> None:
    chance = random.Random(1)
    kills = unborn = 0
    for number in range(CREATION_KILLS):
        folder = tmp_path / f"creation-{number}"
        folder.mkdir()
        database = folder / "novels.db"
        death = writer.kill(database, lambda told: True, chance.uniform(0.0, 0.06))
        kills += death.code == -signal.SIGKILL
        unborn += "created" not in death.events
        left = look(database, tmp_path / "look")
        assert left == expected[: len(left)]
        assert len(left) >= death.commits
        if number % 10 == 0:
            assert writer.write(database).code == 0
            assert text_of(database) == expected
    assert kills == CREATION_KILLS
    assert unborn >= CREATION_KILLS // 6


def test_killed_until_the_novel_is_finished(
    writer: Writers, expected: Text, tmp_path: Path
) -> None:
    """Novel after novel, for how often one is killed depends on how fast it is written."""
    chance = random.Random(2)
    kills = novels = 0
    while kills < WRITING_KILLS:
        database = tmp_path / f"killed-{novels}" / "novels.db"
        database.parent.mkdir()
        kills += kill_until_finished(writer, database, expected, chance)
        novels += 1
        assert text_of(database) == expected
        found = verified(database)
        assert found.is_sound
        assert found.segments == len(expected)


def kill_until_finished(
    writer: Writers, database: Path, expected: Text, chance: random.Random
) -> int:
    """How often it was killed on its way; after every kill, what is left is looked at."""
    kills = stored = 0
    while True:
        goal = chance.choice([0, 0, 1, 1, 2])
        death = writer.kill(
            database,
            lambda told, goal=goal: "claimed" in told and told.count("SegmentCommitted") >= goal,
            chance.uniform(0.0, 0.04),
        )
        left = look(database, database.parent / "look")
        assert left == expected[: len(left)]
        assert len(left) >= stored + death.commits
        stored = len(left)
        if death.code == 0:
            return kills
        assert death.code == -signal.SIGKILL
        kills += 1
