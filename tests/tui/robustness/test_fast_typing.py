"""Somebody types faster than the screen answers, and saves at once."""

from pathlib import Path
from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.page import WritingPage
from tests.tui.conftest import TITLE, Opened, shown, until

_TYPED = "Snow fell on the roofs and in the yards. "


async def type_fast(pilot: "Pilot[Any]") -> None:
    """Open the chapter's editor and put all letters into it before it has drawn one."""
    await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
    await pilot.press("e")
    await until(pilot, lambda: pilot.app.screen.query_one(WritingPage).has_focus)
    for character in _TYPED:
        pilot.app.post_message(Key(character, character))


def text_of(bench: Workbench) -> str:
    with bench.store.reading() as work:
        stored = work.chapters.get(work.novels.find(TITLE).active_branch_id, 1)
        assert stored is not None
        return work.texts.of_revision(stored.revision.id)


async def test_all_that_was_typed_is_saved(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await type_fast(pilot)
        pilot.app.post_message(Key("f2", None))
        await until(pilot, lambda: "Saved as revision 2" in shown(pilot))
        assert text_of(bench).strip().startswith(_TYPED)


async def test_leaving_saves_all_that_was_typed(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await type_fast(pilot)
        pilot.app.post_message(Key("escape", None))
        await until(pilot, lambda: "Saved as revision 2" in shown(pilot))
        await until(pilot, lambda: pilot.app.screen.query_one(ProsePage).has_focus)
        assert text_of(bench).strip().startswith(_TYPED)
