"""Whose the words are, how far the book is beside known novels, and what drawing it took."""

from collections.abc import Mapping, Sequence

from textual.content import Content

from novelgen.engine.spending import Spending
from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.references import REFERENCE_NOVELS
from novelgen.manuscript.statistics import DrawingFigures
from novelgen.tui.places.statistics.reading import BookFigures
from novelgen.tui.places.statistics.section import Line, Section, muted
from novelgen.tui.widgets.bars import thin_bar
from novelgen.tui.widgets.clock import duration

_WHOSE = (
    (WordOrigin.AUTHOR, "the author’s", "█", "$primary"),
    (WordOrigin.EDITED, "edited", "▓", "$secondary"),
    (WordOrigin.MACHINE, "the machine’s", "░", "$text-muted"),
)
_TITLE_CELLS, _LONG_TITLE_CELLS, _LABEL_CELLS = 24, 36, 13
_BAR_CELLS, _SHORT_BAR_CELLS, _FIGURES_CELLS = 16, 8, 20


class BookSection(Section):
    """A section that is drawn from the figures of the book."""

    figures: BookFigures | None = None

    def draw(self, width: int) -> Sequence[Line]:
        return [] if self.figures is None else self.told(self.figures, width)

    def told(self, figures: BookFigures, width: int) -> Sequence[Line]:
        raise NotImplementedError


class WhoseSection(BookSection):
    """Shares by origin."""

    TITLE = "Whose words"

    def told(self, figures: BookFigures, width: int) -> Sequence[Line]:
        counts = figures.origins()
        total = counts.total()
        if not total:
            return ["Nothing is written yet."]
        lines: list[Line] = [_stacked([counts[origin] for origin, *_ in _WHOSE], width), ""]
        for origin, name, sign, colour in _WHOSE:
            words = counts[origin]
            line = f" {name:<16}{words:>11,}{100 * words / total:>8.1f} %"
            lines.append(Content.assemble((sign, colour), line))
        return lines


class ReferencesSection(BookSection):
    """Progress against the target and known novels."""

    TITLE = "Beside known novels"

    def told(self, figures: BookFigures, width: int) -> Sequence[Line]:
        rows = [("its own target", figures.target_words)]
        rows += [(novel.title, novel.words) for novel in REFERENCE_NOVELS]
        spare = width - _SHORT_BAR_CELLS - _FIGURES_CELLS
        title_cells = min(max(_TITLE_CELLS, spare), _LONG_TITLE_CELLS)
        cells = max(_SHORT_BAR_CELLS, min(_BAR_CELLS, width - title_cells - _FIGURES_CELLS))
        lines: list[Line] = []
        for title, words in rows:
            share = figures.words / max(1, words)
            named = title if len(title) <= title_cells else title[: title_cells - 1] + "…"
            told = f"{share:>6.0%}" if share >= 0.1 or not share else f"{share:>6.1%}"
            full, rest = thin_bar(share, cells)
            lines.append(
                Content.assemble(
                    f"{named:<{title_cells}} ",
                    (full, "$primary"),
                    (rest, "$foreground 30%"),
                    told.replace("%", " %"),
                    (f"{words:>11,}", "$text-muted"),
                )
            )
        return lines


class DrawingSection(BookSection):
    """Tokens, time, money."""

    TITLE = "What it took"

    def told(self, figures: BookFigures, width: int) -> Sequence[Line]:
        drawing = _drawing(figures.drawing)
        note: list[Line] = [muted("of the text that stands; a person’s words were not drawn")]
        nothing: list[Line] = ["No model has drawn anything that stands."]
        return [*(drawing or nothing), *_spending(figures.spending), *(note if drawing else [])]


def _stacked(counts: Sequence[int], width: int) -> Content:
    """One bar; who has any words at all has at least one cell of it."""
    total = sum(counts)
    cells = [max(int(count > 0), round(count / total * width)) for count in counts]
    widest = cells.index(max(cells))
    cells[widest] += width - sum(cells)
    parts = [
        (sign * count, colour)
        for (_, _, sign, colour), count in zip(_WHOSE, cells, strict=True)
        if count
    ]
    return Content.assemble(*parts)


def _drawing(drawing: DrawingFigures) -> list[Line]:
    if not drawing.passages:
        return []
    share = "" if drawing.share_kept is None else f" ({100 * drawing.share_kept:.0f} %)"
    lines: list[Line] = [
        _pair("tokens", f"{drawing.tokens_kept:,} kept of {drawing.tokens_drawn:,} drawn{share}"),
        _pair(
            "drawn again",
            f"{drawing.redrawn:,} of {drawing.passages:,} passages, "
            f"{drawing.tokens_redrawn:,} tokens",
        ),
        _pair("time", duration(drawing.seconds)),
    ]
    if drawing.kept_per_second is not None and drawing.drawn_per_second is not None:
        kept, drawn = drawing.kept_per_second, drawing.drawn_per_second
        lines.append(_pair("speed", f"{kept:,.1f} tokens/s kept, {drawn:,.1f} drawn"))
    return lines


def _spending(spending: Mapping[str, Spending]) -> list[Line]:
    if not spending:
        return [_pair("servers", "nothing was spent at any")]
    return [
        _pair("spent", f"at {server}: {spent.in_words()}")
        for server, spent in sorted(spending.items())
    ]


def _pair(name: str, told: str) -> Content:
    return Content.assemble((f"{name:<{_LABEL_CELLS}}", "$text-muted"), told)
