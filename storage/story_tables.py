"""The tables of what is known about a story, as ORM classes; see `storage.tables`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from storage.mark_records import MarkKind
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
from storage.tables import ID_LENGTH, KEY_LENGTH, NUMBERED, Row


class ContextRow(Row):
    """What a model saw for the passages of a segment: JSON, UTF-8, compressed by zlib."""

    __tablename__ = "contexts"

    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes]


class SummaryRow(Row):
    __tablename__ = "summaries"
    __table_args__ = (Index("ix_summaries_source_key", "source_key", "kind", "id"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    kind: Mapped[SummaryKind]
    source_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    text: Mapped[str]
    origin: Mapped[SummaryOrigin]
    created_at: Mapped[datetime]


class VersionRow(Row):
    """Base of the rows that are kept in versions: one of a key is current at most."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    key: Mapped[str] = mapped_column(String(ID_LENGTH))
    is_current: Mapped[bool]
    created_at: Mapped[datetime]

    @declared_attr
    def branch_id(cls) -> Mapped[str]:  # noqa: N805  (called with the class)
        return mapped_column(ForeignKey("branches.id"))


def _indexes_of(table: str, place: str) -> tuple[Index, Index, Index]:
    current = text("is_current")
    return (
        Index(f"ix_{table}_key", "branch_id", "key", "id"),
        Index(f"ix_{table}_{place}", "branch_id", place),
        Index(
            f"uq_{table}_current",
            "branch_id",
            "key",
            unique=True,
            sqlite_where=current,
            postgresql_where=current,
        ),
    )


class EntryRow(VersionRow):
    __tablename__ = "bible_entries"
    __table_args__ = _indexes_of("bible_entries", "first_chapter")

    name: Mapped[str]
    kind: Mapped[EntryKind]
    aliases: Mapped[list[str]]
    description: Mapped[str]
    origin: Mapped[StoryOrigin]
    first_chapter: Mapped[int | None]
    first_paragraph: Mapped[int | None]
    is_hidden: Mapped[bool]


class FactRow(VersionRow):
    __tablename__ = "bible_facts"
    __table_args__ = (
        *_indexes_of("bible_facts", "valid_from_chapter"),
        Index("ix_bible_facts_entry_key", "branch_id", "entry_key"),
        Index("ix_bible_facts_source_revision_id", "branch_id", "source_revision_id"),
    )

    entry_key: Mapped[str] = mapped_column(String(ID_LENGTH))
    attribute: Mapped[str]
    value: Mapped[str]
    text: Mapped[str]
    origin: Mapped[StoryOrigin]
    valid_from_chapter: Mapped[int]
    valid_from_paragraph: Mapped[int]
    valid_until_chapter: Mapped[int | None]
    valid_until_paragraph: Mapped[int | None]
    source_chapter: Mapped[int | None]
    source_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    source_passage: Mapped[str]
    state: Mapped[FactState]


class ThreadRow(VersionRow):
    __tablename__ = "threads"
    __table_args__ = _indexes_of("threads", "opened_chapter")

    kind: Mapped[ThreadKind]
    text: Mapped[str]
    origin: Mapped[StoryOrigin]
    opened_chapter: Mapped[int]
    opened_paragraph: Mapped[int]
    opened_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    opened_passage: Mapped[str]
    due_chapter: Mapped[int | None]
    closed_chapter: Mapped[int | None]
    closed_paragraph: Mapped[int | None]
    closed_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    closed_passage: Mapped[str]
    state: Mapped[ThreadState]


class FindingRow(Row):
    __tablename__ = "findings"
    __table_args__ = (Index("ix_findings_chapter", "branch_id", "chapter"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    kind: Mapped[str]
    message: Mapped[str]
    chapter: Mapped[int]
    paragraph: Mapped[int]
    revision_id: Mapped[str] = mapped_column(ForeignKey("revisions.id"))
    passage: Mapped[str]
    other_chapter: Mapped[int | None]
    other_paragraph: Mapped[int | None]
    other_revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    other_passage: Mapped[str]
    state: Mapped[FindingState]
    created_at: Mapped[datetime]


class VoiceSheetRow(Row):
    __tablename__ = "voice_sheets"
    __table_args__ = (UniqueConstraint("branch_id", "version"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    version: Mapped[int]
    sheet: Mapped[dict[str, Any]]
    origin: Mapped[VoiceOrigin]
    created_at: Mapped[datetime]


class PassageLockRow(Row):
    __tablename__ = "passage_locks"
    __table_args__ = (Index("ix_passage_locks_chapter", "branch_id", "chapter"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    chapter: Mapped[int]
    text: Mapped[str]
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]


class AuthorMarkRow(Row):
    __tablename__ = "author_marks"
    __table_args__ = (Index("ix_author_marks_chapter", "branch_id", "chapter"),)

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    branch_id: Mapped[str] = mapped_column(ForeignKey("branches.id"))
    chapter: Mapped[int]
    kind: Mapped[MarkKind]
    body: Mapped[str]
    anchor: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
