"""Makes a branch out of the beginning of another one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.errors import NameTaken, RecordNotFound
from storage.records import BranchFork, RevisionState, new_id
from storage.repositories.base import copy_row
from storage.repositories.chapters import next_revision_number
from storage.repositories.plans import copy_plan
from storage.repositories.texts import text_of_revision
from storage.story_forking import CutChapter, SharedText, copy_contexts, copy_story
from storage.tables import (
    BranchRow,
    ChapterRow,
    CheckRow,
    InboxRow,
    PlanRow,
    RevisionRow,
    RevisionTextRow,
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
    _share_chapters(session, fork, branch, fork.through_chapter - (cut is not None))
    kept = None if cut is None else _copy_cut_chapter(session, fork, branch, cut)
    _copy_plan(session, source, branch)
    _copy_checks(session, fork, branch)
    _copy_inbox(session, fork, branch)
    copy_story(session, SharedText(source.id, branch.id, fork.through_chapter, kept))
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


def _cut_revision(session: Session, fork: BranchFork) -> RevisionRow | None:
    """The revision to copy, up to the cut; None where the last chapter is shared."""
    if fork.through_chapter == 0:
        return None
    revision = session.scalar(
        select(RevisionRow)
        .join(ChapterRow, ChapterRow.revision_id == RevisionRow.id)
        .where(
            ChapterRow.branch_id == fork.from_branch_id,
            ChapterRow.number == fork.through_chapter,
        )
    )
    position = fork.through_position
    if revision is None:
        raise RecordNotFound(f"The branch has no chapter {fork.through_chapter}.")
    if position is None:
        is_cut = revision.state is RevisionState.OPEN or fork.cut_text is not None
        return revision if is_cut else None
    if not 0 <= position < revision.num_segments:
        raise RecordNotFound(
            f"The branch has no segment {position} in chapter {fork.through_chapter}."
        )
    return revision


def _share_chapters(session: Session, fork: BranchFork, branch: BranchRow, through: int) -> None:
    earlier = select(ChapterRow.number, ChapterRow.revision_id).where(
        ChapterRow.branch_id == fork.from_branch_id, ChapterRow.number <= through
    )
    session.add_all(
        ChapterRow(branch_id=branch.id, number=number, revision_id=revision_id)
        for number, revision_id in session.execute(earlier).all()
    )
    session.flush()


def _copy_cut_chapter(
    session: Session, fork: BranchFork, branch: BranchRow, cut: RevisionRow
) -> CutChapter:
    number = next_revision_number(session, fork.novel_id, fork.through_chapter)
    revision = copy_row(
        cut, id=new_id(), number=number, parent_id=cut.id, created_at=branch.created_at
    )
    if fork.cut_text is not None:
        _cut_text(session, revision, fork.cut_text, fork.cut_words)
    else:
        _cut_segments(session, revision, cut, fork.through_position)
        copy_contexts(session, cut.id, revision.id, revision.num_segments)
    session.add(
        ChapterRow(branch_id=branch.id, number=fork.through_chapter, revision_id=revision.id)
    )
    session.flush()
    return CutChapter(cut.id, revision.id, text_of_revision(session, revision))


def _cut_text(session: Session, revision: RevisionRow, text: str, words: int) -> None:
    revision.state, revision.completed_at = RevisionState.PARTIAL, revision.created_at
    revision.words, revision.tokens = words, 0
    session.add(revision)
    session.flush()
    session.add(RevisionTextRow(revision_id=revision.id, text=text))


def _cut_segments(
    session: Session, revision: RevisionRow, cut: RevisionRow, position: int | None
) -> None:
    """The carry of the last segment before a cut belongs to the text that is left behind."""
    kept = select(SegmentRow).where(SegmentRow.revision_id == cut.id)
    if position is not None:
        kept = kept.where(SegmentRow.position <= position)
        revision.opening, revision.open_words = "", 0
    revision.state, revision.completed_at = RevisionState.OPEN, None
    session.add(revision)
    session.flush()
    segments = session.scalars(kept.order_by(SegmentRow.position)).all()
    rows = [
        copy_row(each, id=None, revision_id=revision.id, created_at=revision.created_at)
        for each in segments
    ]
    if position is not None:
        rows[-1].carry = ""
    session.add_all(rows)
    revision.words = sum(row.words for row in rows) + revision.open_words
    revision.tokens = sum(row.tokens for row in rows)
    revision.num_segments = len(rows)


def _copy_plan(session: Session, source: BranchRow, branch: BranchRow) -> None:
    plan_id = session.scalar(
        select(PlanRow.id)
        .where(PlanRow.branch_id == source.id)
        .order_by(PlanRow.version.desc())
        .limit(1)
    )
    if plan_id is not None:
        copy_plan(session, plan_id, branch.id)


def _copy_checks(session: Session, fork: BranchFork, branch: BranchRow) -> None:
    """Those whose passages both stand in the new branch."""
    checks = select(CheckRow).where(
        CheckRow.branch_id == fork.from_branch_id, CheckRow.chapter <= fork.through_chapter
    )
    rows = session.scalars(checks.order_by(CheckRow.id)).all()
    session.add_all(copy_row(row, id=None, branch_id=branch.id) for row in rows)
    session.flush()


def _copy_inbox(session: Session, fork: BranchFork, branch: BranchRow) -> None:
    """What waits of the chapters that both share waits in the new branch too."""
    shared = select(ChapterRow.revision_id).where(ChapterRow.branch_id == branch.id)
    rows = select(InboxRow).where(
        InboxRow.branch_id == fork.from_branch_id, InboxRow.revision_id.in_(shared)
    )
    items = session.scalars(rows.order_by(InboxRow.id)).all()
    session.add_all(copy_row(row, id=None, branch_id=branch.id) for row in items)
    session.flush()
