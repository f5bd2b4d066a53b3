"""What lies where a person types a path: the folders and the files that may be meant.

Knows nothing of widgets; a folder that cannot be read is told as such, and is no error.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from novelgen.errors import UsageError

_MOST_ENTRIES = 400
_FOLDERS = ("~", "..")
"""Names that stand for a folder, also without a slash behind them."""


@dataclass(frozen=True, slots=True)
class PathEntry:
    """A folder, or a file that may be meant."""

    name: str
    is_folder: bool
    changed_at: datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True)
class PathListing:
    """What a typed text may mean."""

    text: str
    folder: Path
    entries: tuple[PathEntry, ...]
    suffixes: tuple[str, ...] = ()
    """Of the files in the folder, whatever was typed of a name; one a file, in small letters."""
    problem: str = ""
    """Why the folder cannot be looked into."""

    @property
    def has_name(self) -> bool:
        """Whether something of a name is typed behind the folder."""
        return bool(parted(self.text)[1])


def path_of(text: str) -> Path:
    """The path that is meant, absolute. Raises `UsageError` for the home of nobody.

    Terminals quote the path of a file that is dropped on them, or put a backslash before spaces.
    """
    plain = text.strip()
    if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "'\"":
        plain = plain[1:-1]
    try:
        path = Path(plain.replace("\\ ", " ")).expanduser().absolute()
        return Path(os.path.normpath(path))
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"{text.strip()!r} is no path: {error}.", "Type another one.") from error


def list_paths(text: str, suffixes: frozenset[str]) -> PathListing:
    """The folders, and the files with these suffixes, that a typed text may mean.

    A name is found by any part of it; those that begin with what is typed come first.
    """
    base, typed = parted(text)
    try:
        folder = path_of(base or ".")
        found = sorted(_found(folder, suffixes), key=lambda each: _order(each, typed))
    except UsageError as error:
        return PathListing(text, Path(), (), problem=error.message)
    except OSError as error:
        problem = f"{folder}: {error.strerror or error}."
        return PathListing(text, folder, (), problem=problem)
    seen = tuple(
        Path(each.name).suffix.lower()
        for each in found
        if not each.is_folder and not each.name.startswith(".")
    )
    shows_hidden = typed.startswith(".")
    entries = [
        each
        for each in found
        if typed.casefold() in each.name.casefold()
        and (shows_hidden or not each.name.startswith("."))
    ]
    return PathListing(text, folder, tuple(entries[:_MOST_ENTRIES]), seen)


def parted(text: str) -> tuple[str, str]:
    """The folder as it is typed, with the slash at its end, and what is typed of a name in it."""
    text = text.lstrip()
    base, slash, name = text.rpartition("/")
    return (f"{text}/", "") if name in _FOLDERS else (base + slash, name)


def entered(text: str, entry: PathEntry) -> str:
    """The typed text with an entry in the place of the name."""
    return parted(text)[0] + entry.name + ("/" if entry.is_folder else "")


def above(text: str) -> str:
    """The typed folder one level up."""
    base = parted(text)[0]
    if not base or re.fullmatch(r"(?:\.\./)+", base):
        return base + "../"
    if base == "~/":
        return f"{path_of('~/..')}/"
    up = base.removesuffix("/").rpartition("/")
    return up[0] + up[1]


def _found(folder: Path, suffixes: frozenset[str]) -> Iterator[PathEntry]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder = entry.is_dir()
                is_meant = is_folder or Path(entry.name).suffix.lower() in suffixes
                if is_meant and (is_folder or entry.is_file()):
                    changed = datetime.fromtimestamp(entry.stat().st_mtime, UTC)
                    yield PathEntry(entry.name, is_folder, changed)
            except OSError:  # a link that leads nowhere, or a file that is gone already
                continue


def _order(entry: PathEntry, typed: str) -> tuple[bool, bool, str]:
    name = entry.name.casefold()
    return not name.startswith(typed.casefold()), entry.is_folder, name
