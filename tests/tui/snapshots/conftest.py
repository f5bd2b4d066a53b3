"""A shelf on which nothing depends on the day, the machine or chance: for pictures of screens.

What the scripted engine writes is the same everywhere. Times are put into the database by the
order of the rows; the clock, the zone and the machine are those of this file.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table

from novelgen.bootstrap import Workbench
from novelgen.config import load_settings
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.generation.passage_locks import lock_passage
from novelgen.modeling import device, machine
from novelgen.modeling.machine import Machine
from novelgen.paths import resolve_paths
from novelgen.text.manuscript_text import HandedIn
from novelgen.tui.widgets import clock
from storage.tables import Row, UtcDateTime
from tests.tui.conftest import TITLE, written

NOW = datetime(2026, 3, 14, 21, 30, tzinfo=UTC)
_FIRST_EVENING = datetime(2026, 3, 3, 19, 40, tzinfo=UTC)
_EVENINGS = 11
_EVENING_SECONDS = 110 * 60
_SECONDS_A_TOKEN = 0.05
_GB = 10**9
_STOPPED_BY_A_LIMIT = 6
_OWN_SENTENCES = (
    "She read it twice, and then once more with her finger under the line, as her father had "
    "taught her to read a chart.\n\n"
    "Nobody had rowed out since Sunday. The ink was still wet."
)


@pytest.fixture(scope="session")
def _shelf_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shelf") / "home"
    written(home, "--chapters", "3", title="Salt", words=1500)
    written(home, "--chapters", "12", "--plan-only", title="The Glassworks", words=80_000)
    written(home, "--chapters", "8", "--candidates", "3", "--plan-only", words=6000)
    _novelgen(home, "voice", TITLE, "--ban", "lantern")
    _novelgen(home, "resume", TITLE, "--headless", "--until-chapter", "5")
    _write_by_hand(home)
    _novelgen(home, "regenerate", TITLE, "--chapter", "4", "--instruction", "Let it rain.")
    _novelgen(home, "branch", TITLE, "--at", "3", "--name", "she stays")
    _hold_time_still(home / "data" / "novelgen.db")
    return home


def _novelgen(home: Path, *arguments: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOVELGEN_")}
    command = [sys.executable, "-m", "novelgen", "--home", str(home), "--quiet", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, env=kept)
    assert done.returncode in (0, _STOPPED_BY_A_LIMIT), done.stderr.decode()


def _write_by_hand(home: Path) -> None:
    """A person adds to the second chapter, and locks a paragraph of the third."""
    paths = resolve_paths(home)
    with Workbench(paths, load_settings(paths)) as bench:
        novel = bench.find(TITLE).novel
        before = chapter_text(bench.store, novel.id, novel.active_branch_id, 2)
        first, _, rest = before.text.partition("\n\n")
        text = f"{first}\n\n{_OWN_SENTENCES}\n\n{rest}"
        edit_chapter(bench.store, before, HandedIn(text, None))
        lock_passage(bench.store, novel, 3, 2, 3)


def _hold_time_still(database: Path) -> None:
    """Every row has the time of its place in its table, over some evenings; work takes a while."""
    with closing(sqlite3.connect(database)) as connection, connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = guards.fetchall()
        for name, _ in kept:  # what is stored never changes, except here
            connection.execute(f"DROP TRIGGER {name}")
        for table in Row.metadata.sorted_tables:
            _set_times(connection, table)
            if "elapsed_seconds" in table.columns:
                took = f"elapsed_seconds = tokens * {_SECONDS_A_TOKEN}"
                connection.execute(f"UPDATE {table.name} SET {took}")
        for _, sql in kept:
            connection.execute(sql)


def _set_times(connection: sqlite3.Connection, table: Table) -> None:
    times = [each.name for each in table.columns if isinstance(each.type, UtcDateTime)]
    rows = connection.execute(f"SELECT rowid FROM {table.name} ORDER BY rowid").fetchall()
    for place, (row,) in enumerate(rows):
        told = _time_of((place + 1) / len(rows)).strftime("%Y-%m-%d %H:%M:%S.%f")
        for name in times:
            is_row = f"rowid = ? AND {name} NOTNULL"
            connection.execute(f"UPDATE {table.name} SET {name} = ? WHERE {is_row}", (told, row))


def _time_of(share: float) -> datetime:
    evening, rest = divmod(min(share, 0.999) * _EVENINGS, 1)
    return _FIRST_EVENING + timedelta(days=evening, seconds=round(rest * _EVENING_SECONDS))


@pytest.fixture
def shelf_home(_shelf_home: Path, home: Path) -> Path:
    """A home with three novels: half written, planned, and finished."""
    shutil.copytree(_shelf_home, home)
    return home


@pytest.fixture(autouse=True)
def _same_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One moment, one zone, one machine with 16 GB and no card, no model and nobody's files."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "HF_"))]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clock, "this_moment", lambda: NOW)
    monkeypatch.setattr(device, "machine_memory", lambda: (16 * _GB, 11 * _GB))
    monkeypatch.setattr(machine, "graphics_cards", tuple)
    monkeypatch.setattr(machine, "describe_machine", lambda: Machine(16 * _GB, 11 * _GB, 2e10))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
