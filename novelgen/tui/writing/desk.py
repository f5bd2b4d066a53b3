"""The writing desk: one chapter, held by this window, with all that helps to write it.

What is typed goes to the sitting, which journals it, before anything is drawn; leaving saves it as
one revision. Who shows the desk is told by messages what became of it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.document._history import EditHistory
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import TextArea

from novelgen.errors import NovelgenError
from novelgen.generation.editing import Edited
from novelgen.text.author_notes import note_spans, without_notes
from novelgen.text.words import count_words
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.writing.co_writing import TAKE_ALL, TAKE_PIECES, going_on, telling_anew
from novelgen.tui.writing.ghost import GhostWriter
from novelgen.tui.writing.look import KEPT_AS, Look, look_from
from novelgen.tui.writing.look_dialog import LookDialog
from novelgen.tui.writing.moving import paragraph_number, paragraph_start
from novelgen.tui.writing.opening import OpenedChapter, locked_spans
from novelgen.tui.writing.page import WritingPage
from novelgen.tui.writing.rewrite_dialog import RewriteDialog
from novelgen.tui.writing.status import WritingState, WritingStatus

if TYPE_CHECKING:
    from novelgen.generation.rewriting import Instruction
    from novelgen.sittings.sitting import Sitting
    from novelgen.text.spelling import Speller

_TAKES = {"right": "word", "ctrl+right": "word", "down": "sentence", "tab": "all"}
_SECONDS_UNTIL_COUNTED = 0.3
"""After the last key: counting a long chapter is not done with every one."""


class WritingDesk(Widget):
    """A chapter while it is written."""

    NAME = "Writing"
    PURPOSE = "Write the chapter: what you type is kept as you type it"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s,f2", "save", "Save", key_display="F2 ^s",
            tooltip="Save now, as a revision; leaving saves as well",
        ),
        Binding("escape", "leave", "Leave", tooltip="Save, and back to reading"),
        Binding(
            "f5,ctrl+@", "go_on", "Go on", key_display="F5",
            tooltip="Have the machine go on from the cursor; you take a word, a sentence, or all",
        ),
        Binding(
            "f6", "tell", "Tell anew",
            tooltip="Have what is marked told anew; with nothing marked, say what happens next",
        ),
        Binding("f9", "look", "Look", tooltip="Typewriter, focus, line spacing, marks, spelling"),
        Binding("alt+d", "discard", "Discard", show=False,
                tooltip="Throw away what was typed since it was saved last"),
        Binding("ctrl+pagedown,alt+pagedown", "chapter(1)", "Next chapter", show=False,
                tooltip="Save, and write the next chapter"),
        Binding("ctrl+pageup,alt+pageup", "chapter(-1)", "Chapter before", show=False,
                tooltip="Save, and write the chapter before"),
    ]  # fmt: skip

    class Left(Message):
        """The chapter was let go. `step`: how many chapters on the next is that is wanted; 0 for
        reading."""

        def __init__(
            self, chapter: int, paragraph: int, saved: Edited | None, step: int = 0
        ) -> None:
            super().__init__()
            self.chapter = chapter
            self.saved = saved
            self.paragraph = paragraph
            self.step = step

    class Saved(Message):
        """A revision was made of what was typed, and the desk stays."""

        def __init__(self, saved: Edited) -> None:
            super().__init__()
            self.saved = saved

    def __init__(self) -> None:
        super().__init__(id="writing-desk")
        self._opened: OpenedChapter | None = None
        self._histories: dict[tuple[str, int], tuple[str, EditHistory]] = {}
        """By branch and chapter: the text it was left with, and what undo knows of it."""
        self._counting: Timer | None = None
        self._state = WritingState()
        self._words_at_start = 0
        self._is_saving = False
        self.caution = ""
        """What the novel's model cannot do when it is told to change something, in words."""
        self.say: Callable[[str], object] = lambda text: None
        """Tells the person something in the line of news."""
        self.words_today_before: Callable[[], int | None] = lambda: None
        """Words written today in the novel, as it is saved."""

    def compose(self) -> ComposeResult:
        with Vertical(id="writing"):
            with Horizontal(id="writing-sheet"):
                yield WritingPage(id="writing-page")
            yield WritingStatus()

    def on_mount(self) -> None:
        self.ghost = GhostWriter(self, lambda text: self.say(text))
        self.page.listener = self
        self.page.takes_key = self._takes_key
        self.page.wear(look_from(app_of(self).left_off.value(KEPT_AS)))

    @property
    def page(self) -> WritingPage:
        return self.query_one(WritingPage)

    @property
    def sitting(self) -> "Sitting | None":
        """What is written; None while nothing is."""
        return None if self._opened is None else self._opened.sitting

    @property
    def chapter(self) -> int:
        """The number of the chapter; 0 while there is none."""
        return 0 if self.sitting is None else self.sitting.before.number

    @property
    def is_changed(self) -> bool:
        """Whether there is something that no revision holds."""
        return self.sitting is not None and self.sitting.is_changed

    # From opening to leaving

    def begin(self, opened: OpenedChapter, paragraph: int = 0, words: str = "") -> None:
        """Write this chapter, beginning at a paragraph, from 1, or at words in it."""
        sitting = opened.sitting
        self._opened = opened
        self._words_at_start = _words(sitting.buffer)
        self._load(sitting.buffer)
        kept = self._histories.get((sitting.before.branch_id, self.chapter))
        if kept is not None and kept[0] == sitting.buffer:
            self.page.history = kept[1]
        start = paragraph_start(sitting.buffer, max(paragraph, 1))
        at = sitting.buffer.find(words, start) if words else start
        self.page.select(max(at, start), max(at, start))
        self._state = WritingState(
            saved="recovered, not saved" if sitting.is_changed else "nothing typed yet"
        )
        self._mark()
        self._count()

    def typed(self, start: int, end: int, text: str, *, by_machine: bool) -> None:
        """The page was changed: journal it first."""
        if self.sitting is not None:
            self.sitting.typed(start, end, text, by_machine=by_machine)
            self._has_changed()

    def restored(self, text: str) -> None:
        """Undo or redo gave the page this text."""
        if self.sitting is not None:
            self.sitting.restored(text)
            self._has_changed()

    def check_spelling(self, speller: "Speller") -> None:
        """From now on misspelt words are marked."""
        self.page.misspelt_in = lambda line: [
            (word.start, word.end) for word in speller.misspelt(line)
        ]
        self.page.restyle()

    def wear(self, look: Look) -> None:
        """Take on a look and keep it."""
        app_of(self).left_off.keep_value(KEPT_AS, look.as_json())
        self.page.wear(look)

    # Writing together

    def action_go_on(self) -> None:
        """Offer what could come next at the cursor."""
        self._go_on("")

    def action_tell(self) -> None:
        """Tell what is marked anew; with nothing marked, say what happens next and go on."""
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
        self.page.select(self.page.cursor, self.page.cursor, center=False)
        text, at = self.sitting.buffer, self.page.cursor
        draw = going_on(self.sitting.before.novel_id, self.chapter, text, at, next_line)
        self.ghost.begin(draw, TAKE_PIECES)

    def _tell_anew(self) -> None:
        sitting, span = self.sitting, self.page.selected
        if sitting is None:
            return
        if any(first < span[1] and span[0] < last for first, last in self.page.marks.locked):
            self.say("What is marked is locked: no machine changes it.")
            return
        text, chapter = sitting.buffer, self.chapter

        def wished(instruction: "Instruction | None") -> None:
            if instruction is not None:
                novel_id = sitting.before.novel_id
                draw = telling_anew(novel_id, chapter, text, span, instruction)
                self.ghost.begin(draw, TAKE_ALL, replaces=span)

        words = count_words(text[span[0] : span[1]])
        self.app.push_screen(RewriteDialog(words, self.caution), wished)

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

    def action_save(self) -> None:
        self.save(lambda saved: self.post_message(self.Saved(saved)))

    def action_leave(self) -> None:
        self.leave()

    def action_chapter(self, step: int) -> None:
        self.leave(step)

    def action_discard(self) -> None:
        from novelgen.tui.dialogs.confirm import Confirm

        def answered(throws_away: bool | None) -> None:
            if throws_away and self.sitting is not None:
                self.sitting.discard()
                self._let_go(None)

        question = "What you typed since it was saved last is thrown away."
        self.app.push_screen(Confirm("Discard", question, "Throw away", "Go on"), answered)

    def leave(self, step: int = 0) -> None:
        """Save what there is to save, and let the chapter go."""
        if self.sitting is None:
            return
        if self.sitting.is_changed:
            self.save(lambda saved: self._let_go(saved, step))
        else:
            self._let_go(None, step)

    async def settle(self) -> None:
        """Save what there is to save, and let go: the person goes elsewhere."""
        sitting = self.sitting
        if sitting is not None:
            self.ghost.end()
            if sitting.is_changed:
                self._was_saved(await app_of(self).desk.ask(lambda _: sitting.save()))
            self._let_go(None)

    def save(self, then: Callable[[Edited], object]) -> None:
        """Make a revision of what was typed; `then` is told of it."""
        self.ghost.end()
        sitting = self.sitting
        if sitting is None or self._is_saving:
            return
        self._is_saving = True

        def saved(edited: Edited) -> None:
            self._is_saving = False
            self._was_saved(edited)
            then(edited)

        def failed(error: NovelgenError) -> None:
            self._is_saving = False
            self._tell(saved="not saved; kept in the journal")
            app_of(self).show_error(error)

        self._tell(saved="saving …")
        ask(self, lambda _: sitting.save(), saved, group="save", on_error=failed)

    def _was_saved(self, edited: Edited) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        if sitting.buffer != self.page.text:  # a run wrote on at its end meanwhile
            at = self.page.cursor
            self._load(sitting.buffer)
            self.page.select(at, at, center=False)
        self._words_at_start = _words(sitting.buffer)
        self._tell(saved=f"saved as revision {edited.revision.number}")
        self._mark()

    def _let_go(self, saved: Edited | None, step: int = 0) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        self.ghost.end()
        key = (sitting.before.branch_id, self.chapter)
        self._histories[key] = (self.page.text, self.page.history)
        paragraph = paragraph_number(self.page.text, self.page.cursor)
        sitting.close()
        self._opened = None
        self.post_message(self.Left(sitting.before.number, paragraph, saved, step))

    def _load(self, text: str) -> None:
        listener, self.page.listener = self.page.listener, None
        self.page.history = EditHistory(
            max_checkpoints=1000, checkpoint_timer=2.0, checkpoint_max_characters=100
        )
        self.page.load_text(text)
        self.page.listener = listener

    # What the person sees

    def _has_changed(self) -> None:
        self._mark()
        sitting = self.sitting
        if sitting is not None:
            self._tell(saved="not saved yet" if sitting.is_changed else "as saved")
        if self._counting is None:
            self._counting = self.set_timer(_SECONDS_UNTIL_COUNTED, self._count)

    def _mark(self) -> None:
        """Take the marks of the text anew."""
        opened = self._opened
        if opened is None:
            return
        text = opened.sitting.buffer
        marks = self.page.marks
        marks.machine = opened.sitting.machine
        marks.notes = note_spans(text)
        marks.locked = locked_spans(text, opened.locked_texts)
        self.page.restyle()

    @on(TextArea.SelectionChanged)
    def follow(self, event: TextArea.SelectionChanged) -> None:
        event.stop()
        start, end = self.page.selected
        words = count_words(self.page.text[start:end]) if start < end else 0
        if words != self._state.selected_words:
            self._tell(selected_words=words)
        if self._counting is None:
            self._counting = self.set_timer(_SECONDS_UNTIL_COUNTED, self._count)

    @on(TextArea.Changed)
    def pass_over(self, event: TextArea.Changed) -> None:
        event.stop()

    def _count(self) -> None:
        self._counting = None
        sitting = self.sitting
        if sitting is None:
            return
        text = sitting.buffer
        words = _words(text)
        machine = sum(count_words(text[start:end]) for start, end in sitting.machine)
        before = self.words_today_before()
        written = words - self._words_at_start
        self._tell(
            chapter=self.chapter,
            words=words,
            words_today=written if before is None else before + written,
            paragraph=paragraph_number(text, min(self.page.cursor, len(text))),
            paragraphs=sum(1 for line in text.split("\n") if line.strip()),
            share_author=1 - machine / words if words else None,
        )

    def _tell(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self.query_one(WritingStatus).show(self._state)


def _words(text: str) -> int:
    """Words of the prose; notes are none of it."""
    return count_words(without_notes(text)[0])
