"""Where stretches of a text begin."""

import pytest

from novelgen.text.stretches import word_start


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("one two three", 0, 0),
        (" one two", 0, 0),
        ("one two three", 1, 4),
        ("one two three", 4, 4),
        ("one\n\ntwo", 3, 5),
        ("one two three", 9, 9),
    ],
)
def test_a_stretch_begins_with_a_word(text: str, position: int, expected: int) -> None:
    assert word_start(text, position) == expected
