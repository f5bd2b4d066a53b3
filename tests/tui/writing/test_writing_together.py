"""Ghost text and passages told anew, by keystroke, with the scripted engine."""

from textual.events import Paste

from novelgen.manuscript.origins import WordOrigin, words_by_origin
from tests.tui.writing.conftest import Sat, Visit


async def offered(visit: Visit, *keys: str) -> str:
    """Ask for an offer and wait until it is whole."""
    await visit.press(*keys)
    await visit.until(lambda: visit.desk.ghost.is_open and visit.desk.ghost.offer.text)
    await visit.until(lambda: visit.desk.ghost._drawing is None)
    return visit.desk.ghost.offer.text


async def test_ghost_text_is_taken_by_word_sentence_and_whole(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.text().strip()
        await visit.press("ctrl+end")
        text = await offered(visit, "f5")
        assert visit.desk.sitting is not None
        assert visit.desk.sitting.buffer == before, "an offer is no part of the text"
        await visit.press("right")
        first = visit.desk.sitting.buffer.removeprefix(before)
        assert first.split() == text.split()[:1]
        await visit.press("down")
        await visit.press("tab")
        await visit.until(lambda: not visit.desk.ghost.is_open)
        assert visit.desk.sitting.buffer == before + text
        await visit.leave()
        await visit.until(lambda: len(visit.revisions()) == 2)


async def test_other_tries_are_drawn_and_gone_back_to(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("ctrl+end")
        first = await offered(visit, "f5")
        await visit.press("f5")
        await visit.until(
            lambda: visit.desk.ghost._drawing is None and visit.desk.ghost.offer.text != first
        )
        second = visit.desk.ghost.offer.text
        await visit.press("up")
        assert visit.desk.ghost.offer.text == first
        await visit.press("f5")
        assert visit.desk.ghost.offer.text == second
        assert "2 of 2" in visit.screen
        await visit.press("escape")
        assert not visit.desk.ghost.is_open
        assert visit.page.text == visit.text().strip()
        assert visit.page.has_focus


async def test_typing_on_takes_the_offer_away(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("ctrl+end")
        await offered(visit, "ctrl+@")
        await visit.type(" Yes.")
        assert visit.page.text == visit.text().strip() + " Yes."


async def test_what_happens_next_is_said_first(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("ctrl+end", "f6")
        await visit.until(lambda: "What happens next?" in visit.screen)
        await visit.type("The bell rings")
        text = await offered(visit, "enter")
        await visit.press("tab")
        await visit.until(lambda: visit.page.text == visit.text().strip() + text)


async def test_only_the_marked_passage_is_told_anew(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.text().strip()
        await visit.press("alt+right", "alt+shift+right")
        start, end = visit.page.selected
        await visit.press("f6")
        await visit.until(lambda: "words anew" in visit.screen)
        text = await offered(visit, "enter")
        assert visit.desk.sitting is not None
        assert visit.desk.sitting.buffer == before
        await visit.press("tab")
        await visit.until(lambda: visit.desk.sitting.buffer != before)  # type: ignore[union-attr]
        assert visit.desk.sitting.buffer == before[:start] + text + before[end:]
        await visit.press("ctrl+z")
        assert visit.page.text == before


async def test_an_instruction_in_ones_own_words(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("alt+shift+right", "f6", "shift+tab")
        await visit.until(lambda: "words anew" in visit.screen)
        await visit.type("colder")
        await offered(visit, "enter")
        await visit.press("escape")
        assert visit.page.text == visit.text().strip()


async def test_a_machines_words_are_its_own_until_they_are_edited(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("alt+a")
        await visit.type("Mine own words stand here alone.")
        await offered(visit, "f5")
        await visit.press("right", "right", "escape")
        await visit.leave()
        await visit.until(lambda: len(visit.revisions()) == 2)

        def origins() -> dict[WordOrigin, int]:
            with visit.bench.store.reading() as work:
                branch = work.novels.get(visit.novel_id).active_branch_id
                chapter = work.chapters.get(branch, 1)
                assert chapter is not None
                return dict(words_by_origin(work, chapter))

        machine = origins()[WordOrigin.MACHINE]
        assert machine == 2
        await visit.press("e")
        await visit.until(lambda: visit.page.has_focus and visit.desk.sitting)
        assert len(visit.desk.sitting.machine) >= 1  # type: ignore[union-attr]
        await visit.press("ctrl+end", "left", "x")
        await visit.leave()
        await visit.until(lambda: len(visit.revisions()) == 3)
        assert origins()[WordOrigin.MACHINE] == 1


async def test_a_locked_passage_is_left_alone(sat: Sat) -> None:
    async with sat() as visit:
        await visit.leave()
        await visit.press("j", "l")
        await visit.until(lambda: "◆" in visit.screen)
        await visit.press("e")
        await visit.until(lambda: visit.page.has_focus and visit.desk.sitting)
        await visit.press("alt+shift+right", "f6")
        await visit.until(lambda: "is locked" in visit.screen)
        await visit.press("right", "f5")
        await visit.until(lambda: "at the cursor is locked" in visit.screen)
        assert not visit.desk.ghost.is_open


async def test_text_that_is_pasted_takes_the_offer_away_first(sat: Sat) -> None:
    async with sat() as visit:
        before = visit.text().strip()
        await visit.press("ctrl+end")
        await offered(visit, "f5")
        visit.page.post_message(Paste(" Pasted."))
        await visit.until(lambda: "Pasted." in visit.page.text)
        assert visit.page.text == before + " Pasted."
        assert visit.desk.sitting is not None
        assert visit.desk.sitting.buffer == visit.page.text


async def test_a_note_is_not_told_anew(sat: Sat) -> None:
    async with sat() as visit:
        await visit.type("So [[check]] it was. ")
        await visit.press("ctrl+home", "alt+shift+right", "f6")
        await visit.until(lambda: "There is a note in what is marked" in visit.screen)
        await visit.press("ctrl+home", *["right"] * 6, "f5")
        await visit.until(lambda: "The cursor is in a note" in visit.screen)
        assert not visit.desk.ghost.is_open


async def test_from_a_piece_that_was_taken_another_goes_on(sat: Sat) -> None:
    async with sat() as visit:
        await visit.press("ctrl+end")
        await offered(visit, "f5")
        await visit.press("right")
        taken = visit.desk.sitting.buffer  # type: ignore[union-attr]
        await offered(visit, "f5")
        await visit.press("escape")
        assert visit.page.text == taken
