"""The reader: a chapter as in a book, with nothing else on the screen; one may mark and comment.

A page that is turned behind the last one of a chapter opens the next chapter. Leaving goes back to
the desk, at the paragraph that was read.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import add_mark_at_paragraph
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.novel.open_novel import OpenNovel, Spot
from novelgen.tui.reader.book_page import pages_of
from novelgen.tui.reader.reading import BookChapter, read_chapter
from novelgen.tui.widgets.keys_footer import KeysFooter
from novelgen.tui.widgets.prose_page import ProsePage
from storage.mark_records import MarkKind

_LINES_KEPT = 2
"""Of a page that is turned, the last ones stand at the top of the next."""


class ReaderScreen(Screen[None]):
    """A novel, to be read."""

    TITLE = "Reading"
    DEFAULT_CSS = """
    ReaderScreen #reader-head, ReaderScreen #reader-foot {
        height: 1; text-align: center; color: $text-muted; width: 100%;
    }
    ReaderScreen #reader-head { margin: 1 0; }
    ReaderScreen ProsePage { height: 1fr; scrollbar-size-vertical: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", tooltip="Back to the desk"),
        Binding(
            "right,space,pagedown", "turn(1)", "Turn", key_display="→", priority=True,
            tooltip="Turn the page; behind the last one comes the next chapter",
        ),
        Binding(
            "left,b,pageup", "turn(-1)", "Back", key_display="←", priority=True,
            tooltip="Turn a page back",
        ),
        Binding("m", "mark", "Mark", tooltip="Mark the paragraph, to come back to"),
        Binding("c", "comment", "Comment", tooltip="Say something about the paragraph"),
        Binding("e", "write", "Write", tooltip="Write here"),
        Binding("n", "noted(1)", "Next mark", tooltip="Go to the next mark or comment"),
        Binding("N", "noted(-1)", "Mark before", show=False, tooltip="Go to the one before"),
        Binding("right_square_bracket", "chapter(1)", "Next chapter", show=False, key_display="]",
                tooltip="Read the next chapter"),
        Binding("left_square_bracket", "chapter(-1)", "Chapter before", show=False,
                key_display="[", tooltip="Read the chapter before"),
    ]  # fmt: skip

    def __init__(self, novel: OpenNovel, paragraph: int = 0) -> None:
        """Begin at a paragraph, from 1, of the chapter at hand; 0 is its title."""
        super().__init__()
        self._novel = novel
        self._number = novel.chapter
        self._start = paragraph
        self._chapter: BookChapter | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="reader-head")
        yield ProsePage(id="reader-page")
        yield Static("", id="reader-foot")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.page.focus()
        self.watch(self.page, "scroll_y", self._tell_where, init=False)
        self._read(self._number, self._start)

    @property
    def page(self) -> ProsePage:
        return self.query_one(ProsePage)

    @property
    def paragraph(self) -> int:
        """The one that is marked, or the first in sight; 0 is the title."""
        page = self.page
        return page.first_in_sight() if page.cursor is None else page.cursor

    def action_leave(self) -> None:
        self.dismiss(None)
        self._novel.go_to("Desk", Spot(self._number, self.paragraph or None))

    def action_write(self) -> None:
        self.dismiss(None)
        self._novel.go_to("Desk", Spot(self._number, self.paragraph or 1, writes=True))

    def action_turn(self, step: int) -> None:
        page = self.page
        rows = max(1, page.scrollable_content_region.height - _LINES_KEPT)
        at_end = page.scroll_offset.y >= page.max_scroll_y
        at_start = page.scroll_offset.y <= 0
        if step > 0 and at_end:
            self.action_chapter(1)
        elif step < 0 and at_start:
            self.action_chapter(-1, at_end=True)
        else:
            page.scroll_relative(y=step * rows, animate=False)

    def action_chapter(self, step: int, at_end: bool = False) -> None:
        numbers = [chapter.number for chapter in self._novel.chapters if chapter.words]
        wanted = self._number + step
        if wanted in numbers:
            self._read(wanted, 0, at_end=at_end)
        else:
            self._foot("The end." if step > 0 else "The beginning.")

    def action_mark(self) -> None:
        self._add(MarkKind.MARK, "")

    def action_comment(self) -> None:
        self.app.push_screen(
            AskLine("Comment", "What is there to say about this paragraph?"),
            lambda body: self._add(MarkKind.COMMENT, body) if body else None,
        )

    def action_noted(self, step: int) -> None:
        """Go to the next paragraph of the chapter with a mark or comment."""
        chapter = self._chapter
        if chapter is None:
            return
        noted = sorted(chapter.marks)[:: 1 if step > 0 else -1]
        here = self.paragraph
        found = next((each for each in noted if (each - here) * step > 0), None)
        if found is None:
            self._foot("No more marks in this chapter.")
        else:
            self.page.go_to(found)

    def _add(self, kind: MarkKind, body: str) -> None:
        number, paragraph = self._number, max(1, self.paragraph)

        def add(workbench: Workbench) -> None:
            novel = workbench.find(self._novel.id).novel
            add_mark_at_paragraph(workbench.store, novel, number, paragraph, kind=kind, body=body)

        def added(_: None) -> None:
            self._novel.has_changed()
            self._read(number, None)

        ask(self, add, added, group="mark", is_exclusive=False)

    def _read(self, number: int, paragraph: int | None, *, at_end: bool = False) -> None:
        """Show a chapter at a paragraph; None: where the page is."""

        def take(chapter: BookChapter) -> None:
            self._number, self._chapter = number, chapter
            self.page.show(pages_of(chapter), keeps_place=paragraph is None)
            if at_end:
                self.page.scroll_end(animate=False)
            elif paragraph:
                self.page.go_to(paragraph, marks=False)
            self._tell_where()

        ask(
            self,
            lambda workbench: read_chapter(workbench, self._novel.id, number),
            take,
            group="read",
        )

    def _tell_where(self) -> None:
        overview, page = self._novel.overview, self.page
        title = "" if overview is None else overview.summary.novel.title
        chapters = sum(1 for chapter in self._novel.chapters if chapter.words)
        self.query_one("#reader-head", Static).update(Content(title))
        height = max(1, page.scrollable_content_region.height)
        of = max(1, -(-page.virtual_size.height // height))
        at = min(of, round(page.scroll_offset.y) // height + 1)
        self._foot(f"Chapter {self._number} of {chapters} · page {at} of {of}")

    def _foot(self, told: str) -> None:
        self.query_one("#reader-foot", Static).update(Content(told))
