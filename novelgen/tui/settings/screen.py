"""The settings: what each is, where that comes from, what it is for; and to change it.

A change goes to the configuration file, checked before it is kept, and counts without a new start
wherever that can be.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.config_file import change_setting, read_config_text, unset_setting
from novelgen.config_sources import SettingInForce
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.settings.change import ChangeSetting
from novelgen.tui.settings.file_editor import ConfigFileEditor
from novelgen.tui.settings.groups import GROUPS
from novelgen.tui.settings.reading import (
    SettingsReading,
    choices_of,
    is_section,
    read_settings,
)
from novelgen.tui.settings.showing import setting_details, setting_line, told_change
from novelgen.tui.settings.themes import ThemeDialog
from novelgen.tui.widgets.keys_footer import KeysFooter
from novelgen.tui.widgets.short_path import short_path

_THEME = "theme"
_NAME_CELLS = 22


class SettingsList(OptionList):
    """One line a setting, below the heading of its group."""

    DEFAULT_CSS = """
    SettingsList {
        border: none; background: $background; padding: 0 1; scrollbar-size-vertical: 1;
    }
    SettingsList:focus { border: none; }
    SettingsList > .option-list--option-highlighted,
    SettingsList:focus > .option-list--option-highlighted {
        background: $boost; color: $foreground; text-style: bold;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Change", tooltip="Change the setting at hand"),
    ]


