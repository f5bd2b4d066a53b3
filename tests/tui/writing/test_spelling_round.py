"""Words that are not known: marked, mended, learnt, by keystroke."""

from pathlib import Path

from textual.widgets import OptionList

from novelgen.bootstrap import Workbench
from novelgen.tui.places.bible.changing import keep_entry
from novelgen.tui.writing.spelling import SpellingRound
from tests.tui.conftest import TITLE
from tests.tui.writing.conftest import Sat, Visit


def misspelt(visit: Visit) -> list[str]:
    line = visit.page.document[0]
    return [line[start:end] for start, end in visit.page.misspelt_in(line)]


async def test_words_are_mended_and_learnt(sat: Sat, home: Path) -> None:
    async with sat() as visit:
        await visit.type("She thoght of the Qwyxel. [[chekc]] ")
        await visit.until(lambda: misspelt(visit) == ["thoght", "Qwyxel"])
        await visit.press("ctrl+home", "f7")
        await visit.until(lambda: "“thoght”" in visit.screen)
        assert visit.pilot.app.screen.query_one(OptionList).option_count > 2
        await visit.press("enter")
        await visit.until(lambda: "“Qwyxel”" in visit.screen)
        assert visit.page.text.startswith("She thought of the Qwyxel.")
        options = visit.pilot.app.screen.query_one(OptionList)
        await visit.press(*["down"] * (options.option_count - 2), "enter")
        await visit.until(lambda: misspelt(visit) == [])
        kept = (home / "config" / "dictionary.txt").read_text(encoding="utf-8")
        assert "Qwyxel" in kept
        await visit.press("escape")


async def test_another_word_is_typed(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("A blurgh came. ")
        await visit.until(lambda: misspelt(visit) == ["blurgh"])
        await visit.press("ctrl+home", "f7")
        await visit.until(lambda: "“blurgh”" in visit.screen)
        await visit.press("tab")
        await visit.type("storm")
        await visit.press("enter")
        await visit.until(lambda: visit.page.text.startswith("A storm came."))


async def test_marks_are_a_matter_of_the_look(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("Blurgh blurgh ")
        await visit.until(lambda: misspelt(visit))
        await visit.press("f9", *["down"] * 4, "enter", "escape")
        assert not visit.page.look.checks_spelling


async def test_a_round_ends_where_it_began(sat: Sat) -> None:
    async with sat((80, 24)) as visit:
        await visit.type("Blurgh thoght ")
        await visit.until(lambda: misspelt(visit) == ["Blurgh", "thoght"])
        await visit.press("left", "left", "f7")  # behind the last one: it goes round
        await visit.until(lambda: "“Blurgh”" in visit.screen)
        await _pass_over(visit)
        await visit.until(lambda: "“thoght”" in visit.screen)
        assert "Blurgh thoght" in visit.screen, "what stands around it is seen"
        await visit.press("enter")
        await visit.until(lambda: "That was the last one." in visit.screen)
        assert visit.page.text.startswith("Blurgh thought ")
        assert visit.page.has_focus
        await visit.press("ctrl+home", "f7")
        await visit.until(lambda: "“Blurgh”" in visit.screen)
        await visit.press("escape")
        await visit.until(lambda: visit.page.has_focus)


async def test_a_word_that_was_learnt_is_known_to_the_next_sitting(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("Blurgh ")
        await visit.until(lambda: misspelt(visit) == ["Blurgh"])
        await visit.press("ctrl+home", "f7")
        await visit.until(lambda: "“Blurgh”" in visit.screen)
        options = visit.pilot.app.screen.query_one(OptionList)
        await visit.press(*["down"] * (options.option_count - 2), "enter")
        await visit.until(lambda: "Every word is known." in visit.screen)
        await visit.leave()
    async with sat() as visit:
        await visit.type("Thoght ")
        await visit.until(lambda: misspelt(visit) == ["Thoght"])
        assert visit.page.text.startswith("Thoght Blurgh")


async def test_names_of_the_bible_are_known(sat: Sat, written_home: Path, bench: Workbench) -> None:
    values = {"name": "Qwyxel Zorbrand", "kind": "character", "aliases": "", "description": ""}
    keep_entry(bench, bench.find(TITLE).novel.id, None, values)
    async with sat() as visit:
        await visit.type("Qwyxel thoght. ")
        await visit.until(lambda: misspelt(visit) == ["thoght"])


async def test_a_list_that_is_not_there_yet_is_told_of(sat: Sat) -> None:
    async with sat() as visit:
        visit.desk.spelling = SpellingRound(visit.desk)
        await visit.press("f7")
        await visit.until(lambda: "The word list is still being read." in visit.screen)


async def _pass_over(visit: Visit) -> None:
    options = visit.pilot.app.screen.query_one(OptionList)
    await visit.press(*["down"] * (options.option_count - 1), "enter")
