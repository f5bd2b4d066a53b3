"""Every action of the versions, by keystroke."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from novelgen.bootstrap import Workbench
from novelgen.generation.branching import branch_after, switch_branch
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.text.manuscript_text import HandedIn
from novelgen.tui.places.versions.detail import VersionDetail
from novelgen.tui.widgets.prose_page import ProsePage
from storage.records import RevisionRecord
from tests.tui.conftest import TITLE, Opened, press_text, shown, until

_ADDED = "Then the light went out."


def _standing(bench: Workbench, chapter: int = 1) -> RevisionRecord:
    with bench.store.reading() as work:
        found = work.chapters.get(bench.find(TITLE).novel.active_branch_id, chapter)
    assert found is not None
    return found.revision


def _edit(bench: Workbench, added: str) -> RevisionRecord:
    novel = bench.find(TITLE).novel
    before = chapter_text(bench.store, novel.id, novel.active_branch_id, 1)
    text = f"{before.text.strip()} {added}"
    return edit_chapter(bench.store, before, HandedIn(text, None)).revision


def _branches(bench: Workbench) -> dict[str, str]:
    """Names and ids."""
    with bench.store.reading() as work:
        return {each.name: each.id for each in work.branches.of_novel(bench.find(TITLE).novel.id)}


@pytest.fixture
def edited(written_home: Path, bench: Workbench) -> RevisionRecord:
    """The first chapter was edited twice; this is the second of the revisions made so."""
    _edit(bench, _ADDED)
    return _edit(bench, "Nobody spoke.")


async def _go(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: "All" in shown(pilot) or "The Letter" in shown(pilot))
    await pilot.press("6")
    await until(pilot, lambda: "Revisions of chapter 1" in shown(pilot))


async def test_revisions_are_listed_with_what_changed(
    edited: RevisionRecord, opened: Opened
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await until(pilot, lambda: "Revision 2 → 3 of chapter 1" in shown(pilot))
        told = shown(pilot)
        assert "✓  3  by you" in told
        assert "   1  by the machine" in told
        assert "in 1 place." in told
        page = pilot.app.screen.query_one("#version-diff", ProsePage)
        (marked,) = [each for each in page.paragraphs if each.stretches and each.is_prose]
        added = [
            marked.text[each.start : each.end] for each in marked.stretches if each.style == "added"
        ]
        assert "".join(added).strip() == "Nobody spoke."


async def test_any_two_revisions_are_compared(edited: RevisionRecord, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("end")
        await until(pilot, lambda: "Revision 1 → 3 of chapter 1" in shown(pilot))
        await pilot.press("m", "up")
        await until(pilot, lambda: "Revision 1 → 2 of chapter 1" in shown(pilot))
        assert "◆" in shown(pilot)
        await pilot.press("down", "m", "up")
        await until(pilot, lambda: "Revision 2 → 3 of chapter 1" in shown(pilot))
        assert "◆" not in shown(pilot)


async def test_f_shows_the_whole_text(edited: RevisionRecord, opened: Opened) -> None:
    async with opened(TITLE, (100, 24)) as pilot:
        await _go(pilot)
        page = pilot.app.screen.query_one("#version-diff", ProsePage)
        await until(pilot, lambda: page.paragraphs)
        parts = len(page.paragraphs)
        await pilot.press("f")
        await until(pilot, lambda: len(page.paragraphs) > parts)
        await until(pilot, lambda: page.scroll_offset.y > 0)  # at the change, which is at the end
        end = page.scroll_offset.y
        await pilot.press("b")
        await until(pilot, lambda: page.scroll_offset.y < end)
        await pilot.press("space")
        await until(pilot, lambda: page.scroll_offset.y == end)
        await pilot.press("f")
        await until(pilot, lambda: len(page.paragraphs) == parts)


async def test_a_revision_is_restored_after_a_question(
    edited: RevisionRecord, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "is the chapter's text already" in shown(pilot))
        await pilot.press("end", "enter")
        await until(pilot, lambda: "Make it the text of chapter 1 again?" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "Make it the text" not in shown(pilot))
        assert _standing(bench).number == 3
        await pilot.press("r")
        await until(pilot, lambda: "Make it the text of chapter 1 again?" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "back to revision 1. u takes it back" in shown(pilot))
        assert _standing(bench).number == 1
        await until(pilot, lambda: "✓  1  by the machine" in shown(pilot))


async def test_changes_are_taken_back_and_made_once_more(
    edited: RevisionRecord, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("u")
        await until(pilot, lambda: "Taken back: chapter 1 edited" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: _standing(bench).number == 1)
        await until(pilot, lambda: shown(pilot).count(", taken back") == 2)
        await pilot.press("U")
        await until(pilot, lambda: "Made once more: chapter 1 edited" in shown(pilot))
        assert _standing(bench).number == 2
        await until(pilot, lambda: ", u takes it back" in shown(pilot))


async def test_nothing_to_undo_is_said(written_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await until(pilot, lambda: "It is the first text of the chapter" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "There is no change to undo." in shown(pilot))
        await pilot.press("escape")
        await pilot.press("tab")
        await until(pilot, lambda: "Nothing was changed by hand" in shown(pilot))


async def test_a_change_shows_its_words(edited: RevisionRecord, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("tab", "down", "enter")
        await until(pilot, lambda: "Chapter 1 edited: chapter 1" in shown(pilot))
        await until(pilot, lambda: _ADDED in shown(pilot))


async def test_a_branch_is_made_and_gone_to(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "After which chapter" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "It leaves after chapter 1" in shown(pilot))
        await press_text(pilot, "she stays")
        await pilot.press("enter")
        await until(pilot, lambda: "The branch she stays is made" in shown(pilot))
        main = bench.find(TITLE).novel.active_branch_id
        assert _branches(bench)["she stays"] != main
        await pilot.press("y")
        await until(pilot, lambda: "she stays is the branch at hand now" in shown(pilot))
        assert bench.find(TITLE).novel.active_branch_id == _branches(bench)["she stays"]
        await until(pilot, lambda: "✓ └─ she stays" in shown(pilot))


async def test_a_branch_needs_a_chapter_that_is_there(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("n")
        await until(pilot, lambda: "After which chapter" in shown(pilot))
        await pilot.press("backspace", "x", "enter")
        await until(pilot, lambda: "no branch was made" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: "After which chapter" in shown(pilot))
        await pilot.press("9", "enter")
        await until(pilot, lambda: "It leaves after chapter 9" in shown(pilot))
        await pilot.press("x", "enter")
        await until(pilot, lambda: "The branch has no chapter 9 yet" in shown(pilot))
    assert list(_branches(bench)) == ["main"]


async def test_branches_are_compared_chapter_by_chapter(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    novel = bench.find(TITLE).novel
    branch_after(bench.store, novel, 2, "she stays")
    _edit(bench, _ADDED)
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "main is the branch that is written" in shown(pilot))
        await pilot.press("down")
        await until(pilot, lambda: "main beside she stays" in shown(pilot))
        await until(pilot, lambda: "only here" in shown(pilot))
        assert "% differ" in shown(pilot)
        assert "the same" in shown(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Chapter 1: main → she stays" in shown(pilot))
        assert pilot.app.screen.query_one(VersionDetail).is_in_use


async def test_enter_and_g_go_to_the_branch(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    novel = bench.find(TITLE).novel
    other = branch_after(bench.store, novel, 2, "she stays")
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("tab", "tab", "enter")
        await until(pilot, lambda: "main is the branch at hand already" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: bench.find(TITLE).novel.active_branch_id == other.id)
        await until(pilot, lambda: "✓ └─ she stays" in shown(pilot))
        await pilot.press("home", "g")
        await until(pilot, lambda: "main is the branch at hand now" in shown(pilot))
        assert bench.find(TITLE).novel.active_branch_id == novel.active_branch_id


async def test_branches_stand_as_a_tree(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    novel = bench.find(TITLE).novel
    branch_after(bench.store, novel, 2, "one")
    branch_after(bench.store, novel, 1, "two")
    switch_branch(bench.store, novel, "one")
    branch_after(bench.store, bench.find(TITLE).novel, 1, "deeper")
    switch_branch(bench.store, novel, "main")
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await until(pilot, lambda: "│  └─ deeper" in shown(pilot))
        assert "├─ one" in shown(pilot)
        assert "└─ two" in shown(pilot)


async def test_a_chapter_without_text_says_so(planned_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("6")
        await until(pilot, lambda: "Chapter 1 has no text yet." in shown(pilot))
