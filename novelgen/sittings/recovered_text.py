"""Text that a dead process left unsaved, found in the journals that nobody holds.

What is listed stands nowhere else. What becomes of it is in `novelgen.sittings.recovery`.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from novelgen.errors import StorageError
from novelgen.generation.editing import ChapterText
from novelgen.generation.note_keeping import notes_of_chapter
from novelgen.paths import Paths
from novelgen.sittings.beginnings import (
    begun_with,
    does_stand,
    has_beginning,
    has_novel,
)
from novelgen.sittings.buffer import as_handed_in
from novelgen.sittings.holding import held_if_free
from novelgen.sittings.journal_lines import Begun
from novelgen.sittings.journal_reading import ReadJournal, UnreadableJournal, read_journal
from novelgen.sittings.places import desk_of, journals_of
from novelgen.sittings.putting_aside import unreadable_place
from novelgen.text.machine_words import Ranges
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecoveredText:
    """Unsaved text of a chapter."""

    path: Path
    """The journal that it was read from."""
    begun: Begun
    """The chapter as it was when the text was begun."""
    when: datetime
    """Of the last edit, in local time."""
    text: str
    machine: Ranges
    """Stretches of the text that a model wrote and nobody edited."""
    torn: bool
    """Whether the journal was damaged behind it: a last key or more may be missing."""
    is_current: bool
    """Whether the chapter still is what the text was begun from."""
    can_take_up: bool
    """Whether the branch and the revision are there, so that it can be written on."""
    can_keep_aside: bool
    """Whether the novel is there, so that it can be kept as a revision."""

    @property
    def chapter(self) -> int:
        return self.begun.chapter

    @property
    def branch_id(self) -> str:
        return self.begun.branch_id


def recovered_texts(paths: Paths, store: Store, novel_id: str | None) -> list[RecoveredText]:
    """The unsaved texts of a novel, or of all; by chapter, the newest first.

    Journals whose text was saved, or is the one that it was begun from, are taken away.
    """
    found = []
    for path in journals_of(paths, novel_id):
        desk = desk_of(path)
        if desk is None:
            continue
        with held_if_free(paths, desk) as is_free:
            journal = _read_or_none(path) if is_free else None
            recovered = None if journal is None else _recovered(store, journal)
            if journal is not None and recovered is None:
                path.unlink(missing_ok=True)
        if recovered is not None:
            found.append(recovered)
    return sorted(found, key=lambda each: (each.chapter, -each.when.timestamp()))


def move_unreadable(paths: Paths, novel_id: str | None) -> list[Path]:
    """Put journals aside that are damaged at their beginning; where they are now."""
    moved = []
    for path in journals_of(paths, novel_id):
        desk = desk_of(path)
        if desk is None:
            continue
        with held_if_free(paths, desk) as is_free:
            if is_free and _is_unreadable(path):
                place = unreadable_place(paths, path)
                path.rename(place)
                moved.append(place)
    return moved


def _read_or_none(path: Path) -> ReadJournal | None:
    try:
        return read_journal(path)
    except StorageError as error:
        _log.warning("%s", error.message)
        return None


def _is_unreadable(path: Path) -> bool:
    try:
        read_journal(path)
    except UnreadableJournal:
        return True
    except StorageError:
        return False
    return False


def _recovered(store: Store, journal: ReadJournal) -> RecoveredText | None:
    """None where nothing of it would be lost."""
    begun = _begun_since_saved(store, journal)
    with store.reading() as work:
        is_novel = has_novel(work, begun.novel_id)
        is_whole = has_beginning(work, begun)
        is_current = is_whole and does_stand(work, begun)
        texts = _texts_that_stand(work, begun)
        notes = {note.body for note in notes_of_chapter(work, begun.branch_id, begun.chapter)}
    handed_in = as_handed_in(journal.text, ()).handed_in
    has_other_notes = any(note.body not in notes for note in handed_in.notes)
    if handed_in.text in (texts or [""]) and not has_other_notes:
        return None
    return RecoveredText(
        journal.path,
        begun,
        datetime.fromtimestamp(journal.last_edit_at).astimezone(),
        journal.text,
        journal.machine,
        journal.torn,
        is_current,
        can_take_up=is_whole,
        can_keep_aside=is_novel,
    )


def _texts_that_stand(work: UnitOfWork, begun: Begun) -> list[str]:
    """The chapter's text, and the one that the sitting began with, where they are."""
    chapter = work.chapters.get(begun.branch_id, begun.chapter)
    revisions = [] if chapter is None else [chapter.revision.id]
    if begun.revision_id is not None and has_beginning(work, begun):
        revisions.append(begun.revision_id)
    texts = [work.texts.of_revision(each).strip() for each in revisions]
    return texts if begun.seen_text is None else [*texts, begun.seen_text.strip()]


def _begun_since_saved(store: Store, journal: ReadJournal) -> Begun:
    """The chapter after a save that the journal did not live to hear of, else its beginning."""
    begun = journal.begun
    if journal.handed_in is None:
        return begun
    with store.reading() as work:
        chapter = work.chapters.get(begun.branch_id, begun.chapter)
        if chapter is None or chapter.revision.parent_id != begun.revision_id:
            return begun
        text = work.texts.of_revision(chapter.revision.id)
    if text != as_handed_in(journal.handed_in, ()).handed_in.text:
        return begun
    desk = (begun.novel_id, begun.branch_id, begun.chapter)
    return begun_with(ChapterText(*desk, chapter.revision, chapter.revision.title, text))
