"""A person's changes to chapters: edits, restored revisions. Each can be undone.

A change adds a revision and moves a pointer, and only if the chapter still is what the person
saw. A text that comes too late is kept as a revision of its own, and nothing is overwritten.
"""

from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.consequences import checks_after
from novelgen.generation.novel_status import settle_status
from novelgen.text.manuscript_text import HandedIn
from novelgen.text.words import count_words
from storage.change_records import ChangeKind, ChangeRecord, NewChange, NewCheck, Pointers
from storage.errors import HeadMoved
from storage.records import (
    NewRevision,
    NovelRecord,
    RevisionOrigin,
    RevisionRecord,
    RevisionState,
)
from storage.store import Store


@dataclass(frozen=True, slots=True)
class ChapterText:
    """A chapter as a person sees it before a change."""

    novel_id: str
    branch_id: str
    revision: RevisionRecord
    text: str


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of a change."""

    revision: RevisionRecord
    """The chapter's text now; the old one where nothing was changed."""
    is_changed: bool
    to_check: int
    """Later passages that may no longer fit."""


class TextKeptAside(UsageError):
    """The chapter changed while the person wrote; their text is kept and stands beside it."""


def chapter_text(store: Store, novel_id: str, branch_id: str, number: int) -> ChapterText:
    """A chapter of a branch. Raises `NotFoundError`."""
    with store.reading() as work:
        chapter = work.chapters.get(branch_id, number)
        if chapter is None:
            raise NotFoundError(
                f"The novel has no chapter {number} yet.", "`novelgen show NOVEL` lists them."
            )
        text = work.texts.of_revision(chapter.revision.id)
    return ChapterText(novel_id, branch_id, chapter.revision, text)


def edit_chapter(
    store: Store, before: ChapterText, handed_in: HandedIn, *, ends_chapter: bool | None = None
) -> Edited:
    """Make a text the chapter's. `before` is the chapter as the person saw it.

    `ends_chapter`: whether the chapter is written to its end with it; by default that stays as it
    was. Raises `TextKeptAside` when the chapter was changed in the meantime, `UsageError` for an
    empty text.
    """
    old = before.revision
    if not handed_in.text.strip():
        raise UsageError(
            f"The text for chapter {old.chapter_number} is empty.",
            "An empty file is taken for a mistake; nothing was changed.",
        )
    state = old.state if old.state is not RevisionState.OPEN else RevisionState.PARTIAL
    if ends_chapter is not None:
        state = RevisionState.COMPLETE if ends_chapter else RevisionState.PARTIAL
    title = old.title if handed_in.title is None else handed_in.title
    stays_open = old.state is RevisionState.OPEN and state is RevisionState.PARTIAL
    is_same = handed_in.text == before.text.strip() and title == old.title
    if is_same and (stays_open or state is old.state):
        return Edited(old, is_changed=False, to_check=0)
    checks = checks_after(store, before.branch_id, old.chapter_number, before.text, handed_in.text)
    new = NewRevision(
        old.chapter_number,
        title,
        RevisionOrigin.EDITED,
        parent_id=old.id,
        state=state,
        text=handed_in.text,
        words=count_words(handed_in.text),
    )
    try:
        revision = _put_in_place(store, before, new, checks)
    except HeadMoved as moved:
        raise _kept_aside(store, before, new) from moved
    return Edited(revision, is_changed=True, to_check=len(checks))


def restore_revision(store: Store, before: ChapterText, revision: RevisionRecord) -> Edited:
    """Make an earlier revision the chapter's text again. Raises `HeadMoved`."""
    if revision.id == before.revision.id:
        return Edited(revision, is_changed=False, to_check=0)
    with store.reading() as work:
        text = work.texts.of_revision(revision.id)
    if not text.strip():
        raise UsageError(
            f"Revision {revision.number} of chapter {revision.chapter_number} holds no text.",
            "Choose another one.",
        )
    number = before.revision.chapter_number
    checks = checks_after(store, before.branch_id, number, before.text, text)
    change = _change(
        before, ChangeKind.RESTORE, f"chapter {number} back to revision {revision.number}", revision
    )
    with store.writing() as work:
        work.changes.make(change)
        work.checks.add(checks)
        settle_status(work, before.novel_id)
    return Edited(revision, is_changed=True, to_check=len(checks))


def undo_change(store: Store, novel: NovelRecord) -> ChangeRecord:
    """Take the last change of the active branch back.

    Raises `RecordNotFound` when there is none, `HeadMoved` when something has moved since.
    """
    with store.writing() as work:
        change = work.changes.undo(novel.active_branch_id)
        settle_status(work, novel.id)
    return change


def redo_change(store: Store, novel: NovelRecord) -> ChangeRecord:
    """Make the change that was undone last once more. Raises as `undo_change` does."""
    with store.writing() as work:
        change = work.changes.redo(novel.active_branch_id)
        settle_status(work, novel.id)
    return change


def _put_in_place(
    store: Store, before: ChapterText, new: NewRevision, checks: list[NewCheck]
) -> RevisionRecord:
    with store.writing() as work:
        revision = work.chapters.add_revision(before.novel_id, new)
        label = f"chapter {new.chapter_number} edited"
        work.changes.make(_change(before, ChangeKind.EDIT, label, revision))
        work.checks.add(checks)
        settle_status(work, before.novel_id)
    return revision


def _kept_aside(store: Store, before: ChapterText, new: NewRevision) -> TextKeptAside:
    with store.writing() as work:
        revision = work.chapters.add_revision(before.novel_id, new)
    number = new.chapter_number
    return TextKeptAside(
        f"Chapter {number} was changed while you wrote. Your text is kept as its revision "
        f"{revision.number}, and the chapter was left as it is.",
        f"Compare with `novelgen diff {before.novel_id} --chapter {number} --to "
        f"{revision.number}`, take it with `novelgen restore {before.novel_id} --chapter {number} "
        f"--revision {revision.number}`.",
    )


def _change(
    before: ChapterText, kind: ChangeKind, label: str, revision: RevisionRecord
) -> NewChange:
    number = before.revision.chapter_number
    return NewChange(
        before.novel_id,
        before.branch_id,
        kind,
        label,
        Pointers({number: before.revision.id}),
        Pointers({number: revision.id}),
    )
