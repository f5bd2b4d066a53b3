"""For tests of runs in other processes: begin one, wait for what it does, end it."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.conftest import CommandLine

LONG = ("--target-words", "4000000")
NEW = (
    "new", "--model", "scripted", "--title", "The Keeper", "--premise", "A letter.",
    "--seed", "9",
)  # fmt: skip


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again; the time limit of the test ends it."""
    while not holds():
        time.sleep(0.02)


def ask(home: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the database; none while it is not there."""
    try:
        database = sqlite3.connect(f"file:{home}/data/novelgen.db?mode=ro", uri=True)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()
    except sqlite3.OperationalError:
        return []


def stored_segments(home: Path) -> int:
    rows = ask(home, "SELECT count(*) FROM segments")
    return int(rows[0][0]) if rows else 0


def grows(home: Path) -> None:
    """Return once three more segments are stored."""
    before = stored_segments(home)
    wait_until(lambda: stored_segments(home) >= before + 3)


def last_run(novelgen: CommandLine) -> dict[str, Any]:
    listed: dict[str, Any] = json.loads(novelgen("runs", "The Keeper", "--json").stdout)
    run: dict[str, Any] = listed["runs"][0]
    return run


@contextmanager
def detached(novelgen: CommandLine, *more: str) -> Iterator[dict[str, Any]]:
    """A detached run of a novel, which is killed in the end if it still lives."""
    made = json.loads(novelgen(*NEW, *(more or LONG), "--detach", "--json").stdout)
    try:
        yield made
    finally:
        kill(novelgen)


def kill(novelgen: CommandLine) -> None:
    run = last_run(novelgen)
    if run["status"] == "running":
        os.kill(run["pid"], signal.SIGKILL)
        wait_until(lambda: not is_alive(run["pid"]))


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
