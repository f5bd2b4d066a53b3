"""The reader: a chapter as in a book, with nothing else on the screen; one may mark and comment.

A page that is turned behind the last one of a chapter opens the next chapter. Leaving goes back to
the desk, at the paragraph that was read.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.generation.author_marks import StandingMark
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.novel.open_novel import OpenNovel, Spot
from novelgen.tui.reader.book_page import BookPage
from novelgen.tui.reader.reading import (
    BookChapter,
    note_paragraph,
    read_chapter,
    reword,
    settle,
    unsettle,
)
from novelgen.tui.widgets.keys_footer import KeysFooter
from storage.mark_records import MarkKind


class ReaderScreen(Screen[None]):
    """A novel, to be read."""

    TITLE = "Reading"
    CSS = """
    ReaderScreen #reader-head, ReaderScreen #reader-foot {
        height: 1; text-align: center; color: $text-muted; width: 100%;
    }
    ReaderScreen #reader-head { margin: 1 0; }
    ReaderScreen #reader-foot { margin: 1 0 0 0; }
    ReaderScreen BookPage { height: 1fr; scrollbar-size-vertical: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Leave", key_display="esc", tooltip="Back to the desk"),
        Binding("m", "mark", "Mark", tooltip="Mark the paragraph, to come back to; once more takes "
                "the mark away"),
        Binding("c", "comment", "Comment", tooltip="Say something about the paragraph"),
        Binding("n", "noted(1)", "Next mark", tooltip="Go to the next mark, comment or note of the "
                "book"),
        Binding("N", "noted(-1)", "Mark before", show=False, tooltip="Go to the one before"),
        Binding("e", "write", "Write", tooltip="Write here"),
        Binding("enter", "reword", "Reword", show=False, tooltip="Say it in other words"),
        Binding("x", "settle", "Settle", show=False, tooltip="Be done with a mark or comment"),
        Binding("u", "unsettle", "Take back", show=False,
                tooltip="Have what was settled last stand again"),
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
        self._settled: list[int] = []
        """Ids of what was settled here, the latest last."""

    def compose(self) -> ComposeResult:
        yield Static("", id="reader-head")
        yield BookPage(id="reader-page")
        yield Static("", id="reader-foot")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.page.focus()
        self.watch(self.page, "scroll_y", self._tell_where, init=False)
        self._read(self._number, self._start)

    @property
    def page(self) -> BookPage:
        return self.query_one(BookPage)

    # Going on and back

    def action_leave(self) -> None:
        self._go_to_desk(writes=False)

    def action_write(self) -> None:
        self._go_to_desk(writes=True)

    def action_turn(self, step: int) -> None:
        if not self.page.turn(step):
            self._open_next(step, at_end=step < 0)

    def action_chapter(self, step: int) -> None:
        self._open_next(step, at_end=False)

    def action_noted(self, step: int) -> None:
        """Go to what is noted next, in whichever chapter."""
        chapter, page = self._chapter, self.page
        if chapter is None:
            return
        here = (self._number, page.at_hand)
        if step > 0:
            is_new = page.cursor is None  # what is noted where one reads has not been gone to yet
            found = next((at for at in chapter.noted if at > here or (is_new and at == here)), None)
        else:
            found = next((at for at in reversed(chapter.noted) if at < here), None)
        if found is None:
            self._foot(f"There is nothing marked {'from here on' if step > 0 else 'before this'}.")
        elif found[0] == self._number:
            page.go_to(found[1])
        else:
            self._read(*found, marks=True)

    def _open_next(self, step: int, *, at_end: bool) -> None:
        """Open the next written chapter, or the one before."""
        written = [chapter.number for chapter in self._novel.chapters if chapter.words]
        ahead = [number for number in written[::step] if (number - self._number) * step > 0]
        if ahead:
            self._read(ahead[0], 0, at_end=at_end)
        else:
            self._foot("The end." if step > 0 else "The beginning.")

    def _go_to_desk(self, *, writes: bool) -> None:
        paragraph = self.page.at_hand or (1 if writes else None)
        self.dismiss(None)
        self._novel.go_to("Desk", Spot(self._number, paragraph, writes=writes))

    # What is noted

    def action_mark(self) -> None:
        """Mark the paragraph at hand, or take its mark away."""
        marked = [each for each in self._noted if each.record.kind is MarkKind.MARK]
        if marked:
            self._settle(marked[-1])
        elif paragraph := self._paragraph:
            self._note(paragraph, "")

    def action_comment(self) -> None:
        if paragraph := self._paragraph:
            self.app.push_screen(
                AskLine("Comment", "What is there to say about this paragraph?"),
                lambda body: self._note(paragraph, body) if body else None,
            )

    def action_reword(self) -> None:
        noted = [each for each in self._noted if each.record.kind is not MarkKind.NOTE]
        if noted:
            self._of_these(noted, "Which one is worded anew?", self._reword)
        elif self._noted:
            self._foot("A note stands in the text: e writes there.")

    def action_settle(self) -> None:
        if self._noted:
            self._of_these(self._noted, "Which one is settled?", self._settle)
        else:
            self._foot("There is nothing to settle at this paragraph.")

    def action_unsettle(self) -> None:
        if self._settled:
            mark_id = self._settled.pop()
            self._change(
                lambda workbench: unsettle(workbench, self._novel.id, mark_id), "It stands again."
            )
        else:
            self._foot("Nothing was settled here.")

    @property
    def _noted(self) -> Sequence[StandingMark]:
        """What is noted of the paragraph at hand."""
        return () if self._chapter is None else self._chapter.marks.get(self.page.at_hand, ())

    @property
    def _paragraph(self) -> int:
        """The paragraph at hand; where there is none, that is told."""
        if not self.page.at_hand:
            self._foot("There is no paragraph to mark.")
        return self.page.at_hand

    def _note(self, paragraph: int, body: str) -> None:
        number = self._number
        self._change(
            lambda workbench: note_paragraph(workbench, self._novel.id, number, paragraph, body),
            "Said; n comes back to it." if body else "Marked; n comes back to it.",
        )

    def _reword(self, mark: StandingMark) -> None:
        mark_id = mark.record.id

        def worded(body: str | None) -> None:
            if body:
                self._change(
                    lambda workbench: reword(workbench, self._novel.id, mark_id, body),
                    "Said in other words.",
                )

        self.app.push_screen(
            AskLine("In other words", "What is there to say about it?", mark.record.body), worded
        )

    def _settle(self, mark: StandingMark) -> None:
        mark_id = mark.record.id
        self._settled.append(mark_id)
        self._change(
            lambda workbench: settle(workbench, self._novel.id, mark_id),
            f"The {mark.record.kind.value} is settled; u takes that back.",
        )

    def _of_these(
        self, marks: Sequence[StandingMark], question: str, then: Callable[[StandingMark], None]
    ) -> None:
        """Ask which one is meant where there are several."""
        if len(marks) == 1:
            then(marks[0])
            return
        by_id = {str(each.record.id): each for each in marks}
        choices = [
            Choice(key, each.record.body or "a mark", each.record.kind.value)
            for key, each in by_id.items()
        ]

        def chosen(key: str | None) -> None:
            if key is not None:
                then(by_id[key])

        self.app.push_screen(Choose("Noted here", choices, question), chosen)

    def _change(self, change: Callable[[Workbench], None], told: str) -> None:
        number = self._number

        def changed(_: None) -> None:
            self._novel.has_changed()
            self._read(number, None, told=told)

        ask(self, change, changed, group="mark", is_exclusive=False)

    # What is shown

    def _read(
        self,
        number: int,
        paragraph: int | None,
        *,
        at_end: bool = False,
        marks: bool = False,
        told: str = "",
    ) -> None:
        """Show a chapter at a paragraph, and mark it if wished; None: where the page is."""

        def take(chapter: BookChapter) -> None:
            self._number, self._chapter = number, chapter
            if paragraph is None:
                self.page.show_again(chapter)
            else:
                self.page.open(chapter, paragraph, at_end=at_end)
                if marks:
                    self.page.cursor = paragraph
            self._tell_where()
            if told:
                self._foot(told)

        ask(
            self,
            lambda workbench: read_chapter(workbench, self._novel.id, number),
            take,
            group="read",
        )

    @on(BookPage.CursorMoved)
    def _tell_noted(self, event: BookPage.CursorMoved) -> None:
        event.stop()
        self._tell_where()

    def _tell_where(self) -> None:
        overview, chapters = self._novel.overview, self._novel.chapters
        title = "" if overview is None else overview.summary.novel.title
        self.query_one("#reader-head", Static).update(Content(title))
        page, of = self.page.pages
        told = f"Chapter {self._number}"
        if len(chapters) > 1:
            told += f" of {len(chapters)}"
        told += f" · page {page} of {of}"
        if self.page.cursor is not None and self._noted:
            told += " · enter rewords, x settles"
        self._foot(told)

    def _foot(self, told: str) -> None:
        self.query_one("#reader-foot", Static).update(Content(told))
