"""The files of sittings, below the state directory: journals, locks, and what was put aside.

A journal that is there while nobody holds its chapter is somebody's unsaved work.
"""

from dataclasses import dataclass
from pathlib import Path

from novelgen.paths import Paths

JOURNAL = ".journal"


@dataclass(frozen=True, slots=True)
class Desk:
    """A chapter of a branch of a novel: what one person at a time writes on."""

    novel_id: str
    branch_id: str
    chapter: int


def sittings_folder(paths: Paths) -> Path:
    return paths.state / "sittings"


def journal_of(paths: Paths, desk: Desk) -> Path:
    """Where the sitting that holds the chapter keeps its journal."""
    name = f"{desk.novel_id}-{desk.branch_id}-{desk.chapter}{JOURNAL}"
    return sittings_folder(paths) / name


def journals_of(paths: Paths, novel_id: str | None) -> list[Path]:
    """All journals of a novel, or of every novel, those that were left behind included."""
    pattern = f"{'' if novel_id is None else novel_id + '-'}*{JOURNAL}"
    return sorted(sittings_folder(paths).glob(pattern))


def desk_of(journal: Path) -> Desk | None:
    """Whose journal a file is, by its name; None where that says nothing."""
    parts = journal.name.removesuffix(JOURNAL).split(".")[0].split("-")
    if len(parts) != 3 or not parts[2].isdecimal():
        return None
    return Desk(parts[0], parts[1], int(parts[2]))


def lock_of(paths: Paths, desk: Desk) -> Path:
    """The lock of a chapter."""
    journal = journal_of(paths, desk)
    return journal.with_name(journal.name + ".lock")


def free_place(folder: Path, journal: Path) -> Path:
    """A name in a folder that no file has yet: the journal's own, or with a number in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = journal.name.removesuffix(JOURNAL).split(".")[0]
    number = 1
    while (place := folder / f"{stem}.{number}{JOURNAL}").exists():
        number += 1
    return place


def discarded_folder(paths: Paths) -> Path:
    """Journals whose text the person threw away."""
    return sittings_folder(paths) / "discarded"


def unreadable_folder(paths: Paths) -> Path:
    """Journals that cannot be read, for somebody who knows better."""
    return sittings_folder(paths) / "unreadable"
