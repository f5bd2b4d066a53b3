"""The page that a chapter is written on: the keys that move in it and change it.

Paragraphs are parted by an empty line, which the cursor passes over; Enter begins a new one. What
a person does is told to the listener as it happens. Knows nothing of novels, files or models.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.document._history import EditHistory
from textual.events import Key, MouseDown, Paste
from textual.message import Message

from novelgen.text.manuscript_text import read_pasted
from novelgen.tui.writing.marked_page import MarkedPage
from novelgen.tui.writing.moving import (
    next_paragraph,
    next_scene,
    next_sentence,
    paragraph_before,
    scene_before,
    sentence_before,
)
from novelgen.tui.writing.offsets import location_of, offset_of


class ChangeListener(Protocol):
    """Who is told what happens to the text, before anything else does."""

    def typed(self, start: int, end: int, text: str, *, by_machine: bool) -> None:
        """`[start, end)` was replaced."""

    def restored(self, text: str) -> None:
        """The whole text is this again, or for the first time, by undo or redo."""


def _moving(name: str, back: str, on: str, told: str) -> list[BindingType]:
    """Bindings of a movement both ways, and of the same with a selection."""
    return [
        Binding(back, f"step('{name}', -1)", f"{told} back", show=False, tooltip=f"A {name} back"),
        Binding(on, f"step('{name}', 1)", f"{told} on", show=False, tooltip=f"A {name} on"),
        Binding(
            ",".join(_shifted(key) for key in back.split(",")), f"step('{name}', -1, True)",
            f"Mark {told.lower()} back", show=False, tooltip=f"Mark back to the {name}'s beginning",
        ),
        Binding(
            ",".join(_shifted(key) for key in on.split(",")), f"step('{name}', 1, True)",
            f"Mark {told.lower()} on", show=False, tooltip=f"Mark to the next {name}",
        ),
    ]  # fmt: skip


def _shifted(key: str) -> str:
    head, _, last = key.rpartition("+")
    return f"{head}+shift+{last}" if head else f"shift+{last}"


class WritingPage(MarkedPage):
    """The text of a chapter, as it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_moving("sentence", "alt+left", "alt+right", "Sentence"),
        *_moving("paragraph", "ctrl+up", "ctrl+down", "Paragraph"),
        *_moving("scene", "alt+up", "alt+down", "Scene"),
        *_moving("chapter", "ctrl+home", "ctrl+end", "Chapter"),
        Binding("ctrl+pagedown,alt+pagedown", "turn_chapter(1)", "Next chapter", show=False,
                tooltip="Save, and write the next chapter"),
        Binding("ctrl+pageup,alt+pageup", "turn_chapter(-1)", "Chapter before", show=False,
                tooltip="Save, and write the chapter before"),
        Binding(
            "ctrl+z,ctrl+underscore,alt+z", "undo", "Undo", show=False,
            tooltip="Take back what was typed last",
        ),
        Binding(
            "ctrl+y,alt+y", "redo", "Redo", show=False, tooltip="Type again what was taken back"
        ),
        Binding("alt+a", "select_all", "Mark all", show=False, tooltip="Mark the whole chapter"),
        Binding("ctrl+x,alt+x", "cut", "Cut", show=False, tooltip="Cut what is marked"),
        Binding("ctrl+c,alt+c", "copy", "Copy", show=False, tooltip="Copy what is marked"),
        Binding("ctrl+v,alt+v", "paste", "Paste", show=False, tooltip="Put in what was copied"),
    ]  # fmt: skip

    class ChapterWanted(Message):
        """The person wants to write another chapter, so many further on."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, *, id: str | None = None) -> None:
        self.listener: ChangeListener | None = None
        self.takes_key: Callable[[str], bool] = _takes_no_key
        """Asked about every key before the page is; whether that is all that is done with it."""
        self.puts_away: Callable[[], None] = _nothing_to_put_away
        """Takes away what is on the page and no part of the text, before it is changed."""
        self._held: list[Key] | None = None
        """Keys that wait for the chapter they are meant for; None where none has to."""
        self._is_machine = False
        super().__init__(id=id)
        for key in _KEYS_OF_THE_DESK:
            self._bindings.key_to_bindings.pop(key, None)

    def hold_keys(self) -> None:
        """Keep what is typed from now on for the chapter that comes."""
        self._held = []

    def let_keys_go(self, *, drops: bool = False) -> None:
        """Type what was held, or forget it."""
        held, self._held = self._held, None
        for key in held or ():
            if not drops:
                self.post_message(key)

    def put(self, start: int, end: int, text: str, *, by_machine: bool = False) -> None:
        """Replace a stretch of the text, as one step that undo takes back."""
        self.puts_away()
        self.put_in(start, end, text, by_machine=by_machine)

    def put_in(self, start: int, end: int, text: str, *, by_machine: bool = False) -> None:
        """Replace a stretch of what is shown; the cursor stands behind it."""
        lines = self.document.lines
        first, last = location_of(lines, start), location_of(lines, end)
        self._is_machine = by_machine
        try:
            self.history.checkpoint()
            self.edit(Edit(text, first, last, maintain_selection_offset=False))
            self.history.checkpoint()
        finally:
            self._is_machine = False

    def append_untold(self, at: int, text: str) -> None:
        """Put a text in that others wrote; the listener knows of it, the cursor stays."""
        self.puts_away()
        listener, self.listener = self.listener, None
        history, self.history = self.history, _scratch_history()
        try:
            place = location_of(self.document.lines, at)
            self.edit(Edit(text, place, place, maintain_selection_offset=True))
        finally:
            self.listener, self.history = listener, history

    def put_all(self, pieces: Sequence[tuple[int, int, str]]) -> None:
        """Replace stretches, in order and apart, as one step that undo takes back."""
        self.puts_away()
        history, self.history = self.history, _scratch_history()
        try:
            for start, end, text in reversed(pieces):
                self.put_in(start, end, text)
            edits = [edit for batch in self.history._undo_stack for edit in batch]
        finally:
            self.history = history
        if edits:
            history.checkpoint()
            history._undo_stack.append(edits)
            history._redo_stack.clear()
            history.checkpoint()

    # Changes

    def edit(self, edit: Edit) -> EditResult:
        lines = self.document.lines
        start, end = offset_of(lines, edit.top), offset_of(lines, edit.bottom)
        result = super().edit(edit)
        self._starts = []
        if self.listener is not None:
            self.listener.typed(start, end, edit.text, by_machine=self._is_machine)
        return result

    def _undo_batch(self, edits: Sequence[Edit]) -> None:
        super()._undo_batch(edits)
        self._was_restored()

    def _redo_batch(self, edits: Sequence[Edit]) -> None:
        super()._redo_batch(edits)
        self._was_restored()

    def _was_restored(self) -> None:
        self._rewrap_and_refresh_virtual_size()  # the edits of a step may lie far apart
        self._starts = []
        if self.listener is not None:
            self.listener.restored(self.text)

    def load_text(self, text: str) -> None:
        self._starts = []
        super().load_text(text)

    # Keys

    async def _on_key(self, event: Key) -> None:
        """The keys of the page are done here, in the order they were pressed with the letters."""
        if self._held is not None:
            event.stop()
            event.prevent_default()
            self._held.append(event)
            return
        if self.takes_key(event.key):
            event.stop()
            event.prevent_default()
            return
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.new_paragraph()
            return
        bindings = self._bindings.key_to_bindings.get(event.key, ())
        if bindings or event.key.startswith("alt+"):  # that is no letter, though it carries one
            event.prevent_default()
        for binding in bindings:
            event.stop()
            await self.run_action(binding.action)

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        return not key.startswith("alt+") and super().check_consume_key(key, character)

    async def _on_paste(self, event: Paste) -> None:
        event.prevent_default()
        event.stop()
        self._paste_text(event.text)

    def action_paste(self) -> None:
        self._paste_text(self.app.clipboard)

    def action_turn_chapter(self, step: int) -> None:
        self.post_message(self.ChapterWanted(step))

    def action_step(self, unit: str, step: int, select: bool = False) -> None:
        """Go a sentence, paragraph or scene on, or to the chapter's end."""
        move = _MOVES[unit][step > 0]
        target = location_of(self.document.lines, move(self.text, self.cursor))
        self.move_cursor(target, select=select)

    def action_cursor_left(self, select: bool = False) -> None:
        super().action_cursor_left(select)
        self._pass_over_gap(-1, select)

    def action_cursor_right(self, select: bool = False) -> None:
        super().action_cursor_right(select)
        self._pass_over_gap(1, select)

    def action_cursor_up(self, select: bool = False) -> None:
        super().action_cursor_up(select)
        self._pass_over_gap(-1, select, keeps_column=True)

    def action_cursor_down(self, select: bool = False) -> None:
        super().action_cursor_down(select)
        self._pass_over_gap(1, select, keeps_column=True)

    def action_cursor_page_up(self) -> None:
        self._turn_page(-1)

    def action_cursor_page_down(self) -> None:
        self._turn_page(1)

    def action_delete_left(self) -> None:
        row, column = self.selection.end
        if self.selection.is_empty and column == 0 and self._is_gap(row - 1):
            self._delete_via_keyboard((row - 2, len(self.document[row - 2])), (row, 0))
        else:
            super().action_delete_left()

    def action_delete_right(self) -> None:
        row, column = self.selection.end
        at_end = column == len(self.document[row])
        if self.selection.is_empty and at_end and self._is_gap(row + 1):
            self._delete_via_keyboard((row, column), (row + 2, 0))
        else:
            super().action_delete_right()

    def new_paragraph(self) -> None:
        """Part the paragraph at the cursor; does nothing in an empty one."""
        row, column = self.selection.end
        if self.selection.is_empty and not self.document[row].strip():
            return
        start, end = sorted(self.selection)
        at_start = self.selection.is_empty and column == 0
        self._replace_via_keyboard("\n\n", start, end)
        if at_start:  # the new, empty one stands above
            self.move_cursor((row, 0))

    async def _on_mouse_down(self, _event: MouseDown) -> None:
        self.puts_away()

    def _paste_text(self, raw: str) -> None:
        self.puts_away()
        if not self.read_only and (text := read_pasted(raw)):
            start, end = self.selected
            self.put(start, end, text)

    def _is_gap(self, row: int) -> bool:
        """Whether a line is the empty one between two paragraphs."""
        lines = self.document
        return 0 < row < lines.line_count - 1 and not lines[row] and bool(lines[row - 1])

    def _pass_over_gap(self, step: int, select: bool, *, keeps_column: bool = False) -> None:
        row, _ = self.selection.end
        lines = self.document
        if not (0 < row < lines.line_count - 1) or lines[row]:
            return
        if not (lines[row - 1] and lines[row + 1]):
            return
        if keeps_column:
            move = super().action_cursor_down if step > 0 else super().action_cursor_up
            move(select)
        else:
            column = 0 if step > 0 else len(lines[row - 1])
            self.move_cursor((row + step, column), select=select)

    def _turn_page(self, step: int) -> None:
        rows = max(1, self.content_size.height // self.look.line_spacing - 2) * step
        target = self.navigator.get_location_at_y_offset(self.selection.end, rows)
        self.scroll_relative(y=rows * self.look.line_spacing, animate=False)
        self.move_cursor(target)


def _beginning(_text: str, _offset: int) -> int:
    return 0


def _end(text: str, _offset: int) -> int:
    return len(text)


def _takes_no_key(_: str) -> bool:
    return False


def _nothing_to_put_away() -> None:
    """Until somebody offers."""


def _scratch_history() -> EditHistory:
    """One that keeps every step, for steps that are made one or are no person's."""
    return EditHistory(
        max_checkpoints=1_000_000, checkpoint_timer=60.0, checkpoint_max_characters=1
    )


_MOVES = {
    "sentence": (sentence_before, next_sentence),
    "paragraph": (paragraph_before, next_paragraph),
    "scene": (scene_before, next_scene),
    "chapter": (_beginning, _end),
}
_KEYS_OF_THE_DESK = ("f6", "f7")
"""A text area marks with them; here they are the desk's."""
