"""Takes the settings again while the program runs, for all that begins from now on.

What is open stays open: another database is used from the next start on.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from novelgen.config import load_settings

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench

_ADDRESS = "database_url"
_UNTIL_NEXT_START = (_ADDRESS,)


def reload_settings(workbench: "Workbench", config_file: Path | None = None) -> tuple[str, ...]:
    """Take file and environment as they are now; returns what waits for the next start.

    Raises `UsageError` for settings that cannot be loaded; those in force stay then.
    """
    fresh = load_settings(workbench.paths, config_file)
    kept = {name: getattr(workbench.settings, name) for name in _UNTIL_NEXT_START}
    waiting = tuple(name for name, value in kept.items() if getattr(fresh, name) != value)
    workbench.settings = fresh.model_copy(update=kept)
    return waiting


def flags_of(workbench: "Workbench", config_file: Path | None = None) -> dict[str, Any]:
    """What is in force since the start although file and environment say otherwise."""
    said = load_settings(workbench.paths, config_file)
    in_force = getattr(workbench.settings, _ADDRESS)
    return {} if in_force == getattr(said, _ADDRESS) else {_ADDRESS: in_force}
