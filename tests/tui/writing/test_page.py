"""The page that a chapter is written on, by keystroke, and what its listener is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.pilot import Pilot

from novelgen.tui.writing.look import Focus, Look, look_from
from novelgen.tui.writing.offer import Offer, everything, first_sentence, first_word
from novelgen.tui.writing.page import WritingPage
from novelgen.tui.writing.styling import Marks, clipped, shifted

TEXT = "One went home. Two stayed there.\n\nThree came late.\n\nFour."


class _Mirror:
    """A listener that keeps the text by what it is told alone."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.machine: list[str] = []

    def typed(self, start: int, end: int, text: str, *, by_machine: bool) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        if by_machine:
            self.machine.append(text)

    def restored(self, text: str) -> None:
        self.text = text


class _Sheet(App[None]):
    def compose(self) -> ComposeResult:
        yield WritingPage()


@asynccontextmanager
async def _page(text: str = TEXT) -> AsyncIterator[tuple[WritingPage, _Mirror, "Pilot[None]"]]:
    app = _Sheet()
    async with app.run_test(size=(80, 24)) as pilot:
        page = app.query_one(WritingPage)
        page.load_text(text)
        page.listener = mirror = _Mirror(text)
        page.focus()
        await pilot.pause()
        yield page, mirror, pilot
        await pilot.pause()
        assert page.text == mirror.text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["ctrl+end", "enter", "X"], TEXT + "\n\nX"),
        (["ctrl+end", "enter", "enter", "enter", "X"], TEXT + "\n\nX"),
        (["enter", "X"], "X\n\n" + TEXT),
        (["ctrl+down", "backspace"], TEXT.replace("there.\n\nThree", "there.Three")),
        (["ctrl+down", "left", "delete"], TEXT.replace("there.\n\nThree", "there.Three")),
        (["ctrl+down", "left", "X"], TEXT.replace("there.", "there.X")),
        (["end", "right", "X"], TEXT.replace("Three", "XThree")),
        (["down", "X"], TEXT.replace("Three", "XThree")),
        (["ctrl+end", "up", "X"], TEXT.replace("Three came", "ThreeX came")),
        (["alt+right", "X"], TEXT.replace("Two", "XTwo")),
        (["alt+shift+right", "X"], "XTwo" + TEXT[18:]),
        (["ctrl+shift+down", "delete"], TEXT[TEXT.index("Three") :]),
        (["ctrl+shift+end", "X"], "X"),
        (["ctrl+end", "ctrl+home", "X"], "X" + TEXT),
        (["X", "Y", "ctrl+z"], TEXT),
        (["X", "alt+z", "alt+y"], "X" + TEXT),
        (["X", "ctrl+underscore"], TEXT),
        (["alt+q", "alt+d"], TEXT),
        (["alt+a", "alt+x", "alt+v"], TEXT),
    ],
)
async def test_keys_change_the_text(keys: list[str], text: str) -> None:
    async with _page() as (page, _, pilot):
        await pilot.press(*keys)
        assert page.text == text


async def test_letters_and_movements_keep_their_order_however_fast_they_come() -> None:
    async with _page() as (page, _, pilot):
        await pilot.press(*("ctrl+end", "a", "left", "b") * 5)
        assert page.text == TEXT + "ba" * 5


async def test_pasted_text_becomes_paragraphs() -> None:
    async with _page() as (page, _, pilot):
        page.post_message(Paste("A line.\r\nB \x1b[31mline.\n\n\nC."))
        await pilot.pause()
        await pilot.press("ctrl+z", "ctrl+y")
        assert page.text.startswith("A line. B line.\n\nC.One went")


