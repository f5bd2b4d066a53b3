"""The application: desk, themes, the library and the open novel, and how errors are shown."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, InputEvent
from textual.screen import Screen

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.generation.novel_context import RunLimits
from novelgen.tui.asking import ask, carry_out
from novelgen.tui.collecting import GarbageCollector
from novelgen.tui.desk import Desk
from novelgen.tui.dialogs.error import ErrorDialog
from novelgen.tui.hang_up import HangUp, end_soon
from novelgen.tui.left_off import LeftOffFile
from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.themes import DEFAULT_THEME, THEMES
from novelgen.tui.unsaved import may_leave, saves_done

_SECONDS_BETWEEN_COLLECTIONS = 1.0
_NARROW, _WIDE = 0, 100
_THEME = "theme"
_OF_THE_TOOLKIT = ("Screenshot", "Maximize", "Minimize")
"""Commands that Textual adds to those of the screens."""


class WorkbenchApp(App[None]):
    """The workbench in a terminal."""

    TITLE = "novelgen"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - declared so by Textual
        (_NARROW, "-narrow"),
        (_WIDE, "-wide"),
        (128, "-very-wide"),
    ]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,question_mark", "help", "Help", key_display="?", tooltip="Every key"),
        Binding("comma", "settings", "Settings", show=False, key_display=",", tooltip="Settings"),
        Binding(
            "ctrl+q,alt+q", "quit", "Quit", show=False, priority=True, tooltip="Leave novelgen"
        ),
    ]

    def __init__(
        self,
        workbench: Workbench,
        config_file: Path | None = None,
        novel_id: str | None = None,
        begins: RunLimits | None = None,
        *,
        debug: bool = False,
    ) -> None:
        super().__init__()
        self.desk = Desk(workbench, config_file, debug=debug)
        self.left_off = LeftOffFile(workbench.paths)
        self._first_novel = novel_id
        self._tries_theme = False
        self._begins = begins
        self._garbage = GarbageCollector()
        self._hang_up = HangUp(self._hung_up)
        self._is_quitting = False
        for theme in THEMES:
            self.register_theme(theme)

    def on_mount(self) -> None:
        kept = self.left_off.value(_THEME)
        self.theme = kept if kept in self.available_themes else DEFAULT_THEME
        self.push_screen(LibraryScreen())
        self._hang_up.listen()
        self._garbage.take_over()
        self.set_interval(_SECONDS_BETWEEN_COLLECTIONS, self._garbage.look)
        self.call_after_refresh(self._make_ready)
        if self._first_novel is not None:
            self.open_novel(self._first_novel, self._begins)

    def on_unmount(self) -> None:
        self.desk.close()
        self._garbage.let_go()
        self._hang_up.let_go()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            self._garbage.touched()
        await super().on_event(event)

    def _make_ready(self) -> None:
        """Import what an open novel needs while the library is looked at."""
        from novelgen.tui.places.registry import places

        ask(
            self.screen_stack[0],
            lambda _: places(),
            lambda _: self._garbage.settle(),
            group="make-ready",
        )

    def watch_theme(self, theme: str) -> None:
        if not self._tries_theme and self.left_off.value(_THEME) != theme:
            self.left_off.keep_value(_THEME, theme)

    def try_theme(self, theme: str) -> None:
        """Wear a theme that nobody has chosen yet: it is not kept."""
        self._tries_theme = True
        self.theme = theme

    def keep_theme(self, theme: str) -> None:
        """Wear a theme from now on, also after the next start."""
        self._tries_theme = False
        self.theme = theme
        self.watch_theme(theme)

    def open_novel(
        self, novel_id: str, begins: RunLimits | None = None, *, reads_memory: bool = False
    ) -> None:
        """Go to a novel, where the person left it; `begins`: and write it on so far at once.

        `reads_memory`: and have its memory read from its text.
        """
        self.push_screen(NovelScreen(novel_id, begins, reads_memory=reads_memory))

    def close_novel(self) -> None:
        """Back to the library; what is being written goes on."""
        if isinstance(self.screen, NovelScreen):
            self.pop_screen()

    async def action_quit(self) -> None:
        """Leave; what is being written goes on, and waits in the inbox."""
        if not self._is_quitting:
            self._is_quitting = True
            carry_out(self, self._quit, group="quit")

    @property
    def _novels(self) -> list[NovelScreen]:
        """The novels that are open."""
        return [screen for screen in self.screen_stack if isinstance(screen, NovelScreen)]

    async def _quit(self) -> None:
        try:
            why = await self._settle()
            await saves_done(self)
            unsaved = [each for novel in self._novels for each in novel.unsaved()]
            if await may_leave(self, unsaved, why):
                for novel in self._novels:
                    await novel.throw_away()
                await self._look_away()
                self.exit()
        finally:
            self._is_quitting = False

    def _hung_up(self, code: int) -> None:
        """Nobody is there to be asked any more."""

        async def ended() -> None:
            await self._settle()
            await self._look_away()
            await saves_done(self)
            self.exit(return_code=code)

        if not self.is_headless:
            end_soon(code)
        carry_out(self, ended, group="hang-up")

    async def _settle(self) -> list[NovelgenError]:
        return [error for novel in self._novels for error in await novel.settle()]

    async def _look_away(self) -> None:
        for novel in self._novels:
            await novel.look_away()

    def show_error(self, error: NovelgenError, title: str = "") -> None:
        """Show an error as a dialog; one that is shown already is not shown twice."""
        if isinstance(self.screen, ErrorDialog) and self.screen.is_about(error):
            return
        self.push_screen(ErrorDialog(error, title))

    def action_help(self) -> None:
        from novelgen.tui.help.screen import HelpScreen

        self.push_screen(HelpScreen(self.screen))

    def action_settings(self) -> None:
        from novelgen.tui.settings.screen import SettingsScreen

        self.push_screen(SettingsScreen())

    def reload_settings(self, then: Callable[[], object] | None = None) -> None:
        """Take the settings again for all that begins from now on; what is open stays open."""
        from novelgen.bootstrap.reloading import reload_settings

        def taken(waiting: tuple[str, ...]) -> None:
            if waiting:
                self.notify(f"{', '.join(waiting)}: from the next start on.", title="Settings")
            if then is not None:
                then()

        ask(
            self.screen,
            lambda workbench: reload_settings(workbench, self.desk.config_file),
            taken,
            group="settings-reloaded",
        )

    def action_change_theme(self) -> None:
        from novelgen.tui.settings.themes import ThemeDialog

        self.push_screen(ThemeDialog())

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that has a key here, and what has none: theme and screenshot."""
        from novelgen.tui.actions import PALETTE, actions_of

        for action in actions_of(screen):
            if action.name != PALETTE:
                yield SystemCommand(f"{action.title}  {action.key}", action.purpose, action.run)
        yield SystemCommand("Theme", "Choose the colours, and see them", self.action_change_theme)
        for command in super().get_system_commands(screen):
            if command.title in _OF_THE_TOOLKIT:
                yield command
