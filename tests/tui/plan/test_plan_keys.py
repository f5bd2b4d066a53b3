"""The plan by keystroke: every change is a version, budgets move while they are typed."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from novelgen.bootstrap import Workbench
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.plan_editing import SeenPlan, see_plan
from novelgen.planning.document import DocumentChapter
from novelgen.tui.places.desk.place import DeskPlace
from novelgen.tui.places.plan.document_view import DocumentArea
from novelgen.tui.places.plan.items import Item, ItemKind
from novelgen.tui.places.plan.outline_list import OutlineList
from novelgen.tui.places.plan.outline_view import OutlineView
from novelgen.tui.places.plan.stage_view import StageTable
from novelgen.tui.widgets.form_fields import FormFields
from storage.records import NewNovel
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


def plan_of(bench: Workbench) -> SeenPlan:
    return see_plan(bench.store, bench.find(TITLE).novel)


def chapters(bench: Workbench) -> tuple[DocumentChapter, ...]:
    return plan_of(bench).document.chapters


def outline(pilot: "Pilot[Any]") -> OutlineList:
    return pilot.app.screen.query_one(OutlineList)


async def go_to_plan(pilot: "Pilot[Any]") -> None:
    await until(pilot, lambda: pilot.app.screen.query_one(DeskPlace))
    await pilot.press("2")
    await until(pilot, lambda: outline(pilot).has_focus and outline(pilot).option_count > 3)


async def choose(pilot: "Pilot[Any]", item: Item) -> None:
    """Go to an item with the arrow keys."""
    await pilot.press("home")
    for _ in range(outline(pilot).option_count):
        if outline(pilot).item == item:
            return
        await pilot.press("down")
    raise AssertionError(f"{item} is not in the outline:\n{shown(pilot)}")


def chapter(number: int) -> Item:
    return Item(ItemKind.CHAPTER, number)


def beat(number: int, at: int) -> Item:
    return Item(ItemKind.BEAT, number, at)


async def form_is_open(pilot: "Pilot[Any]") -> FormFields:
    await until(
        pilot, lambda: pilot.app.focused is not None and "field-" in str(pilot.app.focused.id)
    )
    return pilot.app.screen.query_one(FormFields)


async def retype(pilot: "Pilot[Any]", field: str, text: str) -> None:
    """Put a text into a field of the open form."""
    form = await form_is_open(pilot)
    for _ in range(8):
        if pilot.app.focused is not None and pilot.app.focused.id == f"field-{field}":
            break
        await pilot.press("tab")
    assert pilot.app.focused is not None
    assert pilot.app.focused.id == f"field-{field}"
    if isinstance(pilot.app.focused, TextArea):
        await pilot.press("f7", "backspace")  # all of it
    else:
        await pilot.press("end", *["backspace"] * len(form.values[field]))
    await press_text(pilot, text)


def told(pilot: "Pilot[Any]") -> str:
    """What stands under the fields of the open form."""
    return str(pilot.app.screen.query_one("#form-told", Static).content)


async def version_is(pilot: "Pilot[Any]", bench: Workbench, version: int) -> None:
    await until(pilot, lambda: plan_of(bench).version == version)
    await until(pilot, lambda: f"version {version}:" in shown(pilot))


async def test_new_words_of_a_chapter_move_the_others_while_they_are_typed(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(2))
        await pilot.press("enter")
        await retype(pilot, "words", "700")
        await until(pilot, lambda: "▲ 700" in shown(pilot) and "▼ 400" in shown(pilot))
        assert plan_of(bench).version == 2
        assert "nothing is saved yet" in told(pilot)
        await pilot.press("ctrl+s")
        await version_is(pilot, bench, 3)
        assert [each.words for each in chapters(bench)] == [400, 700, 400]
        assert "▲" not in shown(pilot)
        await until(pilot, lambda: outline(pilot).has_focus and outline(pilot).item == chapter(2))


async def test_words_that_leave_too_little_are_told_and_not_saved(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(2))
        await pilot.press("enter")
        await retype(pilot, "words", "1490")
        await until(pilot, lambda: "10 of 1,500 words are left for 2 chapters" in told(pilot))
        await pilot.press("enter")
        await pilot.pause()
        assert plan_of(bench).version == 2
        await pilot.press("escape")
        await until(pilot, lambda: "Throw it away?" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: outline(pilot).has_focus)
        assert "1,490" not in shown(pilot)


async def test_the_book_gets_another_length_and_people(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, Item(ItemKind.BOOK))
        await pilot.press("enter")
        await retype(pilot, "words", "3000")
        await until(pilot, lambda: shown(pilot).count("▲ 1,000") == 3)
        await retype(pilot, "people", "Ada Lund: a pilot")
        await pilot.press("f2")
        await version_is(pilot, bench, 3)
        assert [each.words for each in chapters(bench)] == [1_000] * 3
        assert bench.find(TITLE).novel.target_words == 3_000
        assert [each.name for each in plan_of(bench).document.characters] == ["Ada Lund"]


async def test_title_brief_people_and_places_of_a_chapter_are_changed(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(3))
        await pilot.press("enter")
        await retype(pilot, "title", "The Storm")
        await retype(pilot, "brief", "A storm comes.")
        await retype(pilot, "people", "Ada, Ben")
        await retype(pilot, "places", "the quay")
        await pilot.press("f2")
        await version_is(pilot, bench, 3)
        third = chapters(bench)[2]
        assert (third.title, third.brief) == ("The Storm", "A storm comes.")
        assert (third.characters, third.places) == (("Ada", "Ben"), ("the quay",))


async def test_a_beat_is_changed_and_its_words_come_from_the_others(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        before = chapters(bench)[0]
        await choose(pilot, beat(1, 0))
        await pilot.press("enter")
        await retype(pilot, "brief", "Rain falls on the harbour.")
        await retype(pilot, "words", "300")
        await until(pilot, lambda: "▲ 300" in shown(pilot))
        await retype(pilot, "people", "Ada")
        await retype(pilot, "place", "the quay")
        await pilot.press("enter")
        await version_is(pilot, bench, 3)
        after = chapters(bench)[0]
        first = after.beats[0]
        assert (first.brief, first.words) == ("Rain falls on the harbour.", 300)
        assert (first.characters, first.place) == (("Ada",), "the quay")
        assert after.words == before.words
        assert sum(each.words or 0 for each in after.beats) == before.words


async def test_chapters_and_beats_move_with_j_and_k(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        titles = [each.title for each in chapters(bench)]
        await choose(pilot, chapter(1))
        await pilot.press("J", "J")
        await version_is(pilot, bench, 4)
        assert [each.title for each in chapters(bench)] == [titles[1], titles[2], titles[0]]
        await until(pilot, lambda: outline(pilot).item == chapter(3))
        await pilot.press("J")
        await until(pilot, lambda: "This is the last chapter." in shown(pilot))
        await pilot.press("K")
        await version_is(pilot, bench, 5)
        assert [each.title for each in chapters(bench)] == [titles[1], titles[0], titles[2]]
        briefs = [each.brief for each in chapters(bench)[1].beats]
        await choose(pilot, beat(2, 0))
        await pilot.press("shift+down")
        await version_is(pilot, bench, 6)
        moved = [each.brief for each in chapters(bench)[1].beats]
        assert moved[:2] == [briefs[1], briefs[0]]


async def test_a_chapter_is_split_at_a_beat_and_merged_again(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        before = chapters(bench)[0]
        await choose(pilot, beat(1, 1))
        await pilot.press("s")
        await version_is(pilot, bench, 3)
        first, second = chapters(bench)[:2]
        assert [each.brief for each in first.beats] == [before.beats[0].brief]
        assert second.title == f"{before.title} (2)"
        await until(pilot, lambda: outline(pilot).item == chapter(2))
        await choose(pilot, chapter(1))
        await pilot.press("m")
        await version_is(pilot, bench, 4)
        merged = chapters(bench)[0]
        assert [each.brief for each in merged.beats] == [each.brief for each in before.beats]
        assert merged.words == before.words


async def test_a_chapter_and_a_beat_are_added(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(1))
        await pilot.press("n")
        await retype(pilot, "title", "The Crossing")
        await until(pilot, lambda: " 2   The Crossing" in shown(pilot))
        await retype(pilot, "words", "300")
        await pilot.press("enter")
        await version_is(pilot, bench, 3)
        assert [each.title for each in chapters(bench)][1] == "The Crossing"
        assert [each.words for each in chapters(bench)] == [400, 300, 400, 400]
        await until(pilot, lambda: outline(pilot).item == chapter(2))
        await pilot.press("b")
        await retype(pilot, "brief", "They cross at night.")
        await pilot.press("f2")
        await version_is(pilot, bench, 4)
        assert [each.brief for each in chapters(bench)[1].beats] == ["They cross at night."]


async def test_a_beat_needs_a_sentence(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(1))
        await pilot.press("b")
        await form_is_open(pilot)
        await pilot.press("f2")
        await until(pilot, lambda: "✗ Say in a sentence" in told(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: outline(pilot).has_focus)
        assert plan_of(bench).version == 2


async def test_beats_and_chapters_are_deleted(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        before = chapters(bench)
        await choose(pilot, beat(1, 0))
        await pilot.press("delete")
        await version_is(pilot, bench, 3)
        assert len(chapters(bench)[0].beats) == len(before[0].beats) - 1
        await choose(pilot, chapter(3))
        await pilot.press("backspace")
        await until(pilot, lambda: "Delete chapter 3" in shown(pilot))
        await pilot.press("n")
        await until(pilot, lambda: outline(pilot).has_focus)
        await pilot.press("delete")
        await until(pilot, lambda: "Delete chapter 3" in shown(pilot))
        await pilot.press("y")
        await version_is(pilot, bench, 4)
        assert [each.words for each in chapters(bench)] == [750, 750]


async def test_an_earlier_version_is_looked_at_and_brought_back(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        titles = [each.title for each in chapters(bench)]
        await choose(pilot, chapter(1))
        await pilot.press("J")
        await version_is(pilot, bench, 3)
        await pilot.press("v")
        await until(pilot, lambda: "Versions of the plan" in shown(pilot))
        await until(pilot, lambda: "as it is" in shown(pilot))
        await pilot.press("down")
        await until(pilot, lambda: f"- Chapter 1: {titles[0]}" in shown(pilot))
        await pilot.press("enter")
        await version_is(pilot, bench, 4)
        assert [each.title for each in chapters(bench)] == titles
        assert plan_of(bench).content.structure.made == "version 2 again"


async def test_the_rest_is_planned_anew_later_or_now(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Every chapter is written" in shown(pilot))


async def test_a_plan_is_forgotten_from_a_chapter_on(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(2))
        await pilot.press("r")
        await until(pilot, lambda: "Plan chapters 2 to 3 anew" in shown(pilot))
        await pilot.press("down", "enter")
        await version_is(pilot, bench, 3)
        assert set(plan_of(bench).content.cards) == {1}
        await pilot.press("r")
        await until(pilot, lambda: "Plan chapters 2 to 3 anew" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: set(plan_of(bench).content.cards) == {1, 2, 3})


async def test_the_whole_plan_is_changed_as_text_and_mistakes_are_shown(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await pilot.press("e")
        area = pilot.app.screen.query_one(DocumentArea)
        await until(pilot, lambda: area.has_focus and "## Chapter 1" in area.text)
        area.move_cursor(area.document.end)
        await press_text(pilot, "\n## Nonsense")
        await until(pilot, lambda: "✗ Line" in shown(pilot) and area.wrong_line)
        line = area.wrong_line
        area.move_cursor((0, 0))
        await pilot.press("f2")
        await until(pilot, lambda: area.cursor_location[0] == line - 1)
        area.move_cursor((0, 0))
        await pilot.press("f3")
        assert area.cursor_location[0] == line - 1
        assert plan_of(bench).version == 2
        await pilot.press("end")
        for _ in "Nonsense":
            await pilot.press("backspace")
        await press_text(pilot, "Chapter: The Last Day (500 words)")
        await until(pilot, lambda: "4 chapters, 1,500 words; not saved yet" in shown(pilot))
        await pilot.press("ctrl+s")
        await version_is(pilot, bench, 3)
        assert chapters(bench)[3].title == "The Last Day"
        await until(pilot, lambda: "as it is saved" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: outline(pilot).has_focus)


async def test_leaving_the_text_asks_first(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await pilot.press("e")
        area = pilot.app.screen.query_one(DocumentArea)
        await until(pilot, lambda: area.has_focus and "## Chapter 1" in area.text)
        await press_text(pilot, "x")
        await pilot.press("escape")
        await until(pilot, lambda: "Throw the changes away?" in shown(pilot))
        await pilot.press("y")
        await until(pilot, lambda: outline(pilot).has_focus)
        assert plan_of(bench).version == 2


async def test_who_is_on_stage_and_enter_reads_there(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await pilot.press("tab")
        table = pilot.app.screen.query_one(StageTable)
        await until(pilot, lambda: table.has_focus and table.row_count > 0)
        await until(pilot, lambda: "in chapter 1" in shown(pilot))
        await pilot.press("right")
        await until(pilot, lambda: "in chapter 2" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen.novel.chapter == 2)  # type: ignore[attr-defined]
        await pilot.press("2", "shift+tab")
        await until(pilot, lambda: outline(pilot).has_focus)


async def test_beats_fold_and_g_goes_to_the_text(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(1))
        count = outline(pilot).option_count
        await pilot.press("left")
        await until(pilot, lambda: outline(pilot).option_count < count)
        await pilot.press("right")
        await until(pilot, lambda: outline(pilot).option_count == count)
        await pilot.press("space")
        await until(pilot, lambda: outline(pilot).option_count < count)
        await choose(pilot, chapter(3))
        await pilot.press("g")
        await until(pilot, lambda: pilot.app.screen.novel.chapter == 3)  # type: ignore[attr-defined]


async def test_what_is_written_stays_where_it_is(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE) as pilot:
        await go_to_plan(pilot)
        await choose(pilot, chapter(2))
        for key in ("J", "s", "m"):
            await pilot.press(key)
            await until(pilot, lambda: "Chapter 2 is written" in shown(pilot))
            await pilot.press("home")
            await choose(pilot, chapter(2))
        assert plan_of(bench).version == 1
        await pilot.press("enter")
        form = await form_is_open(pilot)
        assert "words" not in form.values


async def test_a_click_opens_a_section_and_a_narrow_screen_shows_the_form(
    plotted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, size=(80, 24)) as pilot:
        await go_to_plan(pilot)
        side = pilot.app.screen.query_one("#plan-side")
        assert not side.region.area
        await choose(pilot, chapter(1))
        await pilot.press("enter")
        await form_is_open(pilot)
        await until(pilot, lambda: side.region.area)
        await pilot.press("escape")
        await until(pilot, lambda: outline(pilot).has_focus)
        await pilot.click("SectionBar", offset=(15, 0))
        await until(pilot, lambda: pilot.app.screen.query_one(StageTable).has_focus)
        assert pilot.app.screen.query_one(OutlineView).display is False


async def test_enter_makes_the_plan_of_a_novel_that_has_none(
    home: Path, opened: Opened, bench: Workbench
) -> None:
    with bench.store.writing() as work:
        settings = NovelSettings(chapters=2).as_json()
        work.novels.add(
            NewNovel(TITLE, "A keeper finds a letter.", 1, 1_000, "scripted", settings=settings)
        )
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(DeskPlace))
        await pilot.press("2")
        await until(pilot, lambda: "There is no plan yet" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: bench.overview(bench.find(TITLE).novel.id).chapters)
        assert len(chapters(bench)) == 2
        await until(pilot, lambda: "version 1: 2 chapters" in shown(pilot))
        await until(pilot, lambda: outline(pilot).has_focus)
