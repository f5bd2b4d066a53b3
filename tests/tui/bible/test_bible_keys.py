"""The bible by keystroke: entries, facts and their sources, names, promises, voice, the story."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.story.bible_document import Bible, bible_of
from novelgen.story.story_overview import Told, overview_of
from novelgen.story.voice_keeper import Voice, voice_of
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.bible.entries_view import EntryList, FactList
from novelgen.tui.places.bible.promises_view import PromiseList
from novelgen.tui.places.bible.story_view import SummaryList
from novelgen.tui.places.desk.place import DeskPlace
from novelgen.tui.widgets.kept_list import KeptList
from novelgen.tui.widgets.prose_page import ProsePage
from storage.records import RevisionRecord
from storage.story_records import SummaryKind, SummaryOrigin, ThreadState
from tests.story.conftest import CHAPTER_2
from tests.tui.bible.conftest import novel_of, write_chapter
from tests.tui.conftest import TITLE, Opened, press_text, shown, until
from tests.tui.plan.test_plan_keys import form_is_open, retype


def bible(bench: Workbench) -> Bible:
    with bench.store.reading() as work:
        return bible_of(work, novel_of(bench).active_branch_id)


def facts_of(bench: Workbench, name: str) -> list[str]:
    known = bible(bench).with_facts()
    return [fact.text for entry, facts in known if entry.name == name for fact in facts]


def names(bench: Workbench) -> set[str]:
    return {entry.name for entry in bible(bench).entries}


def voice(bench: Workbench) -> Voice:
    with bench.store.reading() as work:
        return voice_of(work, novel_of(bench))


def summary(bench: Workbench, number: int) -> Told:
    with bench.store.reading() as work:
        novel = novel_of(bench)
        overview = overview_of(work, novel, novel.active_branch_id)
    return overview.find(SummaryKind.CHAPTER, number)


def revision(bench: Workbench, number: int) -> RevisionRecord:
    with bench.store.reading() as work:
        chapter = work.chapters.get(novel_of(bench).active_branch_id, number)
    assert chapter is not None
    return chapter.revision


async def go_to_bible(pilot: "Pilot[Any]", kind: type[KeptList] = EntryList) -> KeptList:
    """Go to the section with a list, by its keys."""
    await until(pilot, lambda: pilot.app.screen.query_one(DeskPlace))
    await pilot.press("3")
    await until(pilot, lambda: pilot.app.screen.query_one(EntryList).has_focus)
    for _ in range(5):
        if pilot.app.screen.query_one(kind).has_focus:
            break
        await pilot.press("tab")
    found = pilot.app.screen.query_one(kind)
    await until(pilot, lambda: found.has_focus and found.option_count)
    return found


async def choose(pilot: "Pilot[Any]", found: KeptList, words: str) -> None:
    """Go to the line with these words."""
    await pilot.press("home")
    for _ in range(found.option_count):
        at = found.highlighted
        if at is not None and words in str(found.get_option_at_index(at).prompt):
            return
        await pilot.press("down")
    raise AssertionError(f"{words!r} is not in the list:\n{shown(pilot)}")


def at_hand(pilot: "Pilot[Any]") -> tuple[int, int | None]:
    """Chapter and marked paragraph of the desk, once it is in sight."""
    screen = pilot.app.screen
    assert isinstance(screen, NovelScreen)
    page = screen.query_one(ProsePage)
    assert page.region.area
    return screen.novel.chapter, page.cursor


async def test_a_fact_leads_to_the_passage_that_tells_it(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        entries = await go_to_bible(pilot)
        await choose(pilot, entries, "Captain Hale")
        await pilot.press("enter")
        facts = pilot.app.screen.query_one(FactList)
        await until(pilot, lambda: facts.has_focus)
        assert "He was a tall man with red hair" in shown(pilot)
        await choose(pilot, facts, "red hair")
        await pilot.press("enter")
        await until(pilot, lambda: at_hand(pilot) == (1, 3))


async def test_the_first_mention_is_gone_to_and_entries_are_found(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        entries = await go_to_bible(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: "A part of the name" in shown(pilot))
        await press_text(pilot, "hale")
        await pilot.press("enter")
        await until(pilot, lambda: entries.has_focus and "Captain Hale   person" in shown(pilot))
        await pilot.press("g")
        await until(pilot, lambda: at_hand(pilot) == (1, 3))


async def test_facts_are_added_changed_and_retracted_and_undo_takes_it_back(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = facts_of(bench, "Anna Reed")
    async with opened(TITLE) as pilot:
        entries = await go_to_bible(pilot)
        await choose(pilot, entries, "Anna Reed")
        await pilot.press("a")
        await form_is_open(pilot)
        await retype(pilot, "text", "is afraid of deep water")
        await retype(pilot, "from", "2")
        await pilot.press("enter")
        await until(
            pilot, lambda: any("deep water" in fact for fact in facts_of(bench, "Anna Reed"))
        )
        await until(pilot, lambda: "is afraid of deep water" in shown(pilot))
        assert "yours, from chapter 2" in shown(pilot)
        await pilot.press("enter")
        facts = pilot.app.screen.query_one(FactList)
        await until(pilot, lambda: facts.has_focus)
        await choose(pilot, facts, "deep water")
        await pilot.press("e")
        await form_is_open(pilot)
        await retype(pilot, "until", "3")
        await pilot.press("f2")
        await until(pilot, lambda: "from chapter 2 until 3" in shown(pilot))
        await choose(pilot, facts, "deep water")
        await pilot.press("x")
        await until(pilot, lambda: facts_of(bench, "Anna Reed") == before)
        await until(pilot, lambda: "deep water" not in shown(pilot))
        await pilot.press("left", "u")
        await until(pilot, lambda: len(facts_of(bench, "Anna Reed")) == len(before) + 1)


async def test_entries_are_added_changed_and_taken_out(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        entries = await go_to_bible(pilot)
        await pilot.press("n")
        await form_is_open(pilot)
        await retype(pilot, "name", "Lena Marsh")
        await pilot.press("tab", "right")
        await retype(pilot, "description", "a village")
        await pilot.press("f2")
        await until(pilot, lambda: "Lena Marsh" in names(bench))
        added = next(each for each in bible(bench).entries if each.name == "Lena Marsh")
        assert (added.kind.value, added.description) == ("place", "a village")
        await until(pilot, lambda: "Lena Marsh" in shown(pilot))
        await choose(pilot, entries, "Lena Marsh")
        await pilot.press("e")
        await form_is_open(pilot)
        await retype(pilot, "aliases", "the Marsh, Lenamarsh")
        await pilot.press("f2")
        await until(pilot, lambda: "also the Marsh, Lenamarsh" in shown(pilot))
        await pilot.press("delete")
        await until(pilot, lambda: "Take out Lena Marsh" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: "Lena Marsh" not in names(bench))


async def test_what_a_bible_cannot_hold_is_told_and_stays_typed(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await go_to_bible(pilot)
        await pilot.press("n")
        form = await form_is_open(pilot)
        await retype(pilot, "description", "nobody")
        await pilot.press("f2")
        await until(pilot, lambda: "✗ The name cannot be used" in shown(pilot))
        assert form.values["description"] == "nobody"
        await pilot.press("escape")
        await until(pilot, lambda: "Throw it away?" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.screen.query_one(EntryList).has_focus)


async def test_a_name_is_changed_in_the_whole_book_after_it_was_shown_where(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        entries = await go_to_bible(pilot)
        await choose(pilot, entries, "Anna Reed")
        await pilot.press("R")
        await until(pilot, lambda: "Chapter 3: 2" in shown(pilot))
        await press_text(pilot, "Mary Lund")
        await until(pilot, lambda: "Anna Reed Mary Lund" in shown(pilot))
        assert "“Anna” or “Reed” stands alone it stays" in shown(pilot)
        assert "Enter changes them all" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Mary Lund" in names(bench))
        with bench.store.reading() as work:
            assert "Mary Lund had blue eyes" in work.texts.of_revision(revision(bench, 3).id)
        await until(pilot, lambda: entries.has_focus and "Mary Lund" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Anna Reed" in names(bench))


async def test_a_name_that_stands_nowhere_is_told(read_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await go_to_bible(pilot)
        await pilot.press("R")
        await retype(pilot, "old", "Zacharias")
        await until(pilot, lambda: "stands nowhere" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen.query_one(EntryList).has_focus)


async def test_promises_are_added_kept_and_left_open(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    def state_of(words: str) -> ThreadState | None:
        found = [each.state for each in bible(bench).threads if words in each.text]
        return found[0] if found else None

    async with opened(TITLE) as pilot:
        promises = await go_to_bible(pilot, PromiseList)
        await choose(pilot, promises, "forged letter")
        await until(pilot, lambda: "Made in chapter 1" in shown(pilot))
        await pilot.press("i")
        await until(pilot, lambda: state_of("forged letter") is ThreadState.INTENDED)
        await until(pilot, lambda: "stays open" in shown(pilot))
        await pilot.press("k")
        await until(pilot, lambda: state_of("forged letter") is ThreadState.PAID)
        await pilot.press("n")
        await form_is_open(pilot)
        await retype(pilot, "text", "Tom will come back")
        await retype(pilot, "opened", "1")
        await retype(pilot, "due", "2")
        await pilot.press("f2")
        await until(pilot, lambda: state_of("Tom will") is ThreadState.OPEN)
        await until(pilot, lambda: "overdue" in shown(pilot))
        await choose(pilot, promises, "Tom will")
        await pilot.press("e")
        await form_is_open(pilot)
        await retype(pilot, "due", "9")
        await pilot.press("f2")
        await until(pilot, lambda: "due 9" in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: state_of("Tom will") is None)
        await until(pilot, lambda: "Tom will" not in shown(pilot))
        await choose(pilot, promises, "forged letter")
        await pilot.press("g")
        await until(pilot, lambda: "No passage keeps it yet" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: at_hand(pilot) == (1, 2))


async def test_the_voice_is_changed_and_an_earlier_one_brought_back(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_bible(pilot)
        await pilot.press("shift+tab")
        await until(pilot, lambda: "Never to be written" in shown(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "no version yet" in shown(pilot))
        await pilot.press("e")
        await form_is_open(pilot)
        await retype(pilot, "genre", "sea story")
        await retype(pilot, "style", "Plain sentences\nDry humour")
        await retype(pilot, "banned", "a testament to")
        await pilot.press("f2")
        await until(pilot, lambda: voice(bench).version == 1)
        own = voice(bench).own
        assert (own.genre, own.style) == ("sea story", ("Plain sentences", "Dry humour"))
        assert own.banned == ("a testament to",)
        assert own.point_of_view is None  # guessed, and left so
        await until(pilot, lambda: "· Dry humour" in shown(pilot))
        await pilot.press("e")
        await form_is_open(pilot)
        await retype(pilot, "genre", "comedy")
        await pilot.press("enter")
        await until(pilot, lambda: voice(bench).version == 2)
        await until(pilot, lambda: "comedy" in shown(pilot))
        await pilot.press("v")
        await until(pilot, lambda: "Versions of the voice sheet" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: voice(bench).own.genre == "sea story")
        assert voice(bench).version == 3


async def test_a_summary_is_put_in_its_place_and_taken_back(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    before = summary(bench, 2).text
    async with opened(TITLE) as pilot:
        summaries = await go_to_bible(pilot, SummaryList)
        await choose(pilot, summaries, " 2 ")
        await pilot.press("e")
        await form_is_open(pilot)
        await retype(pilot, "text", "Anna waits in vain.")
        await pilot.press("f2")
        await until(pilot, lambda: summary(bench, 2).origin is SummaryOrigin.AUTHOR)
        assert summary(bench, 2).text == "Anna waits in vain."
        await until(pilot, lambda: "Anna waits in vain." in shown(pilot))
        await pilot.press("x")
        await until(pilot, lambda: summary(bench, 2).text == before)
        await until(pilot, lambda: "Anna waits in vain." not in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: at_hand(pilot)[0] == 2)


async def test_unread_chapters_are_read_by_plain_rules(
    read_home: Path, opened: Opened, bench: Workbench
) -> None:
    write_chapter(bench, 2, CHAPTER_2 + "\n\nOld Gregory Finch had a wooden leg.")
    async with opened(TITLE) as pilot:
        await go_to_bible(pilot)
        await until(pilot, lambda: "1 chapter is not read yet; U reads" in shown(pilot))
        await pilot.press("U")
        await until(pilot, lambda: summary(bench, 2).text)
        await until(pilot, lambda: "not read yet" not in shown(pilot))


async def test_sections_are_gone_to_by_click_on_a_narrow_screen(
    read_home: Path, opened: Opened
) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await go_to_bible(pilot)
        await pilot.click("SectionBar", offset=(32, 0))
        await until(pilot, lambda: pilot.app.screen.query_one(PromiseList).has_focus)
        told = pilot.app.screen.query_one("#promise-told", Static)
        await until(pilot, lambda: told.region.area and "forged letter" in str(told.content))
