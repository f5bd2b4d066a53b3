"""Where the cells of the map lie at every width."""

import pytest

from novelgen.tui.places.book_map.labels import ruler
from novelgen.tui.places.book_map.layout import GROUP, laid_out


@pytest.mark.parametrize("width", [20, 40, 79, 99, 139, 299])
@pytest.mark.parametrize("length", [1, 18, 40, 300])
def test_every_cell_has_one_place_that_a_click_finds(width: int, length: int) -> None:
    layout = laid_out([length, 1, length], width)
    scaled = -(-length // layout.times)
    cells = [(line.row, cell) for line in layout.lines for cell in range(line.first, line.end)]
    assert cells == [(0, each) for each in range(scaled)] + [(1, 0)] + [
        (2, each) for each in range(scaled)
    ]
    for index, line in enumerate(layout.lines):
        for cell in range(line.first, line.end):
            x = layout.x_of(cell - line.first)
            assert x + layout.columns <= width
            assert layout.cell_at(x) == layout.cell_at(x + layout.columns - 1) == cell - line.first
            assert layout.line_of(line.row, cell) == index


def test_cells_are_250_words_while_chapters_fit_into_two_lines() -> None:
    assert laid_out([18] * 120, 79).times == 1
    assert laid_out([80] * 20, 79).times == 1
    assert laid_out([400] * 20, 79).times > 1
    assert laid_out([18] * 120, 79, times=4).times == 4, "the person's wish counts"


def test_a_short_chapter_has_wide_cells_and_one_long_chapter_is_wrapped() -> None:
    assert laid_out([18] * 120, 79).columns == 2
    layout = laid_out([18] * 120 + [200], 79)
    assert (layout.times, layout.columns) == (1, 1)
    assert len(layout.lines) > 121


def test_an_empty_novel_has_no_lines() -> None:
    assert laid_out([], 79).lines == ()
    assert ruler(laid_out([], 79)) == ""


def test_the_ruler_tells_thousands_at_the_ends_of_groups() -> None:
    layout = laid_out([18], 139)
    line = ruler(layout)
    for thousand in (1, 2, 3, 4):
        assert line.index(f"{thousand}k") + 2 == layout.x_of(thousand * GROUP) - 1
