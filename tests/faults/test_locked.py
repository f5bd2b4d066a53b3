"""Another process holds the database: readers go on, a writer waits, and then says why not."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.faults.conftest import NEW, Writers, copied, text_of, verified

pytestmark = [pytest.mark.faults]


def test_readers_go_on_and_writers_say_why_not(novelgen: CommandLine, home: Path) -> None:
    novelgen(*NEW, "--target-words", "900")
    database = home / "data" / "novelgen.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "The Keeper" in novelgen("list").stdout
        novelgen("export", "The Keeper")
        refused = novelgen(*NEW, "--target-words", "900", expect=4)
        assert f"{database} is locked: another program kept writing" in refused.stderr
        assert "Wait for the other program" in refused.stderr
        other.execute("ROLLBACK")
    novelgen(*NEW, "--target-words", "900")


def test_a_writer_waits_for_its_turn(writers: Callable[..., Writers], tmp_path: Path) -> None:
    writer = writers(3_000)
    (tmp_path / "whole").mkdir()
    assert writer.write(tmp_path / "whole" / "novels.db").code == 0
    database = tmp_path / "novels.db"
    writer.begin(database)
    turns = 0
    for event in writer.events():
        if event == "SegmentCommitted" and turns < 5:
            with closing(sqlite3.connect(database, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                held = len(text_of(copied(database, tmp_path / "look")))
                again = len(text_of(copied(database, tmp_path / "look")))
                assert held == again  # the writer stands still, or has ended
                other.execute("ROLLBACK")
            turns += 1
    assert turns == 5
    assert writer.code == 0
    assert text_of(database) == text_of(tmp_path / "whole" / "novels.db")
    assert verified(database).is_sound
