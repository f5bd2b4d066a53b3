"""Where each setting in force comes from: its default, the file, the environment or a flag.

Shown values never hold a password: that of a database's address is left out.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from novelgen.config import Settings, load_settings
from novelgen.paths import Paths

_PREFIX = "NOVELGEN_"
_ADDRESS = "database_url"


class SettingSource(StrEnum):
    """What a value comes from; the later ones win."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """One setting as it is in force."""

    name: str
    value: Any
    default: Any
    source: SettingSource
    origin: str
    """The path of the file, the name of the variable or of the flag; empty for a default."""
    description: str

    @property
    def variable(self) -> str:
        """The environment variable for it."""
        return f"{_PREFIX}{self.name.upper()}"

    @property
    def shown(self) -> str:
        """The value in words."""
        return shown_value(self.name, self.value)

    @property
    def shown_default(self) -> str:
        return shown_value(self.name, self.default)


def settings_in_force(
    paths: Paths, config_file: Path | None = None, **flags: Any
) -> tuple[SettingInForce, ...]:
    """All settings, in the order of their declaration.

    Raises `UsageError` where they cannot be loaded.
    """
    settings = load_settings(paths, config_file, **flags)
    file = config_file or paths.config_file
    in_file = _names_in(file)
    in_environment = {name.casefold(): name for name in os.environ}
    found = []
    for name, field in Settings.model_fields.items():
        source, origin = SettingSource.DEFAULT, ""
        variable = in_environment.get(f"{_PREFIX}{name}".casefold())
        if flags.get(name) is not None:
            source, origin = SettingSource.FLAG, _flag(name)
        elif variable is not None:
            source, origin = SettingSource.ENVIRONMENT, variable
        elif name in in_file:
            source, origin = SettingSource.FILE, str(file)
        default = field.get_default(call_default_factory=True)
        told = field.description or ""
        found.append(SettingInForce(name, getattr(settings, name), default, source, origin, told))
    return tuple(found)


def shown_value(name: str, value: Any) -> str:
    """A value in words, without a password."""
    if value is None or value in ("", (), {}):
        return "not set"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(_entry(key, each) for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return without_password(str(value)) if name == _ADDRESS else str(value)


def without_password(address: str) -> str:
    """The address of a database with stars for the password that is in it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    if parts.password is None:
        return address
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:***@{host}"))


def _entry(key: str, value: Any) -> str:
    """A server by its name alone, a setting of sampling with its value."""
    return f"{key} {value}" if isinstance(value, str | int | float) else key


def _names_in(file: Path) -> frozenset[str]:
    """The settings in a file that `load_settings` has read."""
    if not file.is_file():
        return frozenset()
    return frozenset(tomllib.loads(file.read_text(encoding="utf-8")))


def _flag(name: str) -> str:
    return "--db" if name == _ADDRESS else f"--{name.replace('_', '-')}"
