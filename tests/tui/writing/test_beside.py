"""An earlier revision beside the page, by keystroke."""

import pytest

from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.beside import Beside
from tests.tui.writing.conftest import Sat, Visit


async def test_an_earlier_revision_stands_beside_and_goes_along(sat: Sat) -> None:
    async with sat(size=(150, 30)) as visit:
        await visit.press("alt+shift+right", "delete", "f2")
        await visit.until(lambda: "saved as revision 2" in visit.screen)
        await visit.press("f10")
        await visit.until(lambda: "Which revision?" in visit.screen)
        await visit.press("down", "enter")
        beside = visit.desk.query_one(Beside)
        await visit.until(lambda: beside.is_open)
        await visit.until(lambda: "Revision 1;" in visit.screen)
        page = beside.query_one(ProsePage)
        assert any(each.style == "removed" for each in page.paragraphs[0].stretches)
        await visit.press("ctrl+end")
        await visit.until(lambda: page.cursor == len(page.paragraphs) - 1)
        await visit.press("ctrl+home")
        await visit.until(lambda: page.cursor == 0)
        await visit.press("f10")
        assert not beside.is_open
        assert visit.page.has_focus


async def test_another_chapter_closes_it(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("f10")
        await visit.until(lambda: "Which revision?" in visit.screen)
        await visit.press("enter")
        await visit.until(lambda: visit.desk.query_one(Beside).is_open)
        await visit.press("alt+pagedown")
        await visit.until(lambda: visit.desk.chapter == 2)
        assert not visit.desk.query_one(Beside).is_open


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_both_have_room(sat: Sat, size: tuple[int, int]) -> None:
    async with sat(size) as visit:
        await _open_beside(visit)
        beside = visit.desk.query_one(Beside)
        await visit.until(lambda: abs(beside.size.width - visit.page.size.width) < 10)
        assert "Revision 1; F10 closes it." in visit.screen
        assert beside.size.width > 30
        await visit.press("f10")
        await visit.until(lambda: not beside.display)
        assert visit.page.size.width > 60


async def test_it_is_compared_again_with_what_was_typed_and_saved(sat: Sat) -> None:
    async with sat() as visit:
        await _open_beside(visit)
        page = visit.desk.query_one(Beside).query_one(ProsePage)
        first = page.paragraphs[0].text
        assert not page.paragraphs[0].stretches
        await visit.press("alt+shift+right", "delete")
        await visit.until(lambda: page.paragraphs[0].stretches)
        assert page.paragraphs[0].text == first, "it stays what it was"
        await visit.press("f2")
        await visit.until(lambda: "saved as revision 2" in visit.screen)
        await visit.press("ctrl+end")
        await visit.until(lambda: page.cursor == len(page.paragraphs) - 1)


async def test_it_goes_with_the_desk_and_leaves_the_keys_to_the_page(sat: Sat) -> None:
    async with sat((140, 45)) as visit:
        await _open_beside(visit)
        beside = visit.desk.query_one(Beside)
        await visit.press("tab")
        await visit.until(lambda: beside.has_focus_within)
        await visit.press("escape")
        await visit.until(lambda: visit.page.has_focus)
        assert beside.is_open
        await visit.leave()
        await visit.until(lambda: not beside.is_open)
        assert not visit.desk.screen.has_class("-beside")


async def _open_beside(visit: Visit) -> None:
    await visit.press("f10")
    await visit.until(lambda: "Which revision?" in visit.screen)
    await visit.press("enter")
    await visit.until(lambda: visit.desk.query_one(Beside).is_open)
