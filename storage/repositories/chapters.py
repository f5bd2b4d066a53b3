"""Chapters: for each branch and number a pointer to the revision that is its text now."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.commit import keep_segments
from storage.errors import RecordNotFound, StorageFailure
from storage.records import (
    BranchTotals,
    ChapterRecord,
    NewRevision,
    NewSegment,
    RevisionOrigin,
    RevisionRecord,
    RevisionState,
    new_id,
)
from storage.repositories.base import Repository, record_of
from storage.tables import (
    BranchRow,
    ChapterRow,
    NovelRow,
    RevisionRow,
    RevisionTextRow,
    utc_now,
)


class ChapterRepository(Repository):
    """The chapters of the branches and their revisions."""

    def begin_chapter(
        self,
        branch_id: str,
        number: int,
        title: str,
        origin: RevisionOrigin,
        parent_id: str | None = None,
        genesis_key: str | None = None,
    ) -> ChapterRecord:
        """Make an empty open revision and point the chapter at it.

        An earlier revision stays as it is and is only pointed at no more. `parent_id` is the
        revision that the new one was made from. Raises `RecordNotFound`.
        """
        branch = self._row(BranchRow, branch_id, "branch")
        revision = self.add_revision(
            branch.novel_id,
            NewRevision(number, title, origin, parent_id, genesis_key=genesis_key),
        )
        return self.point_at(branch_id, number, revision.id)

    def add_revision(
        self, novel_id: str, revision: NewRevision, segments: Sequence[NewSegment] = ()
    ) -> RevisionRecord:
        """Add a revision that no chapter points at yet.

        `segments` are those that an open one begins with; their text counts in its `words`, as the
        opening does, or the carry of the last of them. Raises `RecordNotFound`, and
        `StorageFailure` for a closed revision without its text or an open one with it.
        """
        _require_one_text(revision, segments)
        self._row(NovelRow, novel_id, "novel")
        if revision.parent_id is not None:
            self._row(RevisionRow, revision.parent_id, "revision")
        now = utc_now()
        is_open = revision.state is RevisionState.OPEN
        row = RevisionRow(
            id=new_id(),
            novel_id=novel_id,
            chapter_number=revision.chapter_number,
            number=next_revision_number(self._session, novel_id, revision.chapter_number),
            title=revision.title,
            origin=revision.origin,
            parent_id=revision.parent_id,
            state=revision.state,
            words=revision.words,
            tokens=0,
            num_segments=0,
            opening=revision.opening,
            open_words=(
                revision.words - sum(segment.words for segment in segments) if is_open else 0
            ),
            genesis_key=revision.genesis_key,
            provenance=dict(revision.provenance),
            created_at=now,
            completed_at=None if is_open else now,
        )
        self._session.add(row)
        self._session.flush()
        if revision.text is not None:
            self._session.add(RevisionTextRow(revision_id=row.id, text=revision.text))
        keep_segments(self._session, row, segments)
        return record_of(RevisionRecord, row)

    def revision(self, revision_id: str) -> RevisionRecord:
        """Raises `RecordNotFound`."""
        return record_of(RevisionRecord, self._row(RevisionRow, revision_id, "revision"))

    def revision_numbered(self, novel_id: str, chapter: int, number: int) -> RevisionRecord:
        """Raises `RecordNotFound`."""
        row = self._session.scalar(
            select(RevisionRow).where(
                RevisionRow.novel_id == novel_id,
                RevisionRow.chapter_number == chapter,
                RevisionRow.number == number,
            )
        )
        if row is None:
            raise RecordNotFound(
                f"Chapter {chapter} has no revision {number}.",
                "`novelgen revisions NOVEL --chapter K` lists them.",
            )
        return record_of(RevisionRecord, row)

    def point_at(self, branch_id: str, number: int, revision_id: str) -> ChapterRecord:
        """Make a revision the text of a chapter.

        Raises `RecordNotFound` unless it is a revision of that chapter of the same novel.
        """
        branch = self._row(BranchRow, branch_id, "branch")
        revision = self._row(RevisionRow, revision_id, "revision")
        if (revision.novel_id, revision.chapter_number) != (branch.novel_id, number):
            raise RecordNotFound(f"Chapter {number} has no revision with the id {revision_id!r}.")
        self._session.merge(ChapterRow(branch_id=branch_id, number=number, revision_id=revision_id))
        self._session.flush()
        return _chapter(branch_id, revision)

    def of_branch(self, branch_id: str) -> list[ChapterRecord]:
        """The chapters of a branch with their current revisions, by number."""
        statement = _current_revisions(branch_id).order_by(ChapterRow.number)
        return [_chapter(branch_id, row) for row in self._session.scalars(statement)]

    def get(self, branch_id: str, number: int) -> ChapterRecord | None:
        """One chapter; None while it is not begun."""
        statement = _current_revisions(branch_id).where(ChapterRow.number == number)
        row = self._session.scalar(statement)
        return None if row is None else _chapter(branch_id, row)

    def last(self, branch_id: str) -> ChapterRecord | None:
        """The chapter with the highest number; None before the first one."""
        statement = _current_revisions(branch_id).order_by(ChapterRow.number.desc()).limit(1)
        row = self._session.scalar(statement)
        return None if row is None else _chapter(branch_id, row)

    def revisions(self, novel_id: str, number: int) -> list[RevisionRecord]:
        """All revisions of a chapter in all branches, by revision number."""
        statement = (
            select(RevisionRow)
            .where(RevisionRow.novel_id == novel_id, RevisionRow.chapter_number == number)
            .order_by(RevisionRow.number)
        )
        return [record_of(RevisionRecord, row) for row in self._session.scalars(statement)]

    def totals(self, branch_id: str) -> BranchTotals:
        """What a branch holds, summed over the counters of its revisions."""
        chapters, words, tokens, segments = self._session.execute(
            select(
                func.count(ChapterRow.number),
                func.coalesce(func.sum(RevisionRow.words), 0),
                func.coalesce(func.sum(RevisionRow.tokens), 0),
                func.coalesce(func.sum(RevisionRow.num_segments), 0),
            )
            .join(RevisionRow, RevisionRow.id == ChapterRow.revision_id)
            .where(ChapterRow.branch_id == branch_id)
        ).one()
        return BranchTotals(
            words=int(words), tokens=int(tokens), chapters=chapters, segments=int(segments)
        )


def _require_one_text(revision: NewRevision, segments: Sequence[NewSegment]) -> None:
    """The text of a revision is either whole or in segments, which count from 0."""
    chapter = revision.chapter_number
    if revision.state is RevisionState.OPEN:
        if revision.text is not None:
            raise StorageFailure(f"An open revision of chapter {chapter} has no whole text yet.")
        if [segment.position for segment in segments] != list(range(len(segments))):
            raise StorageFailure(f"The segments of chapter {chapter} are not in order from 0.")
        if revision.words < sum(segment.words for segment in segments):
            raise StorageFailure(f"The words of chapter {chapter} leave out those of its segments.")
    elif revision.text is None or segments:
        raise StorageFailure(f"A closed revision of chapter {chapter} needs its text, whole.")


def next_revision_number(session: Session, novel_id: str, chapter_number: int) -> int:
    """The number that the next revision of a chapter gets, from 1."""
    highest = session.scalar(
        select(func.max(RevisionRow.number)).where(
            RevisionRow.novel_id == novel_id, RevisionRow.chapter_number == chapter_number
        )
    )
    return (highest or 0) + 1


def _current_revisions(branch_id: str) -> Select[RevisionRow]:
    return (
        select(RevisionRow)
        .join(ChapterRow, ChapterRow.revision_id == RevisionRow.id)
        .where(ChapterRow.branch_id == branch_id)
    )


def _chapter(branch_id: str, revision: RevisionRow) -> ChapterRecord:
    return ChapterRecord(
        branch_id=branch_id,
        number=revision.chapter_number,
        revision=record_of(RevisionRecord, revision),
    )
