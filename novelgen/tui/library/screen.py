"""All novels: how far each is, what goes on, where to go on."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.asking import app_of, ask
from novelgen.tui.library.reading import ShelfNovel, read_shelf
from novelgen.tui.widgets.bars import bar
from novelgen.tui.widgets.clock import ago

_SECONDS_BETWEEN_LOOKS = 2.0
_BAR_CELLS = 20
_SIGNS = {
    "running": ("●", "$success"),
    "writing": ("‖", "$text-muted"),
    "planning": ("‖", "$text-muted"),
    "paused": ("‖", "$text-muted"),
    "finished": ("✓", "$success"),
    "failed": ("✗", "$error"),
    "crashed": ("✗", "$error"),
}


class LibraryScreen(Screen[None]):
    """The library."""

    TITLE = "Library"
    AUTO_FOCUS = "#shelf"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New novel", tooltip="Begin a novel: title, premise, length, model"),
        Binding("i", "inbox", "Inbox", tooltip="Chapters that were drafted while nobody looked"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Find a novel"),
        Binding("q", "app.quit", "Quit", tooltip="Leave novelgen; what is being written goes on"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._shelf: list[ShelfNovel] = []
        self._sought = ""

    def compose(self) -> ComposeResult:
        yield Static("", id="library-title")
        yield Input(placeholder="Title, author or words of the premise", id="library-search")
        yield OptionList(id="shelf")
        with Vertical(id="empty-shelf"):
            yield Static("", id="empty-told")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#library-search").display = False
        self.query_one("#empty-shelf").display = False
        self._read()
        self.set_interval(_SECONDS_BETWEEN_LOOKS, self._read_again)

    def on_screen_resume(self) -> None:
        self._read()

    def action_new(self) -> None:
        from novelgen.tui.library.new_novel import NewNovelDialog

        def made(novel_id: str | None) -> None:
            if novel_id is not None:
                app_of(self).open_novel(novel_id)

        self.app.push_screen(NewNovelDialog(), made)

    def action_inbox(self) -> None:
        from novelgen.tui.library.inbox import InboxScreen

        self.app.push_screen(InboxScreen())

    def action_search(self) -> None:
        search = self.query_one("#library-search", Input)
        search.display = True
        search.focus()

    @on(Input.Changed, "#library-search")
    def seek(self, event: Input.Changed) -> None:
        self._sought = event.value.strip().casefold()
        self._fill()

    @on(Input.Submitted, "#library-search")
    def end_search(self) -> None:
        self.query_one("#shelf").focus()

    @on(OptionList.OptionSelected, "#shelf")
    def open(self, event: OptionList.OptionSelected) -> None:
        if event.option.id is not None:
            app_of(self).open_novel(event.option.id)

    def key_escape(self) -> None:
        search = self.query_one("#library-search", Input)
        if search.display:
            search.value = ""
            search.display = False
            self.query_one("#shelf").focus()

    def _read_again(self) -> None:
        if self.is_current:
            self._read()

    def _read(self) -> None:
        ask(self, read_shelf, self._take, group="shelf")

    def _take(self, shelf: list[ShelfNovel]) -> None:
        if shelf != self._shelf or not shelf:
            self._shelf = shelf
            self._fill()

    def _fill(self) -> None:
        shown = [novel for novel in self._shelf if self._sought in _searched(novel)]
        shelf = self.query_one("#shelf", OptionList)
        highlighted = shelf.highlighted
        options = [Option(_row(novel, self.size.width), id=novel.id) for novel in shown]
        shelf.set_options(options)
        if options:
            shelf.highlighted = min(highlighted or 0, len(options) - 1)
        self.query_one("#empty-shelf").display = not self._shelf
        shelf.display = bool(self._shelf)
        self.query_one("#library-title", Static).update(self._title())
        self.query_one("#empty-told", Static).update(_EMPTY)
        if self._shelf and self.focused is None:
            shelf.focus()

    def _title(self) -> Content:
        words = sum(novel.words for novel in self._shelf)
        waiting = sum(novel.waiting for novel in self._shelf)
        told = f"{len(self._shelf)} novels, {words:,} words" if self._shelf else ""
        inbox = f"   ✉ {waiting} drafted while you were away: i" if waiting else ""
        return Content.assemble(
            (" novelgen ", "bold $background on $primary"), f"  {told}", (inbox, "$warning")
        )


def _searched(novel: ShelfNovel) -> str:
    return f"{novel.title}\n{novel.author}\n{novel.premise}".casefold()


def _row(novel: ShelfNovel, width: int) -> Content:
    sign, colour = _SIGNS.get(novel.state, ("?", "$text"))
    share = novel.words / max(1, novel.target_words)
    title = novel.title or "(no title yet)"
    by = f"  {novel.author}" if novel.author else ""
    first = Content.assemble(
        (f" {sign} ", colour), (title, "bold"), (by, "$text-muted"), ("  " + novel.state, colour)
    )
    inbox = f"  ✉ {novel.waiting}" if novel.waiting else ""
    second = Content.assemble(
        "   ",
        (bar(share, _BAR_CELLS), "$primary"),
        f" {100 * share:3.0f} %  {novel.words:,} of {novel.target_words:,} words",
        (f"  {ago(novel.updated_at)}", "$text-muted"),
        (inbox, "$warning"),
    )
    premise = novel.premise if len(novel.premise) < width - 8 else novel.premise[: width - 9] + "…"
    return Content.assemble(first, "\n", second, "\n", (f"   {premise}", "$text-muted italic"))


_EMPTY = Content.assemble(
    ("There are no novels here yet.\n\n", "bold"),
    ("Press "),
    (" n ", "bold $background on $primary"),
    (" to begin one."),
)
