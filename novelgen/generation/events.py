"""What a run tells while it goes on. Every event is a fact that is already committed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, get_args


class StopReason(StrEnum):
    """Why a run ended before its novel."""

    ASKED = "asked"
    WORD_LIMIT = "word_limit"
    CHAPTER_LIMIT = "chapter_limit"
    BEAT_LIMIT = "beat_limit"
    PLAN_ONLY = "plan_only"
    CHANGED = "changed"
    BUDGET = "budget"
    """What a person lets a run spend at servers is used up."""


@dataclass(frozen=True, slots=True)
class ChapterPlanned:
    """A chapter has its card. `origin` is `model`, `repaired`, `skeleton` or `author`."""

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
class MemoryReread:
    """A segment that stood there already was read; `total` are to be read in this stretch."""

    chapter: int
    done: int
    total: int


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
    why: str = ""
    """What changed under the run, or what became of a redraft, in words; empty otherwise."""


@dataclass(frozen=True, slots=True)
class TokensSpent:
    """What a run has spent at a server so far, told when it ends."""

    server: str
    requests: int
    prompt_tokens: int
    new_tokens: int
    cost: float
    estimated_requests: int


@dataclass(frozen=True, slots=True)
class DraftBegun:
    """A draft of a chapter that stands already; `number` counts from 1 to `total`."""

    chapter: int
    number: int
    total: int
    revision: int
    target_words: int


@dataclass(frozen=True, slots=True)
class ChapterRedrafted:
    """The drafts are complete, and one of them is the chapter's text now."""

    chapter: int
    revision: int
    words: int
    drafts: tuple[int, ...]
    """The revisions that were drafted, the chosen one among them."""
    to_check: int
    """Later passages that may no longer fit."""


@dataclass(frozen=True, slots=True)
class PassageRewritten:
    """A passage of a chapter was rewritten, and the chapter has a new revision."""

    chapter: int
    revision: int
    words: int
    """Of the chapter."""
    chosen: int
    """Number of the candidate that stands there now, from 1."""
    candidates: tuple[Mapping[str, Any], ...]
    """All that were drawn, as `Rewriting.as_json` gives them."""
    to_check: int


Event = (
    ChapterPlanned
    | ChapterBegun
    | SegmentCommitted
    | MemoryReread
    | ChapterFinished
    | TokensSpent
    | DraftBegun
    | ChapterRedrafted
    | PassageRewritten
    | NovelFinished
    | RunStopped
)

_EVENTS: tuple[type[Event], ...] = get_args(Event)
_KINDS = {kind.__name__: kind for kind in _EVENTS}


def event_as_json(event: Event) -> dict[str, Any]:
    """An event with its kind, as it is stored."""
    return {"kind": type(event).__name__, "data": asdict(event)}


def event_from_json(kind: str, data: Mapping[str, Any]) -> Event | None:
    """The event that was stored; None for one of a kind that this version does not know."""
    known = _KINDS.get(kind)
    if known is None:
        return None
    fields = dict(data)
    if "reason" in fields:
        fields["reason"] = StopReason(fields["reason"])
    for name in ("drafts", "candidates"):
        if name in fields:
            fields[name] = tuple(fields[name])
    return known(**fields)
