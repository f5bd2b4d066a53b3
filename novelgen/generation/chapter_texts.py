"""Chapters take a change of their text as new revisions, unless a locked passage would change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from novelgen.generation.passage_locks import require_unlocked
from novelgen.text.words import count_words
from storage.change_records import CheckRecord, NewCheck
from storage.records import (
    ChapterRecord,
    JsonObject,
    NewRevision,
    RevisionOrigin,
    RevisionState,
)
from storage.unit_of_work import UnitOfWork

ChapterChange = Callable[[int, str, str], tuple[str, str]]
"""A chapter's title and text for its number, title and text."""


@dataclass(frozen=True, slots=True)
class ChangedChapter:
    """A chapter as it stands, and its next revision."""

    chapter: ChapterRecord
    text: str
    new: NewRevision


def changed_chapters(
    work: UnitOfWork, branch_id: str, change: ChapterChange, provenance: JsonObject
) -> Iterator[ChangedChapter]:
    """The chapters that a change does not leave as they are."""
    for chapter in work.chapters.of_branch(branch_id):
        revision = chapter.revision
        text = work.texts.of_revision(revision.id)
        title, changed = change(chapter.number, revision.title, text)
        if (title, changed) == (revision.title, text):
            continue
        is_open = revision.state is RevisionState.OPEN
        new = NewRevision(
            chapter.number,
            title,
            RevisionOrigin.EDITED,
            parent_id=revision.id,
            state=RevisionState.PARTIAL if is_open else revision.state,
            text=changed,
            words=count_words(changed),
            provenance=provenance,
        )
        yield ChangedChapter(chapter, text, new)


def require_unlocked_chapters(
    work: UnitOfWork, branch_id: str, changed: Sequence[ChangedChapter]
) -> None:
    """Raises `UsageError` when a locked passage would change."""
    locked = {lock.chapter for lock in work.passage_locks.of_branch(branch_id)}
    for each in changed:
        if each.chapter.number in locked:
            new = each.new.text or ""
            require_unlocked(work, branch_id, each.chapter.number, each.text, [new])


def change_checks(
    work: UnitOfWork, branch_id: str, change: Callable[[CheckRecord], NewCheck | None]
) -> None:
    """What is to be checked stays so under the new words, and under the old ones after `undo`."""
    changed = [change(check) for check in work.checks.open_of_branch(branch_id)]
    work.checks.add(each for each in changed if each is not None)


def changed_check(
    check: CheckRecord, edited: Callable[[str], str], later: Callable[[str], str]
) -> NewCheck | None:
    """A check under other words; None where they are the same.

    `edited` changes what is quoted of the chapter that was edited, `later` of the other one.
    """
    changed = [edited(check.before), edited(check.after), later(check.passage)]
    if changed == [check.before, check.after, check.passage]:
        return None
    return NewCheck(
        branch_id=check.branch_id,
        kind=check.kind,
        term=edited(check.term),
        edited_chapter=check.edited_chapter,
        before=changed[0],
        after=changed[1],
        chapter=check.chapter,
        paragraph=check.paragraph,
        passage=changed[2],
    )
