"""Summaries: what a text says in few words, tied to the very text that they sum up."""

from collections.abc import Sequence

from sqlalchemy import select

from storage.repositories.base import Repository, record_of
from storage.story_records import NewSummary, SummaryKind, SummaryOrigin, SummaryRecord
from storage.story_tables import SummaryRow
from storage.tables import ChapterRow, NovelRow, utc_now


class SummaryRepository(Repository):
    """The summaries of the novels. Of several of one source the newest stands."""

    def add(self, new: NewSummary, *, over_author: bool = False) -> SummaryRecord:
        """Add a summary and return the one that stands.

        That is the author's own where there is one, unless this one is by the author too or
        `over_author` is said. Raises `RecordNotFound` for an unknown novel.
        """
        self._row(NovelRow, new.novel_id, "novel")
        stands = self.of_source(new.novel_id, new.kind, new.source_key)
        gives_way = new.origin is not SummaryOrigin.AUTHOR and not over_author
        if stands is not None and stands.origin is SummaryOrigin.AUTHOR and gives_way:
            return stands
        row = SummaryRow(
            novel_id=new.novel_id,
            kind=new.kind,
            source_key=new.source_key,
            text=new.text,
            origin=new.origin,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return record_of(SummaryRecord, row)

    def of_source(self, novel_id: str, kind: SummaryKind, source_key: str) -> SummaryRecord | None:
        """The summary that stands; None when nothing of just this source was summed up."""
        found = self.history(novel_id, kind, source_key)
        return found[0] if found else None

    def of_revision(self, novel_id: str, revision_id: str) -> SummaryRecord | None:
        """The summary of a chapter in one revision."""
        return self.of_source(novel_id, SummaryKind.CHAPTER, revision_id)

    def of_sources(
        self, novel_id: str, kind: SummaryKind, source_keys: Sequence[str]
    ) -> dict[str, SummaryRecord]:
        """The summaries that stand of those sources that have one."""
        statement = select(SummaryRow).where(
            SummaryRow.novel_id == novel_id,
            SummaryRow.kind == kind,
            SummaryRow.source_key.in_(source_keys),
        )
        rows = self._session.scalars(statement.order_by(SummaryRow.id))
        return {row.source_key: record_of(SummaryRecord, row) for row in rows}  # the newest wins

    def of_chapters(
        self, branch_id: str, *, after_chapter: int = 0, through_chapter: int | None = None
    ) -> dict[int, SummaryRecord]:
        """By number, the summaries of the chapters as they stand, of those that have one."""
        statement = (
            select(ChapterRow.number, SummaryRow)
            .join(SummaryRow, SummaryRow.source_key == ChapterRow.revision_id)
            .where(
                ChapterRow.branch_id == branch_id,
                ChapterRow.number > after_chapter,
                SummaryRow.kind == SummaryKind.CHAPTER,
            )
        )
        if through_chapter is not None:
            statement = statement.where(ChapterRow.number <= through_chapter)
        rows = self._session.execute(statement.order_by(ChapterRow.number, SummaryRow.id))
        return {number: record_of(SummaryRecord, row) for number, row in rows}

    def by_machine(self, novel_id: str, kind: SummaryKind, source_key: str) -> SummaryRecord | None:
        """The newest summary that is not by the author; None when there is none."""
        found = self.history(novel_id, kind, source_key)
        return next((one for one in found if one.origin is not SummaryOrigin.AUTHOR), None)

    def history(self, novel_id: str, kind: SummaryKind, source_key: str) -> list[SummaryRecord]:
        """All summaries of one source, the newest first."""
        statement = select(SummaryRow).where(
            SummaryRow.novel_id == novel_id,
            SummaryRow.kind == kind,
            SummaryRow.source_key == source_key,
        )
        rows = self._session.scalars(statement.order_by(SummaryRow.id.desc()))
        return [record_of(SummaryRecord, row) for row in rows]
