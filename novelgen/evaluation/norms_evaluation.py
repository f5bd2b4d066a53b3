"""Norms out of a folder of books: what is computed of the books that a person likes.

Of each book every so many windows are measured, beginning with the first, so that long books do not
drown the short ones.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from novelgen.errors import NotFoundError
from novelgen.text.books import BookFile
from novelgen.text.prose_metrics import Measured, Norms, norms_of
from novelgen.text.prose_metrics.book_file import read_sections
from novelgen.text.prose_metrics.coherence import (
    BLOCK_WORDS,
    CoherenceBlock,
    CoherenceFigure,
    CoherenceReader,
    share_inside,
)
from novelgen.text.prose_metrics.drift import DriftReader
from novelgen.text.prose_metrics.norms import percentile
from novelgen.text.prose_metrics.windows import Section, is_whole, windows_of

OnBook = Callable[[int, int], None]
"""Books done, and books in all."""

_DECIMALS = 4
_RANKS = (1, 5, 25, 50, 75, 95, 99)


@dataclass(frozen=True, slots=True)
class CorpusCoherence:
    """How coherent the books of a folder are, by the figures that a novel is held against."""

    blocks: Sequence[CoherenceBlock]
    drift_ratios: Sequence[float]
    """Of each book with chapters enough: rep4 of its last two over that of its first two."""

    def as_json(self) -> dict[str, Any]:
        """Percentiles of the figures, and the shares of blocks inside the ranges."""
        inside = sum(block.is_inside() for block in self.blocks)
        return {
            "blocks": len(self.blocks),
            "inside_all": round(inside / max(1, len(self.blocks)), _DECIMALS),
            "figures": {figure.value: self._figure(figure) for figure in CoherenceFigure},
            "drift_rep4_ratio": {
                "books": len(self.drift_ratios),
                **_percentiles(self.drift_ratios),
            },
        }

    def _figure(self, figure: CoherenceFigure) -> dict[str, Any]:
        values = [block.figures[figure] for block in self.blocks if figure in block.figures]
        share = share_inside(self.blocks, figure)
        inside = None if share is None else round(share, _DECIMALS)
        return {"inside": inside, **_percentiles(values)}


def norms_of_books(
    books: Sequence[BookFile], window_words: int, every: int, on_book: OnBook
) -> Norms:
    """The norms of books. Raises `StorageError` for one that cannot be read, `NotFoundError` when
    no book holds a word.
    """
    measured: list[Measured] = []
    for done, book in enumerate(books, start=1):
        measured += _measured(read_sections(book.path), window_words, every)
        on_book(done, len(books))
    if not measured:
        raise NotFoundError("The books hold no words.", "Name a folder of books in Latin letters.")
    return norms_of(measured, window_words)


def coherence_of_books(books: Sequence[BookFile], on_book: OnBook) -> CorpusCoherence:
    """How coherent books are. Raises `StorageError` for one that cannot be read."""
    blocks: list[CoherenceBlock] = []
    ratios: list[float] = []
    for done, book in enumerate(books, start=1):
        sections = read_sections(book.path)
        coherence, drift = CoherenceReader(), DriftReader()
        found = (coherence.read(window) for window in windows_of(sections, BLOCK_WORDS))
        blocks += [block for block in found if block is not None]
        for section in sections:
            drift.read(section)
        ends = drift.drift()
        if ends is not None and (ratio := ends.ratio("rep4")) is not None:
            ratios.append(ratio)
        on_book(done, len(books))
    return CorpusCoherence(blocks, ratios)


def _measured(sections: Iterable[Section], window_words: int, every: int) -> Iterator[Measured]:
    for window in windows_of(sections, window_words):
        if (window.number - 1) % every == 0 and is_whole(window, window_words):
            yield window.measure()


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {f"p{rank}": round(percentile(ordered, rank), _DECIMALS) for rank in _RANKS}
