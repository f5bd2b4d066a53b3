"""Settings are shown with their source, changed by keystroke, and kept only where right."""

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from novelgen.config import Settings, load_settings
from novelgen.paths import resolve_paths
from novelgen.tui.app import WorkbenchApp
from novelgen.tui.library.screen import LibraryScreen
from novelgen.tui.settings.change import ChangeSetting
from novelgen.tui.settings.file_editor import ConfigFileEditor
from novelgen.tui.settings.groups import GROUPS
from novelgen.tui.settings.screen import SettingsScreen
from novelgen.tui.settings.themes import ThemeDialog, theme_names
from tests.tui.conftest import Opened, press_text, shown, until

ORDER = ["theme", *(name for group in GROUPS for name in group.names)]


@pytest.fixture
def config_file(home: Path) -> Path:
    file = resolve_paths(home).config_file
    file.parent.mkdir(parents=True)
    file.write_text('# mine\nauthor = "A. Writer"  # a pen name\n')
    return file


def in_force(pilot: "Pilot[Any]") -> Settings:
    app = pilot.app
    assert isinstance(app, WorkbenchApp)
    return app.desk.workbench.settings


async def settings(pilot: "Pilot[Any]") -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, LibraryScreen))
    await pilot.press("comma")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
    await until(pilot, lambda: "New novels" in shown(pilot))


async def at(pilot: "Pilot[Any]", name: str) -> None:
    """Go to the line of a setting."""
    options = pilot.app.screen.query_one("#settings-list", OptionList)
    await pilot.press("home")
    for _ in range(ORDER.index(name)):
        await pilot.press("down")
    await until(
        pilot,
        lambda: options.highlighted_option is not None and options.highlighted_option.id == name,
    )


async def on(pilot: "Pilot[Any]", kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))


