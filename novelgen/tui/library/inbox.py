"""The inbox: chapters that were drafted while nobody looked; read, keep or redo them."""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static

from novelgen.errors import NovelgenError
from novelgen.tui.asking import app_of, ask, carry_out
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.library.inbox_lines import page_of_waiting, waiting_options
from novelgen.tui.library.inbox_reading import (
    Waiting,
    WaitingText,
    keep,
    note_read,
    read_text,
    read_waiting,
)
from novelgen.tui.library.novel_words import counted
from novelgen.tui.run.control import RunControl
from novelgen.tui.widgets.keys_footer import KeysFooter
from novelgen.tui.widgets.prose_page import Paragraph, ProsePage, Stretch

_SECONDS_BETWEEN_LOOKS = 2.0
_LEAST_WIDTH = 24
_PADDING = 2
_NOTHING = (
    "Nothing waits. Chapters that a run drafts while no workbench looks on come here, from "
    "`novelgen new --detach` or when you leave while it writes."
)


class InboxScreen(Screen[None]):
    """The inbox of all novels."""

    TITLE = "Inbox"
    AUTO_FOCUS = "#waiting"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "keep", "Keep", tooltip="Accept the chapter as it is; it waits no more"),
        Binding("A", "keep_all", "Keep all", tooltip="Accept all chapters of this novel"),
        Binding("r", "redo", "Redo", tooltip="Have the chapter drafted anew, with a wish or none"),
        Binding("g", "go", "Go to the novel", tooltip="Open the novel at this chapter"),
        Binding("escape,i", "leave", "Library", tooltip="Back to the library"),
    ]
    DEFAULT_CSS = """
    InboxScreen #inbox-head { height: 1; margin: 1 2; }
    InboxScreen #inbox-body { height: 1fr; }
    InboxScreen #waiting {
        width: 42; height: 1fr; border: none; background: $surface; padding: 0;
        scrollbar-size-vertical: 1;
    }
    InboxScreen #waiting:focus { background-tint: $foreground 0%; }
    InboxScreen #waiting > .option-list--option { padding: 0 1; }
    InboxScreen #waiting > .option-list--option-highlighted {
        background: $boost; color: $foreground;
    }
    InboxScreen #waiting:focus > .option-list--option-highlighted {
        background: $primary 30%; color: $foreground; text-style: none;
    }
    InboxScreen #waiting-text { width: 1fr; height: 1fr; }
    InboxScreen #inbox-said { height: 1; background: $surface; color: $text-muted; padding: 0 1; }
    InboxScreen.-narrow #inbox-head { margin: 0 1; }
    InboxScreen.-narrow #inbox-body { layout: vertical; }
    InboxScreen.-narrow #waiting { width: 100%; height: 7; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: tuple[Waiting, ...] | None = None
        self._text: WaitingText | None = None
        self._redoing: set[int] = set()

    def compose(self) -> ComposeResult:
        yield Static("", id="inbox-head")
        with Horizontal(id="inbox-body"):
            yield OptionList(id="waiting")
            yield ProsePage(id="waiting-text")
        yield Static("", id="inbox-said")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._read()
        self.set_interval(_SECONDS_BETWEEN_LOOKS, self._read_again)

    def on_screen_resume(self) -> None:
        self._read()

    # Actions

    def action_leave(self) -> None:
        self.app.pop_screen()

    def action_keep(self) -> None:
        item = self._at_hand
        if item is not None:
            self._keep([item])

    def action_keep_all(self) -> None:
        at_hand = self._at_hand
        if at_hand is None:
            return
        items = [item for item in self._items or () if item.novel_id == at_hand.novel_id]

        def answered(keeps: bool | None) -> None:
            if keeps:
                self._keep(items)

        chapters = counted(len(items), "chapter")
        question = f"Keep {chapters} of “{at_hand.novel}” as they are?"
        self.app.push_screen(Confirm("Keep all", question, yes="Keep", no="Leave"), answered)

    def action_redo(self) -> None:
        item = self._at_hand
        if item is None:
            return
        if item.id in self._redoing:
            self._say(f"Chapter {item.chapter} is being drafted anew already.")
            return

        def wished(instruction: str | None) -> None:
            if instruction is not None:
                self._redo(item, instruction)

        self.app.push_screen(
            AskLine(
                f"Draft chapter {item.chapter} of “{item.novel}” anew",
                "What should be different? The draft that waits is kept as a revision.",
                may_be_empty=True,
            ),
            wished,
        )

    def action_go(self) -> None:
        item = self._at_hand
        if item is not None:
            app = app_of(self)
            left = app.left_off.of(item.novel_id)
            app.left_off.keep(item.novel_id, replace(left, chapter=item.chapter, place=""))
            app.open_novel(item.novel_id)

    # Events

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out_anew)

    @on(OptionList.OptionHighlighted, "#waiting")
    def look_at(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        item = self._at_hand
        if item is not None and (self._text is None or self._text.item_id != item.id):
            ask(self, lambda workbench: read_text(workbench, item.id), self._take_text)

    @on(OptionList.OptionSelected, "#waiting")
    def read_it(self, event: OptionList.OptionSelected) -> None:
        """The person reads it: the text has the keys, and it is noted as read."""
        event.stop()
        item = self._at_hand
        self.query_one(ProsePage).focus()
        if item is not None and not item.is_read:
            ask(self, lambda workbench: note_read(workbench, item.id), lambda _: self._read())

    # Doing

    @property
    def _at_hand(self) -> Waiting | None:
        waiting = self.query_one("#waiting", OptionList)
        if waiting.highlighted is None or waiting.highlighted_option is None:
            return None
        wanted = waiting.highlighted_option.id
        return next((item for item in self._items or () if str(item.id) == wanted), None)

    def _keep(self, items: list[Waiting]) -> None:
        ids = [item.id for item in items]

        def kept(count: int) -> None:
            self._say(f"Kept {counted(count, 'chapter')}.")
            self.query_one("#waiting").focus()
            self._read()

        ask(self, lambda workbench: keep(workbench, ids), kept, group="keep", is_exclusive=False)

    def _redo(self, item: Waiting, instruction: str) -> None:
        self._redoing.add(item.id)
        arguments = ["inbox", "redo", str(item.id)]
        arguments += ["--instruction", instruction] if instruction else []
        control = RunControl(app_of(self).desk, item.novel_id)
        self._say(f"Drafting chapter {item.chapter} of “{item.novel}” anew …")

        async def ordered() -> None:
            await control.order(arguments, self._say)
            self._say(
                f"Chapter {item.chapter} of “{item.novel}” is being drafted anew: g goes there."
            )

        def failed(error: NovelgenError) -> None:
            self._redoing.discard(item.id)
            app_of(self).show_error(error)

        carry_out(self, ordered, group="redo", is_exclusive=False, on_error=failed)

    def _say(self, text: str) -> None:
        self.query_one("#inbox-said", Static).update(Content(text))

    # Showing

    def _lay_out_anew(self) -> None:
        if self._items is not None:
            self._fill(self._items, self._at_hand)

    def _read_again(self) -> None:
        if self.is_current:
            self._read()

    def _read(self) -> None:
        ask(self, read_waiting, self._take, group="waiting")

    def _take(self, items: tuple[Waiting, ...]) -> None:
        if items == self._items:
            return
        before = self._at_hand
        self._items = items
        self._fill(items, before)
        self.query_one("#inbox-head", Static).update(_head(items))
        if not items:
            self._text = None
            note = Paragraph(_NOTHING, (Stretch(0, len(_NOTHING), "note"),), is_prose=False)
            self.query_one(ProsePage).show([note], keeps_place=False)

    def _fill(self, items: tuple[Waiting, ...], before: Waiting | None) -> None:
        waiting = self.query_one("#waiting", OptionList)
        width = max(waiting.scrollable_content_region.width - _PADDING, _LEAST_WIDTH)
        index = waiting.highlighted or 0
        waiting.set_options(waiting_options(items, width))
        ids = [option.id for option in waiting.options]
        kept = str(before.id) if before is not None else ""
        waiting.highlighted = ids.index(kept) if kept in ids else _next(ids, index)

    def _take_text(self, text: WaitingText) -> None:
        item = next((each for each in self._items or () if each.id == text.item_id), None)
        if item is not None:
            self._text = text
            self.query_one(ProsePage).show(page_of_waiting(item, text.text), keeps_place=False)


def _next(ids: list[str | None], index: int) -> int | None:
    """The chapter at that line, or after it, or the last."""
    chapters = [at for at, each in enumerate(ids) if each is not None]
    return next((at for at in chapters if at >= index), chapters[-1] if chapters else None)


def _head(items: tuple[Waiting, ...]) -> Content:
    words = sum(item.words for item in items)
    told = f"{counted(len(items), 'chapter')} waiting, {counted(words, 'word')}" if items else ""
    return Content.assemble((" inbox ", "bold $background on $primary"), f"  {told}")
