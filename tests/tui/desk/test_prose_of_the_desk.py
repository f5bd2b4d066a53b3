"""The desk's paragraphs from committed, fresh and live text."""

from dataclasses import replace

from novelgen.generation.stop import Struck
from novelgen.tui.places.desk.prose import page_of
from novelgen.tui.places.desk.reading import DeskChapter
from novelgen.tui.run.live_page import LivePage
from novelgen.tui.widgets.prose_page import Stretch

CHAPTER = DeskChapter(
    number=2, title="The Letter", brief="", committed="One.\n\nTwo. ", carry="Three.",
    revision=None, beats=(), beat=None, beat_ends=(), locked=frozenset([1]),
    marks=((2, "to check: Mara"),), threads=(), before="",
)  # fmt: skip


def test_committed_text_and_what_is_open() -> None:
    title, one, two = page_of(CHAPTER, "", LivePage())
    assert (title.text, title.is_title, title.is_prose) == ("2. The Letter", True, False)
    assert (one.text, one.mark) == ("One.", "◆")
    assert (two.text, two.mark) == ("Two. Three.", "!")
    assert two.stretches == (Stretch(5, 11, "open"),)


def test_live_text_takes_the_place_of_what_was_open() -> None:
    struck = Struck("", "Loop loop.", "loop", "")
    page = LivePage(2, "Three.\n\nFo", "ur. ", 1, ("Five",), (None,), struck)
    paragraphs = page_of(CHAPTER, "", page)
    assert [each.text for each in paragraphs[1:]] == ["One.", "Two. Three.", "Four. Loop loop.Five"]
    assert paragraphs[3].stretches == (
        Stretch(0, 2, "open"),
        Stretch(2, 6, "open"),
        Stretch(6, 16, "struck"),
        Stretch(16, 20, "live"),
    )
    elsewhere = page_of(CHAPTER, "", replace(page, chapter=3))
    assert elsewhere[2].text == "Two. Three."


def test_fresh_segments_stand_behind_what_was_read() -> None:
    paragraphs = page_of(CHAPTER, "Three. Four.\n\nFive.", LivePage(2), ["A note."])
    assert [each.text for each in paragraphs[1:]] == [
        "One.", "Two. Three. Four.", "Five.", "A note.",
    ]  # fmt: skip
    assert not paragraphs[-1].is_prose


def test_control_characters_of_a_model_reach_no_screen() -> None:
    page = LivePage(2, "", "", 0, ("A\x1b[31mB\x07",), (None,))
    assert "\x1b" not in page_of(CHAPTER, "", page)[-1].text
