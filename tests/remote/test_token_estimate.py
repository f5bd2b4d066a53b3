"""Segments are cut by these numbers: they must never change."""

import pytest

from novelgen.remote.token_estimate import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("   ", 0),
        ("The sea rose.", 4),
        ("The lighthouse keeper's lamp went out.", 11),
        ("“No,” she said.\n\n“Not yet.”", 13),
        ("It was 1893, or 1894…", 13),
        ("Il était une fois", 5),
        ("Привет", 6),
        ("彼女は部屋", 10),
        ("🙂", 2),
        ("_a_ -- b", 6),
    ],
)
def test_the_numbers_stand(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_a_text_costs_no_more_than_its_halves() -> None:
    text = "The keeper counted the steps down to the boat house, and did not look back.\n\n“Why?”"
    for place in range(len(text)):
        halves = estimate_tokens(text[:place]) + estimate_tokens(text[place:])
        assert estimate_tokens(text) <= halves <= estimate_tokens(text) + 1
