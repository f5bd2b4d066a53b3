"""Every screen as a picture, in the smallest terminal and in a roomy one.

A picture that changed is looked at before it is accepted: `pytest tests/tui/snapshots -n0
--snapshot-update` writes the new ones.
"""

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from inspect import getfile
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from novelgen.bootstrap import Workbench
from novelgen.tui.app import WorkbenchApp
from tests.tui.conftest import TITLE, shown, until
from tests.tui.snapshots.live_run import a_passage_being_written
from tests.tui.snapshots.manuscript_files import one_that_came_back, some_manuscripts
from tests.tui.snapshots.still_fleet import a_fleet

_FONT_FACE = re.compile(r"\s*@font-face\s*\{[^}]*\}")
SMALL, ROOMY = (80, 24), (140, 45)
SnapCompare = Callable[..., bool]


@dataclass(frozen=True)
class Seen:
    """A screen: the keys that lead there from the library or a novel, and what it shows then."""

    name: str
    keys: tuple[str, ...]
    shows: str
    novel: str | None = TITLE
    before: Callable[["Pilot[None]"], Awaitable[None]] | None = None
    files: Callable[[Workbench, Path], None] | None = None
    """Puts there what lies in the folder where novelgen is started."""
    amid: Callable[[Workbench], AbstractContextManager[None]] = nullcontext
    """What goes on around it."""


_WRITTEN = tuple("space" if letter == " " else letter for letter in "So [[when?]] ")
PLACES = (
    Seen("desk", ("right_square_bracket",), "words"),
    Seen("plan", ("2",), "words"),
    Seen("bible", ("3",), "Galloway"),
    Seen("map", ("4",), "machine"),
    Seen("drafts", ("5",), "words"),
    Seen("versions", ("right_square_bracket", "6"), "she stays"),
    Seen("memory", ("7",), "segment"),
    Seen("statistics", ("8",), "By hour"),
    Seen("context", ("9",), "Passage 7"),
    Seen("export", ("0",), "What the file will hold"),
)
OTHERS = (
    Seen("library", (), "The Glassworks", novel=None),
    Seen("library-fleet", (), "drafting chapter 4", novel=None, amid=a_fleet),
    Seen("fleet", ("f",), "worker-3", novel=None, amid=a_fleet),
    Seen("palette", ("ctrl+p",), "Search"),
    Seen("help", ("question_mark",), "Keys"),
    Seen("settings", ("comma",), "The workbench"),
    Seen("error", ("0", "r", *"9-2", "enter"), "Close"),
    Seen("writing", ("right_square_bracket", "e", *_WRITTEN), "not saved yet"),
    Seen("look", ("right_square_bracket", "e", "f9"), "Typewriter"),
    Seen("finding", ("right_square_bracket", "e", "f4", *"the"), "of "),
    Seen("reader", ("right_square_bracket", "v"), "page 1"),
    Seen("search", ("slash", *"the"), "found"),
    Seen("to-check", ("f8",), "To check"),
    Seen("export-word", ("0", "f", "down", "down", "enter"), "At the top of its title page"),
    Seen("manuscript-file", ("m", *"sal", "down"), "first draft", None, files=some_manuscripts),
    Seen("bring-in", ("m", *"salt.md", "enter"), "3 chapters", None, files=some_manuscripts),
    Seen("take-back", ("0", "m", *"back.md", "enter"), "As in the novel", files=one_that_came_back),
    Seen("machine", ("m",), "tokens/s", before=a_passage_being_written),
)
NOTHING_YET = (
    Seen("first-start", (), "It is fetched first", novel=None),
    Seen("new-novel", ("n",), "Premise", novel=None),
)


class _Pictured(WorkbenchApp):
    """Its pictures ask no host for a font."""

    CSS_PATH = Path(getfile(WorkbenchApp)).with_name("app.tcss")

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        picture = super().export_screenshot(title=title, simplify=simplify)
        return _FONT_FACE.sub("", picture)


@pytest.fixture(params=(SMALL, ROOMY), ids=("80x24", "140x45"))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


@pytest.fixture
def is_as_before(snap_compare: SnapCompare, size: tuple[int, int]) -> Callable[..., bool]:
    """Whether a screen looks as its picture does."""

    def compare(bench: Workbench, seen: Seen) -> bool:
        novel_id = None if seen.novel is None else bench.find(seen.novel).novel.id

        async def go_there(pilot: "Pilot[None]") -> None:
            await _rest(pilot)
            for key in seen.keys:
                await pilot.press(key)
                await _rest(pilot)
            if seen.before is not None:
                await seen.before(pilot)
            await until(pilot, lambda: seen.shows in shown(pilot))
            await _rest(pilot)

        if seen.files is not None:
            seen.files(bench, Path.cwd())
        app = _Pictured(bench, None, novel_id)
        with seen.amid(bench):
            return snap_compare(app, run_before=go_there, terminal_size=size)

    return compare


@pytest.mark.parametrize("seen", (*PLACES, *OTHERS), ids=lambda seen: seen.name)
def test_screen(
    shelf_home: Path, bench: Workbench, seen: Seen, is_as_before: Callable[..., bool]
) -> None:
    assert is_as_before(bench, seen)


@pytest.mark.parametrize("seen", NOTHING_YET, ids=lambda seen: seen.name)
def test_screen_without_novels(
    home: Path, bench: Workbench, seen: Seen, is_as_before: Callable[..., bool]
) -> None:
    assert is_as_before(bench, seen)


async def _rest(pilot: "Pilot[Any]") -> None:
    """Until every question is answered and nothing moves; the text cursor stands still."""

    def is_at_rest() -> bool:
        return not any(worker.is_running for worker in pilot.app.workers)

    await pilot.pause()
    await until(pilot, is_at_rest)
    await pilot.pause()
    await until(pilot, is_at_rest)
    for field in pilot.app.screen.query("Input, TextArea"):
        if isinstance(field, Input | TextArea):
            field.cursor_blink = False
    await pilot.pause()
