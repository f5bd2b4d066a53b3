"""One chapter, held by this window: from opening to leaving, and what is told of it meanwhile.

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
from novelgen.generation.editing import Edited, TextKeptAside
from novelgen.text.author_notes import note_spans
from novelgen.text.words import count_words
from novelgen.tui.asking import app_of, ask
from novelgen.tui.writing.figures import figures_of, words_of
from novelgen.tui.writing.look import KEPT_AS, Look, look_from
from novelgen.tui.writing.moving import paragraph_number, paragraph_start
from novelgen.tui.writing.note_lines import hidden_notes, paragraph_spans_of
from novelgen.tui.writing.opening import OpenedChapter, locked_spans
from novelgen.tui.writing.page import WritingPage
from novelgen.tui.writing.status import WritingState, WritingStatus
from novelgen.tui.writing.styling import shifted

if TYPE_CHECKING:
    from novelgen.sittings.sitting import Sitting

_SECONDS_UNTIL_COUNTED = 0.3
"""After the last key: counting a long chapter is not done with every one."""


class ChapterDesk(Widget):
    """A chapter, its page, and what is known of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s,f2", "save", "Save", key_display="F2 ^s",
            tooltip="Save now, as a revision; leaving saves as well",
        ),
        Binding("escape", "leave", "Leave", tooltip="Save, and back to reading"),
        Binding("alt+d", "discard", "Discard", show=False,
                tooltip="Throw away what was typed since it was saved last"),
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
        self._leaves: int | None = None
        """How many chapters on to leave for once it is saved; None to stay."""
        self.say: Callable[[str], object] = _say_nothing
        """Tells the person something in the line of news."""
        self.target_words: Callable[[], int] = _no_target
        """Words that the chapter is to have; 0 where that is not known."""
        self.words_today_before: Callable[[], int | None] = lambda: None
        """Words written today in the novel, as it is saved."""

    def compose(self) -> ComposeResult:
        with Vertical(id="writing"):
            with Horizontal(id="writing-sheet"):
                yield WritingPage(id="writing-page")
                yield from self.compose_beside()
            yield from self.compose_below()
            yield WritingStatus()

    def compose_beside(self) -> ComposeResult:
        """What stands at the right of the page."""
        yield from ()

    def compose_below(self) -> ComposeResult:
        """What stands between the page and the line under it."""
        yield from ()

    def on_mount(self) -> None:
        self.page.listener = self
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
        self._words_at_start = words_of(sitting.buffer)
        self._load(sitting.buffer)
        kept = self._histories.get((sitting.before.branch_id, self.chapter))
        if kept is not None and kept[0] == sitting.buffer:
            self.page.history = kept[1]
        self.go_to(paragraph, words)
        self._state = WritingState(
            saved="recovered, not saved" if sitting.is_changed else "nothing typed yet"
        )
        self.page.marks.to_check = paragraph_spans_of(sitting.buffer, opened.paragraphs_to_check)
        self._mark()
        self._count()
        self.page.let_keys_go()

    def go_to(self, paragraph: int, words: str = "") -> None:
        """Bring a paragraph, from 1, or words in it into sight, with the cursor there."""
        text = self.page.text
        start = paragraph_start(hidden_notes(text), max(paragraph, 1))
        found = text.find(words, start) if words else -1
        at = max(found, start)
        self.page.select(at, at)

    def typed(self, start: int, end: int, text: str, *, by_machine: bool) -> None:
        """The page was changed: journal it first."""
        if self.sitting is not None:
            self.sitting.typed(start, end, text, by_machine=by_machine)
            marks = self.page.marks
            marks.to_check = shifted(marks.to_check, start, end, len(text))
            self._has_changed()

    def restored(self, text: str) -> None:
        """Undo or redo gave the page this text."""
        if self.sitting is not None:
            self.sitting.restored(text)
            self._has_changed()

    def wear(self, look: Look) -> None:
        """Take on a look and keep it."""
        app_of(self).left_off.keep_value(KEPT_AS, look.as_json())
        self.page.wear(look)

    def action_save(self) -> None:
        self.save(lambda saved: self.post_message(self.Saved(saved)))

    def action_leave(self) -> None:
        self.leave()

    @on(WritingPage.ChapterWanted)
    def turn_chapter(self, event: WritingPage.ChapterWanted) -> None:
        event.stop()
        self.leave(event.step)

    def action_discard(self) -> None:
        from novelgen.tui.dialogs.confirm import Confirm

        self.put_away()

        def answered(throws_away: bool | None) -> None:
            sitting = self.sitting
            if throws_away and sitting is not None:
                ask(self, lambda _: sitting.discard(), lambda _: self._let_go(None), group="save")

        question = "What you typed since it was saved last is thrown away."
        self.app.push_screen(Confirm("Discard", question, "Throw away", "Go on"), answered)

    def leave(self, step: int = 0) -> None:
        """Save what there is to save, and let the chapter go; after a save that is under way."""
        if self.sitting is None:
            return
        if self._is_saving:
            self._leaves = step
        elif self.sitting.is_changed:
            self._leaves = step
            self.save(lambda _: None)
        else:
            self._let_go(None, step)

    def put_away(self) -> None:
        """Take away what stands on the page and is no part of the text."""

    async def settle(self) -> None:
        """Save what there is to save, and let go: the person goes elsewhere."""
        sitting = self.sitting
        saved = None
        while sitting is not None and sitting.is_changed:
            self.put_away()
            try:
                saved = await app_of(self).desk.ask(lambda _: sitting.save())
            except TextKeptAside:
                await app_of(self).desk.ask(lambda _: sitting.discard())
                self._let_go(None)
                raise
            self._was_saved(saved)
        self._let_go(saved)

    def save(self, then: Callable[[Edited], object]) -> None:
        """Make a revision of what was typed; `then` is told of it."""
        self.put_away()
        sitting = self.sitting
        if sitting is None or self._is_saving:
            return
        self._is_saving = True

        def saved(edited: Edited) -> None:
            self._is_saving = False
            self._was_saved(edited)
            then(edited)
            self._leave_as_wished(edited)

        def failed(error: NovelgenError) -> None:
            self._is_saving = False
            self._leaves = None
            self._tell(saved="not saved; kept in the journal")
            app_of(self).show_error(error)
            if isinstance(error, TextKeptAside):  # it is a revision beside the chapter
                ask(self, lambda _: sitting.discard(), lambda _: self._let_go(None), group="save")

        self._tell(saved="saving …")
        ask(self, lambda _: sitting.save(), saved, group="save", on_error=failed)

    def _leave_as_wished(self, edited: Edited) -> None:
        """Leave where that was asked for, unless more was typed since: then that is saved too."""
        step, self._leaves = self._leaves, None
        if step is None:
            return
        if self.is_changed:
            self.leave(step)
        else:
            self._let_go(edited, step)

    def _was_saved(self, edited: Edited) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        self.put_away()
        arrived = sitting.take_in() if edited.words_meanwhile else None
        if arrived is not None:
            self.page.append_untold(arrived.start, arrived.text)
        self._words_at_start = words_of(sitting.buffer)
        is_saved = not sitting.is_changed
        self._tell(
            saved=f"saved as revision {edited.revision.number}" if is_saved else "not saved yet"
        )
        self._mark()

    def _let_go(self, saved: Edited | None, step: int = 0) -> None:
        sitting = self.sitting
        if sitting is None:
            return
        self.put_away()
        key = (sitting.before.branch_id, self.chapter)
        self._histories[key] = (self.page.text, self.page.history)
        paragraph = paragraph_number(hidden_notes(self.page.text), self.page.cursor)
        sitting.close()
        self._opened = None
        if step:
            self.page.hold_keys()
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
            trouble = "" if sitting.trouble is None else sitting.trouble.message
            saved = "not saved yet" if sitting.is_changed else "as saved"
            self._tell(saved=saved, trouble=trouble)
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
        if sitting is not None:
            text = sitting.buffer
            figures = figures_of(text, sitting.machine, min(self.page.cursor, len(text)))
            before = self.words_today_before()
            written = figures.words - self._words_at_start
            self._tell(
                chapter=self.chapter,
                words=figures.words,
                target_words=self.target_words(),
                words_today=written if before is None else before + written,
                paragraph=figures.paragraph,
                paragraphs=figures.paragraphs,
                share_author=figures.share_author,
            )

    def _tell(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]
        self.query_one(WritingStatus).show(self._state)


def _say_nothing(_: str) -> None:
    """Until somebody listens."""


def _no_target() -> int:
    return 0
