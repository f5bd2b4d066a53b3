"""Ranges of chapters as people write them."""

import pytest

from novelgen.errors import UsageError
from novelgen.manuscript.chapter_range import parse_range, range_in_words


@pytest.mark.parametrize(
    ("text", "expected", "words"),
    [
        (None, (1, None), "all"),
        ("  ", (1, None), "all"),
        ("5", (5, 5), "5"),
        ("3-7", (3, 7), "3–7"),
        ("3 – 7", (3, 7), "3–7"),
    ],
)
def test_a_range_is_read(text: str | None, expected: tuple[int, int | None], words: str) -> None:
    assert parse_range(text) == expected
    assert range_in_words(*expected) == words


@pytest.mark.parametrize("text", ["x", "0", "7-3", "-2", "3-", "1-2-3"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a range of chapters"):
        parse_range(text)