def test_every_setting_is_in_a_group() -> None:
    grouped = [name for group in GROUPS for name in group.names]
    assert sorted(grouped) == sorted(Settings.model_fields)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_values_sources_and_what_they_are_for(
    config_file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("NOVELGEN_DEVICE", "cpu")
    async with opened(size=size) as pilot:
        await settings(pilot)
        assert str(config_file.name) in shown(pilot)
        await at(pilot, "author")
        await until(pilot, lambda: "Author of new novels." in shown(pilot))
        assert "A. Writer" in shown(pilot)
        assert "● file" in shown(pilot)
        await at(pilot, "device")
        await until(pilot, lambda: "the environment: NOVELGEN_DEVICE" in shown(pilot))
        assert "◆ environment" in shown(pilot)
        await pilot.press("escape")
        await on(pilot, LibraryScreen)


async def test_a_changed_value_is_kept_and_counts_at_once(
    config_file: Path, opened: Opened
) -> None:
    async with opened() as pilot:
        await settings(pilot)
        await at(pilot, "candidates")
        await pilot.press("enter")
        await on(pilot, ChangeSetting)
        await pilot.press("3", "enter")
        await on(pilot, SettingsScreen)
        await until(pilot, lambda: in_force(pilot).candidates == 3)
        await until(pilot, lambda: "candidates is 3 now" in shown(pilot))
        assert "# a pen name" in config_file.read_text()
        await pilot.press("d")
        await until(pilot, lambda: in_force(pilot).candidates == 1)
        assert "candidates" not in config_file.read_text()
        await until(pilot, lambda: "candidates is 1 now" in shown(pilot))
        await pilot.press("d")
        await until(pilot, lambda: "does not set candidates" in shown(pilot))


async def test_a_bad_value_stays_to_be_mended_and_changes_nothing(
    config_file: Path, opened: Opened
) -> None:
    before = config_file.read_text()
    async with opened() as pilot:
        await settings(pilot)
        await at(pilot, "candidates")
        await pilot.press("enter")
        await on(pilot, ChangeSetting)
        await pilot.press("9", "9", "enter")
        await until(pilot, lambda: "must be at most 16" in shown(pilot))
        assert config_file.read_text() == before
        await pilot.press("backspace", "enter")
        await until(pilot, lambda: in_force(pilot).candidates == 9)
        await pilot.press("enter")
        await on(pilot, ChangeSetting)
        await pilot.press("escape")
        await on(pilot, SettingsScreen)
        assert load_settings(resolve_paths(config_file.parent.parent)).candidates == 9


async def test_one_of_a_few_is_chosen_from_a_list(
    config_file: Path, opened: Opened, home: Path
) -> None:
    async with opened() as pilot:
        await settings(pilot)
        await at(pilot, "reread_when_idle")
        await pilot.press("enter")
        await until(pilot, lambda: "true" in shown(pilot) and "false" in shown(pilot))
        await pilot.press("down", "enter")
        await until(pilot, lambda: in_force(pilot).reread_when_idle is False)
        assert load_settings(resolve_paths(home)).reread_when_idle is False


async def test_what_wins_over_the_file_is_named(
    config_file: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOVELGEN_CANDIDATES", "5")
    async with opened() as pilot:
        await settings(pilot)
        await at(pilot, "candidates")
        await pilot.press("enter")
        await on(pilot, ChangeSetting)
        await pilot.press("2", "enter")
        await until(pilot, lambda: "NOVELGEN_CANDIDATES wins over it" in shown(pilot))
        assert in_force(pilot).candidates == 5
        assert "candidates = 2" in config_file.read_text()


async def test_another_database_waits_for_the_next_start(config_file: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await settings(pilot)
        await at(pilot, "database_url")
        await pilot.press("enter")
        await on(pilot, ChangeSetting)
        await press_text(pilot, "sqlite:other.db")
        await pilot.press("enter")
        await until(pilot, lambda: "from the next start on" in shown(pilot))
        assert in_force(pilot).database_url is None


async def test_the_file_is_edited_as_text(config_file: Path, opened: Opened) -> None:
    before = config_file.read_text()
    async with opened() as pilot:
        await settings(pilot)
        await pilot.press("e")
        await on(pilot, ConfigFileEditor)
        await press_text(pilot, "colour")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "not valid TOML" in shown(pilot))
        assert config_file.read_text() == before
        await pilot.press("escape")
        await until(pilot, lambda: "Throw the changes away?" in shown(pilot))
        await pilot.press("n")
        await on(pilot, ConfigFileEditor)
        for _ in "colour":
            await pilot.press("backspace")
        await press_text(pilot, "candidates=4\n")
        await pilot.press("f2")
        await until(pilot, lambda: in_force(pilot).candidates == 4)
        assert config_file.read_text() == "candidates=4\n" + before
        await on(pilot, SettingsScreen)
        await pilot.press("e")
        await on(pilot, ConfigFileEditor)
        await pilot.press("escape")
        await on(pilot, SettingsScreen)


async def test_a_section_is_changed_in_the_file(config_file: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await settings(pilot)
        await at(pilot, "servers")
        await pilot.press("enter")
        await on(pilot, ConfigFileEditor)


async def test_a_theme_is_tried_on_and_kept_only_when_chosen(home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        await settings(pilot)
        app = pilot.app
        assert isinstance(app, WorkbenchApp)
        names = theme_names(app.available_themes)
        assert names[:3] == ["ink", "paper", "contrast"]
        await pilot.press("t")
        await on(pilot, ThemeDialog)
        await pilot.press("down")
        await until(pilot, lambda: app.theme == "paper")
        await pilot.press("escape")
        await until(pilot, lambda: app.theme == "ink")
        assert app.left_off.value("theme") in (None, "ink")
        await at(pilot, "theme")
        await pilot.press("enter")
        await on(pilot, ThemeDialog)
        await pilot.press("down", "down", "enter")
        await on(pilot, SettingsScreen)
        await until(pilot, lambda: "contrast" in shown(pilot))
        assert app.left_off.value("theme") == "contrast"
    async with opened() as pilot:
        await until(pilot, lambda: pilot.app.theme == "contrast")


async def test_a_theme_that_was_only_tried_is_not_kept_by_leaving(
    home: Path, opened: Opened
) -> None:
    async with opened() as pilot:
        await settings(pilot)
        await pilot.press("t")
        await on(pilot, ThemeDialog)
        await pilot.press("down")
        await until(pilot, lambda: pilot.app.theme == "paper")
        await pilot.press("ctrl+q")
    async with opened() as pilot:
        await until(pilot, lambda: pilot.app.theme == "ink")
