"""Finding and replacing on the page, by keystroke."""

import pytest
from textual.events import Key
from textual.widgets import Input

from novelgen.tui.writing.find_bar import FindBar
from tests.tui.writing.conftest import Sat, Visit


def bar(visit: Visit) -> FindBar:
    return visit.desk.query_one(FindBar)


async def test_what_is_sought_is_gone_through_round_and_round(sat: Sat) -> None:
    async with sat() as visit:
        text = visit.page.text
        places = [at for at in range(len(text)) if text.lower().startswith("mara", at)]
        await visit.press("f3")
        await visit.type("mara")
        assert f"1 of {len(places)}" in visit.screen
        assert visit.page.selected == (places[0], places[0] + 4)
        await visit.press("enter")
        assert visit.page.selected[0] == places[1]
        await visit.press("up", "up")
        assert visit.page.selected[0] == places[-1]
        await visit.press("down")
        assert visit.page.selected[0] == places[0]
        await visit.press("escape")
        assert visit.page.has_focus
        assert visit.page.selected[0] == places[0]
        assert not visit.page.marks.found


async def test_capitals_words_and_patterns_are_switches(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("f3")
        await visit.type("MARA")
        await visit.press("alt+c")
        assert "not found" in visit.screen
        await visit.press("alt+c", "alt+w", *["backspace"] * 2)
        assert "not found" in visit.screen, "Ma is no word here"
        await visit.press("alt+w", "alt+r")
        await visit.type("(")
        await visit.until(lambda: "no regular expression" in visit.told)
        await visit.press("backspace")
        await visit.type("r.")
        assert "1 of " in visit.screen


async def test_one_is_replaced_after_the_other(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.page.text
        await visit.press("f4")
        await visit.type("mara")
        await visit.press("tab")
        await visit.type("lena")
        await visit.press("enter")
        assert visit.page.text == before.replace("Mara", "Lena", 1)
        await visit.press("enter", "escape", "ctrl+z", "ctrl+z")
        assert visit.page.text == before


async def test_all_are_replaced_as_one_step_and_the_marks_stay(sat: Sat) -> None:
    async with sat() as visit:
        sitting = visit.desk.sitting
        assert sitting is not None
        before, machine = visit.page.text, sum(end - start for start, end in sitting.machine)
        count = before.count("Mara")
        await visit.press("f4")
        await visit.type("Mara")
        await visit.press("alt+c", "tab")
        await visit.type("Magdalena")
        await visit.press("alt+a")
        assert f"{count} replaced" in visit.screen
        assert visit.page.text == before.replace("Mara", "Magdalena")
        kept = sum(end - start for start, end in sitting.machine)
        assert kept >= machine - count * 8, "only the words that were put there are the person's"
        await visit.press("escape", "ctrl+z")
        assert visit.page.text == before
        await visit.press("ctrl+y")
        assert visit.page.text == before.replace("Mara", "Magdalena")


async def test_a_page_that_changed_is_sought_again_before_anything_is_replaced(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("f4")
        await visit.type("mara")
        await visit.press("tab")
        await visit.type("lena")
        visit.page.put(0, 0, "So. ")
        before = visit.page.text
        await visit.press("enter")
        assert visit.page.text == before
        await visit.press("enter")
        assert visit.page.text == before.replace("Mara", "Lena", 1)


async def test_a_group_that_is_not_there_is_told(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.page.text
        await visit.press("f4")
        await visit.type("Mara")
        await visit.press("alt+r", "tab")
        await visit.type("\\2")
        await visit.press("enter")
        await visit.until(lambda: "names a group" in visit.told)
        await visit.press("alt+a")
        assert visit.page.text == before


async def test_what_is_marked_is_sought(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("ctrl+shift+right", "ctrl+f")
        word = visit.page.text[slice(*visit.page.selected)]
        assert bar(visit).query_one("#sought").value == word  # type: ignore[attr-defined]


async def test_another_chapter_closes_the_bar(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("f3")
        await visit.type("mara")
        visit.page.focus()
        await visit.press("alt+pagedown")
        await visit.until(lambda: visit.desk.chapter == 2)
        assert not bar(visit).has_class("-open")
        assert not visit.page.marks.found


async def test_keys_of_a_terminal_switch_and_type_nothing(sat: Sat) -> None:
    async with sat((80, 24)) as visit:
        await visit.press("f3")
        await visit.type("MARA")
        visit.pilot.app.post_message(Key("alt+c", "c"))  # terminals send a letter with it
        await visit.until(lambda: "✓Aa" in visit.screen)
        assert "not found" in visit.screen
        assert bar(visit).query_one("#sought", Input).value == "MARA"


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_nothing_in_the_bar_is_cut_off(sat: Sat, size: tuple[int, int]) -> None:
    async with sat(size) as visit:
        await visit.press("f3")
        await visit.type("a")
        await visit.press("alt+c", "alt+w", "alt+r")
        assert "alt+c ✓Aa  alt+w ✓word  alt+r ✓.*" in visit.screen
        await visit.press("f4")
        assert "✓Aa  ✓word  ✓.*" in visit.screen
        assert "enter puts it there once, alt+a everywhere." in visit.screen
        await visit.type("an old word")
        assert "an old word" in visit.screen
