"""Lines that fit, and no character lost."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from novelgen.tui.widgets.wrapping import Line, wrap


def lines(text: str, cells: int) -> list[str]:
    return [text[line.start : line.end] for line in wrap(text, cells)]


def test_words_are_kept_whole() -> None:
    assert lines("the cat sat on the mat", 10) == ["the cat", "sat on the", "mat"]
    assert lines("a  b", 10) == ["a  b"]
    assert lines("", 10) == [""]
    assert lines("one\ntwo", 10) == ["one", "two"]


def test_a_word_wider_than_the_line_comes_in_pieces() -> None:
    assert lines("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert lines("漢字漢字", 4) == ["漢字", "漢字"]
    assert wrap("abcdef gh", 5) == [Line(0, 5), Line(5, 9)]


@given(st.text(alphabet="ab漢 \nñ-", max_size=120), st.integers(2, 30))
def test_lines_fit_and_hold_everything(text: str, cells: int) -> None:
    found = wrap(text, cells)
    assert all(cell_len(text[line.start : line.end]) <= cells for line in found)
    assert "".join(lines(text, cells)).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(one.end <= other.start for one, other in pairwise(found))
