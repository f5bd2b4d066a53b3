"""Checks: later passages that may no longer fit a change."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import select

from storage.change_records import CheckRecord, CheckState, NewCheck
from storage.errors import RecordNotFound
from storage.repositories.base import Repository, record_of
from storage.tables import CheckRow, utc_now


class CheckRepository(Repository):
    """The checks of the branches."""

    def add(self, checks: Iterable[NewCheck]) -> None:
        """Add checks that wait for an answer; none that waits already, or has had its answer."""
        now = utc_now()
        for check in checks:
            values = asdict(check)
            same = select(CheckRow.id).filter_by(**values)
            if self._session.scalar(same) is None:
                self._session.add(CheckRow(**values, state=CheckState.OPEN, created_at=now))
        self._session.flush()

    def open_of_branch(self, branch_id: str) -> list[CheckRecord]:
        """The checks without an answer, by chapter and paragraph of the later passage."""
        statement = (
            select(CheckRow)
            .where(CheckRow.branch_id == branch_id, CheckRow.state == CheckState.OPEN)
            .order_by(CheckRow.chapter, CheckRow.paragraph, CheckRow.id)
        )
        return [record_of(CheckRecord, row) for row in self._session.scalars(statement)]

    def intend(self, branch_id: str, check_id: int) -> CheckRecord:
        """Note that it is as the person means it. Raises `RecordNotFound`."""
        row = self._session.get(CheckRow, check_id)
        if row is None or row.branch_id != branch_id:
            raise RecordNotFound(
                f"There is no passage to check with the number {check_id}.",
                "`novelgen check NOVEL` lists them.",
            )
        row.state = CheckState.INTENDED
        self._session.flush()
        return record_of(CheckRecord, row)
