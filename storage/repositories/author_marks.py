"""An author's marks. One that is done with is settled and stays; none is ever deleted."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from storage.errors import RecordNotFound
from storage.mark_records import MarkKind, MarkRecord, NewMark, NoteContent
from storage.repositories.base import Repository, record_of
from storage.story_tables import AuthorMarkRow
from storage.tables import BranchRow, utc_now


class AuthorMarkRepository(Repository):
    """The notes, marks and comments of the branches."""

    def add(self, mark: NewMark) -> MarkRecord:
        """Leave a mark. Raises `RecordNotFound`."""
        branch = self._row(BranchRow, mark.branch_id, "branch")
        if branch.novel_id != mark.novel_id:
            raise RecordNotFound(
                f"Novel {mark.novel_id} has no branch with the id {mark.branch_id!r}."
            )
        row = AuthorMarkRow(
            novel_id=mark.novel_id,
            branch_id=mark.branch_id,
            chapter=mark.chapter,
            kind=mark.kind,
            body=mark.body,
            anchor=dict(mark.anchor),
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return record_of(MarkRecord, row)

    def get(self, branch_id: str, mark_id: int) -> MarkRecord:
        """A mark, settled or not. Raises `RecordNotFound`."""
        return record_of(MarkRecord, self._of_branch(branch_id, mark_id))

    def of_branch(self, branch_id: str, *, with_settled: bool = False) -> list[MarkRecord]:
        """The marks of a branch, by chapter, in the order in which they were left."""
        return self._records(_standing(branch_id, with_settled=with_settled))

    def of_chapter(
        self, branch_id: str, chapter: int, kind: MarkKind | None = None
    ) -> list[MarkRecord]:
        """The marks that stand in a chapter, all or those of one kind."""
        statement = _standing(branch_id).where(AuthorMarkRow.chapter == chapter)
        if kind is not None:
            statement = statement.where(AuthorMarkRow.kind == kind)
        return self._records(statement)

    def replace_notes(
        self, novel_id: str, branch_id: str, chapter: int, notes: Sequence[NoteContent]
    ) -> bool:
        """Make these the notes of a chapter; whether one came, went or changed its words.

        A note with the same words keeps its id and takes the new place; one that is not among them
        is settled.
        """
        missing = self._take_over(branch_id, chapter, notes)
        left = self._left_over(branch_id, chapter, notes)
        for row in left:
            row.settled_at = utc_now()
        for note in missing:
            self.add(
                NewMark(novel_id, branch_id, chapter, MarkKind.NOTE, note.body, dict(note.anchor))
            )
        self._session.flush()
        return bool(missing or left)

    def add_notes(
        self, novel_id: str, branch_id: str, chapter: int, notes: Sequence[NoteContent]
    ) -> bool:
        """Add the notes whose words do not stand in the chapter yet; whether there were any."""
        missing = self._take_over(branch_id, chapter, notes)
        for note in missing:
            self.add(
                NewMark(novel_id, branch_id, chapter, MarkKind.NOTE, note.body, dict(note.anchor))
            )
        self._session.flush()
        return bool(missing)

    def reword(self, branch_id: str, mark_id: int, body: str) -> MarkRecord:
        """Give a mark other words. Raises `RecordNotFound`."""
        row = self._of_branch(branch_id, mark_id)
        row.body = body
        self._session.flush()
        return record_of(MarkRecord, row)

    def settle(self, branch_id: str, mark_id: int) -> MarkRecord:
        """Be done with a mark. Raises `RecordNotFound`."""
        row = self._of_branch(branch_id, mark_id)
        row.settled_at = row.settled_at or utc_now()
        self._session.flush()
        return record_of(MarkRecord, row)

    def unsettle(self, branch_id: str, mark_id: int) -> MarkRecord:
        """Let a settled mark stand again. Raises `RecordNotFound`."""
        row = self._of_branch(branch_id, mark_id)
        row.settled_at = None
        self._session.flush()
        return record_of(MarkRecord, row)

    def _take_over(
        self, branch_id: str, chapter: int, notes: Sequence[NoteContent]
    ) -> list[NoteContent]:
        """Give the notes that stand already their new places; the others come back."""
        standing = self._notes(branch_id, chapter)
        missing = []
        for note in notes:
            row = next((each for each in standing if each.body == note.body), None)
            if row is None:
                missing.append(note)
            else:
                standing.remove(row)
                row.anchor = dict(note.anchor)
        return missing

    def _left_over(
        self, branch_id: str, chapter: int, notes: Sequence[NoteContent]
    ) -> list[AuthorMarkRow]:
        """The notes that stand and are not among these, each as often as it stands."""
        wanted = [note.body for note in notes]
        left = []
        for row in self._notes(branch_id, chapter):
            if row.body in wanted:
                wanted.remove(row.body)
            else:
                left.append(row)
        return left

    def _notes(self, branch_id: str, chapter: int) -> list[AuthorMarkRow]:
        statement = _standing(branch_id).where(
            AuthorMarkRow.chapter == chapter, AuthorMarkRow.kind == MarkKind.NOTE
        )
        return list(self._session.scalars(statement))

    def _of_branch(self, branch_id: str, mark_id: int) -> AuthorMarkRow:
        row = self._session.get(AuthorMarkRow, mark_id)
        if row is None or row.branch_id != branch_id:
            raise RecordNotFound(f"There is no mark with the number {mark_id}.")
        return row

    def _records(self, statement: Select[AuthorMarkRow]) -> list[MarkRecord]:
        return [record_of(MarkRecord, row) for row in self._session.scalars(statement)]


def _standing(branch_id: str, *, with_settled: bool = False) -> Select[AuthorMarkRow]:
    statement = select(AuthorMarkRow).where(AuthorMarkRow.branch_id == branch_id)
    if not with_settled:
        statement = statement.where(AuthorMarkRow.settled_at.is_(None))
    return statement.order_by(AuthorMarkRow.chapter, AuthorMarkRow.id)
