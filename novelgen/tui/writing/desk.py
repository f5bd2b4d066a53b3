"""The writing desk: a chapter that is held, with all that helps to write it.

The machine offers and the person takes; what is searched for is found on the page; an earlier
revision stands beside it.
"""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from novelgen.text.words import count_words
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.choose import Choose
from novelgen.tui.writing.beside import Beside, choices, read_earlier, revisions_of
from novelgen.tui.writing.chapter_desk import ChapterDesk
from novelgen.tui.writing.co_writing import TAKE_ALL, TAKE_PIECES, going_on, telling_anew
from novelgen.tui.writing.find_bar import FindBar
from novelgen.tui.writing.ghost import GhostOffers
from novelgen.tui.writing.look_dialog import LookDialog
from novelgen.tui.writing.opening import OpenedChapter
from novelgen.tui.writing.outside import edit_outside
from novelgen.tui.writing.rewrite_dialog import RewriteDialog
from novelgen.tui.writing.spelling import SpellingRound
from novelgen.tui.writing.styling import clipped
from storage.records import RevisionRecord

if TYPE_CHECKING:
    from novelgen.generation.co_writing_values import Instruction

_TAKES = {"right": "word", "ctrl+right": "word", "down": "sentence", "tab": "all"}
"""Keys that take a piece of what is offered."""


class WritingDesk(ChapterDesk):
    """A chapter while it is written."""

    NAME = "Writing"
    PURPOSE = "Write the chapter: what you type is kept as you type it"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f5,ctrl+@", "go_on", "Go on", key_display="F5",
            tooltip="Have the machine go on from the cursor; you take a word, a sentence, or all",
        ),
        Binding(
            "f6", "tell", "Tell anew", key_display="F6",
            tooltip="Have what is marked told anew; with nothing marked, say what happens next",
        ),
        Binding(
            "f9", "look", "Look", key_display="F9",
            tooltip="Typewriter, focus, line spacing, marks, spelling",
        ),
        Binding("f3,ctrl+f", "find", "Find", key_display="F3", tooltip="Find words in the chapter"),
        Binding(
            "f4", "replace", "Replace", show=False, tooltip="Find words, and put others there"
        ),
        Binding(
            "f7", "spell", "Spelling", show=False, tooltip="Go to the next word that is not known"
        ),
        Binding(
            "f10", "beside", "Beside", show=False,
            tooltip="Show an earlier revision beside the page, or close it",
        ),
        Binding(
            "f12,alt+e", "outside", "Own editor", show=False,
            tooltip="Edit the chapter in $VISUAL or $EDITOR",
        ),
    ]  # fmt: skip

    def on_mount(self) -> None:
        self.ghost = GhostOffers(self, lambda text: self.say(text), self.action_go_on)
        self.spelling = SpellingRound(self)
        self.page.takes_key = self._takes_key
        self.page.puts_away = self.put_away
        self.query_one(FindBar).say = lambda told: self.say(told)

    def compose_beside(self) -> ComposeResult:
        yield Beside()

    def compose_below(self) -> ComposeResult:
        yield FindBar()

    def put_away(self) -> None:
        self.ghost.end()

    def begin(self, opened: OpenedChapter, paragraph: int = 0, words: str = "") -> None:
        self.query_one(FindBar).action_close()
        self.query_one(Beside).close()
        super().begin(opened, paragraph, words)

    # Writing together

    def action_go_on(self) -> None:
        """Offer what could come next at the cursor."""
        self._go_on("")

    def action_tell(self) -> None:
        """Tell what is marked anew; with nothing marked, say what happens next and go on."""
        self.put_away()
        self.query_one(FindBar).action_close()
        if self.page.selection.is_empty:
            self.app.push_screen(
                AskLine("What happens next?", "The machine goes on from the cursor with it."),
                lambda line: self._go_on(line) if line else None,
            )
        else:
            self._tell_anew()

    def _go_on(self, next_line: str) -> None:
        if self.sitting is None:
            return
        self.put_away()
        self.query_one(FindBar).action_close()
        self.page.select(self.page.cursor, self.page.cursor, center=False)
        text, at = self.sitting.buffer, self.page.cursor
        if any(first < at < last for first, last in self.page.marks.notes):
            self.say("The cursor is in a note, which is no part of the book.")
            return
        if any(first < at < last for first, last in self.page.marks.locked):
            self.say("The passage at the cursor is locked: no machine changes it.")
            return
        draw = going_on(self.sitting.before.novel_id, self.chapter, text, at, next_line)
        self.ghost.begin(draw, TAKE_PIECES)

    def _tell_anew(self) -> None:
        sitting, span = self.sitting, self.page.selected
        if sitting is None:
            return
        if any(first < span[1] and span[0] < last for first, last in self.page.marks.locked):
            self.say("What is marked is locked: no machine changes it.")
            return
        if clipped(self.page.marks.notes, *span):
            self.say("There is a note in what is marked: mark the words before or behind it.")
            return
        text, chapter = sitting.buffer, self.chapter

        def wished(instruction: "Instruction | None") -> None:
            if instruction is not None and sitting.buffer == text:
                novel_id = sitting.before.novel_id
                draw = telling_anew(novel_id, chapter, text, span, instruction)
                self.ghost.begin(draw, TAKE_ALL, replaces=span)

        words = count_words(text[span[0] : span[1]])
        self.app.push_screen(RewriteDialog(words), wished)

    def _takes_key(self, key: str) -> bool:
        """While something is offered some keys take it, and all others take it away."""
        ghost = self.ghost
        if not ghost.is_open:
            return False
        if key in _TAKES:
            ghost.take(_TAKES[key])
        elif key == "up":
            ghost.previous()
        elif key in ("f5", "ctrl+@"):
            ghost.retry()
        else:
            ghost.end()
            return key == "escape"
        return True

    def action_look(self) -> None:
        self.app.push_screen(LookDialog(self.page.look, self.wear))

    # What stands beside and below

    def action_beside(self) -> None:
        """Show a revision at the right of the page, or close it."""
        beside = self.query_one(Beside)
        if beside.is_open:
            beside.close()
            return
        sitting = self.sitting
        if sitting is None:
            return
        novel_id, chapter = sitting.before.novel_id, self.chapter

        def chosen(revision_id: str | None) -> None:
            if revision_id is not None:
                text = sitting.buffer
                ask(
                    self,
                    lambda workbench: read_earlier(workbench, revision_id, text),
                    beside.show,
                    group="beside",
                )

        def found(revisions: list[RevisionRecord]) -> None:
            self.app.push_screen(Choose("Which revision?", choices(revisions)), chosen)

        ask(
            self,
            lambda workbench: revisions_of(workbench, novel_id, chapter),
            found,
            group="beside",
        )

    @on(TextArea.SelectionChanged)
    def go_along(self) -> None:
        self.query_one(Beside).go_along(self.page.cursor)

    def action_spell(self) -> None:
        self.put_away()
        self.spelling.next_word()

    def action_outside(self) -> None:
        self.put_away()
        edit_outside(self)

    def action_find(self) -> None:
        self.put_away()
        self.query_one(FindBar).open(self.page)

    def action_replace(self) -> None:
        self.put_away()
        self.query_one(FindBar).open(self.page, replaces=True)
