"""The chapters of the novel: number, title, words of the target, and what is to know of each."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from novelgen.manuscript.overview import ChapterOverview
from novelgen.tui.widgets.bars import bar


class ChapterList(OptionList):
    """One line a chapter; the chosen one is at hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right", "select", "Read", show=False, tooltip="Read the chapter"),
    ]

    def __init__(self) -> None:
        super().__init__(id="chapter-list")
        self._shown: list[str] = []
        self._told: tuple[Sequence[ChapterOverview], int, int] = ((), 1, 0)

    def on_resize(self) -> None:
        self.show(*self._told)

    def show(self, chapters: Sequence[ChapterOverview], at_hand: int, live: int) -> None:
        """`live` is the chapter that is being written; 0 for none."""
        self._told = chapters, at_hand, live
        width = max(self.size.width - 2, 20)
        lines = [_line(chapter, width, is_live=chapter.number == live) for chapter in chapters]
        plain = [line.markup for line in lines]
        if len(plain) != len(self._shown):
            self.set_options(
                Option(line, id=str(chapter.number))
                for line, chapter in zip(lines, chapters, strict=True)
            )
        else:
            for index, (old, new) in enumerate(zip(self._shown, plain, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(index, lines[index])
        self._shown = plain
        numbers = [chapter.number for chapter in chapters]
        if at_hand in numbers:
            self.highlighted = numbers.index(at_hand)


def _line(chapter: ChapterOverview, width: int, *, is_live: bool) -> Content:
    sign, colour = _sign(chapter, is_live=is_live)
    marks = "".join(
        [
            "↻" if chapter.memory_behind else "",
            f"!{chapter.to_check}" if chapter.to_check else "",
            "✉" if chapter.is_held else "",
        ]
    )
    share = chapter.words / max(1, chapter.target_words)
    figures = f"{_short(chapter.words)}/{_short(chapter.target_words)}"
    right = f"{marks} {figures:>9}"
    number = f"{chapter.number:>3} "
    room = width - len(right) - len(number) - 2
    title = chapter.title or "…"
    title = title if len(title) <= room else title[: max(room - 1, 1)] + "…"
    head = Content.assemble(
        (f"{sign} ", colour), (number, "$text-muted"), (title.ljust(room), ""), (marks, "$warning")
    )
    tail = (f" {figures:>9}", "$text-muted" if share < 1 else "")
    return Content.assemble(head, tail)


def _sign(chapter: ChapterOverview, *, is_live: bool) -> tuple[str, str]:
    if is_live:
        return "●", "$success"
    if chapter.status == "complete":
        return "█", "$primary"
    if chapter.status == "writing":
        share = chapter.words / max(1, chapter.target_words)
        return bar(min(share, 0.99), 1), "$primary"
    return "·", "$text-muted"


def _short(words: int) -> str:
    return f"{words}" if words < 1000 else f"{words / 1000:.1f}k"
