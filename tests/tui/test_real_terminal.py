"""A whole visit in a real terminal, by keys alone, with the default model.

From an empty library to a chapter that is written, edited, rewritten, drafted anew, taken back to
an earlier memory, and exported.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ENV_MODELS, CommandLine
from tests.tui.terminal import Terminal

pytestmark = [
    pytest.mark.real_model,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here"),
]
_PATIENCE_SECONDS = 600.0
"""A step writes a chapter of 500 words at most, on a machine that others use too."""


class Visit:
    """The terminal of the person, and the command line to see what came of it."""

    def __init__(self, terminal: Terminal, novelgen: CommandLine) -> None:
        self.terminal = terminal
        self._novelgen = novelgen

    @property
    def novel(self) -> dict[str, Any]:
        """The only novel there is."""
        novels: list[dict[str, Any]] = self._told("list")["novels"]
        assert len(novels) == 1
        return novels[0]

    @property
    def first_chapter(self) -> dict[str, Any]:
        """The first chapter as it stands."""
        chapter: dict[str, Any] = self._told("show", self.novel["id"])["chapters"][0]
        return chapter

    @property
    def first_paragraphs(self) -> list[str]:
        """Those of the first chapter, without its heading and what stands above it."""
        exported = self._novelgen("export", self.novel["id"], "--chapters", "1", "--output", "-")
        blocks = [block.strip() for block in exported.stdout.split("\n\n")]
        return [block for block in blocks if block and not block.startswith(("#", "---"))]

    @property
    def branches(self) -> list[dict[str, Any]]:
        branches: list[dict[str, Any]] = self._told("branches", self.novel["id"])["branches"]
        return branches

    def verify(self) -> None:
        self._novelgen("verify", self.novel["id"])

    def _told(self, *arguments: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._novelgen(*arguments, "--json").stdout)
        return told


@pytest.fixture
def visit(environment: dict[str, str], novelgen: CommandLine, tmp_path: Path) -> Iterator[Visit]:
    environment["NOVELGEN_MODELS"] = os.environ.get(ENV_MODELS, str(tmp_path / "models"))
    environment["NOVELGEN_KEEP_WARM_MINUTES"] = "5"
    for name in ("PYTHONWARNINGS", "NO_COLOR", "TMUX"):
        environment.pop(name, None)
    novelgen("models", "pull", "smollm2-135m")
    command = [sys.executable, "-m", "novelgen", "tui"]
    terminal = Terminal(tmp_path / "tmux", command, environment, _PATIENCE_SECONDS)
    yield Visit(terminal, novelgen)
    terminal.close()
    novelgen("engine", "stop", "--force")


def test_a_visit(visit: Visit, tmp_path: Path) -> None:
    _begin_the_first_novel(visit)
    _edit_the_chapter(visit)
    _rewrite_a_paragraph(visit)
    _draft_the_chapter_anew(visit)
    _write_a_beat(visit)
    _restore_a_snapshot(visit)
    _export(visit, tmp_path)
    visit.terminal.keys("C-q")
    visit.terminal.until_so(lambda: not visit.terminal.is_open(), "the workbench ended")
    visit.verify()


def _begin_the_first_novel(visit: Visit) -> None:
    terminal = visit.terminal
    terminal.until("Begin with the bundled model")
    terminal.keys("Enter")
    terminal.until("Your first novel")
    terminal.keys("C-s")
    terminal.until("The chapter is written")
    assert visit.novel["words"] > 300


def _edit_the_chapter(visit: Visit) -> None:
    terminal = visit.terminal
    terminal.keys("e")
    terminal.until("F2 ^s Save")
    terminal.type("Snow fell on the roofs. ")
    terminal.keys("F2")
    terminal.until("Saved as revision 2")
    assert visit.first_chapter["revision"] == 2
    terminal.keys("Escape")
    terminal.until("Edit")


def _rewrite_a_paragraph(visit: Visit) -> None:
    """One that is long enough; the model draws others every time."""
    terminal = visit.terminal
    words = [len(paragraph.split()) for paragraph in visit.first_paragraphs]
    number = next(at for at, count in enumerate(words, start=1) if at > 1 and count >= 15)
    terminal.keys(*["j"] * (number - 1), "r")
    terminal.until("Rewrite paragraph ")
    terminal.type("Let it rain.")
    terminal.keys("Enter")
    terminal.until("is rewritten")
    assert visit.first_chapter["revision"] == 3


def _draft_the_chapter_anew(visit: Visit) -> None:
    terminal = visit.terminal
    terminal.keys("R")
    terminal.until("Draft chapter 1 anew")
    terminal.keys("Enter")
    terminal.until("is drafted anew")
    assert visit.first_chapter["revision"] == 4


def _write_a_beat(visit: Visit) -> None:
    """The next chapter is begun, so that there is something to go back from."""
    visit.terminal.keys("t")
    visit.terminal.until("The beat is written")
    assert visit.novel["words"] > visit.first_chapter["words"]


def _restore_a_snapshot(visit: Visit) -> None:
    """Go back to the memory at the end of chapter 1, as a new branch that ends there."""
    terminal = visit.terminal
    terminal.keys("7")
    terminal.until("Memory is what the model carries along")
    terminal.keys("Home", "Tab", "End")
    terminal.until("● segment ")
    terminal.keys("r")
    terminal.until("Back to segment ")
    terminal.keys("Enter")
    terminal.until_so(lambda: len(visit.branches) == 2, "a second branch")
    assert visit.novel["words"] == visit.first_chapter["words"]


def _export(visit: Visit, folder: Path) -> None:
    terminal = visit.terminal
    terminal.keys("0")
    terminal.until("Markdown")
    terminal.keys("x")

    def exported() -> list[Path]:
        return [file for file in folder.rglob("*.md") if file.stat().st_size > 100]

    terminal.until_so(exported, "a Markdown file")
