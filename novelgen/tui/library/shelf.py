"""The novels as a list: two lines each, one more for a fleet, one more where nothing else tells
the premise."""

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from novelgen.tui.library.fleet_words import fleet_told
from novelgen.tui.library.model_words import model_called
from novelgen.tui.library.novel_words import (
    share_written,
    shortened,
    sign_of,
    title_of,
)
from novelgen.tui.library.reading import ShelfNovel
from novelgen.tui.widgets.bars import bar
from novelgen.tui.widgets.clock import ago

_BAR_CELLS = 20
_LEAST_WIDTH = 40
_ROOMY = 64
_PADDING = 2


class Shelf(OptionList):
    """The list; the highlighted novel stays so when others come and go."""

    DEFAULT_CSS = """
    Shelf {
        height: 1fr; border: none; background: $background; padding: 0 1;
        scrollbar-size-vertical: 1;
    }
    Shelf:focus { border: none; background-tint: $foreground 0%; }
    Shelf > .option-list--option { padding: 0 1; }
    Shelf > .option-list--separator { color: $background; }
    Shelf > .option-list--option-highlighted { background: $surface; color: $foreground; }
    Shelf:focus > .option-list--option-highlighted {
        background: $boost; color: $foreground; text-style: none;
    }
    """

    class Resized(Message):
        """The lines are to be made anew."""

    def __init__(self) -> None:
        super().__init__(id="shelf")
        self._novels: Sequence[ShelfNovel] = ()

    @property
    def at_hand(self) -> ShelfNovel | None:
        """The highlighted novel."""
        if self.highlighted is None or self.highlighted >= len(self._novels):
            return None
        return self._novels[self.highlighted]

    def show(self, novels: Sequence[ShelfNovel], *, tells_premise: bool) -> None:
        """Show these."""
        kept = self.at_hand
        ids = [novel.id for novel in novels]
        at = ids.index(kept.id) if kept is not None and kept.id in ids else 0
        top = self.scroll_offset.y
        width = max(self.scrollable_content_region.width - _PADDING, _LEAST_WIDTH)
        self._novels = tuple(novels)
        options: list[Option | None] = []
        for novel in novels:
            lines = _lines(novel, width, tells_premise=tells_premise)
            options += [Option(lines, id=novel.id), None]  # a rule, which is not seen: air
        self.set_options(options[:-1])
        if novels:
            self.highlighted = at
            self.scroll_to(y=top, animate=False)

    def on_resize(self) -> None:
        self.post_message(self.Resized())


def _lines(novel: ShelfNovel, width: int, *, tells_premise: bool) -> Content:
    lines = [_title_line(novel, width), _figures_line(novel, width)]
    if novel.in_fleet is not None:
        lines.append(fleet_told(novel.in_fleet, width))
    if tells_premise and novel.premise:
        lines.append(
            Content.styled("  " + shortened(novel.premise, width - 2), "$text-muted italic")
        )
    return Content("\n").join(lines)


def _title_line(novel: ShelfNovel, width: int) -> Content:
    sign, colour = sign_of(novel.state)
    inbox = f"✉ {novel.waiting}  " if novel.waiting else ""
    right = f"{inbox}{novel.state.value}"
    room = width - 4 - len(right)
    title = shortened(title_of(novel), room)
    by = f"  {novel.author}" if novel.author and len(title) + len(novel.author) + 2 <= room else ""
    gap = " " * (room - len(title) - len(by) + 2)
    return Content.assemble(
        (f"{sign} ", colour),
        (title, "bold"),
        (by, "$text-muted"),
        gap,
        (inbox, "$warning"),
        (novel.state.value, colour),
    )


def _figures_line(novel: ShelfNovel, width: int) -> Content:
    """Where there is no room, first the model goes, then when it was worked on."""
    share = share_written(novel)
    cells = _BAR_CELLS if width >= _ROOMY else _BAR_CELLS // 2
    figures = f" {100 * share:3.0f} %  {novel.words:,} of {novel.target_words:,} words"
    room = width - 2 - cells - len(figures)
    when = ago(novel.updated_at) if width >= _ROOMY else ""
    when = when if len(when) + 2 <= room else ""
    model = "  " + model_called(novel.model)
    model = model if len(model) + len(when) + 2 <= room else ""
    return Content.assemble(
        "  ",
        (bar(share, cells), "$primary"),
        figures,
        (model, "$text-muted"),
        " " * max(0, room - len(model) - len(when)),
        (when, "$text-muted"),
    )
