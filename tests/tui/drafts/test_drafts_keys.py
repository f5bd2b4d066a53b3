"""Every action of the drafts, by keystroke."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import TextArea

from novelgen.bootstrap import Workbench
from novelgen.manuscript.passages_seen import passages_seen
from novelgen.tui.places.drafts.pane import DraftPane
from novelgen.tui.places.drafts.place import DraftsPlace
from storage.records import RevisionOrigin, RevisionRecord
from tests.tui.conftest import TITLE, Opened, press_text, shown, until


def _standing(bench: Workbench, chapter: int = 1) -> tuple[RevisionRecord, str]:
    novel = bench.find(TITLE).novel
    with bench.store.reading() as work:
        found = work.chapters.get(novel.active_branch_id, chapter)
        assert found is not None
        return found.revision, work.texts.of_revision(found.revision.id)


def _draft_text(bench: Workbench, passage: int, draft: int) -> str:
    with bench.store.reading() as work:
        seen = passages_seen(work, bench.find(TITLE).novel.active_branch_id, 1)
    text: str = seen[passage - 1].seen["candidates"][draft - 1]["text"]
    return text.strip()


async def _go(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: "The Letter" in shown(pilot))
    await pilot.press("5")
    await until(pilot, lambda: "Draft 2 of 3" in shown(pilot))


async def test_two_drafts_stand_beside_one_another(drafted_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        told = shown(pilot)
        assert "Draft 1 of 3  ✓ stands in the chapter" in told
        assert "words that you do not want" not in told
        await pilot.press("tab")
        await until(pilot, lambda: "Draft 3 of 3" in shown(pilot))
        assert "✂ the guard cut it: words that you do not want" in shown(pilot)
        await pilot.press("shift+tab")
        await until(pilot, lambda: "Draft 2 of 3" in shown(pilot))


async def test_what_the_guard_cut_is_struck(drafted_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("tab")
        page = pilot.app.screen.query_one("#draft-beside", DraftPane).page

        def struck() -> list[str]:
            return [
                paragraph.text[stretch.start : stretch.end]
                for paragraph in page.paragraphs
                for stretch in paragraph.stretches
                if stretch.style == "struck"
            ]

        await until(pilot, lambda: struck() == ["lantern"])


async def test_one_draft_at_a_time_where_it_is_narrow(drafted_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (80, 24)) as pilot:
        await _go(pilot)
        assert "Draft 1 of 3" not in shown(pilot)
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "Draft 1 of 3" in shown(pilot))
        assert "Draft 3 of 3" not in shown(pilot)


async def test_enter_takes_the_draft_and_u_gives_it_back(
    drafted_home: Path, opened: Opened, bench: Workbench
) -> None:
    before, text = _standing(bench)
    wanted = _draft_text(bench, 1, 2)
    assert wanted not in text
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "Draft 2 of passage 1 stands now" in shown(pilot))
        after, text = _standing(bench)
        assert wanted in text
        assert after.parent_id == before.id
        await until(pilot, lambda: "Draft 2 of 3  ✓ stands in the chapter" in shown(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "Taken back" in shown(pilot))
        assert _standing(bench)[0].id == before.id


async def test_what_stands_is_not_taken_twice(
    drafted_home: Path, opened: Opened, bench: Workbench
) -> None:
    before, _ = _standing(bench)
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("h", "enter")
        await until(pilot, lambda: "It stands in the chapter already" in shown(pilot))
    assert _standing(bench)[0].id == before.id


async def test_h_holds_a_draft_and_down_goes_to_the_next_passage(
    drafted_home: Path, opened: Opened
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("h", "tab")
        await until(pilot, lambda: "Draft 3 of 3" in shown(pilot))
        held = pilot.app.screen.query_one("#draft-held", DraftPane)
        assert "Draft 2 of 3" in str(held.query_one(".head").render())  # type: ignore[attr-defined]
        await pilot.press("down")
        await until(pilot, lambda: "87 words" in shown(pilot))


async def test_the_page_is_turned(drafted_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (80, 24)) as pilot:
        await _go(pilot)
        page = pilot.app.screen.query_one("#draft-beside", DraftPane).page
        await pilot.press("space")
        await until(pilot, lambda: page.scroll_offset.y > 0)
        await pilot.press("b")
        await until(pilot, lambda: page.scroll_offset.y == 0)


async def test_sentences_of_two_drafts_become_one_text(
    drafted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("s")
        await until(pilot, lambda: "Sentences of draft 2 of 3" in shown(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "Nothing is picked yet: Enter" in shown(pilot))
        await pilot.press("enter", "down", "space", "space", "backspace")
        await until(pilot, lambda: "2 sentences, 1 seam" in shown(pilot))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Sentences of draft 3 of 3" in shown(pilot))
        await until(pilot, lambda: "3 sentences, 2 seams" in shown(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "It has 2 seams" in shown(pilot))
        proposed = pilot.app.screen.query_one(TextArea).text
        await pilot.press("f2")
        await until(pilot, lambda: "Your text stands as revision 2" in shown(pilot))
        revision, text = _standing(bench)
        assert proposed in text
        assert revision.origin is RevisionOrigin.EDITED
        assert _draft_text(bench, 1, 1) not in text
        assert _draft_text(bench, 2, 1) in text


async def test_sentences_can_be_left(drafted_home: Path, opened: Opened, bench: Workbench) -> None:
    before, _ = _standing(bench)
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("s", "enter")
        await until(pilot, lambda: "1 sentence, no seam" in shown(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "Draft 2 of 3" in shown(pilot))
        assert pilot.app.screen.query_one(DraftsPlace).is_attached
    assert _standing(bench)[0].id == before.id


async def test_seams_are_smoothed_by_the_model_after_the_text_is_saved(
    drafted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("s", "enter", "enter", "tab", "enter", "d")
        await until(pilot, lambda: "It has 1 seam" in shown(pilot))
        await pilot.press("f3")
        await until(pilot, lambda: _standing(bench)[0].number == 3)
    revision, _ = _standing(bench)
    infill = revision.provenance["infill"]
    assert revision.origin is RevisionOrigin.REPAIRED
    assert infill["paragraphs"] == [1, 1]
    assert infill["instruction"].startswith("Say just this")


async def test_a_passage_is_redrawn_and_another_rewriting_taken(
    drafted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "Redraw paragraphs 1 to 3" in shown(pilot))
        await press_text(pilot, "Let it rain")
        await pilot.press("enter")
        await until(pilot, lambda: _standing(bench)[0].number == 2)
        chosen = _standing(bench)[0].provenance["infill"]["chosen"]
        assert _standing(bench)[0].provenance["infill"]["instruction"] == "Let it rain"
        await until(pilot, lambda: "Rewriting" in shown(pilot) and "4 ✂" not in shown(pilot))
        await pilot.press("home")
        await until(pilot, lambda: "Draft 1 of 4" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "of the rewriting stands now" in shown(pilot))
        assert _standing(bench)[0].provenance["infill"]["chosen"] != chosen


async def test_the_chapter_is_drafted_anew_and_the_other_draft_taken(
    drafted_home: Path, opened: Opened, bench: Workbench
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("R")
        await until(pilot, lambda: "How many drafts" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: "What should be different" in shown(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: _standing(bench)[0].number in {2, 3})
        await until(pilot, lambda: "The chapter" in shown(pilot))
        await pilot.press("home")
        await until(pilot, lambda: "revision 1" in shown(pilot))
        drafted = _standing(bench)[0].number
        await pilot.press("enter")
        await until(pilot, lambda: "is chapter 1 now" in shown(pilot))
        assert _standing(bench)[0].number != drafted


async def test_a_wrong_number_of_drafts_orders_nothing(drafted_home: Path, opened: Opened) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("R")
        await until(pilot, lambda: "How many drafts" in shown(pilot))
        await pilot.press("backspace", "9", "enter")
        await until(pilot, lambda: "nothing was ordered" in shown(pilot))


async def test_a_chapter_without_text_says_so(planned_home: Path, opened: Opened) -> None:
    async with opened(TITLE) as pilot:
        await until(pilot, lambda: "Enter writes chapter 1" in shown(pilot))
        await pilot.press("5")
        await until(pilot, lambda: "Chapter 1 has no text yet." in shown(pilot))


async def test_brackets_lead_to_the_drafts_of_the_next_chapter(
    drafted_home: Path, opened: Opened
) -> None:
    async with opened(TITLE, (140, 45)) as pilot:
        await _go(pilot)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "Chapter 2\n" in _plain_lines(shown(pilot)))
        await until(pilot, lambda: "of 3" in shown(pilot))


def _plain_lines(told: str) -> str:
    return "\n".join(line[:31].strip() for line in told.split("\n"))
