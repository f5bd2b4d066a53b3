"""What a run tells while it goes on. Every event is a fact that is already committed."""

from dataclasses import dataclass
from enum import StrEnum


class StopReason(StrEnum):
    """Why a run ended before its novel."""

    ASKED = "asked"
    WORD_LIMIT = "word_limit"
    CHAPTER_LIMIT = "chapter_limit"
    PLAN_ONLY = "plan_only"


@dataclass(frozen=True, slots=True)
class ChapterPlanned:
    """A chapter has its card. `origin` is `model` or `skeleton`."""

    number: int
    total_chapters: int
    title: str
    origin: str


@dataclass(frozen=True, slots=True)
class ChapterBegun:
    """A chapter has an open revision; `target_words` is its share as things stand."""

    number: int
    total_chapters: int
    title: str
    target_words: int


@dataclass(frozen=True, slots=True)
class SegmentCommitted:
    """A segment is stored. `tokens_drawn` counts discarded candidates too."""

    chapter: int
    position: int
    words: int
    tokens: int
    tokens_drawn: int
    chapter_words: int
    novel_words: int
    elapsed_seconds: float


@dataclass(frozen=True, slots=True)
class ChapterFinished:
    """A chapter is complete."""

    number: int
    words: int
    target_words: int
    novel_words: int


@dataclass(frozen=True, slots=True)
class NovelFinished:
    """The last chapter is complete."""

    words: int
    target_words: int


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The run ended early; everything committed stays."""

    reason: StopReason
    words: int


Event = (
    ChapterPlanned | ChapterBegun | SegmentCommitted | ChapterFinished | NovelFinished | RunStopped
)
