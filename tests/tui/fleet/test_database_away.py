"""The workbench in a real terminal when its server's database goes away under it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from novelgen.bootstrap import Workbench
from tests.postgresql import on_server
from tests.tui.fleet.conftest import Novel
from tests.tui.terminal import Terminal

_PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")


@pytest.fixture
def terminal(bench: Workbench, novel: Novel, tmp_path: Path) -> Iterator[Terminal]:
    novel("The Keeper")
    command = [sys.executable, "-m", "novelgen", "tui"]
    ours = {key: value for key, value in os.environ.items() if key != "TMUX"}
    opened = Terminal(tmp_path / "tmux", command, ours, _PATIENCE_SECONDS)
    yield opened
    opened.close()


@pytest.mark.parametrize("key", ["", "f"], ids=["library", "fleet"])
def test_a_database_that_is_gone_is_an_error_on_the_screen(
    key: str, terminal: Terminal, bench: Workbench, database: str
) -> None:
    terminal.until("1 waiting")
    if key:
        terminal.keys(key)
        terminal.until("○ waiting")
    bench.store.close()
    close_to_all(database)
    terminal.until("✗ The database")
    terminal.keys("M-q")
    terminal.until_so(lambda: not terminal.is_open(), "alt+q ends the workbench all the same")


def close_to_all(database: str) -> None:
    """The server cuts everybody off and lets nobody in again."""
    url = make_url(database)
    on_server(
        url.set(database="postgres"),
        f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false",
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{url.database}'",
    )
