"""The values of what is known about a story: context, summaries, bible, threads, findings, voice.

Entries, facts and threads are kept in *versions*: a version never changes, and what is revised
gets a further one with the same `key`. One version of a key is current at most. A version may be
handed in again, changed with `dataclasses.replace`, where a new one is wanted. Chapters and
paragraphs count from 1; chapter 0 is before the story.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import JsonObject


class StoryOrigin(StrEnum):
    """Where something known about the story comes from."""

    PLAN = "plan"
    TEXT = "text"
    """Read from the prose by plain rules."""
    MODEL = "model"
    AUTHOR = "author"


class SummaryKind(StrEnum):
    """What a summary sums up."""

    CHAPTER = "chapter"
    PART = "part"
    BOOK = "book"


class SummaryOrigin(StrEnum):
    """Who wrote a summary; an extract is made of sentences of the text."""

    MODEL = "model"
    EXTRACT = "extract"
    AUTHOR = "author"


class EntryKind(StrEnum):
    """What an entry of the bible is about."""

    CHARACTER = "character"
    PLACE = "place"
    THING = "thing"


class FactState(StrEnum):
    """A retracted fact is known to be wrong, and kept."""

    ACTIVE = "active"
    RETRACTED = "retracted"


class ThreadKind(StrEnum):
    """What kind of promise a thread is."""

    SETUP = "setup"
    QUESTION = "question"
    DEADLINE = "deadline"
    GOAL = "goal"


class ThreadState(StrEnum):
    """An intended thread stays open on purpose; a dropped one is none any more."""

    OPEN = "open"
    PAID = "paid"
    INTENDED = "intended"
    DROPPED = "dropped"


class FindingState(StrEnum):
    """An intended finding was answered by the person; one that is gone was found no more."""

    STANDING = "standing"
    INTENDED = "intended"
    GONE = "gone"


class VoiceOrigin(StrEnum):
    """Who said how the book sounds."""

    AUTHOR = "author"
    PREMISE = "premise"
    """Guessed from the premise by plain rules."""
    MEASURED = "measured"
    """Measured on the prose written so far."""


def source_key_of(revision_ids: Iterable[str]) -> str:
    """The source of a summary of several chapters: a SHA-256 over their revisions, in order."""
    return hashlib.sha256("\n".join(revision_ids).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NewSummary:
    """A summary to add."""

    novel_id: str
    kind: SummaryKind
    source_key: str
    """Of a chapter the id of its revision; of a part or a book `source_key_of` its revisions."""
    text: str
    origin: SummaryOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRecord(NewSummary):
    """A summary as it is stored. It is shared by all branches that hold the same text."""

    id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A character, place or thing."""

    branch_id: str
    name: str
    kind: EntryKind
    origin: StoryOrigin
    aliases: Sequence[str] = ()
    description: str = ""
    first_chapter: int | None = None
    """Where the text names it first; None while it does not."""
    first_paragraph: int | None = None
    is_hidden: bool = False
    """Whether the person took it out of the bible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecord(NewEntry):
    """One version of an entry."""

    id: int
    key: str
    """The same in all versions and in all branches; facts name it."""
    is_current: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact about an entry, valid from a point of the story on."""

    branch_id: str
    entry_key: str
    attribute: str
    value: str
    text: str
    """The fact as a sentence."""
    origin: StoryOrigin
    valid_from_chapter: int = 0
    valid_from_paragraph: int = 0
    """0: from the beginning of the chapter."""
    valid_until_chapter: int | None = None
    """From this place on it holds no more; None while it holds."""
    valid_until_paragraph: int | None = None
    source_chapter: int | None = None
    source_revision_id: str | None = None
    """The revision that says so. Without the author's word the fact counts while that is the text
    of its chapter."""
    source_passage: str = ""
    state: FactState = FactState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRecord(NewFact):
    """One version of a fact."""

    id: int
    key: str
    is_current: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewThread:
    """A promise that the text makes, with the place where it is kept."""

    branch_id: str
    kind: ThreadKind
    text: str
    origin: StoryOrigin
    opened_chapter: int
    opened_paragraph: int = 0
    opened_revision_id: str | None = None
    """As `NewFact.source_revision_id`."""
    opened_passage: str = ""
    due_chapter: int | None = None
    closed_chapter: int | None = None
    closed_paragraph: int | None = None
    closed_revision_id: str | None = None
    closed_passage: str = ""
    state: ThreadState = ThreadState.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRecord(NewThread):
    """One version of a thread."""

    id: int
    key: str
    is_current: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewFinding:
    """Something odd in the text: a place, and for a contradiction the place that it contradicts."""

    branch_id: str
    kind: str
    message: str
    chapter: int
    paragraph: int
    revision_id: str
    passage: str
    other_chapter: int | None = None
    other_paragraph: int | None = None
    other_revision_id: str | None = None
    other_passage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord(NewFinding):
    """A finding as it is stored."""

    id: int
    state: FindingState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VoiceSheetRecord:
    """One version of a branch's voice sheet. Versions count from 1; the highest is current."""

    id: int
    branch_id: str
    version: int
    sheet: JsonObject
    origin: VoiceOrigin
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PassageLockRecord:
    """A passage that no machine changes, until it is released."""

    id: int
    branch_id: str
    chapter: int
    text: str
    """The passage to the letter."""
    created_at: datetime
    released_at: datetime | None
