"""The values that go into and come out of storage.

Every record is frozen and holds plain Python values: nothing here refers to a database, a session
or a row, so a record stays good after its unit of work has ended. Times are aware datetimes in
UTC; durations are seconds; sizes are bytes; a `New...` value is what a caller hands in, and the
record of the same name is what comes back. `words` and `tokens` are counted by the caller.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JsonObject = Mapping[str, Any]
"""A JSON object: keys are strings, values are whatever `json.dumps` takes."""

NO_ADAPTER = "none"
MAIN_BRANCH = "main"
CONTINUES = "continues"
"""In the provenance of a revision: the id of the one whose text a run went on from in it."""
MACHINE_WORDS = "machine_words"
"""In the provenance of a person's revision: the words in it that a model drew, in order.

A list of `[first, count]`, words counted from 0.
"""


class NovelStatus(StrEnum):
    """Where a novel stands."""

    PLANNING = "planning"
    WRITING = "writing"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"


class PlanOrigin(StrEnum):
    """Who thought of something planned. Repaired: the model, and it had to be mended."""

    MODEL = "model"
    REPAIRED = "repaired"
    SKELETON = "skeleton"
    AUTHOR = "author"


class RevisionOrigin(StrEnum):
    """How the text of a revision came about."""

    GENERATED = "generated"
    EDITED = "edited"
    IMPORTED = "imported"
    REPAIRED = "repaired"


class RevisionState(StrEnum):
    """An open revision still takes segments; the others never change again.

    A partial one is a person's text of a chapter that is not written to its end: writing goes on
    in a new revision that begins with it.
    """

    OPEN = "open"
    PARTIAL = "partial"
    COMPLETE = "complete"


def new_id() -> str:
    """A fresh record id: 12 random lowercase hexadecimal digits."""
    return secrets.token_hex(6)


@dataclass(frozen=True, slots=True)
class NewNovel:
    """A novel to create. `seed` is from 0 to 2**63 - 1; `adapter` is a name, a path or "none"."""

    title: str
    premise: str
    seed: int
    target_words: int
    model: str
    author: str = ""
    adapter: str = NO_ADAPTER
    settings: JsonObject = field(default_factory=dict)
    status: NovelStatus = NovelStatus.PLANNING
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class NovelRecord:
    """A novel without its text."""

    id: str
    title: str
    author: str
    premise: str
    seed: int
    target_words: int
    model: str
    adapter: str
    settings: JsonObject
    status: NovelStatus
    active_branch_id: str
    run_epoch: int
    """Rises with every claimed run; a commit that names another epoch is refused."""
    model_fingerprint: str
    """Of the model and adapter that its memory is read with; both empty before the first run."""
    adapter_fingerprint: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NovelChanges:
    """What to change about a novel; None leaves a value as it is."""

    title: str | None = None
    author: str | None = None
    premise: str | None = None
    target_words: int | None = None
    model: str | None = None
    adapter: str | None = None
    settings: JsonObject | None = None
    model_fingerprint: str | None = None
    adapter_fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class BranchTotals:
    """How much text a branch holds, open chapters included."""

    words: int
    tokens: int
    chapters: int
    segments: int


@dataclass(frozen=True, slots=True)
class NovelSummary:
    """A novel with the totals of its active branch."""

    novel: NovelRecord
    totals: BranchTotals


@dataclass(frozen=True, slots=True)
class BranchRecord:
    """A named line of chapters."""

    id: str
    novel_id: str
    name: str
    parent_branch_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BranchFork:
    """A branch to make, and the last segment that it takes from the branch it leaves."""

    novel_id: str
    new_name: str
    from_branch_id: str
    through_chapter: int
    """0 takes no chapter."""
    through_position: int | None = None
    """None takes the whole chapter, and shares it unless it is still open, or cut by `cut_text`."""
    cut_text: str | None = None
    """The last chapter up to the cut, where it is stored whole and has no segments to copy."""
    cut_words: int = 0


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """One version of a branch's plan. Versions count from 1; the highest one is current."""

    id: str
    branch_id: str
    version: int
    structure: JsonObject
    created_at: datetime
    origin_id: str | None
    """The plan that this one is a copy of, the first in a line of copies."""

    @property
    def identity(self) -> str:
        """Equal for a plan and its copies."""
        return self.origin_id or self.id


@dataclass(frozen=True, slots=True)
class Beat:
    """The smallest planned unit; `words` is its target."""

    title: str
    brief: str
    words: int
    characters: tuple[str, ...] = ()
    """Who is present."""
    place: str = ""
    origin: str = ""
    """A `PlanOrigin`; empty where that of all beats of the chapter is meant."""
    closes: str = ""
    """What ends with this beat: `chapter`, `part`, `novel`, or nothing."""

    @classmethod
    def from_json(cls, document: JsonObject) -> "Beat":
        """A stored beat; those of earlier versions lack the later fields."""
        return cls(**{**document, "characters": tuple(document.get("characters", ()))})


