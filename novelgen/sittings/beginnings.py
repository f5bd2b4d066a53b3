"""The chapter that a sitting began with, as its journal keeps it, and back."""

from dataclasses import replace

from novelgen.errors import NotFoundError
from novelgen.generation.editing import ChapterText, chapter_text
from novelgen.sittings.journal_lines import Begun
from storage.errors import RecordNotFound
from storage.records import RevisionState
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def begun_with(before: ChapterText, *, is_in_part: bool = False) -> Begun:
    """What a journal keeps of a chapter as it was seen; `is_in_part`: not to its end."""
    revision = before.revision
    if revision is None:
        return Begun(before.novel_id, before.branch_id, before.number, None)
    may_be_longer = is_in_part or revision.state is RevisionState.OPEN
    return Begun(
        before.novel_id,
        before.branch_id,
        before.number,
        revision.id,
        revision.words,
        revision.num_segments,
        revision.state.value,
        before.text if may_be_longer else None,
    )


def chapter_at_beginning(store: Store, begun: Begun) -> ChapterText:
    """The chapter as it was seen then, whatever became of it. Raises `RecordNotFound`."""
    with store.reading() as work:
        work.branches.get(begun.branch_id)
        if begun.revision_id is not None:
            return _as_seen(work, begun, begun.revision_id)
    desk = (begun.novel_id, begun.branch_id, begun.chapter)
    try:
        now = chapter_text(store, *desk)
    except NotFoundError:
        return ChapterText(*desk, None, "", "")
    return replace(now, revision=None, text="")


def does_stand(work: UnitOfWork, begun: Begun) -> bool:
    """Whether the chapter still is the revision that the sitting began with."""
    chapter = work.chapters.get(begun.branch_id, begun.chapter)
    return (None if chapter is None else chapter.revision.id) == begun.revision_id


def has_novel(work: UnitOfWork, novel_id: str) -> bool:
    try:
        work.novels.get(novel_id)
    except RecordNotFound:
        return False
    return True


def has_beginning(work: UnitOfWork, begun: Begun) -> bool:
    """Whether the branch and the revision that the sitting began with are still there."""
    try:
        work.branches.get(begun.branch_id)
        if begun.revision_id is not None:
            work.chapters.revision(begun.revision_id)
    except RecordNotFound:
        return False
    return has_novel(work, begun.novel_id)


def _as_seen(work: UnitOfWork, begun: Begun, revision_id: str) -> ChapterText:
    now = work.chapters.revision(revision_id)
    text = begun.seen_text
    if text is None:
        text = work.texts.of_revision(revision_id)
    seen = replace(
        now,
        words=begun.words,
        num_segments=begun.num_segments,
        state=RevisionState(begun.state),
    )
    return ChapterText(begun.novel_id, begun.branch_id, begun.chapter, seen, now.title, text)