async def test_a_look_changes_where_things_stand_and_not_what_is_typed() -> None:
    async with _page("word " * 200 + "\n\nEnd.") as (page, _, pilot):
        plain = page.virtual_size.height
        for look in (
            Look(line_spacing=2),
            Look(typewriter=True),
            Look(line_spacing=2, typewriter=True, focus=Focus.SENTENCE),
            Look(focus=Focus.PARAGRAPH),
        ):
            page.wear(look)
            await pilot.press("ctrl+home", "down", "down", "down", "X", "backspace")
            row = page.cursor_screen_offset.y
            assert 0 <= row < 24
            assert page.virtual_size.height >= plain * look.line_spacing
        await pilot.press("ctrl+end")
        page.wear(Look(line_spacing=2))
        await pilot.pause()
        x, y = page.cursor_screen_offset
        await pilot.press("ctrl+home")
        await pilot.pause()
        await pilot.press("ctrl+end")
        await pilot.pause()
        await pilot.click(WritingPage, offset=(x - 2, y))
        assert page.text[page.cursor :] == "d."


async def test_an_offer_is_no_part_of_the_text_until_it_is_taken() -> None:
    async with _page() as (page, mirror, pilot):
        await pilot.press("end")
        offer = Offer(page)
        offer.open()
        for text in (" And", " And then.", " And then. She was gone."):
            offer.show(text)
            assert mirror.text == TEXT
        offer.withdraw()
        assert page.text == TEXT
        offer.open()
        offer.show(" And then. She was gone.")
        assert offer.take(first_word) == " And"
        assert offer.take(first_sentence) == " then."
        assert offer.text == " She was gone."
        offer.take(everything)
        assert not offer.text
        offer.withdraw()
        whole = TEXT.replace("there.", "there. And then. She was gone.")
        assert page.text == whole
        assert mirror.machine == [" And", " then.", " She was gone."]
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert page.text == TEXT


async def test_an_offer_in_the_place_of_a_stretch_replaces_that_alone() -> None:
    async with _page() as (page, mirror, _):
        start = TEXT.index("Two")
        span = (start, start + len("Two stayed there."))
        page.select(*span)
        offer = Offer(page)
        offer.open(span)
        offer.show("Nobody stayed.\n\nNot one.")
        assert mirror.text == TEXT
        assert page.marks.replaced == span
        assert offer.take_instead()
        assert page.text == TEXT.replace("Two stayed there.", "Nobody stayed.\n\nNot one.")
        assert page.marks.replaced is None
        assert page.marks.offered is None


async def test_marks_stay_where_they_are_around_an_offer() -> None:
    async with _page() as (page, _, _pilot):
        page.marks = Marks(machine=[(0, 3), (34, 39)])
        page.select(14, 14)
        offer = Offer(page)
        offer.open()
        offer.show(" Long before.")
        at = page.marks.machine[1]
        assert page.text[at[0] : at[1]] == "Three"
        offer.withdraw()
        assert list(page.marks.machine) == [(0, 3), (34, 39)]


_SPANS = st.lists(st.integers(0, 60), max_size=8).map(
    lambda cuts: [
        (a, b) for a, b in zip(sorted(set(cuts))[::2], sorted(set(cuts))[1::2], strict=False)
    ]
)


@given(spans=_SPANS, start=st.integers(0, 60), removed=st.integers(0, 20), put=st.integers(0, 9))
def test_shifted_spans_hold_the_same_characters(
    spans: list[tuple[int, int]], start: int, removed: int, put: int
) -> None:
    text = [str(number) for number in range(80)]
    end = start + removed
    after = text[:start] + ["new"] * put + text[end:]
    held = [text[at] for a, b in spans for at in range(a, b) if not start <= at < end]
    moved = shifted(spans, start, end, put)
    assert [after[at] for a, b in moved for at in range(a, b)] == held


@given(spans=_SPANS, start=st.integers(0, 60), length=st.integers(0, 30))
def test_clipped_spans_are_those_inside(
    spans: list[tuple[int, int]], start: int, length: int
) -> None:
    inside = [at for a, b in spans for at in range(a, b) if start <= at < start + length]
    assert [start + at for a, b in clipped(spans, start, start + length) for at in range(a, b)] == (
        inside
    )


def test_a_look_that_cannot_be_read_is_the_usual_one() -> None:
    look = Look(typewriter=True, focus=Focus.SENTENCE, line_spacing=2)
    assert look_from(look.as_json()) == look
    assert look_from({"focus": "elephant"}) == Look()
    assert look_from(None) == Look()
    assert look_from({"line_spacing": 9}).line_spacing == 1
