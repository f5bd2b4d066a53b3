"""An earlier revision beside the page, by keystroke."""

from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.writing.beside import Beside
from tests.tui.writing.conftest import Sat


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
