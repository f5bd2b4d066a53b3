"""Changes the configuration file: one setting, or all of its text.

Guarantees: what is written was checked first, by itself and as it is read; comments and order stay;
the file is replaced whole or not at all, with the permissions it had.
"""

import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from tomlkit import TOMLDocument, document, dumps, parse
from tomlkit.exceptions import TOMLKitError

from novelgen.config import Settings
from novelgen.errors import StorageError, UsageError
from novelgen.setting_mistakes import told

_NOTHING_CHANGED = "Nothing was changed."
_NEW_FILE_MODE = 0o600
"""It may name servers and folders of the person alone."""


def read_config_text(file: Path) -> str:
    """The file's text; empty where there is none yet. Raises `StorageError`."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{file} cannot be read: {error}.", "Check the file.") from error


def write_config_text(file: Path, text: str) -> None:
    """Make `text` the whole configuration.

    Raises `UsageError` for what is no TOML or holds a bad setting, `StorageError` when the file
    cannot be written. Then the file is as it was.
    """
    try:
        settings = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"This is not valid TOML: {error}.", _NOTHING_CHANGED) from error
    _require_valid(settings)
    _replace(file, text)


def change_setting(file: Path, name: str, text: str) -> None:
    """Set one setting to what a person wrote: `4`, `true`, `cuda`, `["a", "b"]`, a path.

    Raises as `write_config_text` does.
    """
    known = _parsed(file)
    refusals: list[UsageError] = []
    for value in _readings(text):
        try:
            _require_valid({name: value})
        except UsageError as refusal:
            refusals.append(refusal)
            continue
        known[name] = value
        write_config_text(file, dumps(known))
        return
    raise refusals[-1]


def unset_setting(file: Path, name: str) -> bool:
    """Leave a setting at its default; returns whether the file had it. Raises as the others."""
    known = _parsed(file)
    if name not in known:
        return False
    del known[name]
    write_config_text(file, dumps(known))
    return True


class _GivenAlone(Settings):
    """Settings of one source, whatever the environment says."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def _require_valid(settings: Mapping[str, Any]) -> None:
    """Raises `UsageError`, which names what is wrong."""
    try:
        _GivenAlone(**settings)
    except ValidationError as error:
        raise UsageError(f"{told(error)}.", _NOTHING_CHANGED) from error
    except TypeError as error:  # a key that is no name at all
        raise UsageError(f"Bad setting. {error}", _NOTHING_CHANGED) from error


def _readings(text: str) -> list[Any]:
    """What a line may mean: a value as TOML has it, else the words themselves."""
    text = text.strip()
    try:
        return [tomllib.loads(f"value = {text}")["value"], text]
    except (tomllib.TOMLDecodeError, RecursionError):
        return [text]


def _parsed(file: Path) -> TOMLDocument:
    text = read_config_text(file)
    try:
        return parse(text) if text.strip() else document()
    except TOMLKitError as error:
        raise UsageError(f"{file} is not valid TOML: {error}.", "Mend the file.") from error


def _replace(file: Path, text: str) -> None:
    try:
        target = file.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else _NEW_FILE_MODE
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        _write_and_move(descriptor, Path(name), target, mode, text)
    except OSError as error:
        raise StorageError(
            f"{file} cannot be written: {error.strerror or error}.",
            "Check its permissions. What you wrote was not kept.",
        ) from error


def _write_and_move(descriptor: int, temporary: Path, target: Path, mode: int, text: str) -> None:
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
