"""What a brief carries of the story: true by then, about those concerned, within its budget."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.novel_context import RunLimits
from novelgen.story.keeper import StoryKeeper
from novelgen.story.notes import NoteTaker, StoryNotes
from novelgen.story.story_view import view_before
from storage.story_records import (
    EntryKind,
    NewEntry,
    NewThread,
    StoryOrigin,
    ThreadKind,
    ThreadState,
)
from tests.generation.conftest import Desks
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf

COUNT = ScriptedEngine().count_tokens


def notes(shelf: Shelf, chapter: int, beat: str, budget: int = 400, **how: str) -> StoryNotes:
    with shelf.store.reading() as work:
        view = view_before(work, shelf.branch_id, chapter)
    return NoteTaker(view, COUNT).notes(beat, budget_tokens=budget, **how)


@pytest.fixture
def read(shelf: Shelf) -> Shelf:
    shelf.plan(6)
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2)
    shelf.write(3, "Anna Reed had auburn hair now. Anna Reed was twenty-five years old.")
    list(shelf.keeper().catch_up(4))
    return shelf


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    made = Desks(tmp_path)
    yield made
    made.close()


def test_a_fact_of_chapter_1_stands_in_the_context_of_chapter_10(desks: Desks) -> None:
    desk = desks.desk(6_000, chapters=12)
    desk.edit(1, CHAPTER_1, ends_chapter=True)
    desk.write(limits=RunLimits(until_chapter=9))
    novel = desk.fresh()
    keeper = StoryKeeper(desk.store, novel, novel.active_branch_id)
    assert list(keeper.catch_up(10)) == []  # the run has read them
    with desk.store.reading() as work:
        view = view_before(work, novel.active_branch_id, 10)
    taken = NoteTaker(view, COUNT).notes("Anna Reed goes to the quay again.", budget_tokens=240)
    assert "Anna Reed has green eyes." in taken.facts
    assert "Tom is Anna Reed's brother." in taken.facts
    assert "Anna Reed" in taken.story_so_far


def test_nothing_that_has_not_happened_yet_is_told(read: Shelf) -> None:
    assert notes(read, 1, "Anna Reed waits.") == StoryNotes("", (), ())
    second = notes(read, 2, "Anna Reed waits.")
    assert "Anna Reed is 24 years old." in second.facts
    assert not any("auburn" in fact for fact in second.facts)
    assert "long road" not in second.story_so_far


def test_of_what_changes_the_last_holds(read: Shelf) -> None:
    facts = notes(read, 4, "Anna Reed waits.").facts
    assert "Anna Reed is 25 years old." in facts
    assert "Anna Reed is 24 years old." not in facts


def test_those_whom_the_beat_names_come_first(read: Shelf) -> None:
    assert notes(read, 4, "Captain Hale lights the lamp.").facts[0].startswith("Captain Hale")
    assert notes(read, 4, "Tom bakes.").facts[0].startswith("Tom")
    by_card = notes(read, 4, "They talk.", card="Old Mr. Voss is remembered.")
    assert by_card.facts[0] == "Mr Voss is dead."


@pytest.mark.parametrize("budget", [0, 20, 60, 120, 300])
def test_notes_keep_to_their_budget(read: Shelf, budget: int) -> None:
    taken = notes(read, 4, "Anna Reed and Tom wait for Captain Hale.", budget)
    lines = [f"- {each}" for each in (*taken.facts, *taken.threads)]
    assert sum(map(COUNT, [taken.story_so_far, *lines])) <= budget
    if budget >= 120:
        assert taken.facts
        assert taken.story_so_far


def test_the_story_is_put_together_a_few_times_a_chapter_not_for_every_beat(read: Shelf) -> None:
    stories: list[str] = []

    def count(text: str) -> int:
        if not text.startswith("- "):
            stories.append(text)
        return COUNT(text)

    with read.store.reading() as work:
        taker = NoteTaker(view_before(work, read.branch_id, 4), count)
    beats = ["", "Tom", "Anna Reed", "Captain Hale", "Mr Voss"]
    told = [
        taker.notes(f"{beat}, {other} wait.", tail=tail, budget_tokens=120)
        for beat in beats for other in beats for tail in beats
    ]  # fmt: skip
    assert len({each.facts for each in told}) > 20
    assert len(stories) <= 3


def test_promises_are_told_when_they_are_due(read: Shelf) -> None:
    assert notes(read, 2, "They wait.").threads == ()
    due = notes(read, 3, "They wait.").threads
    assert [each.startswith("Chapter 1: ") and "forged letter" in each for each in due] == [True]
    with read.store.writing() as work:
        work.threads.add(
            NewThread(
                read.branch_id,
                ThreadKind.GOAL,
                "The lamp is to burn.",
                StoryOrigin.AUTHOR,
                opened_chapter=0,
                due_chapter=2,
            )
        )
        threads = work.threads.of_branch(read.branch_id)
        (forged,) = [each for each in threads if each.due_chapter == 3]
        work.threads.revise(forged.id, replace(forged, state=ThreadState.INTENDED))
    assert notes(read, 3, "They wait.").threads == ("Chapter 0: The lamp is to burn.",)


def test_a_planned_character_is_described_before_the_text_names_them(read: Shelf) -> None:
    with read.store.writing() as work:
        work.entries.add(
            NewEntry(
                read.branch_id,
                "Lena Marsh",
                EntryKind.CHARACTER,
                StoryOrigin.PLAN,
                description="a diver who owes the captain money",
            )
        )
    facts = notes(read, 4, "Lena Marsh knocks.").facts
    assert facts[0] == "Lena Marsh: a diver who owes the captain money."
    assert not any("Lena" in fact for fact in notes(read, 4, "Tom bakes.").facts)


def test_the_story_so_far_of_a_long_book_fits_and_tells_beginning_and_end(shelf: Shelf) -> None:
    shelf.plan(40, chapters_a_part=8)
    shelf.write(1, CHAPTER_1)
    for number in range(2, 31):
        shelf.write(
            number,
            f"Brother Anselm of Hill {number} carried the lantern of day {number} to Marlow. "
            f"The abbey counted {number} bells, and Brother Anselm slept in Marlow. "
            "The monks rang the evening bell over the wet fields beyond Marlow.",
        )
    list(shelf.keeper().catch_up(31))
    with shelf.store.reading() as work:
        view = view_before(work, shelf.branch_id, 31)
    told = NoteTaker(view, COUNT).notes("Brother Anselm wakes.", budget_tokens=260).story_so_far
    assert COUNT(told) <= 260
    assert "Hill 30" in told
    assert any(word in told for word in ("Anna", "Hale", "Voss", "Tom"))
    assert [part.summary is not None for part in view.parts] == [True, True, True, False]
