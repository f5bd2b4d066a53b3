"""The terminal is taken away while a novel is written: the run goes on, and is found again.

What it drafts while nobody looks waits in the inbox."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.runs.standing import Stands
from storage.run_records import PauseRequest, RunRecord
from tests.tui.conftest import TITLE, written
from tests.tui.terminal import Terminal

_PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[str], Terminal]]:
    """Open the workbench on the novel, in a new terminal of that name."""
    opened: list[Terminal] = []

    def open_it(name: str) -> Terminal:
        command = [sys.executable, "-m", "novelgen", "tui", TITLE]
        ours = {key: value for key, value in os.environ.items() if key != "TMUX"}
        opened.append(Terminal(tmp_path / name, command, ours, _PATIENCE_SECONDS))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


def latest_run(bench: Workbench) -> RunRecord:
    run = bench.runs.latest_run(bench.find(TITLE).novel.id)
    assert run is not None
    return run


def test_a_run_outlives_its_terminal(
    home: Path, bench: Workbench, terminal: Callable[[str], Terminal]
) -> None:
    written(home, "--plan-only", "--chapters", "60", words=250_000)
    first = terminal("first")
    first.until("Enter writes chapter 1")
    first.keys("w")
    first.until("● writing")
    first.close()
    first.until_so(lambda: not first.is_open(), "the terminal is gone")
    run, words = latest_run(bench), bench.find(TITLE).totals.words
    first.until_so(lambda: latest_run(bench).is_unattended, "it knows that nobody looks")
    first.until_so(lambda: bench.find(TITLE).totals.words > words + 2000, "it writes on alone")
    first.until_so(lambda: bench.inbox.count_waiting().get(run.novel_id), "a chapter waits")
    again = terminal("again")
    again.until("● writing")
    assert latest_run(bench).id == run.id
    assert bench.runs.standing(run.novel_id).stands is Stands.RUNNING
    again.keys("P")
    again.until("Stopped, as you asked")
    assert latest_run(bench).pause_request is not PauseRequest.NONE
    again.keys("C-q")
    again.until_so(lambda: not again.is_open(), "the workbench ended")
