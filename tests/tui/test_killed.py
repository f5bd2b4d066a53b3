"""The workbench is killed in a real terminal while a person types: nothing of it is lost."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conftest import CommandLine
from tests.tui.terminal import Terminal

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here"),
]
_PATIENCE_SECONDS = 60.0
_COMMAND = [sys.executable, "-m", "novelgen", "tui", "Killed"]


@pytest.fixture
def home(environment: dict[str, str], novelgen: CommandLine, tmp_path: Path) -> dict[str, str]:
    """The environment of a novel with one chapter of the person's own."""
    for name in ("PYTHONWARNINGS", "NO_COLOR", "TMUX"):
        environment.pop(name, None)
    options = ["--model", "scripted", "--title", "Killed", "--premise", "A sea.", "--seed", "1"]
    novelgen("new", *options, "--target-words", "1500", "--chapters", "3", "--plan-only")
    novelgen("edit", "Killed", "--chapter", "1", stdin="One went home.")
    return environment


@pytest.fixture
def terminals(home: dict[str, str], tmp_path: Path) -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


def _sit_down(opened: list[Terminal], tmp_path: Path, home: dict[str, str], until: str) -> Terminal:
    terminal = Terminal(tmp_path / f"tmux{len(opened)}", _COMMAND, home, _PATIENCE_SECONDS)
    opened.append(terminal)
    terminal.until(until)
    return terminal


def _kill(home: str) -> None:
    """End the workbench of this test at once, as a machine that dies does."""
    for process in psutil.process_iter(["cmdline"]):
        is_one = process.info["cmdline"] == _COMMAND
        if is_one and process.environ().get("NOVELGEN_HOME") == home:
            os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("way", ["killed", "hung-up"])
def test_what_was_typed_is_found_again(
    way: str, home: dict[str, str], terminals: list[Terminal], tmp_path: Path, novelgen: CommandLine
) -> None:
    terminal = _sit_down(terminals, tmp_path, home, "One went home.")
    terminal.keys("e")
    terminal.until("F2 ^s Save")
    terminal.type("Snow fell on the roofs. ")
    terminal.until("Snow fell on the roofs. One")
    if way == "killed":
        _kill(home["NOVELGEN_HOME"])
        terminal.until_so(lambda: not terminal.is_open(), "the workbench is gone")
        terminal = _sit_down(terminals, tmp_path, home, "Recovered text of chapter 1")
        terminal.until("Snow fell on the roofs.")
        terminal.keys("Enter")
        terminal.until("recovered, not saved")
        terminal.keys("F2")
        terminal.until("saved as revision 2")
    else:
        terminal.close()
        terminal = _sit_down(terminals, tmp_path, home, "One went home.")
        terminal.until("Snow fell on the roofs. One went home.")
    assert "Snow fell on the roofs. One" in novelgen("export", "Killed", "--output", "-").stdout


def test_a_second_window_is_refused_until_the_first_is_gone(
    home: dict[str, str], terminals: list[Terminal], tmp_path: Path
) -> None:
    first = _sit_down(terminals, tmp_path, home, "One went home.")
    first.keys("e")
    first.until("F2 ^s Save")
    second = _sit_down(terminals, tmp_path, home, "One went home.")
    second.keys("e")
    second.until("is open in another window")
    second.keys("Enter")
    first.keys("Escape")
    first.until("e Edit")
    second.keys("e")
    second.until("F2 ^s Save")
