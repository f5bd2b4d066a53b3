"""What becomes of recovered text: the person says.

They take it up again, have it kept beside the chapter, write it to a file, or throw it away. What
was begun from another text than the chapter's never takes its place.
"""

from pathlib import Path

from novelgen.errors import NotFoundError, StorageError, UsageError
from novelgen.generation.editing import machine_provenance
from novelgen.generation.note_keeping import keep_notes
from novelgen.manuscript.whole_files import write_atomically
from novelgen.paths import Paths
from novelgen.sittings.beginnings import chapter_at_beginning
from novelgen.sittings.buffer import Buffer, Given, as_buffer, as_handed_in
from novelgen.sittings.holding import hold_chapter
from novelgen.sittings.journal_reading import read_journal
from novelgen.sittings.places import Desk, journal_of
from novelgen.sittings.putting_aside import discarded_place, make_way
from novelgen.sittings.recovered_text import RecoveredText
from novelgen.sittings.sitting import Sitting
from novelgen.text.words import count_words
from storage.records import NewRevision, RevisionOrigin, RevisionRecord, RevisionState
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def take_up(store: Store, paths: Paths, recovered: RecoveredText) -> Sitting:
    """Go on with a text where it was left; it is unsaved, and journalled at once.

    It goes on from the revision it was begun from, so that saving it after the chapter was changed
    keeps it beside the chapter. Raises `ChapterHeld`, `UsageError`, `NotFoundError`.
    """
    if not recovered.can_take_up:
        raise UsageError(
            f"What chapter {recovered.chapter} was begun from is gone.",
            "Keep the text beside the chapter, or write it to a file.",
        )
    desk = _desk(recovered)
    hold = hold_chapter(paths, desk)
    try:
        _require_there(recovered)
        before = chapter_at_beginning(store, recovered.begun)
        saved = as_buffer(store, before)
        if recovered.path != journal_of(paths, desk):
            make_way(paths, desk)
        unsaved = Buffer(recovered.text, recovered.machine)
        sitting = Sitting(store, paths, hold, before, saved, unsaved)
    except BaseException:
        hold.release()
        raise
    if sitting.trouble is None and recovered.path != journal_of(paths, desk):
        recovered.path.unlink(missing_ok=True)
    return sitting


def keep_aside(store: Store, paths: Paths, recovered: RecoveredText) -> RevisionRecord:
    """Keep a text as a revision that the chapter does not show.

    Raises `UsageError` where it is empty or there is no such novel, `ChapterHeld`.
    """
    if not recovered.can_keep_aside:
        raise UsageError("The novel of that text is gone.", "Write the text to a file.")
    with hold_chapter(paths, _desk(recovered)):
        _require_there(recovered)
        with store.writing() as work:
            begun, given = recovered.begun, as_handed_in(recovered.text, recovered.machine)
            new = _as_revision(work, recovered, given)
            revision = work.chapters.add_revision(begun.novel_id, new)
            if recovered.can_take_up:
                place = begun.novel_id, begun.branch_id, begun.chapter
                keep_notes(work, *place, given.handed_in.notes, replaces=False)
        recovered.path.unlink(missing_ok=True)
    return revision


def throw_away(paths: Paths, recovered: RecoveredText) -> None:
    """Have done with a text. Its journal stays a while among the discarded. `ChapterHeld`."""
    with hold_chapter(paths, _desk(recovered)):
        _require_there(recovered)
        recovered.path.rename(discarded_place(paths, recovered.path))


def write_out(recovered: RecoveredText, path: Path, *, overwrite: bool = False) -> Path:
    """Write a text to a file, and leave the journal. Raises as `write_atomically` does."""
    write_atomically(path, iter([recovered.text.rstrip("\n") + "\n"]), overwrite=overwrite)
    return path


def _as_revision(work: UnitOfWork, recovered: RecoveredText, given: Given) -> NewRevision:
    begun = recovered.begun
    parent = None
    if begun.revision_id is not None and recovered.can_take_up:
        parent = work.chapters.revision(begun.revision_id)
    text = given.handed_in.text
    if not text:
        raise UsageError(
            f"The recovered text of chapter {begun.chapter} is empty.", "Throw it away."
        )
    is_whole = parent is None or parent.state is RevisionState.COMPLETE
    return NewRevision(
        begun.chapter,
        "" if parent is None else parent.title,
        RevisionOrigin.EDITED,
        parent_id=None if parent is None else parent.id,
        state=RevisionState.COMPLETE if is_whole else RevisionState.PARTIAL,
        text=text,
        words=count_words(text),
        provenance=machine_provenance(given.machine),
    )


def _desk(recovered: RecoveredText) -> Desk:
    begun = recovered.begun
    return Desk(begun.novel_id, begun.branch_id, begun.chapter)


def _require_there(recovered: RecoveredText) -> None:
    """Raises `NotFoundError` when another window was faster. The chapter must be held."""
    try:
        is_there = read_journal(recovered.path).text == recovered.text
    except StorageError:
        is_there = False
    if not is_there:
        raise NotFoundError(
            f"The recovered text of chapter {recovered.chapter} is not there any more.",
            "Another window has taken care of it.",
        )
