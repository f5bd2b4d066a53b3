"""Sentences, paragraphs and scenes of a text, by offset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.tui.writing.moving import (
    next_paragraph,
    next_scene,
    next_sentence,
    paragraph_around,
    paragraph_before,
    paragraph_number,
    paragraph_start,
    scene_before,
    sentence_around,
    sentence_before,
)
from novelgen.tui.writing.offsets import location_of, offset_of

TEXT = (
    "The light was out. Mara climbed. She stopped.\n\n"
    "“Who is there?” she said. Nobody spoke.\n\n"
    "* * *\n\n"
    "In the morning it was gone."
)
_PIECES = st.lists(
    st.sampled_from(["The sea. ", "He ran; she did not! ", "\n\n", "* * *", " ", "\n", "Oh"]),
    max_size=14,
).map("".join)
_ON = {next_sentence, next_paragraph, next_scene}
_BACK = {sentence_before, paragraph_before, scene_before}


def _all_stops(move: object, start: int) -> list[str]:
    stops, at = [], start
    while True:
        to = move(TEXT, at)  # type: ignore[operator]
        if to == at:
            return stops
        at = to
        stops.append(TEXT[at : at + 8])


def test_sentences_are_gone_through_in_order() -> None:
    stops = _all_stops(next_sentence, 0)
    assert stops == [
        "Mara cli", "She stop", "“Who is ", "Nobody s", "* * *\n\nI", "In the m", "",
    ]  # fmt: skip
    back = _all_stops(sentence_before, len(TEXT))
    assert back == [*reversed(stops[:-1]), "The ligh"]


def test_paragraphs_are_gone_through_in_order() -> None:
    assert _all_stops(next_paragraph, 5) == ["“Who is ", "* * *\n\nI", "In the m", ""]
    assert _all_stops(paragraph_before, len(TEXT)) == [
        "In the m", "* * *\n\nI", "“Who is ", "The ligh",
    ]  # fmt: skip


def test_a_scene_begins_behind_its_break() -> None:
    assert _all_stops(next_scene, 0) == ["In the m", ""]
    assert _all_stops(scene_before, len(TEXT)) == ["In the m", "The ligh"]


def test_what_is_around_an_offset() -> None:
    at = TEXT.index("climbed")
    assert TEXT[slice(*sentence_around(TEXT, at))] == "Mara climbed."
    assert TEXT[slice(*paragraph_around(TEXT, at))].endswith("She stopped.")
    assert paragraph_number(TEXT, at) == 1
    assert paragraph_number(TEXT, len(TEXT)) == 4
    assert TEXT[paragraph_start(TEXT, 2) :].startswith("“Who")
    assert TEXT[paragraph_start(TEXT, 99) :].startswith("In the")


@pytest.mark.parametrize("move", sorted(_ON, key=lambda each: each.__name__))
@given(text=_PIECES)
def test_going_on_comes_to_the_end(move: object, text: str) -> None:
    at = 0
    for _ in range(len(text) + 1):
        to = move(text, at)  # type: ignore[operator]
        assert at <= to <= len(text)
        if to == at:
            break
        at = to
    assert at == len(text)


@pytest.mark.parametrize("move", sorted(_BACK, key=lambda each: each.__name__))
@given(text=_PIECES)
def test_going_back_comes_to_the_beginning(move: object, text: str) -> None:
    at = len(text)
    for _ in range(len(text) + 1):
        to = move(text, at)  # type: ignore[operator]
        assert 0 <= to <= at
        if to == at:
            break
        at = to
    assert not text[:at].strip()


@given(text=_PIECES, part=st.floats(0, 1))
def test_offsets_and_locations_are_the_same_places(text: str, part: float) -> None:
    lines, offset = text.split("\n"), round(part * len(text))
    row, column = location_of(lines, offset)
    assert offset_of(lines, (row, column)) == offset
    assert "\n".join(lines)[:offset] == "\n".join([*lines[:row], lines[row][:column]])
