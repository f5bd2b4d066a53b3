"""A chapter to sit down to, in a real database, and a state folder for the journals."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from novelgen.generation.editing import ChapterText, edit_chapter
from novelgen.paths import Paths, resolve_paths
from novelgen.sittings.places import Desk, journal_of
from novelgen.sittings.recovered_text import RecoveredText, recovered_texts
from novelgen.sittings.sitting import Sitting, open_sitting
from novelgen.text.machine_words import WordSpans
from novelgen.text.manuscript_text import HandedIn
from tests.generation.conftest import Desk as NovelDesk
from tests.generation.conftest import Desks, desks

__all__ = ["desks"]

OPENING = "Nobody had been to the tower since the war.\n\nThe door stood open."


@dataclass
class Room:
    """A novel with one chapter, and the place where its sittings are kept."""

    desk: NovelDesk
    paths: Paths

    @property
    def place(self) -> Desk:
        return Desk(self.desk.novel.id, self.desk.fresh().active_branch_id, 1)

    @property
    def journal(self) -> Path:
        return journal_of(self.paths, self.place)

    def sit(self, chapter: int = 1) -> Sitting:
        place = self.place
        return open_sitting(self.desk.store, self.paths, place.novel_id, place.branch_id, chapter)

    def recovered(self) -> list[RecoveredText]:
        return recovered_texts(self.paths, self.desk.store, self.place.novel_id)

    def left_behind(self, *typed: str) -> RecoveredText:
        """What is recovered of a sitting that ended with so much typed and nothing saved."""
        with self.sit() as sitting:
            for text in typed:
                sitting.typed(len(sitting.buffer), len(sitting.buffer), text)
        return self.recovered()[0]

    def edit(self, text: str, machine: WordSpans = ()) -> None:
        """Another window's edit, which asks nobody."""
        edit_chapter(self.desk.store, self.seen(), HandedIn(text, None), machine=machine)

    def seen(self) -> ChapterText:
        return self.desk.seen(1)

    def revisions(self) -> int:
        with self.desk.store.reading() as work:
            return len(work.chapters.revisions(self.place.novel_id, 1))


@pytest.fixture
def room(desks: Desks, tmp_path: Path) -> Room:
    made = Room(desks.desk(1_500), resolve_paths(tmp_path / "home"))
    made.edit(OPENING)
    return made


@pytest.fixture
def pen() -> Callable[[Sitting, str], None]:
    """Types at the end of the buffer, one character at a time."""

    def write(sitting: Sitting, text: str) -> None:
        for character in text:
            sitting.typed(len(sitting.buffer), len(sitting.buffer), character)

    return write
