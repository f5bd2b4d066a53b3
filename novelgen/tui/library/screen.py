"""All novels: how far each is, what goes on, where to go on; and the way to the first one."""

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Click
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.worker import Worker

from novelgen.generation.novel_context import RunLimits
from novelgen.tui.asking import app_of, ask, ask_once
from novelgen.tui.library.details import DetailsPanel
from novelgen.tui.library.first_novel import FirstNovel
from novelgen.tui.library.fleet_line import FleetLine
from novelgen.tui.library.new_novel import NewNovelScreen, NovelMade
from novelgen.tui.library.reading import (
    LibraryNews,
    NovelDetails,
    NovelState,
    ShelfNovel,
    read_details,
    read_library,
)
from novelgen.tui.library.shelf import Shelf
from novelgen.tui.library.shelf_words import searched, shelf_head
from novelgen.tui.library.welcome import BRING_IN, FORM, Welcome
from novelgen.tui.widgets.keys_footer import KeysFooter

_SECONDS_BETWEEN_LOOKS = 2.0
_WIDE = 100
_OF_A_NOVEL = ("resume", "change", "search", "inbox", "end_search", "let_fleet_write")
_OF_A_FLEET = ("fleet", "let_fleet_write")


class LibraryScreen(Screen[None]):
    """The library."""

    TITLE = "Library"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New novel", tooltip="Begin a novel: title, premise, length, model"),
        Binding("r", "resume", "Write on", tooltip="Open the novel and go on writing it"),
        Binding(
            "e", "change", "Change", tooltip="Change title, author, length, drafts or model"
        ),
        Binding("m", "bring_in", "Bring in",
                tooltip="Make a novel of a manuscript: Word, EPUB, Markdown, text, JSON"),
        Binding("i", "inbox", "Inbox", tooltip="Chapters that were drafted while nobody looked"),
        Binding("f", "fleet", "Fleet", show=False,
                tooltip="All that workers on other machines write of these novels, or will"),
        Binding("F", "let_fleet_write", "Let the fleet write it", show=False,
                tooltip="Put the novel in the queue of the fleet, to be written to its end"),
        Binding("slash", "search", "Search", key_display="/", tooltip="Find a novel"),
        Binding("q", "app.quit", "Quit", tooltip="Leave novelgen; what is being written goes on"),
        Binding("escape", "end_search", "End search", show=False, tooltip="Show all novels again"),
    ]  # fmt: skip
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._shelf: tuple[ShelfNovel, ...] | None = None
        self._details: NovelDetails | None = None
        self._sought = ""
        self._look: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="shelf-head")
        yield FleetLine()
        search = Input(
            placeholder="Title, author, or words of the premise", id="shelf-search", compact=True
        )
        search.display = False
        yield search
        with Horizontal(id="shelf-body"):
            yield Shelf()
            yield Static("", id="nothing-found")
            with VerticalScroll(id="shelf-side", can_focus=False):
                yield DetailsPanel()
        yield Welcome()
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#shelf-body").display = False
        self.query_one(Welcome).display = False
        self._read()
        self.set_interval(_SECONDS_BETWEEN_LOOKS, self._read_again)

    def on_screen_resume(self) -> None:
        self._read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Not offered: what is done with a novel where there is none, a fleet without a server."""
        if action in _OF_A_FLEET and not app_of(self).desk.workbench.fleet.is_possible:
            return False
        return bool(self._shelf) or action not in _OF_A_NOVEL

    # Actions

    def action_new(self) -> None:
        self.app.push_screen(NewNovelScreen(), self.open_made)

    def action_resume(self) -> None:
        """Open the novel at hand and write it on; with nothing to write it is opened alone."""
        novel = self.query_one(Shelf).at_hand
        if novel is None:
            return
        is_over = novel.state is NovelState.FINISHED or novel.state.goes_on
        limits = RunLimits(plan_only=True) if novel.state is NovelState.NEW else RunLimits()
        app_of(self).open_novel(novel.id, None if is_over else limits)

    def action_change(self) -> None:
        from novelgen.tui.library.change_novel import ChangeNovel

        novel = self.query_one(Shelf).at_hand
        if novel is not None:
            self.app.push_screen(ChangeNovel(novel), lambda _: self._read())

    def action_bring_in(self) -> None:
        from novelgen.tui.manuscripts.bringing_in import BringingIn

        def brought(novel_id: str, reads_memory: bool) -> None:
            app_of(self).open_novel(novel_id, reads_memory=reads_memory)

        BringingIn(self, brought).begin()

    def action_inbox(self) -> None:
        from novelgen.tui.library.inbox import InboxScreen

        self.app.push_screen(InboxScreen())

    def action_fleet(self) -> None:
        from novelgen.tui.fleet.screen import FleetScreen

        self.app.push_screen(FleetScreen())

    def action_let_fleet_write(self) -> None:
        from novelgen.tui.fleet.changing import put_in

        novel = self.query_one(Shelf).at_hand
        if novel is not None:
            novel_id = novel.id
            ask_once(self, lambda workbench: put_in(workbench, novel_id), lambda _: self._read())

    def action_search(self) -> None:
        if self._shelf:
            search = self.query_one("#shelf-search", Input)
            search.display = True
            search.focus()

    def action_end_search(self) -> None:
        search = self.query_one("#shelf-search", Input)
        search.value = ""
        search.display = False
        self._focus()

    def open_made(self, made: NovelMade | None) -> None:
        """Go to a novel that was begun; it is planned, or written, at once."""
        if made is None:
            return
        app = app_of(self)
        if made.is_introduced:
            left = app.left_off.of(made.novel_id)
            app.left_off.keep(made.novel_id, replace(left, is_introduced=True))
        app.open_novel(made.novel_id, made.limits)

    # Events

    @on(Input.Changed, "#shelf-search")
    def seek(self, event: Input.Changed) -> None:
        self._sought = event.value.strip().casefold()
        self._fill()

    @on(Input.Submitted, "#shelf-search")
    def go_to_found(self) -> None:
        self._focus()

    @on(OptionList.OptionSelected, "#shelf")
    def open(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option.id is not None:
            app_of(self).open_novel(event.option.id)

    @on(OptionList.OptionHighlighted, "#shelf")
    def look_at(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._read_details()

    @on(Shelf.Resized)
    def lay_out_anew(self) -> None:
        self._fill()

    @on(Welcome.Chosen)
    def begin_first(self, event: Welcome.Chosen) -> None:
        event.stop()
        if event.way == FORM:
            self.action_new()
        elif event.way == BRING_IN:
            self.action_bring_in()
        else:
            FirstNovel(self, self.query_one(Welcome).known, self.open_made).begin(event.way)

    @on(Click, "#shelf-head")
    def open_inbox(self) -> None:
        if any(novel.waiting for novel in self._shelf or ()):
            self.action_inbox()

    @on(Click, "#fleet-line")
    def open_fleet(self) -> None:
        self.action_fleet()

    # Reading

    def _read_again(self) -> None:
        """A look that takes longer than usual is waited for."""
        if self.is_current and (self._look is None or self._look.is_finished):
            self._read()

    def _read(self) -> None:
        self._look = ask(self, read_library, self._take, group="shelf")

    def _take(self, news: LibraryNews) -> None:
        shelf = news.shelf
        self.query_one(FleetLine).show(news.fleet)
        self.set_class(news.fleet is not None, "-fleet")
        is_new = shelf != self._shelf
        was_unknown = self._shelf is None
        self._shelf = shelf
        if is_new:
            self._fill()
            self._read_details()
        if not shelf and was_unknown:
            self.query_one(Welcome).look_at_machine()

    def _read_details(self) -> None:
        novel = self.query_one(Shelf).at_hand
        self._show_details()
        if novel is None or self.size.width < _WIDE:
            return

        def took(details: NovelDetails) -> None:
            self._details = details
            self._show_details()

        novel_id = novel.id
        ask(self, lambda workbench: read_details(workbench, novel_id), took, group="details")

    # Showing

    def _fill(self) -> None:
        novels = self._shelf
        if novels is None:
            return
        shown = [novel for novel in novels if self._sought in searched(novel)]
        shelf = self.query_one(Shelf)
        shelf.show(shown, tells_premise=self.size.width < _WIDE)
        shelf.display = bool(shown)
        nothing = self.query_one("#nothing-found", Static)
        nothing.display = not shown
        nothing.update("No novel has these words. Esc shows all again.")
        self.query_one("#shelf-body").display = bool(novels)
        self.query_one(Welcome).display = not novels
        self.query_one("#shelf-head", Static).update(shelf_head(novels))
        self._show_details()
        self.refresh_bindings()
        if self.focused is None or not self.focused.is_on_screen:
            self._focus()

    def _show_details(self) -> None:
        novel = self.query_one(Shelf).at_hand
        days = {} if novel is None else app_of(self).left_off.of(novel.id).words_by_day
        self.query_one(DetailsPanel).show(novel, self._details, days)

    def _focus(self) -> None:
        if self._shelf:
            self.query_one(Shelf).focus()
        else:
            self.query_one("#welcome-ways").focus()
