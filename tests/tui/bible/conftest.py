"""A planned novel with three hand-written chapters that are read: facts, a promise, what is odd."""

from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.story.keeper import StoryKeeper
from novelgen.text.manuscript_text import HandedIn
from storage.records import NovelRecord
from tests.story.conftest import CHAPTER_1, CHAPTER_2
from tests.tui.conftest import TITLE

CHAPTER_3 = """Anna Reed had blue eyes, and everybody in the harbour knew it. She came back to the \
lighthouse with Tom.

Captain Hale stood in the door of the lighthouse and said nothing.

Tom went back to Harrow Street. The letter from Lisbon burned in the pocket of Anna Reed."""


def novel_of(bench: Workbench) -> NovelRecord:
    return bench.find(TITLE).novel


def write_chapter(bench: Workbench, number: int, text: str) -> None:
    """Make a text a chapter's, complete."""
    novel = novel_of(bench)
    before = chapter_text(bench.store, novel.id, novel.active_branch_id, number)
    edit_chapter(bench.store, before, HandedIn(text, None), ends_chapter=True)


def read_chapters(bench: Workbench) -> None:
    novel = novel_of(bench)
    list(StoryKeeper(bench.store, novel, novel.active_branch_id).catch_up(9))


@pytest.fixture
def read_home(planned_home: Path, bench: Workbench) -> Path:
    """Chapter 1 was changed after chapter 3 was written: one passage no longer fits, and two
    passages contradict each other."""
    for number, text in enumerate((CHAPTER_1, CHAPTER_2, CHAPTER_3), 1):
        write_chapter(bench, number, text)
        read_chapters(bench)
    write_chapter(bench, 1, CHAPTER_1.replace("Harrow Street", "Bell Street"))
    read_chapters(bench)
    return planned_home
