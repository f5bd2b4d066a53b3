"""Paragraphs by number, and the places where they stand."""

import pytest

from novelgen.text.paragraph_spans import paragraph_spans, paragraphs_at

TEXT = "One.\n\nTwo,\nstill two. \n\n\n\n* * *\n\nThree."


def test_paragraphs_have_no_white_space_around_them() -> None:
    spans = paragraph_spans(TEXT)
    assert [TEXT[start:end] for start, end in spans] == [
        "One.",
        "Two,\nstill two.",
        "* * *",
        "Three.",
    ]
    assert paragraph_spans("") == paragraph_spans(" \n\n ") == []
    assert paragraph_spans("\n\n Late.\n\n") == [(3, 8)]


@pytest.mark.parametrize(
    ("passage", "paragraphs"),
    [("One.", (1, 1)), ("still two. \n\n\n\n* *", (2, 3)), (TEXT, (1, 4)), ("hree", (4, 4))],
)
def test_a_stretch_touches_paragraphs(passage: str, paragraphs: tuple[int, int]) -> None:
    start = TEXT.index(passage)
    assert paragraphs_at(TEXT, start, start + len(passage)) == paragraphs
