"""A whole visit in a real terminal, by keys alone, with the default model.

From an empty library to a chapter that is written, edited, rewritten, drafted anew, taken back to
an earlier memory, and exported.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandLine

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here"),
]
_PATIENCE_SECONDS = 600.0


class Terminal:
    """A tmux of its own, with the workbench in it."""

    def __init__(self, socket: Path, command: list[str], environment: dict[str, str]) -> None:
        self._socket = socket
        told = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
        self._tmux("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "45", *command,
                   environment=environment | told)  # fmt: skip

    def keys(self, *keys: str) -> None:
        """Press keys, by tmux's names."""
        for key in keys:
            self._tmux("send-keys", key)
            time.sleep(0.15)  # as fast as a person; an escape must not meet the key after it

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def shown(self) -> str:
        """The text on the screen."""
        return self._tmux("capture-pane", "-p")

    def until(self, wanted: str) -> str:
        """Wait until a text is on the screen."""
        return self.until_so(lambda: wanted in self.shown(), wanted)

    def until_so(self, is_so: Callable[[], object], what: str) -> str:
        end = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < end, f"never: {what}\n{self.shown()}"
            time.sleep(0.3)
        return self.shown()

    def is_open(self) -> bool:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "has-session"], capture_output=True, check=False
        )
        return done.returncode == 0

    def close(self) -> None:
        subprocess.run(
            ["tmux", "-S", str(self._socket), "kill-server"], capture_output=True, check=False
        )

    def _tmux(self, *arguments: str, environment: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", str(self._socket), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, env=environment
        ).stdout


@pytest.fixture
def terminal(
    environment: dict[str, str], novelgen: CommandLine, tmp_path: Path
) -> Iterator[Terminal]:
    environment["NOVELGEN_MODELS"] = os.environ.get("NOVELGEN_MODELS", str(tmp_path / "models"))
    environment["NOVELGEN_KEEP_WARM_MINUTES"] = "5"
    for name in ("PYTHONWARNINGS", "NO_COLOR", "TMUX"):
        environment.pop(name, None)
    novelgen("models", "pull", "smollm2-135m")
    command = [sys.executable, "-m", "novelgen", "tui"]
    opened = Terminal(tmp_path / "tmux", command, environment)
    yield opened
    opened.close()
    novelgen("engine", "stop")


def test_a_visit(terminal: Terminal, novelgen: CommandLine, tmp_path: Path) -> None:
    terminal.until("Begin with the bundled model")
    terminal.keys("Enter")
    terminal.until("Your first novel")
    terminal.keys("C-s")
    terminal.until("The chapter is written")
    (novel,) = listed(novelgen)
    assert novel["words"] > 300

    terminal.keys("e")
    terminal.until("Save")
    terminal.type("Snow fell on the roofs. ")
    terminal.keys("F2")
    terminal.until("Saved as revision 2")
    assert chapter(novelgen, novel["id"])["revision"] == 2

    terminal.keys("j", "r")
    terminal.until("Rewrite paragraph 1")
    terminal.type("Let it rain.")
    terminal.keys("Enter")
    terminal.until("is rewritten")
    assert chapter(novelgen, novel["id"])["revision"] == 3

    terminal.keys("R")
    terminal.until("Draft chapter 1 anew")
    terminal.keys("Enter")
    terminal.until("is drafted anew")
    assert chapter(novelgen, novel["id"])["revision"] == 4
    _restore_a_snapshot(terminal, novelgen, novel["id"])
    _export(terminal, tmp_path)
    terminal.keys("C-q")
    terminal.until_so(lambda: not terminal.is_open(), "the workbench ended")
    novelgen("verify", novel["id"])


def _restore_a_snapshot(terminal: Terminal, novelgen: CommandLine, novel_id: str) -> None:
    """Go back to a memory of the chapter, as a new branch that ends there."""
    terminal.keys("7")
    terminal.until("Memory is what the model carries along")
    terminal.until("● segment 1")
    terminal.keys("Tab", "Home", "r")
    terminal.until("Back to segment 1 of chapter 1")
    terminal.keys("Enter")

    def branches() -> int:
        return len(json.loads(novelgen("branches", novel_id, "--json").stdout)["branches"])

    terminal.until_so(lambda: branches() == 2, "a second branch")


def _export(terminal: Terminal, folder: Path) -> None:
    terminal.keys("0")
    terminal.until("Markdown")
    terminal.keys("x")

    def exported() -> list[Path]:
        return [file for file in folder.rglob("*.md") if file.stat().st_size > 100]

    terminal.until_so(exported, "a Markdown file")


def listed(novelgen: CommandLine) -> list[dict[str, Any]]:
    novels: list[dict[str, Any]] = json.loads(novelgen("list", "--json").stdout)["novels"]
    return novels


def chapter(novelgen: CommandLine, novel_id: str) -> dict[str, Any]:
    first: dict[str, Any] = json.loads(novelgen("show", novel_id, "--json").stdout)["chapters"][0]
    return first
