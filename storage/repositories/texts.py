"""The prose of revisions and branches, whether it came whole or segment by segment."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.repositories.base import Repository
from storage.tables import (
    ChapterRow,
    RevisionCutRow,
    RevisionRow,
    RevisionTextRow,
    SegmentRow,
)


class TextRepository(Repository):
    """Prose, read; it is written with its revision or its segment."""

    def of_revision(self, revision_id: str) -> str:
        """All that stands in a revision; of an open one also what is in no segment yet.

        Raises `RecordNotFound`.
        """
        return text_of_revision(self._session, self._row(RevisionRow, revision_id, "revision"))

    def of_branch(
        self, branch_id: str, *, after_chapter: int = 0, through_chapter: int | None = None
    ) -> Iterator[tuple[int, str]]:
        """Number and prose of the chapters of a branch in order, one at a time in memory."""
        statement = select(ChapterRow.number, ChapterRow.revision_id).where(
            ChapterRow.branch_id == branch_id, ChapterRow.number > after_chapter
        )
        if through_chapter is not None:
            statement = statement.where(ChapterRow.number <= through_chapter)
        chapters = self._session.execute(statement.order_by(ChapterRow.number)).all()
        for number, revision_id in chapters:
            yield number, self.of_revision(revision_id)

    def tail(self, branch_id: str, min_chars: int, before_chapter: int) -> list[str]:
        """The last chapters before one that together hold `min_chars` characters, in order.

        All of them where the branch is shorter; none when nothing is wanted.
        """
        found: list[str] = []
        number = before_chapter
        while min_chars > 0:
            chapter = self._session.execute(
                select(ChapterRow.number, ChapterRow.revision_id)
                .where(ChapterRow.branch_id == branch_id, ChapterRow.number < number)
                .order_by(ChapterRow.number.desc())
                .limit(1)
            ).first()
            if chapter is None:
                break
            number, revision_id = chapter
            found.append(self.of_revision(revision_id))
            min_chars -= len(found[-1])
        return found[::-1]

    def cut_ends(self, revision_id: str, genesis_key: str) -> tuple[int, ...] | None:
        """Where the segments of a revision end, in characters, for an engine that read it.

        None when no such engine has; the segments that a run wrote are not asked for here.
        """
        row = self._session.get(RevisionCutRow, (revision_id, genesis_key))
        return None if row is None else tuple(row.ends)

    def keep_cut(self, revision_id: str, genesis_key: str, ends: tuple[int, ...]) -> None:
        """Remember where segments end. The same text is cut the same, so a second time is none."""
        if self._session.get(RevisionCutRow, (revision_id, genesis_key)) is None:
            self._session.add(
                RevisionCutRow(revision_id=revision_id, genesis_key=genesis_key, ends=list(ends))
            )
            self._session.flush()


def text_of_revision(session: Session, revision: RevisionRow) -> str:
    """See `TextRepository.of_revision`."""
    whole = session.get(RevisionTextRow, revision.id)
    if whole is not None:
        return whole.text
    pieces = session.execute(
        select(SegmentRow.text, SegmentRow.carry)
        .where(SegmentRow.revision_id == revision.id)
        .order_by(SegmentRow.position)
    ).all()
    if not pieces:
        return revision.opening
    return "".join(text for text, _ in pieces) + pieces[-1][1]
