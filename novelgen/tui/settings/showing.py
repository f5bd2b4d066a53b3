"""The lines of the settings, and what is told of the one at hand."""

from pathlib import Path

from textual.content import Content

from novelgen.config_sources import SettingInForce, SettingSource
from novelgen.tui.settings.groups import group_of
from novelgen.tui.widgets.short_path import short_path

_NAME_CELLS = 22
_LABEL_CELLS = 9
_SOURCE_CELLS = 14
_LEAST_VALUE_CELLS = 12
_FROM = {
    SettingSource.DEFAULT: "default",
    SettingSource.FILE: "● file",
    SettingSource.ENVIRONMENT: "◆ environment",
    SettingSource.FLAG: "▲ flag",
}


def setting_line(setting: SettingInForce, cells: int) -> Content:
    """Name, value and where it comes from, in so many cells."""
    is_default = setting.source is SettingSource.DEFAULT
    room = max(cells - _NAME_CELLS - _SOURCE_CELLS, _LEAST_VALUE_CELLS)
    value = setting.shown
    value = value if len(value) < room else value[: room - 2] + "…"
    return Content.assemble(
        (f"{setting.name:<{_NAME_CELLS}}", ""),
        (f"{value:<{room}}", "$text-muted" if is_default else "bold"),
        (
            f"{_FROM[setting.source]:<{_SOURCE_CELLS}}",
            "$text-muted" if is_default else "$secondary",
        ),
    )


def setting_details(setting: SettingInForce, file: Path) -> Content:
    """All there is to know of a setting."""
    short = (
        ("Value", setting.shown),
        ("Default", setting.shown_default),
        ("From", _origin(setting)),
    )
    rows = [
        Content.assemble((f"{name:<{_LABEL_CELLS}}", "$text-muted"), told) for name, told in short
    ]
    where = [
        Content.assemble((f"{name}\n", "$text-muted"), told)
        for name, told in (("Variable", setting.variable), ("File", short_path(file)))
    ]
    return Content("\n\n").join(
        [
            Content.assemble((f"{setting.name}\n", "bold $primary"), setting.description),
            Content("\n").join(rows),
            Content.styled(f"A change counts {group_of(setting.name).counts}.", "$text-muted"),
            *where,
        ]
    )


def told_change(setting: SettingInForce) -> str:
    """What became of a change, in a sentence."""
    if setting.source in (SettingSource.ENVIRONMENT, SettingSource.FLAG):
        return (
            f"{setting.name} is in the file now. {setting.origin} wins over it as long as it is "
            f"given: {setting.shown}."
        )
    return f"{setting.name} is {setting.shown} now. It counts {group_of(setting.name).counts}."


def _origin(setting: SettingInForce) -> str:
    match setting.source:
        case SettingSource.FILE:
            return "the file"
        case SettingSource.ENVIRONMENT:
            return f"the environment: {setting.origin}"
        case SettingSource.FLAG:
            return f"the start of novelgen: {setting.origin}"
    return "its default"
