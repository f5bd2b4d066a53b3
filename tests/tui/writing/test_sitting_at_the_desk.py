"""A sitting, by keystroke: typing, saving, leaving, coming back, undoing, and two windows."""

from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.generation.editing import chapter_text, edit_chapter
from novelgen.text.manuscript_text import read_typed
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.look import Focus
from tests.tui.conftest import TITLE, Opened, shown, until
from tests.tui.writing.conftest import Sat


async def test_a_sitting_makes_one_revision_however_long_it_is(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.text()
        for word in ("Snow ", "fell ", "all ", "night. "):
            await visit.type(word)
            await visit.press("left", "right")
        assert len(visit.revisions()) == 1, "nothing is saved while one types"
        await visit.leave()
        await visit.until(lambda: visit.text() == "Snow fell all night. " + before)
        assert len(visit.revisions()) == 2


async def test_leaving_without_a_change_makes_none(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("x")
        await visit.press("backspace")
        await visit.leave()
        assert len(visit.revisions()) == 1


async def test_saving_stays_at_the_desk(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("Snow. ")
        await visit.press("ctrl+s")
        await visit.until(lambda: "saved as revision 2" in visit.screen)
        await visit.type("Rain. ")
        assert visit.page.has_focus
        await visit.press("f2")
        await visit.until(lambda: "saved as revision 3" in visit.screen)
        assert visit.text().startswith("Snow. Rain. ")


async def test_undo_reaches_back_before_the_last_save_and_visit(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.text()
        await visit.type("Snow. ")
        await visit.leave()
        await visit.until(lambda: len(visit.revisions()) == 2)
        await visit.press("e")
        await visit.until(lambda: visit.page.has_focus and visit.desk.sitting)
        await visit.press(*["ctrl+z"] * 6)
        await visit.until(lambda: visit.page.text == before.strip())
        await visit.press("alt+y", "alt+z")
        await visit.leave()
        await visit.until(lambda: visit.text() == before)


async def test_the_line_under_the_page_counts(sat: Sat) -> None:
    async with sat() as visit:
        words = visit.revisions()[0].words
        await visit.type("Snow fell there. ")
        await visit.until(lambda: f"{words + 3:,} of" in visit.screen)
        assert "+3 today" in visit.screen
        assert "not saved yet" in visit.screen
        await visit.press("ctrl+home", "alt+shift+right")
        await visit.until(lambda: "3 marked" in visit.screen)


async def test_a_note_is_kept_and_is_no_part_of_the_book(sat: Sat) -> None:
    async with sat() as visit:
        words = visit.revisions()[0].words
        await visit.type("Snow [[of 1963?]] fell. ")
        await visit.until(lambda: f"{words + 2:,} of" in visit.screen)
        await visit.leave()
        await visit.until(lambda: visit.text().startswith("Snow fell. "))
        await visit.press("e")
        await visit.until(lambda: visit.page.has_focus and visit.desk.sitting)
        assert visit.page.text.startswith("Snow [[of 1963?]] fell. ")


async def test_the_next_chapter_is_written_without_leaving(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("Snow. ")
        await visit.press("alt+pagedown")
        await visit.until(lambda: visit.desk.chapter == 2 and visit.page.has_focus)
        assert visit.text(1).startswith("Snow. ")
        await visit.type("Rain. ")
        await visit.press("ctrl+pageup")
        await visit.until(lambda: visit.desk.chapter == 1)
        assert visit.text(2).startswith("Rain. ")


async def test_two_windows_on_one_chapter_are_refused_kindly(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    sitting = bench.sittings.open(bench.find(TITLE).novel.id, 1)
    try:
        async with opened(TITLE) as pilot:
            await until(pilot, lambda: len(pilot.app.screen.query_one(ProsePage).paragraphs) > 3)
            await pilot.press("e")
            await until(pilot, lambda: "is open in another window" in shown(pilot))
            await pilot.press("enter")
            await until(pilot, lambda: pilot.app.screen.query_one("#prose").has_focus)
    finally:
        sitting.close()


async def test_what_a_sudden_end_left_is_shown_and_taken_up(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    _left_behind(bench)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Recovered text of chapter 1" in shown(pilot))
        assert "never saved" in shown(pilot)
        assert "Snow fell." in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "recovered, not saved" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: _text(bench).startswith("Snow fell. "))


async def test_recovered_text_is_kept_beside_or_thrown_away(
    written_home: Path, opened: Opened, bench: Workbench
) -> None:
    novel_id = bench.find(TITLE).novel.id
    before = _text(bench)
    _left_behind(bench)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Recovered text of chapter 1" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen.query_one("#prose").has_focus)
        assert len(bench.sittings.recovered(novel_id)) == 1, "leaving the dialog changes nothing"
        await pilot.press("e")
        await until(pilot, lambda: "Recovered text of chapter 1" in shown(pilot))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Kept as revision 2" in shown(pilot))
    assert _text(bench) == before
    assert not bench.sittings.recovered(novel_id)
    _left_behind(bench)
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Recovered text of chapter 1" in shown(pilot))
        await pilot.press("tab", "tab", "enter")
        await until(pilot, lambda: "is thrown away" in shown(pilot))
    assert not bench.sittings.recovered(novel_id)


async def test_the_look_is_changed_at_once_and_kept(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("f9", "enter", "down", "enter", "down", "enter")
        await visit.until(lambda: visit.page.look.line_spacing == 2)
        assert visit.page.look.typewriter
        assert visit.page.look.focus is Focus.PARAGRAPH
        await visit.press("escape")
        await visit.until(lambda: visit.page.has_focus)
        await visit.leave()
    async with sat() as visit:
        assert visit.page.look.typewriter


def _left_behind(bench: Workbench) -> None:
    """A sitting that ended as one does when the power goes."""
    sitting = bench.sittings.open(bench.find(TITLE).novel.id, 1)
    sitting.typed(0, 0, "Snow fell. ")
    sitting.close()


def _text(bench: Workbench) -> str:
    with bench.store.reading() as work:
        stored = work.chapters.get(work.novels.find(TITLE).active_branch_id, 1)
        assert stored is not None
        return work.texts.of_revision(stored.revision.id)


async def test_what_is_typed_while_a_chapter_is_turned_is_the_next_ones(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("Snow. ")
        await visit.press("alt+pagedown", "R", "a", "i", "n", "full_stop", "space")
        await visit.until(lambda: visit.desk.chapter == 2)
        await visit.until(lambda: visit.page.text.startswith("Rain. "))
        assert visit.text(1).startswith("Snow. ")


async def test_a_text_that_comes_too_late_is_kept_beside_and_the_desk_is_left(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("Snow. ")
        before = chapter_text(
            visit.bench.store,
            visit.novel_id,
            visit.bench.find(TITLE).novel.active_branch_id,
            1,
        )
        edit_chapter(visit.bench.store, before, read_typed("Somebody else wrote this."))
        await visit.press("f2")
        await visit.until(lambda: "was changed while you wrote" in visit.told)
        await visit.press("enter")
        await visit.until(lambda: visit.pilot.app.screen.query_one("#prose").has_focus)
        assert visit.text() == "Somebody else wrote this."
        assert len(visit.revisions()) == 3


async def test_paragraphs_are_counted_without_notes(sat: Sat) -> None:
    async with sat() as visit:
        paragraphs = visit.page.text.split("\n\n")
        await visit.type("[[First of all.]]\n")
        await visit.until(lambda: f"¶ 1 of {len(paragraphs)}" in visit.screen)
        visit.desk.go_to(2)
        assert visit.page.text[visit.page.cursor :].startswith(paragraphs[1])


async def test_a_note_alone_is_kept_and_shown_where_one_reads(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("[[Colder?]] ")
        await visit.leave()
        await visit.until(lambda: "The notes are kept." in visit.screen)
        assert len(visit.revisions()) == 1
        prose = visit.pilot.app.screen.query_one("#prose", ProsePage)
        await visit.until(lambda: prose.paragraphs[1].mark == "!")