class SettingsScreen(Screen[None]):
    """The settings."""

    TITLE = "Settings"
    AUTO_FOCUS = "#settings-list"
    DEFAULT_CSS = """
    SettingsScreen { overflow: hidden; }
    SettingsScreen #settings-title { height: 3; padding: 1; }
    SettingsScreen #settings-body { height: 1fr; }
    SettingsScreen #settings-list { width: 1fr; height: 1fr; }
    SettingsScreen #settings-side { width: 46; padding: 1 2; background: $surface;
        scrollbar-size-vertical: 1; }
    SettingsScreen #settings-details { height: auto; }
    SettingsScreen #settings-told { height: 1; padding: 0 1; background: $surface;
        color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    SettingsScreen.-narrow #settings-body { layout: vertical; }
    SettingsScreen.-narrow #settings-side { width: 1fr; height: 9; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", tooltip="Back to where you were"),
        Binding("d", "default", "Default", tooltip="Leave the setting at its default again"),
        Binding("e", "edit_file", "Edit file", tooltip="Edit the configuration file as text"),
        Binding("t", "theme", "Theme", tooltip="Choose the colours, and see them"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._reading: SettingsReading | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="settings-title")
        with Horizontal(id="settings-body"):
            yield SettingsList(id="settings-list")
            with VerticalScroll(id="settings-side", can_focus=False):
                yield Static("", id="settings-details")
        yield Static("", id="settings-told")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_change(self) -> None:
        name, setting, reading = self._at, self._setting, self._reading
        if name == _THEME:
            self.action_theme()
        elif setting is None or reading is None:
            return
        elif is_section(setting.name):
            self._say(f"{setting.name} is a section of the file.")
            self.action_edit_file()
        elif choices := choices_of(setting.name):
            self._choose(setting, choices)
        else:
            self.app.push_screen(ChangeSetting(setting, reading.file), self._changed)

    def action_default(self) -> None:
        setting, reading = self._setting, self._reading
        if setting is None or reading is None:
            return
        name = setting.name

        def taken_out(was_there: bool) -> None:
            if was_there:
                self._changed(True)
            else:
                self._say(f"The file does not set {name}.")

        ask(self, lambda _: unset_setting(reading.file, name), taken_out, group="change")

    def action_edit_file(self) -> None:
        reading = self._reading
        if reading is None:
            return

        def edit(text: str) -> None:
            self.app.push_screen(ConfigFileEditor(reading.file, text), self._changed_file)

        ask(self, lambda _: read_config_text(reading.file), edit, group="edit")

    def action_theme(self) -> None:
        self.app.push_screen(ThemeDialog(), lambda _: self._fill())

    @on(OptionList.OptionSelected, "#settings-list")
    def change_chosen(self) -> None:
        self.action_change()

    @on(OptionList.OptionHighlighted, "#settings-list")
    def tell_of_it(self) -> None:
        self._show_details()

    @property
    def _at(self) -> str | None:
        """The name of the line at hand."""
        options = self.query_one("#settings-list", OptionList)
        return None if options.highlighted_option is None else options.highlighted_option.id

    @property
    def _setting(self) -> SettingInForce | None:
        return None if self._reading is None else self._reading.settings.get(self._at or "")

    def _choose(self, setting: SettingInForce, choices: tuple[str, ...]) -> None:
        reading = self._reading
        assert reading is not None
        name = setting.name

        def chosen(value: str | None) -> None:
            if value is not None:
                ask(
                    self,
                    lambda _: change_setting(reading.file, name, value),
                    lambda _: self._changed(True),
                    group="change",
                )

        offered = [Choice(each, each, "now" if each == setting.shown else "") for each in choices]
        self.app.push_screen(Choose(name, offered, setting.description), chosen)

    def _changed(self, was_changed: bool | None) -> None:
        if was_changed:
            name = self._at
            app_of(self).reload_settings(lambda: self._read(changed=name))

    def _changed_file(self, was_changed: bool | None) -> None:
        if was_changed:
            self._say("The file is kept.")
            app_of(self).reload_settings(self._read)

    def _read(self, *, changed: str | None = None) -> None:
        config_file = app_of(self).desk.config_file

        def take(reading: SettingsReading) -> None:
            self._reading = reading
            self._fill()
            if changed in reading.settings:
                self._say(told_change(reading.settings[changed]))

        ask(self, lambda workbench: read_settings(workbench, config_file), take, group="settings")

    def _fill(self) -> None:
        reading = self._reading
        if reading is None:
            return
        options = self.query_one("#settings-list", OptionList)
        before = self._at
        cells = max(options.size.width - 4, 40)
        lines = [_heading("The workbench"), Option(self._theme_line(), id=_THEME)]
        for group in GROUPS:
            lines.append(_heading(group.title))
            lines += [
                Option(setting_line(reading.settings[name], cells), id=name) for name in group.names
            ]
        options.set_options(lines)
        ids = [line.id for line in lines]
        options.highlighted = ids.index(before) if before is not None and before in ids else 1
        self.query_one("#settings-title", Static).update(_title(reading, self.size.width))
        self._show_details()

    def _theme_line(self) -> Content:
        return Content.assemble(f"{_THEME:<{_NAME_CELLS}}", (self.app.theme, "bold"))

    def _show_details(self) -> None:
        details = self.query_one("#settings-details", Static)
        if self._setting is not None and self._reading is not None:
            details.update(setting_details(self._setting, self._reading.file))
        elif self._at == _THEME:
            details.update(_ABOUT_THEMES)

    def _say(self, text: str) -> None:
        self.query_one("#settings-told", Static).update(Content(text))


_ABOUT_THEMES = Content.assemble(
    (_THEME, "bold $primary"),
    "\n\nThe colours of the workbench. contrast is of high contrast; colour is never the only "
    "sign of anything.\n\n",
    ("It is kept for this machine, and counts at once.", "$text-muted"),
)


def _heading(text: str) -> Option:
    return Option(Content.styled(f"\n{text}", "bold $primary"), disabled=True)


def _title(reading: SettingsReading, cells: int) -> Content:
    name = " Settings "
    told = short_path(reading.file) + ("" if reading.has_file else "  not there yet")
    room = max(cells - len(name) - 4, 10)
    if len(told) > room:
        told = "…" + told[-(room - 1) :]
    return Content.assemble((name, "bold $background on $primary"), (f"  {told}", "$text-muted"))
