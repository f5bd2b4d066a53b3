"""The tables as ORM classes. Migrations make them; this module only describes them.

A *row* is an instance of one of these classes and never leaves the package. Column types are
portable: text, integers, JSON, binary and UTC times. The triggers that make rows immutable live
in the migrations, for metadata cannot express them; a test compares everything else. Those of what
is known about a story are in `storage.story_tables`.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Double,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON

from storage.change_records import ChangeKind, CheckState
from storage.fleet_records import JobKind, TaskKind, TaskState, WorkerState
from storage.inbox_records import InboxState
from storage.mark_records import MarkKind
from storage.records import NovelStatus, PlanOrigin, RevisionOrigin, RevisionState
from storage.run_records import PauseRequest, RunPurpose, RunStatus
from storage.story_records import (
    EntryKind,
    FactState,
    FindingState,
    StoryOrigin,
    SummaryKind,
    SummaryOrigin,
    ThreadKind,
    ThreadState,
    VoiceOrigin,
)

ID_LENGTH = 32
KEY_LENGTH = 64
"""Hex digits of a SHA-256."""
ENUM_LENGTH = 16
# SQLite numbers rows by itself only when the key's type is INTEGER to the letter.
NUMBERED = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database keeps no time zone (SQLite)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """The time that rows are stamped with."""
    return datetime.now(UTC)


def _enum(values: type[StrEnum]) -> Enum:
    return Enum(
        values,
        native_enum=False,
        create_constraint=False,
        length=ENUM_LENGTH,
        values_callable=lambda members: [member.value for member in members],
    )


class Row(DeclarativeBase):
    """Base of every row."""

    metadata = MetaData(
        naming_convention={
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (the name and form are SQLAlchemy's)
        str: Text(),
        bytes: LargeBinary(),
        float: Double(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[dict[str, Any]]: JSON(),
        list[int]: JSON(),
        list[str]: JSON(),
        ChangeKind: _enum(ChangeKind),
        CheckState: _enum(CheckState),
        InboxState: _enum(InboxState),
        JobKind: _enum(JobKind),
        MarkKind: _enum(MarkKind),
        NovelStatus: _enum(NovelStatus),
        PauseRequest: _enum(PauseRequest),
        PlanOrigin: _enum(PlanOrigin),
        RevisionOrigin: _enum(RevisionOrigin),
        RevisionState: _enum(RevisionState),
        RunPurpose: _enum(RunPurpose),
        RunStatus: _enum(RunStatus),
        TaskKind: _enum(TaskKind),
        TaskState: _enum(TaskState),
        WorkerState: _enum(WorkerState),
        EntryKind: _enum(EntryKind),
        FactState: _enum(FactState),
        FindingState: _enum(FindingState),
        StoryOrigin: _enum(StoryOrigin),
        SummaryKind: _enum(SummaryKind),
        SummaryOrigin: _enum(SummaryOrigin),
        ThreadKind: _enum(ThreadKind),
        ThreadState: _enum(ThreadState),
        VoiceOrigin: _enum(VoiceOrigin),
    }


class NovelRow(Row):
    __tablename__ = "novels"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    title: Mapped[str]
    author: Mapped[str]
    premise: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    target_words: Mapped[int]
    model: Mapped[str]
    adapter: Mapped[str]
    settings: Mapped[dict[str, Any]]
    status: Mapped[NovelStatus]
    # No foreign key: novels and branches would point at each other, and neither could come first.
    active_branch_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    run_epoch: Mapped[int]
    model_fingerprint: Mapped[str]
    adapter_fingerprint: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def touch(self, at: datetime | None = None) -> None:
        """Changed at that time, or now; never before it was changed last, by whatever clock."""
        self.updated_at = max(self.updated_at, at or utc_now())


class BranchRow(Row):
    __tablename__ = "branches"
    __table_args__ = (UniqueConstraint("novel_id", "name"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    name: Mapped[str]
    parent_branch_id: Mapped[str | None] = mapped_column(ForeignKey("branches.id"))
    created_at: Mapped[datetime]


class PlanRow(Row):
    __tablename__ = "plans"
    __table_args__ = (UniqueConstraint("branch_id", "version"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    version: Mapped[int]
    structure: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    # Without a foreign key: SQLite would have to build the table anew to add one.
    origin_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))


class PlannedChapterRow(Row):
    __tablename__ = "planned_chapters"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[int]
    title: Mapped[str]
    brief: Mapped[str]
    role: Mapped[str]
    target_words: Mapped[int]
    origin: Mapped[PlanOrigin]
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class PlannedBeatsRow(Row):
    __tablename__ = "planned_beats"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "chapter_number"], ["planned_chapters.plan_id", "planned_chapters.number"]
        ),
    )

    plan_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    chapter_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    beats: Mapped[list[dict[str, Any]]]
    origin: Mapped[PlanOrigin]
    created_at: Mapped[datetime]


class RevisionRow(Row):
    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("novel_id", "chapter_number", "number"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    chapter_number: Mapped[int]
    number: Mapped[int]
    title: Mapped[str]
    origin: Mapped[RevisionOrigin]
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    state: Mapped[RevisionState]
    words: Mapped[int]
    tokens: Mapped[int]
    num_segments: Mapped[int]
    opening: Mapped[str]
    open_words: Mapped[int]
    genesis_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    provenance: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class RevisionTextRow(Row):
    """The text of a revision that came whole; that of others is in their segments."""

    __tablename__ = "revision_texts"

    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    text: Mapped[str]


class RevisionCutRow(Row):
    """Where the segments of a revision end for an engine that has not written it."""

    __tablename__ = "revision_cuts"

    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    genesis_key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    ends: Mapped[list[int]]


class ChapterRow(Row):
    __tablename__ = "chapters"

    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))


class RunRow(Row):
    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("novel_id", "epoch"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    epoch: Mapped[int]
    status: Mapped[RunStatus]
    pid: Mapped[int]
    host: Mapped[str]
    device: Mapped[str]
    dtype: Mapped[str]
    versions: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    words: Mapped[int]
    tokens: Mapped[int]
    elapsed_seconds: Mapped[float]
    error: Mapped[str | None]
    branch_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    purpose: Mapped[RunPurpose]
    is_unattended: Mapped[bool]
    pause_request: Mapped[PauseRequest]
    heartbeats: Mapped[int]


class RunEventRow(Row):
    __tablename__ = "run_events"
    __table_args__ = (Index("ix_run_events_run_id", "run_id", "id"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"))
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class ChangeRow(Row):
    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_branch_id", "branch_id", "id"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    kind: Mapped[ChangeKind]
    label: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class CheckRow(Row):
    __tablename__ = "checks"
    __table_args__ = (Index("ix_checks_branch_id", "branch_id", "id"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    kind: Mapped[str]
    term: Mapped[str]
    edited_chapter: Mapped[int]
    before: Mapped[str]
    after: Mapped[str]
    chapter: Mapped[int]
    paragraph: Mapped[int]
    passage: Mapped[str]
    state: Mapped[CheckState]
    created_at: Mapped[datetime]


class InboxRow(Row):
    __tablename__ = "inbox"
    __table_args__ = (Index("ix_inbox_novel_id", "novel_id", "id"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    chapter_number: Mapped[int]
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"))
    marks: Mapped[list[dict[str, Any]]]
    is_held: Mapped[bool]
    state: Mapped[InboxState]
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]


class SegmentRow(Row):
    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    position: Mapped[int]
    text: Mapped[str]
    words: Mapped[int]
    tokens: Mapped[int]
    parent_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    carry: Mapped[str]
    provenance: Mapped[dict[str, Any]]
    elapsed_seconds: Mapped[float]
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id"))
    created_at: Mapped[datetime]


class SnapshotRow(Row):
    __tablename__ = "memory_snapshots"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    parent_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    num_bytes: Mapped[int] = mapped_column(BigInteger)
    data_sha256: Mapped[str] = mapped_column(String(KEY_LENGTH))
    model_fingerprint: Mapped[str]
    adapter_fingerprint: Mapped[str]
    dtype: Mapped[str]
    device: Mapped[str]
    created_at: Mapped[datetime]
    # Last, so that SQLite reads the columns before it without walking the pages of the bytes.
    data: Mapped[bytes]
