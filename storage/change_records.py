"""The values of changes that can be undone, and of passages to check after them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ChangeKind(StrEnum):
    """What a person did."""

    EDIT = "edit"
    REGENERATE = "regenerate"
    RESTORE = "restore"
    RENAME = "rename"
    REPLACE = "replace"
    INFILL = "infill"
    BIBLE = "bible"
    IMPORT = "import"


class CheckState(StrEnum):
    """An open check waits for the person; an intended one was answered."""

    OPEN = "open"
    INTENDED = "intended"


@dataclass(frozen=True, slots=True)
class Pointers:
    """What a change moved, on one side of it.

    `chapters` has the revision id of each chapter, "" for a chapter that was not there; `title`
    and `premise` are the novel's, `plan_id` the current plan's: None where the change left them.
    """

    chapters: Mapping[int, str] = field(default_factory=dict)
    plan_id: str | None = None
    title: str | None = None
    premise: str | None = None
    entries: tuple[int, ...] = ()
    """Versions of entries, facts and threads that are current on this side alone. One that was
    revised since the change is left as it is when that is undone or redone."""
    facts: tuple[int, ...] = ()
    threads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change to make: from `before`, which must be how things stand, to `after`."""

    novel_id: str
    branch_id: str
    kind: ChangeKind
    label: str
    """What was done, in words."""
    before: Pointers
    after: Pointers


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """A change as it was made. Ids rise."""

    id: int
    novel_id: str
    branch_id: str
    kind: ChangeKind
    label: str
    before: Pointers
    after: Pointers
    created_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewCheck:
    """A later passage that may no longer fit a changed one.

    Chapters and paragraphs count from 1.
    """

    branch_id: str
    kind: str
    term: str
    """The name, number or word that the edit changed."""
    edited_chapter: int
    before: str
    after: str
    """What stands there now; empty when it was deleted."""
    chapter: int
    paragraph: int
    passage: str


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """A check as it is stored. Whether it is still true is for its reader to say."""

    id: int
    branch_id: str
    kind: str
    term: str
    edited_chapter: int
    before: str
    after: str
    chapter: int
    paragraph: int
    passage: str
    state: CheckState
    created_at: datetime
