"""A fleet on a real PostgreSQL database: novels of the scripted engine, and real workers."""

import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import URL
from textual.pilot import Pilot

from novelgen.bootstrap import NovelRequest, Workbench
from novelgen.config import load_settings
from novelgen.fleet.terms import WriteTerms
from novelgen.paths import resolve_paths
from novelgen.tui.app import WorkbenchApp
from storage.records import NovelRecord
from tests.postgresql import fresh_database, server_url
from tests.tui.conftest import Opened

_SECONDS_TO_LEAVE = 30.0
_SLOW = 500
"""Tokens a second; a segment then takes about a second."""
_ASKING = ("desk", "run-watch")
"""How threads are named that ask the database."""


@pytest.fixture(scope="session")
def _server() -> URL:
    """Asked for before the environment of a test is made bare."""
    return server_url()


@pytest.fixture
def database(_server: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fresh database on the server, which is that of the workbench and of its workers."""
    with fresh_database(_server) as url:
        monkeypatch.setenv("NOVELGEN_DATABASE_URL", url)
        monkeypatch.setenv("NOVELGEN_MODEL", "scripted")
        yield url


@pytest.fixture
def bench(database: str, home: Path) -> Iterator[Workbench]:
    """The workbench of a test, to see what is in the database."""
    paths = resolve_paths(home)
    with Workbench(paths, load_settings(paths)) as workbench:
        yield workbench


Novel = Callable[..., NovelRecord]


@pytest.fixture
def novel(bench: Workbench) -> Novel:
    """Make a novel, and put it in the queue unless it is not to be."""

    def make(title: str, words: int = 1500, *, is_queued: bool = True) -> NovelRecord:
        request = NovelRequest(
            title=title, author="", premise="A lamp goes out.", target_words=words, seed=1,
            chapters=3,
        )  # fmt: skip
        record = bench.create_novel(request)
        if is_queued:
            bench.fleet.add(record, WriteTerms())
        return record

    return make


@pytest.fixture
def opened(database: str, home: Path) -> Opened:
    """Open the workbench; what its threads ask the server is answered before the database goes."""

    @asynccontextmanager
    async def open_it(size: tuple[int, int] = (120, 40)) -> AsyncIterator["Pilot[None]"]:
        paths = resolve_paths(home)
        with Workbench(paths, load_settings(paths)) as workbench:
            workbench.summaries()  # opens the database, once for all threads
            app = WorkbenchApp(workbench)
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                yield pilot
            for thread in threading.enumerate():
                if thread.name.startswith(_ASKING):
                    thread.join(_SECONDS_TO_LEAVE)

    return open_it


Begun = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def worker(database: str, tmp_path: Path) -> Iterator[Begun]:
    """Begin a worker, as slow as a model unless it is to be fast; it ends with the test."""

    def begin(name: str, *, is_fast: bool = False) -> "subprocess.Popen[str]":
        pace = {} if is_fast else {"NOVELGEN_SCRIPTED_TOKENS_PER_SECOND": str(_SLOW)}
        process = subprocess.Popen(
            [sys.executable, "-m", "novelgen", "fleet", "work", "--stay", "--name", name],
            env=os.environ | pace, cwd=tmp_path, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        ended.callback(_end, process)
        return process

    with ExitStack() as ended:
        yield begin


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_LEAVE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
