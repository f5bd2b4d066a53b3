"""Novels on real SQLite files, written by the scripted engine, and the workbench over them.

A novel is written once for all tests of a process and copied for each.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.config import load_settings
from novelgen.errors import NotFoundError
from novelgen.paths import resolve_paths
from novelgen.tui.app import WorkbenchApp

TITLE = "The Keeper"
_PREMISE = "A lighthouse keeper finds a letter dated tomorrow."
_PATIENCE_SECONDS = 40.0


def written(home: Path, *options: str, title: str = TITLE, words: int = 1500) -> None:
    """Write a novel with the command line into a home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOVELGEN_")}
    subprocess.run(
        [
            *(sys.executable, "-m", "novelgen", "--home", str(home), "--quiet"),
            *("new", "--model", "scripted", "--title", title, "--premise", _PREMISE),
            *("--seed", "1", "--target-words", str(words), *options),
        ],
        check=True,
        capture_output=True,
        env=kept,
    )


@pytest.fixture(scope="session")
def _written_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("written") / "home"
    written(home, "--chapters", "3")
    return home


@pytest.fixture(scope="session")
def _planned_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("planned") / "home"
    written(home, "--chapters", "3", "--plan-only")
    return home


@pytest.fixture
def written_home(_written_home: Path, home: Path) -> Path:
    """A home with one finished novel: three chapters, some 1,500 words."""
    shutil.copytree(_written_home, home)
    return home


@pytest.fixture
def planned_home(_planned_home: Path, home: Path) -> Path:
    """A home with one novel that is planned, in three chapters, and not begun."""
    shutil.copytree(_planned_home, home)
    return home


@pytest.fixture(autouse=True)
def _own_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that the workbench starts use the home of the test, and no warm model stays."""
    for name in [name for name in os.environ if name.startswith("NOVELGEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NOVELGEN_HOME", str(home))
    monkeypatch.setenv("NOVELGEN_KEEP_WARM_MINUTES", "0")


@pytest.fixture
def bench(home: Path) -> Iterator[Workbench]:
    """The workbench of a test's home, to see what is in the database."""
    paths = resolve_paths(home)
    with Workbench(paths, load_settings(paths)) as workbench:
        yield workbench


Opened = Callable[..., AbstractAsyncContextManager["Pilot[None]"]]


@pytest.fixture
def opened(home: Path) -> Opened:
    """Open the workbench, on a novel where `novel` is given: `async with opened() as pilot`."""

    @asynccontextmanager
    async def open_it(
        novel: str | None = None, size: tuple[int, int] = (120, 40)
    ) -> AsyncIterator["Pilot[None]"]:
        paths = resolve_paths(home)
        with Workbench(paths, load_settings(paths)) as workbench:
            novel_id = None if novel is None else workbench.find(novel).novel.id
            app = WorkbenchApp(workbench, None, novel_id)
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                yield pilot

    return open_it


async def until(pilot: "Pilot[Any]", is_so: Callable[[], object]) -> None:
    """Wait until something is true; what is not found yet is not."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE_SECONDS
    while True:
        try:
            if is_so():
                return
        except (LookupError, AttributeError, AssertionError, NotFoundError):
            pass
        except Exception as error:
            if "No nodes match" not in str(error):
                raise
        assert loop.time() < end, "it never became so:\n" + shown(pilot)
        await pilot.pause(0.02)


def shown(pilot: "Pilot[Any]") -> str:
    """The text on the screen, line by line."""
    screen = pilot.app.screen
    width, height = pilot.app.size
    lines = screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines[:height]) if width else ""


async def press_text(pilot: "Pilot[Any]", text: str) -> None:
    """Type a text."""
    for character in text:
        names = {" ": "space", "\n": "enter"}
        await pilot.press(names.get(character, character))