@dataclass(frozen=True, slots=True)
class PlannedBeats:
    """The beats of a planned chapter, in order. They are planned when the chapter is reached."""

    beats: tuple[Beat, ...]
    origin: PlanOrigin


@dataclass(frozen=True, slots=True)
class NewPlannedChapter:
    """A chapter to add to a plan. `number` and `part` count from 1."""

    number: int
    part: int
    title: str
    brief: str
    target_words: int
    role: str = ""
    origin: PlanOrigin = PlanOrigin.MODEL
    provenance: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedChapterRecord:
    """A chapter as planned."""

    plan_id: str
    number: int
    part: int
    title: str
    brief: str
    role: str
    target_words: int
    origin: PlanOrigin
    provenance: JsonObject
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    """One version of a chapter's text. `number` counts from 1 in (novel, chapter number)."""

    id: str
    novel_id: str
    chapter_number: int
    number: int
    title: str
    origin: RevisionOrigin
    parent_id: str | None
    state: RevisionState
    words: int
    tokens: int
    num_segments: int
    opening: str
    """Text that an open revision begins with and that is not in a segment yet."""
    open_words: int
    """Words counted in `words` that are in no segment yet: of the opening, or the last carry."""
    genesis_key: str | None
    """The chain's first key for the engine that cut the segments; None for text stored whole."""
    provenance: JsonObject
    created_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A revision to add.

    `words` are those of `text`; of an open one those of the segments that it begins with and of
    the carry of their last, or of its `opening` where there are none.
    """

    chapter_number: int
    title: str
    origin: RevisionOrigin
    parent_id: str | None = None
    state: RevisionState = RevisionState.OPEN
    text: str | None = None
    """The whole text of a revision that is not open; None of one that is."""
    words: int = 0
    opening: str = ""
    genesis_key: str | None = None
    provenance: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChapterRecord:
    """The current revision of a chapter in a branch. `number` counts from 1."""

    branch_id: str
    number: int
    revision: RevisionRecord


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment to append. `position` counts from 0 in its revision; keys are hex strings."""

    revision_id: str
    position: int
    text: str
    words: int
    tokens: int
    parent_key: str
    key: str
    carry: str = ""
    """Text already drawn that begins the next segment."""
    carry_words: int = 0
    provenance: JsonObject = field(default_factory=dict)
    elapsed_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A stored segment. It never changes."""

    id: int
    revision_id: str
    position: int
    text: str
    words: int
    tokens: int
    parent_key: str
    key: str
    carry: str
    provenance: JsonObject
    elapsed_seconds: float
    run_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """What a stored segment took, without its text."""

    chapter: int
    words: int
    tokens: int
    provenance: JsonObject
    elapsed_seconds: float


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """A memory to keep. `data` is one safetensors file; its size and SHA-256 are taken from it.

    `dtype` is the precision of the weights that wrote it, as `EngineInfo.memory_precision` says.
    """

    key: str
    parent_key: str
    data: bytes
    model_fingerprint: str
    adapter_fingerprint: str
    dtype: str
    device: str


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """A stored memory with its bytes. `data_sha256` is hex, of the bytes as they were stored."""

    key: str
    parent_key: str
    data: bytes
    num_bytes: int
    data_sha256: str
    model_fingerprint: str
    adapter_fingerprint: str
    dtype: str
    device: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotSummary:
    """A stored memory without its bytes."""

    key: str
    parent_key: str
    num_bytes: int
    data_sha256: str
    model_fingerprint: str
    adapter_fingerprint: str
    dtype: str
    device: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentCommit:
    """Everything that one segment writes, and what the writer believes about the novel."""

    novel_id: str
    branch_id: str
    expected_epoch: int
    """`RunRecord.epoch` of the run that writes, or `NovelRecord.run_epoch` without a run."""
    expected_parent_key: str
    """The key of the segment read last, or the key that the chain starts from."""
    segment: NewSegment
    snapshot: NewSnapshot | None = None
    run_id: str | None = None
    completes_chapter: bool = False
    stands_revision_id: str | None = None
    """The revision that the chapter points at; None if it is the one written, which a draft is
    not."""
    event: JsonObject | None = None
    """What the run tells of it, as `{"kind": ..., "data": {...}}`, kept with its other events.

    Without a run nobody tells anything.
    """
    context: Sequence[JsonObject] | None = None
    """What the model saw for each passage of the segment, one object a passage."""


@dataclass(frozen=True, slots=True)
class ChapterCompletion:
    """A revision to close, and what the writer believes about the novel. As in `SegmentCommit`."""

    novel_id: str
    branch_id: str
    expected_epoch: int
    revision_id: str
    stands_revision_id: str | None = None
