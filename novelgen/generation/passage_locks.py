"""Locked passages: text that no machine changes.

A lock holds as long as its passage stands in the chapter to the letter. The person's own hand may
change it: then the lock holds nothing, and holds again when `undo` or `restore` brings the passage
back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.text.paragraph_spans import paragraph_spans, paragraphs_at
from novelgen.text.passages import fold
from storage.records import NovelRecord
from storage.store import Store
from storage.story_records import PassageLockRecord
from storage.unit_of_work import UnitOfWork

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class StandingLock:
    """A lock, and where its passage stands."""

    record: PassageLockRecord
    paragraphs: tuple[int, int] | None
    """The first and the last, from 1; None while the passage does not stand in its chapter."""


def passage_span(text: str, chapter: int, first: int, last: int) -> tuple[int, int]:
    """`[start, end)` of paragraphs `first` to `last` of a chapter. Raises `UsageError`."""
    spans = paragraph_spans(text)
    if last > len(spans):
        raise UsageError(
            f"Chapter {chapter} has {len(spans)} paragraphs, --paragraphs goes to {last}.",
            "Choose some that are there.",
        )
    return spans[first - 1][0], spans[last - 1][1]


def lock_passage(
    store: Store, novel: NovelRecord, chapter: int, first: int, last: int
) -> PassageLockRecord:
    """Lock paragraphs `first` to `last`. Raises `NotFoundError` and `UsageError`."""
    with store.writing() as work:
        text = _text(work, novel.active_branch_id, chapter)
        if not text:
            raise NotFoundError(
                f"Chapter {chapter} has no text yet.",
                f"`novelgen show {novel.id}` lists the chapters.",
            )
        start, end = passage_span(text, chapter, first, last)
        return work.passage_locks.add(novel.active_branch_id, chapter, text[start:end])


def standing_locks(work: UnitOfWork, branch_id: str) -> list[StandingLock]:
    """All locks of a branch, with their places. Reads the chapters that have one."""
    locks = work.passage_locks.of_branch(branch_id)
    texts = {number: _text(work, branch_id, number) for number in {each.chapter for each in locks}}
    return [StandingLock(lock, _paragraphs(texts[lock.chapter], lock.text)) for lock in locks]


def broken_locks(
    work: UnitOfWork, branch_id: str, chapter: int, old_text: str, kept: Sequence[str]
) -> list[PassageLockRecord]:
    """The locks of passages that stand in `old_text` and in none of the stretches that are kept."""
    return [
        lock
        for lock in work.passage_locks.of_branch(branch_id, chapter)
        if lock.text in old_text and not any(lock.text in stretch for stretch in kept)
    ]


def require_unlocked(
    work: UnitOfWork, branch_id: str, chapter: int, old_text: str, kept: Sequence[str]
) -> None:
    """Raises `UsageError` when a machine would change a locked passage of a chapter.

    `kept` are the stretches of `old_text` that stay to the letter, or the new text.
    """
    broken = broken_locks(work, branch_id, chapter, old_text, kept)
    if broken:
        raise _locked(broken[0], chapter)


def locked_spans(
    work: UnitOfWork, branch_id: str, chapter: int, text: str
) -> list[tuple[int, int]]:
    """`[start, end)` of every place in `text`, which need not be saved, where a locked passage of
    the chapter stands; in order."""
    return [span for _, span in _locks_in(work, branch_id, chapter, text)]


def require_no_lock_at(
    work: UnitOfWork, branch_id: str, chapter: int, text: str, start: int, end: int
) -> None:
    """Raises `UsageError` when `[start, end)` of a text touches a locked passage of its chapter, or
    stands inside one where it is empty."""
    for lock, (begins, ends) in _locks_in(work, branch_id, chapter, text):
        if begins < max(end, start + 1) and ends > start and (begins < start or start < end):
            raise _locked(lock, chapter)


def _locks_in(
    work: UnitOfWork, branch_id: str, chapter: int, text: str
) -> list[tuple[PassageLockRecord, tuple[int, int]]]:
    found = []
    for lock in work.passage_locks.of_branch(branch_id, chapter):
        start = text.find(lock.text)
        while start >= 0 and lock.text:
            found.append((lock, (start, start + len(lock.text))))
            start = text.find(lock.text, start + 1)
    return sorted(found, key=lambda each: each[1])


def _locked(lock: PassageLockRecord, chapter: int) -> UsageError:
    passage = fold(lock.text)
    shown = passage if len(passage) <= _SHOWN else f"{passage[:_SHOWN].rstrip()}…"
    return UsageError(
        f"A passage of chapter {chapter} is locked: “{shown}” (lock {lock.id}).",
        f"Leave it out, or release it with `novelgen unlock NOVEL {lock.id}`.",
    )


def _text(work: UnitOfWork, branch_id: str, number: int) -> str:
    chapter = work.chapters.get(branch_id, number)
    return "" if chapter is None else work.texts.of_revision(chapter.revision.id)


def _paragraphs(text: str, passage: str) -> tuple[int, int] | None:
    start = text.find(passage)
    return None if start < 0 else paragraphs_at(text, start, start + len(passage))
