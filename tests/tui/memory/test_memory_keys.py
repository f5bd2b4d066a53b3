"""Every action of the memory, by keystroke."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.memory_words import read_memory_words
from novelgen.generation.changing import NovelWish, change_novel
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.text.manuscript_text import HandedIn
from novelgen.tui.places.memory.side import SnapshotSide
from storage.records import NewSnapshot, NovelRecord
from tests.tui.conftest import TITLE, Opened, shown, until


def _novel(bench: Workbench) -> NovelRecord:
    return bench.find(TITLE).novel


def _branches(bench: Workbench) -> list[str]:
    with bench.store.reading() as work:
        return [each.name for each in work.branches.of_novel(_novel(bench).id)]


def _behind(bench: Workbench) -> list[int]:
    return [each.number for each in bench.overview(TITLE).chapters if each.memory_behind]


@pytest.fixture
def edited_home(written_home: Path, bench: Workbench) -> Path:
    """The second chapter was edited, so that memory is behind in it and the third."""
    novel = _novel(bench)
    before = chapter_text(bench.store, novel.id, novel.active_branch_id, 2)
    edit_chapter(bench.store, before, HandedIn(before.text.strip() + " Nobody spoke.", None))
    return written_home


async def _go(pilot: Pilot[Any], size: str = "makes likelier") -> None:
    await until(pilot, lambda: "The Letter" in shown(pilot))
    await pilot.press("7")
    await until(pilot, lambda: size in shown(pilot))
    await until(pilot, lambda: "Change from one to the next" in shown(pilot))


async def test_memory_is_told_in_plain_words(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        assert "Memory is what a model carries along" in shown(pilot)
        assert "✓ It is up to the text." in shown(pilot)
        assert "·●" in shown(pilot)
        await pilot.press("down")
        await until(pilot, lambda: "% of the memory changed." in shown(pilot))
        assert "slots  " in shown(pilot)


async def test_a_narrow_terminal_shows_it_too(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (80, 24)) as pilot:
        await _go(pilot, "stored change")
        await pilot.press("down", "down")
        await until(pilot, lambda: "Chapter 3" in shown(pilot))
        assert "1/" in shown(pilot) or "3/" in shown(pilot)


async def test_two_snapshots_are_compared(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await until(pilot, lambda: "Nothing is stored before it" in shown(pilot))
        await pilot.press("m", "down", "down")
        await until(pilot, lambda: "From 1." in shown(pilot) and " to 3." in shown(pilot))
        await pilot.press("home", "m", "down", "down")
        await until(pilot, lambda: "From 3." in shown(pilot) or "From 2." in shown(pilot))


async def test_only_what_is_stored_is_compared(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.query_one(SnapshotSide).snapshots.has_focus)
        await pilot.press("home")
        await until(pilot, lambda: "This memory is not kept" in shown(pilot))
        await pilot.press("m")
        await until(pilot, lambda: "Mark a snapshot that is stored" in shown(pilot))


async def test_going_back_makes_a_branch(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "What was written after it stays" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "What was written after it stays" not in shown(pilot))
        assert _branches(bench) == ["main"]
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "What was written after it stays" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "The story ends there now" in shown(pilot))
        assert len(_branches(bench)) == 2
        assert bench.find(TITLE).totals.chapters == 1


async def test_going_back_and_writing_on(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = _novel(bench).active_branch_id
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("down", "r")
        await until(pilot, lambda: "What was written after it stays" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: _novel(bench).active_branch_id != before)
        await until(pilot, lambda: bench.find(TITLE).totals.chapters == 3)
        await until(pilot, lambda: "The book is finished" in shown(pilot))


async def test_the_last_segment_needs_no_branch(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("end", "r")
        await until(pilot, lambda: "What was written after it stays" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "no branch is needed" in shown(pilot))
    assert _branches(bench) == ["main"]


async def test_what_is_behind_is_read_again(
    edited_home: Path, opened: Opened, bench: Workbench
) -> None:
    assert _behind(bench) == [2, 3]
    async with opened(TITLE, (140, 45)) as pilot:
        await until(pilot, lambda: "The Letter" in shown(pilot))
        await pilot.press("7")
        await until(pilot, lambda: "↻ Chapters 2, 3 are behind the text" in shown(pilot))
        assert shown(pilot).count("↻ behind") == 2
        await pilot.press("e")
        await until(pilot, lambda: "Chapters 2, 3 will be read by" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "● Reading the text again" in shown(pilot))
        await until(pilot, lambda: "✓ It is up to the text." in shown(pilot))
        assert _behind(bench) == []
        await pilot.press("e")
        await until(pilot, lambda: "nothing is to be read again" in shown(pilot))


async def test_everything_stored_is_verified(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("v")
        await until(pilot, lambda: "✓ All are sound." in shown(pilot))
        assert "Everything stored is sound." in shown(pilot)


async def test_a_damaged_snapshot_is_named(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    link, stored = next(each for each in bench.snapshots(TITLE) if each[1] is not None)
    assert stored is not None
    with bench.store.writing() as work:
        work.snapshots.replace(
            NewSnapshot(
                link.key,
                link.parent_key,
                b"no memory",
                stored.model_fingerprint,
                stored.adapter_fingerprint,
                stored.dtype,
                stored.device,
            )
        )
    async with opened(TITLE, (140, 45)) as pilot:
        await until(pilot, lambda: "The Letter" in shown(pilot))
        await pilot.press("7")
        await until(pilot, lambda: "makes likelier" in shown(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "✗ chapter 1" in shown(pilot))
        assert "Not everything is sound." in shown(pilot)


async def test_likelier_words_are_asked_kept_and_shown(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    novel = _novel(bench)
    assert read_memory_words(bench, novel.id, 1) is None
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "This loads the scripted engine and asks" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "This loads" not in shown(pilot))
        assert read_memory_words(bench, novel.id, 1) is None
        await pilot.press("l")
        await until(pilot, lambda: "This loads the scripted engine and asks" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "is known now" in shown(pilot))
        found = read_memory_words(bench, novel.id, 1)
        assert found
        await until(pilot, lambda: "It makes likelier" in shown(pilot))
        assert found[0].word in shown(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "It is known of every chapter" in shown(pilot))


async def test_a_novel_without_memory_says_so(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    change_novel(bench.store, _novel(bench), NovelWish(model="some-model", adapter="none"))
    async with opened(TITLE, (140, 45)) as pilot:
        await until(pilot, lambda: "The Letter" in shown(pilot))
        await pilot.press("7")
        await until(pilot, lambda: "This novel has no memory" in shown(pilot))
        assert "No engine has read the novel as it is set now" in shown(pilot)
        await pilot.press("l")
        await until(pilot, lambda: "This novel has no memory to ask." in shown(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "Nothing of this chapter is read yet." in shown(pilot))


async def test_a_planned_novel_has_nothing_to_read(planned_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("7")
        await until(pilot, lambda: "Nothing is written yet." in shown(pilot))
