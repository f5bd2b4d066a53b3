"""A chapter of a real novel on the writing desk."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.desk import WritingDesk
from novelgen.tui.writing.page import WritingPage
from storage.records import RevisionRecord
from tests.tui.conftest import TITLE, Opened, shown, until


@dataclass(frozen=True)
class Visit:
    """The person at the desk, and what is in the database."""

    pilot: "Pilot[Any]"
    bench: Workbench

    @property
    def desk(self) -> WritingDesk:
        screens = self.pilot.app.screen_stack
        novel = next(each for each in screens if isinstance(each, NovelScreen))
        return novel.query_one(WritingDesk)

    @property
    def page(self) -> WritingPage:
        return self.desk.page

    @property
    def novel_id(self) -> str:
        return self.bench.find(TITLE).novel.id

    @property
    def screen(self) -> str:
        return shown(self.pilot)

    @property
    def told(self) -> str:
        """The text on the screen without its frames and line breaks."""
        return " ".join(self.screen.replace("│", " ").split())

    def revisions(self, chapter: int = 1) -> list[RevisionRecord]:
        with self.bench.store.reading() as work:
            return list(work.chapters.revisions(self.novel_id, chapter))

    def text(self, chapter: int = 1) -> str:
        with self.bench.store.reading() as work:
            stored = work.chapters.get(work.novels.get(self.novel_id).active_branch_id, chapter)
            assert stored is not None
            return work.texts.of_revision(stored.revision.id)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        names = {" ": "space", "\n": "enter"}
        await self.pilot.press(*(names.get(each, each) for each in text))

    async def until(self, is_so: Callable[[], object]) -> None:
        await until(self.pilot, is_so)

    async def leave(self) -> None:
        """Back to reading."""
        await self.press("escape")
        await self.until(lambda: self.pilot.app.screen.query_one("#prose", ProsePage).has_focus)


Sat = Callable[..., AbstractAsyncContextManager[Visit]]


@pytest.fixture
def sat(written_home: Path, opened: Opened, bench: Workbench) -> Sat:
    """Sit down to chapter 1: `async with sat() as visit`."""

    @asynccontextmanager
    async def sit_down(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Visit]:
        async with opened(TITLE, size=size) as pilot:
            visit = Visit(pilot, bench)
            page = pilot.app.screen.query_one
            await until(pilot, lambda: len(page("#prose", ProsePage).paragraphs) > 3)
            await pilot.press("e")
            await until(pilot, lambda: visit.page.has_focus and visit.desk.sitting)
            yield visit

    return sit_down
