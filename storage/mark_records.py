"""The values of an author's marks: notes in the text, places to come back to, comments."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import JsonObject


class MarkKind(StrEnum):
    """What an author left at a place."""

    NOTE = "note"
    """Typed into the text, as `[[...]]`."""
    MARK = "mark"
    """A place to come back to."""
    COMMENT = "comment"
    """What there is to say about a passage."""


@dataclass(frozen=True, slots=True)
class NewMark:
    """Something to leave at a place of a chapter."""

    novel_id: str
    branch_id: str
    chapter: int
    kind: MarkKind
    body: str
    anchor: JsonObject
    """Where in the chapter's prose, in words that `novelgen` understands."""


@dataclass(frozen=True, slots=True)
class MarkRecord:
    """A mark as it is stored. Where it stands now is for its reader to say."""

    id: int
    novel_id: str
    branch_id: str
    chapter: int
    kind: MarkKind
    body: str
    anchor: JsonObject
    created_at: datetime
    settled_at: datetime | None
    """When it was done with; None while it stands."""


@dataclass(frozen=True, slots=True)
class NoteContent:
    """A note of a chapter as it was typed last."""

    body: str
    anchor: JsonObject
