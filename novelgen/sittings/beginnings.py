"""The chapter that a sitting began with, as its journal keeps it, and back."""

from dataclasses import replace

from novelgen.errors import NotFoundError
from novelgen.generation.editing import ChapterText, chapter_text
from novelgen.sittings.journal_lines import Begun
from novelgen.text.words import count_words
from storage.errors import RecordNotFound
from storage.records import CONTINUES, RevisionRecord, RevisionState
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


def where_it_goes_on(store: Store, before: ChapterText) -> ChapterText:
    """The chapter as it was seen, as a part of the revision in which a run went on from it.

    Where no run did, or the chapter is another one by now, it is as it was.
    """
    if before.revision is None:
        return before
    with store.reading() as work:
        chapter = work.chapters.get(before.branch_id, before.number)
        if chapter is None or not _continues(work, chapter.revision, before.revision.id):
            return before
        text = work.texts.of_revision(chapter.revision.id)
    if chapter.revision.id == before.revision.id or not text.startswith(before.text):
        return before
    return replace(before, revision=replace(chapter.revision, words=count_words(before.text)))


def does_stand(work: UnitOfWork, begun: Begun) -> bool:
    """Whether the chapter still is what the sitting began with, a run's words behind it aside."""
    chapter = work.chapters.get(begun.branch_id, begun.chapter)
    if chapter is None or begun.revision_id is None:
        return chapter is None and begun.revision_id is None
    return _continues(work, chapter.revision, begun.revision_id)


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


def _continues(work: UnitOfWork, revision: RevisionRecord, revision_id: str) -> bool:
    """Whether a revision is that one, or one in which runs went on from it."""
    while revision.id != revision_id:
        earlier = revision.provenance.get(CONTINUES)
        if earlier is None:
            return False
        revision = work.chapters.revision(earlier)
    return True


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
