"""Novels with hand-written chapters, in a real database made by migrations."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.generation.novel_settings import NovelSettings
from novelgen.story.keeper import StoryKeeper
from novelgen.text.manuscript_text import HandedIn
from storage.records import NewNovel, NewPlannedChapter, NovelRecord
from storage.store import Store, open_store

CHAPTER_1 = """Anna Reed came down to the quay before dawn. She had green eyes and a thin brown \
coat, and she was twenty-four years old. Her brother Tom was a baker in Harrow Street.

"I will find the forged letter from Lisbon before the herring fleet sails," said Anna.

Captain Hale lived in the old lighthouse at Skerry Point. He was a tall man with red hair. The \
lighthouse stood on the black rocks beyond the harbour. Anna walked past it and did not look up.

Tom laughed at Anna. Old Mr. Voss had died in March."""
CHAPTER_2 = """The rain went on until noon. Anna waited under the arch with Tom and said nothing \
about the night.

Captain Hale came up from the boats. "There is nothing for you here," said Captain Hale, and he \
shut the door of the lighthouse behind him.

Anna counted her coins and went home by the long road over the hill."""


@dataclass
class Shelf:
    """A store with one novel whose chapters are typed in."""

    store: Store
    novel: NovelRecord

    @property
    def branch_id(self) -> str:
        return self.fresh().active_branch_id

    def fresh(self) -> NovelRecord:
        with self.store.reading() as work:
            return work.novels.get(self.novel.id)

    def write(self, number: int, text: str) -> str:
        """Make a text a chapter's; the id of its revision."""
        before = chapter_text(self.store, self.novel.id, self.branch_id, number)
        edit_chapter(self.store, before, HandedIn(text, None), ends_chapter=True)
        return self.revision_id(number)

    def revision_id(self, number: int) -> str:
        with self.store.reading() as work:
            chapter = work.chapters.get(self.branch_id, number)
        assert chapter is not None
        return chapter.revision.id

    def keeper(self, **how: object) -> StoryKeeper:
        return StoryKeeper(self.store, self.fresh(), self.branch_id, **how)  # type: ignore[arg-type]

    def facts(self, chapter: int = 1_000) -> list[str]:
        """What is true when a chapter begins, as sentences."""
        with self.store.reading() as work:
            return [fact.text for fact in work.facts.valid_at(self.branch_id, chapter)]

    def names(self) -> dict[str, tuple[str, ...]]:
        """The entries with their aliases."""
        with self.store.reading() as work:
            entries = work.entries.of_branch(self.branch_id)
        return {entry.name: tuple(entry.aliases) for entry in entries}

    def plan(self, chapters: int, chapters_a_part: int = 3) -> None:
        """Plan so many chapters, in parts."""
        with self.store.writing() as work:
            plan = work.plans.add(self.branch_id, {})
            for number in range(1, chapters + 1):
                part = (number - 1) // chapters_a_part + 1
                work.plans.add_chapter(
                    plan.id,
                    NewPlannedChapter(number, part, f"Chapter {number}", "So it goes.", 500),
                )


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with open_store(f"sqlite:///{tmp_path / 'novels.db'}") as store:
        with store.writing() as work:
            novel = work.novels.add(
                NewNovel(
                    title="The Lighthouse",
                    premise="A letter was forged.",
                    seed=5,
                    target_words=5_000,
                    model="scripted",
                    settings=NovelSettings().as_json(),
                )
            )
        yield Shelf(store, novel)
