"""The novel at hand, beside the list."""

from collections.abc import Mapping
from itertools import pairwise

from textual.content import Content
from textual.widgets import Static

from novelgen.tui.library.fleet_words import fleet_section
from novelgen.tui.library.model_words import model_called
from novelgen.tui.library.novel_words import (
    counted,
    share_written,
    shortened,
    sign_of,
    state_in_full,
    title_of,
)
from novelgen.tui.library.reading import NovelDetails, NovelState, ShelfNovel
from novelgen.tui.widgets.bars import bar, sparkline
from novelgen.tui.widgets.clock import ago

_BAR_CELLS = 24
_DAYS = 24
_VALUE_CELLS = 26
_LONGEST_FAILURE = 400


class DetailsPanel(Static):
    """A column of short sections."""

    DEFAULT_CSS = """
    DetailsPanel { width: 1fr; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__("", id="novel-details")

    def show(
        self,
        novel: ShelfNovel | None,
        details: NovelDetails | None,
        words_by_day: Mapping[str, int],
    ) -> None:
        """`details` come later than the novel."""
        if novel is None:
            self.update("")
            return
        known = details if details is not None and details.novel_id == novel.id else None
        sections = [
            _title(novel, known),
            _state(novel, known),
            fleet_section(novel),
            _figures(novel, known),
            Content(novel.premise),
            _days(words_by_day),
            _inbox(novel),
        ]
        self.update(Content("\n\n").join(section for section in sections if section.plain))


def _title(novel: ShelfNovel, details: NovelDetails | None) -> Content:
    genre = details.genre if details is not None else ""
    under = ", ".join(each for each in (novel.author, genre) if each)
    return Content.assemble(
        (title_of(novel), "bold $primary"), (f"\n{under}" if under else "", "$text-muted")
    )


def _state(novel: ShelfNovel, details: NovelDetails | None) -> Content:
    sign, colour = sign_of(novel.state)
    told = Content.assemble((f"{sign} ", colour), (state_in_full(novel.state), ""))
    if novel.state.is_broken_off:
        failure = details.failure[:_LONGEST_FAILURE] if details is not None else ""
        told = Content.assemble(
            told,
            (f"\n{failure}" if failure else "", "$text-muted"),
            ("\nr", "bold $primary"),
            " goes on from there.",
        )
    elif novel.state is NovelState.PAUSED:
        told = Content.assemble(told, (" r", "bold $primary"), " writes on.")
    return told


def _figures(novel: ShelfNovel, details: NovelDetails | None) -> Content:
    share = share_written(novel)
    lines = [
        ("Written", f"{novel.words:,} of {novel.target_words:,} words"),
        ("Chapters", _chapters(novel, details)),
        ("Now at", "" if details is None else shortened(details.chapter_title, _VALUE_CELLS)),
        ("Model", model_called(novel.model)),
        ("Drafts", "1" if novel.candidates == 1 else f"{novel.candidates}, the best is kept"),
        ("Begun", ago(novel.created_at)),
        ("Last worked", ago(novel.updated_at)),
    ]
    parts: list[tuple[str, str]] = [
        (bar(share, _BAR_CELLS), "$primary"),
        (f" {100 * share:.0f} %\n", ""),
    ]
    for name, value in filter(lambda line: line[1], lines):
        parts += [(f"\n{name:<13}", "$text-muted"), (value, "")]
    return Content.assemble(*parts)


def _chapters(novel: ShelfNovel, details: NovelDetails | None) -> str:
    if details is None:
        return f"{novel.chapters}"
    if not details.planned_chapters:
        return "not planned yet"
    return f"{details.chapters_written} of {details.planned_chapters}"


def _days(words_by_day: Mapping[str, int]) -> Content:
    """How much the book grew by day, as far as the workbench has seen it."""
    counts = [words for _, words in sorted(words_by_day.items())][-_DAYS - 1 :]
    grown = [max(0, after - before) for before, after in pairwise(counts)]
    if not any(grown):
        return Content("")
    return Content.assemble(
        (sparkline(grown), "$secondary"),
        (f"\nwords on the last {counted(len(grown), 'day')}", "$text-muted"),
    )


def _inbox(novel: ShelfNovel) -> Content:
    if not novel.waiting:
        return Content("")
    wait = "waits" if novel.waiting == 1 else "wait"
    return Content.assemble(
        (f"✉ {counted(novel.waiting, 'chapter')} {wait} for you: ", "$warning"),
        ("i", "bold $primary"),
    )
