"""Novels: created, found, listed with their totals, and claimed by runs."""

from collections.abc import Callable
from dataclasses import fields

from sqlalchemy import Row as ResultRow
from sqlalchemy import Select, func, select

from storage.errors import MATCHES_SHOWN, AmbiguousName, RecordNotFound
from storage.records import (
    MAIN_BRANCH,
    BranchTotals,
    NewNovel,
    NovelChanges,
    NovelRecord,
    NovelStatus,
    NovelSummary,
    new_id,
)
from storage.repositories.base import Repository, record_of
from storage.tables import BranchRow, ChapterRow, NovelRow, RevisionRow, utc_now

_HOW_TO_SEE_NOVELS = "`novelgen list` shows the novels and their ids."


class NovelRepository(Repository):
    """The novels of a database."""

    def add(self, novel: NewNovel) -> NovelRecord:
        """Create a novel with its branch "main", which is its active one."""
        now = utc_now()
        branch_id = new_id()
        row = NovelRow(
            id=novel.id,
            title=novel.title,
            author=novel.author,
            premise=novel.premise,
            seed=novel.seed,
            target_words=novel.target_words,
            model=novel.model,
            adapter=novel.adapter,
            settings=dict(novel.settings),
            status=novel.status,
            active_branch_id=branch_id,
            run_epoch=0,
            model_fingerprint="",
            adapter_fingerprint="",
            created_at=now,
            updated_at=now,
        )
        self._session.add(row)
        self._session.flush()
        self._session.add(
            BranchRow(id=branch_id, novel_id=novel.id, name=MAIN_BRANCH, created_at=now)
        )
        self._session.flush()
        return record_of(NovelRecord, row)

    def get(self, novel_id: str) -> NovelRecord:
        """The novel with exactly that id. Raises `RecordNotFound`."""
        return record_of(NovelRecord, self._novel(novel_id))

    def find(self, reference: str) -> NovelRecord:
        """The novel that a person means by an id, a title, or a unique beginning of either.

        An exact id goes first, then an exact title, then beginnings; titles are compared without
        regard to case. Raises `RecordNotFound` and `AmbiguousName`.
        """
        wanted = reference.strip().casefold()
        names = [
            (novel_id, title.strip().casefold())
            for novel_id, title in self._session.execute(select(NovelRow.id, NovelRow.title))
        ]
        tests: tuple[Callable[[str, str], bool], ...] = (
            lambda novel_id, _title: novel_id == wanted,
            lambda _novel_id, title: title == wanted,
            lambda novel_id, title: novel_id.startswith(wanted) or title.startswith(wanted),
        )
        for fits in tests if wanted else ():
            matches = [novel_id for novel_id, title in names if fits(novel_id, title)]
            if len(matches) == 1:
                return self.get(matches[0])
            if matches:
                raise self._ambiguous(reference, matches)
        raise RecordNotFound(f"There is no novel called {reference!r}.", _HOW_TO_SEE_NOVELS)

    def summaries(self) -> list[NovelSummary]:
        """All novels with the totals of their active branches, the last changed one first."""
        statement = _with_totals().order_by(NovelRow.updated_at.desc(), NovelRow.id)
        return [_summary(row) for row in self._session.execute(statement)]

    def summary(self, novel_id: str) -> NovelSummary:
        """One novel with the totals of its active branch. Raises `RecordNotFound`."""
        self._novel(novel_id)
        statement = _with_totals().where(NovelRow.id == novel_id)
        return _summary(self._session.execute(statement).one())

    def update(self, novel_id: str, changes: NovelChanges) -> NovelRecord:
        """Change what `changes` names. Raises `RecordNotFound`."""
        row = self._novel(novel_id)
        for name in (field.name for field in fields(changes)):
            value = getattr(changes, name)
            if value is not None:
                setattr(row, name, dict(value) if name == "settings" else value)
        row.touch()
        self._session.flush()
        return record_of(NovelRecord, row)

    def set_status(self, novel_id: str, status: NovelStatus) -> None:
        """Raises `RecordNotFound`."""
        row = self._novel(novel_id)
        row.status = status
        row.touch()
        self._session.flush()

    def set_active_branch(self, novel_id: str, branch_id: str) -> None:
        """Go on with another branch of the same novel. Raises `RecordNotFound`."""
        row = self._novel(novel_id)
        branch = self._session.get(BranchRow, branch_id)
        if branch is None or branch.novel_id != novel_id:
            raise RecordNotFound(f"Novel {novel_id} has no branch with the id {branch_id!r}.")
        row.active_branch_id = branch_id
        row.touch()
        self._session.flush()

    def claim_run(self, novel_id: str) -> int:
        """Take the novel over and return the new epoch: commits of earlier epochs are refused.

        `RunRepository.start` does this for its run. Raises `RecordNotFound`.
        """
        row = self._novel(novel_id)
        row.run_epoch += 1
        self._session.flush()
        return row.run_epoch

    def _novel(self, novel_id: str) -> NovelRow:
        row = self._session.get(NovelRow, novel_id)
        if row is None:
            raise RecordNotFound(f"There is no novel with the id {novel_id!r}.", _HOW_TO_SEE_NOVELS)
        return row

    def _ambiguous(self, reference: str, novel_ids: list[str]) -> AmbiguousName:
        shown = select(NovelRow.id, NovelRow.title).where(NovelRow.id.in_(novel_ids))
        rows = self._session.execute(shown.order_by(NovelRow.title, NovelRow.id))
        matches = [f"{novel_id} {title!r}" for novel_id, title in rows.fetchmany(MATCHES_SHOWN)]
        rows.close()
        more = len(novel_ids) - len(matches)
        listed = ", ".join(matches) + (f" and {more} more" if more else "")
        return AmbiguousName(
            f"{reference!r} fits {len(novel_ids)} novels: {listed}.",
            matches,
            "Give the id, or more of the title.",
        )


def _with_totals() -> Select[NovelRow, int, int, int, int]:
    return (
        select(
            NovelRow,
            func.count(ChapterRow.number),
            func.coalesce(func.sum(RevisionRow.words), 0),
            func.coalesce(func.sum(RevisionRow.tokens), 0),
            func.coalesce(func.sum(RevisionRow.num_segments), 0),
        )
        .outerjoin(ChapterRow, ChapterRow.branch_id == NovelRow.active_branch_id)
        .outerjoin(RevisionRow, RevisionRow.id == ChapterRow.revision_id)
        .group_by(NovelRow.id)
    )


def _summary(row: ResultRow[NovelRow, int, int, int, int]) -> NovelSummary:
    novel, chapters, words, tokens, segments = row
    totals = BranchTotals(
        words=int(words), tokens=int(tokens), chapters=chapters, segments=int(segments)
    )
    return NovelSummary(novel=record_of(NovelRecord, novel), totals=totals)
