"""The settings as the screen shows them, and what may be chosen for each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.reloading import flags_of
from novelgen.config import Settings
from novelgen.config_sources import SettingInForce, settings_in_force

_BOTH = ("true", "false")


@dataclass(frozen=True, slots=True)
class SettingsReading:
    """All settings in force, by name, and the file that a change goes to."""

    file: Path
    has_file: bool
    settings: dict[str, SettingInForce]


def read_settings(workbench: Workbench, config_file: Path | None) -> SettingsReading:
    """Raises `UsageError` where they cannot be loaded any more."""
    flags = flags_of(workbench, config_file)
    found = settings_in_force(workbench.paths, config_file, **flags)
    file = config_file or workbench.paths.config_file
    return SettingsReading(file, file.is_file(), {each.name: each for each in found})


def choices_of(name: str) -> tuple[str, ...]:
    """What a setting may be, where it is one of a few; else nothing."""
    annotation = Settings.model_fields[name].annotation
    if annotation is bool:
        return _BOTH
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def is_section(name: str) -> bool:
    """Whether it is a section of the file and no single value."""
    return get_origin(Settings.model_fields[name].annotation) is dict
