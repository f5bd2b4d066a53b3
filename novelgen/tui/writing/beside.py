"""An earlier revision beside the page: it goes along with the cursor; what has gone is marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.text.word_diff import DiffKind, DiffSpan, diff_words
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.choose import Choice
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.widgets.styled_prose import StyledPiece, paragraphs_of
from novelgen.tui.writing.moving import paragraph_number
from novelgen.tui.writing.page import WritingPage
from storage.records import RevisionRecord

_SECONDS_UNTIL_COMPARED = 1.5
"""After the last key: a long chapter is not compared with every one."""


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A revision, word by word beside the text as it stood when it was fetched."""

    number: int
    text: str
    present: str
    """The text it is compared with."""
    spans: tuple[DiffSpan, ...]

    def place_of(self, offset: int) -> int:
        """The paragraph of the revision, from 1, that stands where an offset of the text does."""
        now = old = 0
        for span in self.spans:
            length = len(span.text)
            if span.kind is DiffKind.DELETED:
                old += length
                continue
            if now + length > offset:
                old += offset - now if span.kind is DiffKind.EQUAL else 0
                break
            now += length
            old += length if span.kind is DiffKind.EQUAL else 0
        return max(1, paragraph_number(self.text, min(old, len(self.text))))


def read_earlier(workbench: Workbench, revision_id: str, present: str) -> EarlierText:
    """Fetch a revision and compare it with the text on the page."""
    with workbench.store.reading() as work:
        revision = work.chapters.revision(revision_id)
        text = work.texts.of_revision(revision_id).strip()
    return EarlierText(revision.number, text, present, diff_words(text, present))


def compared_again(earlier: EarlierText, present: str) -> EarlierText:
    """The same revision, beside a text that was changed since."""
    spans = diff_words(earlier.text, present)
    return EarlierText(earlier.number, earlier.text, present, spans)


def revisions_of(workbench: Workbench, novel_id: str, chapter: int) -> list[RevisionRecord]:
    """All revisions of a chapter, the newest first."""
    with workbench.store.reading() as work:
        return list(work.chapters.revisions(novel_id, chapter))[::-1]


def choices(revisions: Sequence[RevisionRecord]) -> list[Choice]:
    """The revisions to choose from."""
    return [
        Choice(
            each.id,
            f"Revision {each.number}",
            f"{each.words:,} words, {each.origin.value}, {each.created_at:%d %B %Y %H:%M}",
        )
        for each in revisions
    ]


class Beside(Vertical):
    """The pane; not in sight until a revision is shown, and closed when the desk is left."""

    DEFAULT_CSS = """
    Beside {
        width: 1fr; max-width: 76; height: 1fr; border-left: solid $panel; display: none;
    }
    Beside.-open { display: block; }
    Beside #beside-head {
        height: 1; padding: 0 1 0 4; color: $text-muted;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    Beside ProsePage { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Back to the page that you write"),
    ]

    def __init__(self) -> None:
        super().__init__(id="beside")
        self._earlier: EarlierText | None = None
        self._again: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="beside-head")
        yield ProsePage(id="beside-page")

    @property
    def is_open(self) -> bool:
        return self._earlier is not None

    def show(self, earlier: EarlierText) -> None:
        """Show a revision; what the text does not have any more is struck through."""
        self._earlier = earlier
        told = f"Revision {earlier.number}; F10 closes it. Struck through: gone since."
        self.query_one("#beside-head", Static).update(Content(told))
        pieces = [
            StyledPiece(span.text, "removed" if span.kind is DiffKind.DELETED else "")
            for span in earlier.spans
            if span.kind is not DiffKind.INSERTED
        ]
        self.query_one(ProsePage).show(paragraphs_of(pieces))
        self.add_class("-open")
        self.screen.add_class("-beside")  # what else stands there makes room
        self.go_along(self._page.cursor)

    def close(self) -> None:
        self._earlier = None
        if self._again is not None:
            self._again.stop()
        if self.has_focus_within:
            self._page.focus()
        self.remove_class("-open")
        self.screen.remove_class("-beside")

    def on_hide(self) -> None:
        if self.is_open:
            self.close()

    def action_leave(self) -> None:
        self._page.focus()

    def go_along(self, offset: int) -> None:
        """Bring the place into sight that stands at an offset of the text on the page."""
        earlier = self._earlier
        if earlier is None:
            return
        self.query_one(ProsePage).go_to(earlier.place_of(offset) - 1)
        if self._again is not None:
            self._again.stop()
        self._again = self.set_timer(_SECONDS_UNTIL_COMPARED, self._compare_again)

    @property
    def _page(self) -> WritingPage:
        return self.screen.query_one(WritingPage)

    def _compare_again(self) -> None:
        earlier, text = self._earlier, self._page.text
        if earlier is None or text == earlier.present:
            return

        def compared(again: EarlierText) -> None:
            if self._earlier is earlier:
                self.show(again)

        ask(self, lambda _: compared_again(earlier, text), compared, group="compare")
