"""Picks sentences of several drafts into one text, in the order in which they are picked."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from novelgen.text.joined_sentences import DraftSentence, JoinedText, joined, sentences_of
from novelgen.tui.places.drafts.reading import DraftGroup, ShownDraft
from novelgen.tui.widgets.kept_list import KeptList
from novelgen.tui.widgets.prose_page import ProsePage
from novelgen.tui.widgets.styled_prose import StyledPiece, paragraphs_of
from novelgen.tui.widgets.wrapping import wrap

_INDENT = 3
"""Cells before a sentence, for the number of its place."""


class SentenceList(KeptList):
    """The sentences of one draft; those picked with the number of their place."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Pick", key_display="⏎", tooltip="Pick the sentence, "
                "or leave it out again"),
    ]  # fmt: skip


class PickView(Horizontal):
    """Sentences at the left, the text so far at the right."""

    DEFAULT_CSS = """
    PickView { display: none; height: 1fr; }
    PickView > Vertical { width: 1fr; padding: 0 1; }
    PickView .pick-head { height: 3; }
    PickView SentenceList { background: $background; }
    PickView SentenceList > .option-list--option { padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "flip(1)", "Next draft", tooltip="See the sentences of the next draft"),
        Binding("shift+tab", "flip(-1)", "Draft before", show=False,
                tooltip="See the sentences of the draft before"),
        Binding("backspace", "drop", "Drop last", tooltip="Leave the last picked sentence out"),
        Binding("d", "done", "Done", tooltip="See the joined text, change it, and save it"),
        Binding("escape", "leave", "Leave", tooltip="Leave the sentences as they are"),
    ]  # fmt: skip

    class Finished(Message):
        """The picking is over; without a text nothing was picked, or it was left."""

        def __init__(self, text: JoinedText | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__()
        self._drafts: Sequence[ShownDraft] = ()
        self._sentences: list[tuple[DraftSentence, ...]] = []
        self._at = 0
        self._picked: list[DraftSentence] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static("", id="pick-from", classes="pick-head")
            yield SentenceList(id="pick-sentences")
        with Vertical():
            yield Static("", id="pick-told", classes="pick-head")
            page = ProsePage(id="pick-joined")
            page.can_focus = False
            yield page

    def begin(self, group: DraftGroup, at: int) -> None:
        """Pick from the usable drafts of a group, beginning with one."""
        self._drafts = [draft for draft in group.drafts if draft.text and draft.is_usable]
        wanted = group.drafts[at]
        self._at = self._drafts.index(wanted) if wanted in self._drafts else 0
        self._sentences = [sentences_of(i, each.text) for i, each in enumerate(self._drafts)]
        self._picked = []
        self._show()
        self.query_one(SentenceList).highlighted = 0
        self.query_one(SentenceList).focus()

    def on_resize(self) -> None:
        if self._sentences:
            self.call_after_refresh(self._show)

    def action_flip(self, step: int) -> None:
        self._at = (self._at + step) % len(self._drafts)
        self._show()
        self.query_one(SentenceList).highlighted = 0

    def action_drop(self) -> None:
        if self._picked:
            self._picked.pop()
            self._show()

    def action_done(self) -> None:
        if self._picked:
            self.post_message(self.Finished(joined(self._picked)))
        else:
            self.query_one("#pick-told", Static).update(
                Content.styled("Nothing is picked yet: Enter picks a sentence.", "$warning")
            )

    def action_leave(self) -> None:
        self.post_message(self.Finished(None))

    @on(OptionList.OptionSelected)
    def pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        sentence = self._sentences[self._at][event.option_index]
        if sentence in self._picked:
            self._picked.remove(sentence)
        else:
            self._picked.append(sentence)
            if event.option_index + 1 < len(self._sentences[self._at]):
                self.query_one(SentenceList).highlighted = event.option_index + 1
        self._show()

    def _show(self) -> None:
        sentences = self._sentences[self._at]
        lines = [(f"{self._at}-{each.number}", self._line(each)) for each in sentences]
        self.query_one(SentenceList).show(lines)
        self.query_one("#pick-from", Static).update(
            Content.assemble(
                (f"Sentences of draft {self._at + 1} of {len(self._drafts)}", "bold $primary"),
                ("\nEnter picks one, Tab shows the next draft.", "$text-muted"),
            )
        )
        text = joined(self._picked)
        self.query_one("#pick-told", Static).update(_told(text, len(self._picked)))
        page = self.query_one("#pick-joined", ProsePage)
        page.show(paragraphs_of([StyledPiece(text.text)]))
        page.scroll_end(animate=False)

    def _line(self, sentence: DraftSentence) -> Content:
        lead = "\n" if sentence.begins_paragraph and sentence.number else ""
        room = self.query_one(SentenceList).scrollable_content_region.width - _INDENT - 2
        lines = wrap(sentence.text, room if room > 0 else len(sentence.text))
        text = f"\n{' ' * _INDENT}".join(sentence.text[line.start : line.end] for line in lines)
        if sentence in self._picked:
            place = f"{self._picked.index(sentence) + 1:>2} "
            return Content.assemble(lead, (place, "bold $success"), (text, "$success"))
        return Content.assemble(lead, (" · ", "$text-muted"), text)


def _told(text: JoinedText, picked: int) -> Content:
    head = ("The text so far", "bold $primary")
    if not picked:
        return Content.assemble(head, ("\nNothing is picked yet.", "$text-muted"))
    sentences = "1 sentence" if picked == 1 else f"{picked} sentences"
    seams = "no seam" if not text.seams else "1 seam"
    if len(text.seams) > 1:
        seams = f"{len(text.seams)} seams"
    return Content.assemble(head, (f"\n{sentences}, {seams}. d when it is done.", "$text-muted"))
