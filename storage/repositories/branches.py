"""Branches: the named lines of chapters of a novel."""

from sqlalchemy import select

from storage.errors import RecordNotFound
from storage.forking import fork_branch
from storage.records import BranchFork, BranchRecord
from storage.repositories.base import Repository, record_of
from storage.tables import BranchRow


class BranchRepository(Repository):
    """The branches of the novels."""

    def of_novel(self, novel_id: str) -> list[BranchRecord]:
        """All branches of a novel, the oldest first."""
        statement = (
            select(BranchRow)
            .where(BranchRow.novel_id == novel_id)
            .order_by(BranchRow.created_at, BranchRow.id)
        )
        return [record_of(BranchRecord, row) for row in self._session.scalars(statement)]

    def get(self, branch_id: str) -> BranchRecord:
        """Raises `RecordNotFound`."""
        return record_of(BranchRecord, self._row(BranchRow, branch_id, "branch"))

    def by_name(self, novel_id: str, name: str) -> BranchRecord:
        """Raises `RecordNotFound`."""
        statement = select(BranchRow).where(BranchRow.novel_id == novel_id, BranchRow.name == name)
        row = self._session.scalar(statement)
        if row is None:
            raise RecordNotFound(
                f"Novel {novel_id} has no branch called {name!r}.",
                "`novelgen branches NOVEL` lists them.",
            )
        return record_of(BranchRecord, row)

    def fork(self, fork: BranchFork) -> BranchRecord:
        """Make a branch that shares the text up to a segment and goes its own way after it.

        Chapters before the cut share their revisions. The cut chapter gets a new open revision
        with copies of its segments through `through_position`; without one the last chapter is
        shared as well, or copied as it stands while it is open, for two branches cannot go on in
        one revision. The current plan is copied with its planned chapters, and the checks of the
        chapters that are taken; the bible, threads, findings, voice sheet and locked passages are
        taken as far as they do not come from text that is left behind. Nothing of the branch it
        leaves changes, and the novel's active branch stays what it was. Raises `NameTaken` and
        `RecordNotFound`.
        """
        return record_of(BranchRecord, fork_branch(self._session, fork))
