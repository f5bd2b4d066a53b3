"""A novel as a card: its map with title, author, words, days and shares, as one SVG file.

It holds no prose and no chapter titles, refers to nothing outside itself, and follows the reader's
choice of light or dark. Whose words a square holds is told by its shape as well as by its colour.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from novelgen.errors import NotFoundError
from novelgen.manuscript.book_map import BookMap, read_book_map
from novelgen.manuscript.card_map import draw_map
from novelgen.manuscript.card_text import Line, fitted, text_element
from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.whole_files import file_name, write_atomically
from novelgen.manuscript.writing_times import days_worked
from novelgen.text.sanitize import clean_line
from storage.records import NovelRecord, NovelStatus
from storage.store import Store

WIDTH = 1200
_MARGIN = 64
_INNER = WIDTH - 2 * _MARGIN
_UNTITLED = "(no title yet)"
_STYLE = """
    .paper { fill: #f6f1e6 } .ink { fill: #2c2822 } .quiet { fill: #7b7264 }
    .machine { fill: #d3c7ae } .author { fill: #8a4b14 } .edited { fill: #2f6175 }
    .unwritten { fill: #cabfa7 } .locked { fill: #f6f1e6 } .check { fill: #a8321f }
    .line { fill: #ddd2bb }
    text { font-family: Georgia, "Iowan Old Style", "Times New Roman", serif }
    .small { font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #16171a } .ink { fill: #e4ddcd } .quiet { fill: #968f81 }
      .machine { fill: #474a51 } .author { fill: #d9a441 } .edited { fill: #7fa6b8 }
      .unwritten { fill: #3d4046 } .locked { fill: #16171a } .check { fill: #e07a68 }
      .line { fill: #2d3036 }
    }
"""
_SHARES = (
    (WordOrigin.AUTHOR, "the author’s"),
    (WordOrigin.EDITED, "edited"),
    (WordOrigin.MACHINE, "the machine’s"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a card tells."""

    title: str
    author: str
    words: int
    target_words: int
    is_finished: bool
    days: int
    origins: Counter[WordOrigin]
    map: BookMap


def write_card(store: Store, novel: NovelRecord, path: Path | None, *, overwrite: bool) -> Path:
    """Write the card of a novel to a file, by default named after its title; returns its path.

    Raises `NotFoundError` for a novel without chapters, and what `write_atomically` does.
    """
    card = read_card(store, novel)
    target = path or Path(default_name(novel))
    write_atomically(target, render_card(card), overwrite=overwrite)
    return target


def default_name(novel: NovelRecord) -> str:
    """The file that a card is written to unless the person names another."""
    return file_name(novel.title, novel.id, "svg")


def read_card(store: Store, novel: NovelRecord) -> Card:
    """The card of a novel's active branch. Raises `NotFoundError` for one without chapters."""
    book = read_book_map(store, novel)
    if not book.chapters:
        raise NotFoundError(
            f"“{clean_line(novel.title)}” has no chapters yet.",
            f"Plan it with `novelgen resume {novel.id}`.",
        )
    with store.reading() as work:
        days = days_worked(work, novel.id)
    origins = book.origins()
    return Card(
        title=clean_line(novel.title) or _UNTITLED,
        author=clean_line(novel.author),
        words=origins.total(),
        target_words=novel.target_words,
        is_finished=novel.status is NovelStatus.FINISHED,
        days=days,
        origins=origins,
        map=book,
    )


def render_card(card: Card) -> Iterator[str]:
    """The SVG document, piece by piece."""
    top, heading = _heading(card)
    drawn = draw_map(card.map, _MARGIN, top, _INNER)
    foot = top + drawn.height + 48
    legend_height, legend = drawn.legend(_MARGIN, foot + 118, _INNER)
    height = round(foot + 118 + legend_height + 30)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">\n'
    )
    yield text_element("title", f"{card.title}: {_words(card)}")
    yield f"  <style>{_STYLE}  </style>\n"
    yield f'  <rect class="paper" width="{WIDTH}" height="{height}"/>\n'
    yield from heading
    yield from drawn.elements
    yield from _foot(card, foot)
    yield from legend
    yield "</svg>\n"


def _heading(card: Card) -> tuple[float, list[str]]:
    """Where the map begins below it, and its elements."""
    size, lines = fitted(card.title, _INNER, largest=60, smallest=34, most_lines=2)
    y = 44.0
    elements = []
    for line in lines:
        y += size * 1.12
        elements.append(Line(line, _MARGIN, y, size, "ink", is_bold=True).element())
    if card.author:
        y += 42
        author_size, (author, *_) = fitted(card.author, _INNER, 26, 18, 1)
        elements.append(Line(author, _MARGIN, y, author_size, "quiet", is_italic=True).element())
    return y + 44, elements


def _foot(card: Card, y: float) -> Iterator[str]:
    """A bar of the shares, and the figures below it."""
    total = max(1, card.origins.total())
    x = float(_MARGIN)
    yield f'  <rect class="line" x="{_MARGIN}" y="{y}" width="{_INNER}" height="6"/>\n'
    for origin, _ in _SHARES:
        width = _INNER * card.origins[origin] / total
        if width:
            yield (
                f'  <rect class="{origin.value}" x="{x:.1f}" y="{y}" width="{width:.1f}" '
                'height="6"/>\n'
            )
        x += width
    figures = [
        (f"{card.words:,}", _words_below(card)),
        (f"{card.days:,}", "day" if card.days == 1 else "days"),
        *((_share(card.origins[origin], total), name) for origin, name in _SHARES),
    ]
    step = _INNER / len(figures)
    for index, (figure, below) in enumerate(figures):
        left = _MARGIN + index * step
        yield Line(figure, left, y + 54, 34, "ink").element()
        yield Line(below, left, y + 80, 16, "quiet", is_small=True).element()


def _words_below(card: Card) -> str:
    if card.is_finished or card.words >= card.target_words:
        return "words"
    return f"of {card.target_words:,} words"


def _words(card: Card) -> str:
    return f"{card.words:,} words, {card.days:,} {'day' if card.days == 1 else 'days'}"


def _share(words: int, total: int) -> str:
    """Never 0 or 100 % of what is a little more or less than that."""
    share = 100 * words / total
    if 0 < share < 1:
        return "< 1 %"
    if 99 < share < 100:
        return "> 99 %"
    return f"{share:.0f} %"
