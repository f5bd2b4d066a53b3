"""Findings: what is odd in the text as it stands, until the person has answered."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import or_, select

from storage.errors import RecordNotFound
from storage.repositories.base import Repository, record_of
from storage.repositories.versions import is_text_of
from storage.story_records import FindingRecord, FindingState, NewFinding
from storage.story_tables import FindingRow
from storage.tables import utc_now

_SAME_WORDS = ("branch_id", "kind", "chapter", "passage", "other_chapter", "other_passage")


class FindingRepository(Repository):
    """The findings of the branches. One counts while the revisions that it names are the text."""

    def add(self, findings: Iterable[NewFinding]) -> None:
        """Add findings; none that stands already, and none of the same words that is intended."""
        now = utc_now()
        for finding in findings:
            values = asdict(finding)
            intended = select(FindingRow.id).filter_by(
                **{name: values[name] for name in _SAME_WORDS}, state=FindingState.INTENDED
            )
            standing = select(FindingRow.id).filter_by(**values, state=FindingState.STANDING)
            if self._session.scalar(intended) is None and self._session.scalar(standing) is None:
                self._session.add(FindingRow(**values, state=FindingState.STANDING, created_at=now))
                self._session.flush()

    def standing(
        self, branch_id: str, *, after_chapter: int = 0, through_chapter: int | None = None
    ) -> list[FindingRecord]:
        """The findings that count and wait for an answer, by chapter and paragraph."""
        statement = select(FindingRow).where(
            FindingRow.branch_id == branch_id,
            FindingRow.chapter > after_chapter,
            FindingRow.state == FindingState.STANDING,
            is_text_of(branch_id, FindingRow.revision_id),
            is_text_of(branch_id, FindingRow.other_revision_id),
        )
        if through_chapter is not None:
            statement = statement.where(FindingRow.chapter <= through_chapter)
        statement = statement.order_by(FindingRow.chapter, FindingRow.paragraph, FindingRow.id)
        return [record_of(FindingRecord, row) for row in self._session.scalars(statement)]

    def of_revision(self, branch_id: str, revision_id: str) -> list[FindingRecord]:
        """All findings of a branch in a revision, whatever became of them."""
        statement = select(FindingRow).where(
            FindingRow.branch_id == branch_id,
            or_(FindingRow.revision_id == revision_id, FindingRow.other_revision_id == revision_id),
        )
        rows = self._session.scalars(statement.order_by(FindingRow.paragraph, FindingRow.id))
        return [record_of(FindingRecord, row) for row in rows]

    def answer(self, branch_id: str, finding_id: int, state: FindingState) -> FindingRecord:
        """Note what became of a finding. Raises `RecordNotFound`."""
        row = self._session.get(FindingRow, finding_id)
        if row is None or row.branch_id != branch_id:
            raise RecordNotFound(
                f"There is no finding with the number {finding_id}.",
                "`novelgen check NOVEL` lists them.",
            )
        row.state = state
        self._session.flush()
        return record_of(FindingRecord, row)
