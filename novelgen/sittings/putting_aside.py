"""Journals that are put somewhere else rather than deleted: thrown away, unreadable, in the way."""

from pathlib import Path

from novelgen.paths import Paths
from novelgen.sittings.places import (
    JOURNAL,
    Desk,
    discarded_folder,
    free_place,
    journal_of,
    unreadable_folder,
)

DISCARDED_KEPT = 20


def make_way(paths: Paths, desk: Desk) -> None:
    """Give what a dead process left of a chapter another name; it is still found."""
    journal = journal_of(paths, desk)
    if journal.exists():
        journal.rename(free_place(journal.parent, journal))
    for unfinished in journal.parent.glob(f"{journal.name}.*.new"):
        unfinished.unlink(missing_ok=True)


def discarded_place(paths: Paths, journal: Path) -> Path:
    """Where a journal goes that the person throws away; the oldest such ones are deleted."""
    folder = discarded_folder(paths)
    place = free_place(folder, journal)
    kept = sorted(folder.glob(f"*{JOURNAL}"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in kept[DISCARDED_KEPT - 1 :]:
        old.unlink(missing_ok=True)
    return place


def unreadable_place(paths: Paths, journal: Path) -> Path:
    """Where a journal goes that says nothing."""
    return free_place(unreadable_folder(paths), journal)
