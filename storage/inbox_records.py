"""The values of the inbox: chapters that a run drafted while nobody looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import JsonObject


class InboxState(StrEnum):
    """What the person did with a drafted chapter."""

    DRAFTING = "drafting"
    DRAFTED = "drafted"
    READ = "read"
    KEPT = "kept"
    REDONE = "redone"


@dataclass(frozen=True, slots=True)
class NewInboxItem:
    """A chapter that is being drafted for the inbox."""

    novel_id: str
    branch_id: str
    chapter_number: int
    revision_id: str
    run_id: str
    is_held: bool
    """Whether it is no part of the book until it is kept."""


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """A drafted chapter in the inbox."""

    id: int
    novel_id: str
    branch_id: str
    chapter_number: int
    revision_id: str
    run_id: str
    marks: Sequence[JsonObject]
    """What the guard saw, one object each."""
    is_held: bool
    state: InboxState
    created_at: datetime
    decided_at: datetime | None
