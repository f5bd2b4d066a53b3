"""A chapter in a plain text area; saving makes a revision."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from novelgen.generation.editing import ChapterText
from novelgen.tui.after_typing import after_typing


class ChapterEditor(TextArea):
    """The text of one chapter while it is changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s,f2", "save", "Save", key_display="^s F2", priority=True,
            tooltip="Save the text as a new revision",
        ),
        Binding("escape", "leave", "Leave", priority=True, tooltip="Leave; asks if it is changed"),
    ]  # fmt: skip

    class Saved(Message):
        """The person wants this text to be the chapter's."""

        def __init__(self, before: ChapterText, text: str) -> None:
            super().__init__()
            self.before = before
            self.text = text

    class Left(Message):
        """The person wants to change nothing."""

    def __init__(self) -> None:
        super().__init__(id="chapter-editor", soft_wrap=True, show_line_numbers=False)
        self._before: ChapterText | None = None

    def begin(self, before: ChapterText, paragraph: int) -> None:
        """Change this text, beginning at a paragraph, from 0."""
        self._before = before
        text = before.text.strip()
        self.load_text(text)
        rows = [row for row, line in enumerate(text.split("\n")) if line.strip()]
        if rows:
            self.move_cursor((rows[min(paragraph, len(rows) - 1)], 0), center=True)

    @property
    def is_changed(self) -> bool:
        return self._before is not None and self.text != self._before.text.strip()

    @property
    def chapter(self) -> int:
        """The number of the chapter; 0 while there is none."""
        return 0 if self._before is None else self._before.number

    def action_save(self) -> None:
        after_typing(self, self._save)

    def action_leave(self) -> None:
        after_typing(self, self._leave)

    def _save(self) -> None:
        if self._before is not None:
            self.post_message(self.Saved(self._before, self.text))

    def _leave(self) -> None:
        from novelgen.tui.dialogs.confirm import Confirm

        if not self.is_changed:
            self.post_message(self.Left())
            return

        def answered(throws_away: bool | None) -> None:
            if throws_away:
                self.post_message(self.Left())

        self.app.push_screen(
            Confirm(
                "Unsaved changes",
                "The chapter was changed and not saved. Throw the changes away?",
                yes="Throw away",
                no="Go on editing",
            ),
            answered,
        )
