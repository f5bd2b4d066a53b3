"""Makes a branch out of the beginning of another one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import NameTaken, RecordNotFound
from storage.records import BranchFork, RevisionState, new_id
from storage.repositories.base import RowT
from storage.repositories.chapters import next_revision_number
from storage.tables import (
    BranchRow,
    ChapterRow,
    PlannedBeatsRow,
    PlannedChapterRow,
    PlanRow,
    RevisionRow,
    SegmentRow,
    utc_now,
)


def fork_branch(session: Session, fork: BranchFork) -> BranchRow:
    """See `BranchRepository.fork`. Raises `NameTaken` and `RecordNotFound`."""
    source = _source(session, fork)
    _require_free_name(session, fork)
    cut = _cut_revision(session, fork)
    branch = BranchRow(
        id=new_id(),
        novel_id=fork.novel_id,
        name=fork.new_name,
        parent_branch_id=source.id,
        created_at=utc_now(),
    )
    session.add(branch)
    session.flush()
    _share_chapters(session, fork, branch)
    _copy_cut_chapter(session, fork, branch, cut)
    _copy_plan(session, source, branch)
    return branch


def _source(session: Session, fork: BranchFork) -> BranchRow:
    source = session.get(BranchRow, fork.from_branch_id)
    if source is None or source.novel_id != fork.novel_id:
        raise RecordNotFound(
            f"Novel {fork.novel_id} has no branch with the id {fork.from_branch_id!r}."
        )
    return source


def _require_free_name(session: Session, fork: BranchFork) -> None:
    same_name = select(BranchRow.id).where(
        BranchRow.novel_id == fork.novel_id, BranchRow.name == fork.new_name
    )
    if session.scalar(same_name) is not None:
        raise NameTaken(
            f"Novel {fork.novel_id} has a branch called {fork.new_name!r} already.",
            "Give the new branch another name.",
        )


def _cut_revision(session: Session, fork: BranchFork) -> RevisionRow:
    revision = session.scalar(
        select(RevisionRow)
        .join(ChapterRow, ChapterRow.revision_id == RevisionRow.id)
        .where(
            ChapterRow.branch_id == fork.from_branch_id,
            ChapterRow.number == fork.through_chapter,
        )
    )
    if revision is None or not 0 <= fork.through_position < revision.num_segments:
        raise RecordNotFound(
            f"The branch has no segment {fork.through_position} in chapter {fork.through_chapter}."
        )
    return revision


def _share_chapters(session: Session, fork: BranchFork, branch: BranchRow) -> None:
    earlier = select(ChapterRow.number, ChapterRow.revision_id).where(
        ChapterRow.branch_id == fork.from_branch_id, ChapterRow.number < fork.through_chapter
    )
    session.add_all(
        ChapterRow(branch_id=branch.id, number=number, revision_id=revision_id)
        for number, revision_id in session.execute(earlier).all()
    )
    session.flush()


def _copy_cut_chapter(
    session: Session, fork: BranchFork, branch: BranchRow, cut: RevisionRow
) -> None:
    segments = session.scalars(
        select(SegmentRow)
        .where(SegmentRow.revision_id == cut.id, SegmentRow.position <= fork.through_position)
        .order_by(SegmentRow.position)
    ).all()
    revision = _copy(
        cut,
        id=new_id(),
        number=next_revision_number(session, fork.novel_id, fork.through_chapter),
        parent_id=cut.id,
        state=RevisionState.OPEN,
        words=sum(segment.words for segment in segments),
        tokens=sum(segment.tokens for segment in segments),
        num_segments=len(segments),
        created_at=branch.created_at,
        completed_at=None,
    )
    session.add(revision)
    session.flush()
    session.add(
        ChapterRow(branch_id=branch.id, number=fork.through_chapter, revision_id=revision.id)
    )
    for segment in segments:
        carry = fork.last_carry if segment.position == fork.through_position else segment.carry
        copy = _copy(
            segment, id=None, revision_id=revision.id, carry=carry, created_at=branch.created_at
        )
        session.add(copy)
    session.flush()


def _copy_plan(session: Session, source: BranchRow, branch: BranchRow) -> None:
    plan = session.scalar(
        select(PlanRow)
        .where(PlanRow.branch_id == source.id)
        .order_by(PlanRow.version.desc())
        .limit(1)
    )
    if plan is None:
        return
    copy = _copy(plan, id=new_id(), branch_id=branch.id, version=1)
    session.add(copy)
    session.flush()
    planned = select(PlannedChapterRow).where(PlannedChapterRow.plan_id == plan.id)
    session.add_all(_copy(chapter, plan_id=copy.id) for chapter in session.scalars(planned).all())
    session.flush()
    beats = select(PlannedBeatsRow).where(PlannedBeatsRow.plan_id == plan.id)
    session.add_all(_copy(row, plan_id=copy.id) for row in session.scalars(beats).all())
    session.flush()


def _copy(row: RowT, **changes: object) -> RowT:
    """A new row like `row` except for `changes`."""
    names = (column.key for column in type(row).__mapper__.column_attrs)
    return type(row)(**{name: getattr(row, name) for name in names} | changes)
