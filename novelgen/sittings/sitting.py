"""A sitting: one person's work on one chapter, from opening it to leaving it.

While it lasts no other window writes on the chapter. Every edit is in the journal when `typed`
returns; nothing is saved unless the person says so, and a save makes one revision. `typed` and
`restored` may be called while `save` is at work in another thread: what is typed meanwhile stays
unsaved and journalled. `typed` waits for nothing but the writing of its line.
"""

import threading
import time
from contextlib import suppress
from dataclasses import replace
from types import TracebackType

from novelgen.errors import UsageError
from novelgen.generation.editing import ChapterText, Edited, chapter_text, edit_chapter
from novelgen.paths import Paths
from novelgen.sittings.beginnings import begun_with, where_it_goes_on
from novelgen.sittings.buffer import Buffer, as_buffer, as_handed_in, end_of_prose
from novelgen.sittings.holding import ChapterHold, hold_chapter
from novelgen.sittings.journal import Journal, NotJournalled
from novelgen.sittings.journal_lines import Line, SaveBegun, Typed
from novelgen.sittings.places import Desk, journal_of
from novelgen.sittings.putting_aside import discarded_place, make_way
from novelgen.text.machine_words import Ranges
from novelgen.text.marked_text import Change, MarkedText
from novelgen.text.words import count_words
from storage.store import Store


def open_sitting(
    store: Store, paths: Paths, novel_id: str, branch_id: str, chapter: int
) -> "Sitting":
    """Sit down to a chapter, or to the one that comes next.

    What a dead process left of it is not touched. Raises `ChapterHeld`, `NotFoundError`.
    """
    desk = Desk(novel_id, branch_id, chapter)
    hold = hold_chapter(paths, desk)
    try:
        before = chapter_text(store, novel_id, branch_id, chapter)
        buffer = as_buffer(store, before)
        make_way(paths, desk)
    except BaseException:
        hold.release()
        raise
    return Sitting(store, paths, hold, before, buffer)


class Sitting:
    """One person at one chapter; see `open_sitting`."""

    def __init__(
        self,
        store: Store,
        paths: Paths,
        hold: ChapterHold,
        before: ChapterText,
        buffer: Buffer,
        unsaved: Buffer | None = None,
    ) -> None:
        """`unsaved`: a text to go on with that is not saved; it is journalled at once."""
        self.before = before
        """The chapter as it was when the sitting began, or was last saved."""
        self._store = store
        self._paths = paths
        self._hold = hold
        self._saved = buffer.text
        stands = unsaved or buffer
        self._marked = MarkedText(stands.text, stands.machine)
        self._journal: Journal | None = None
        self._arrived: ChapterText | None = None
        """The chapter with words of a run at its end that a save found; None once taken in."""
        self._is_open = True
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        if unsaved is not None:
            self._journal = self._new_journal(stands, sync=True)

    def __enter__(self) -> "Sitting":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def buffer(self) -> str:
        """The text as the editor is to show it."""
        return self._marked.text

    @property
    def machine(self) -> Ranges:
        """Stretches `[start, end)` of the buffer that a model wrote and nobody edited."""
        return self._marked.ranges

    @property
    def is_changed(self) -> bool:
        """Whether the buffer is another one than the last save, or the opening, left."""
        return self._marked.text != self._saved

    @property
    def trouble(self) -> NotJournalled | None:
        """Why what is typed is not being journalled; None when it is."""
        journal = self._journal
        return None if journal is None else journal.trouble

    def typed(self, start: int, end: int, text: str, *, by_machine: bool = False) -> None:
        """Put `text` in the place of the characters `[start, end)` of the buffer.

        `by_machine`: a model's words that the person took over. Raises `ValueError` for a place
        beyond the buffer, never for the disk's sake: see `trouble`.
        """
        with self._lock:
            self._require_open()
            stood = Buffer(self._marked.text, self._marked.ranges)
            self._marked.replace(start, end, text, by_machine=by_machine)
            self._keep(Typed(start, end, text, time.time(), by_machine), stood)

    def restored(self, text: str) -> None:
        """Take the text that the editor has after an undo or redo; marks of then come back."""
        with self._lock:
            self._require_open()
            stood = Buffer(self._marked.text, self._marked.ranges)
            change = self._marked.set_text(text)
            if change is not None:
                start, end, new = change.start, change.end, change.text
                ranges = self._marked.ranges
                self._keep(Typed(start, end, new, time.time(), machine=ranges), stood)

    def save(self, *, ends_chapter: bool | None = None) -> Edited:
        """Make the buffer the chapter's text: one revision. The sitting goes on from it.

        Where a run wrote on meanwhile (`Edited.words_meanwhile`), its words stand at the chapter's
        end; the buffer is without them until `take_in`. Raises what `edit_chapter` does; then all
        is as it was, the journal also.
        """
        with self._saving:
            text, machine = self._stand_to_save()
            given = as_handed_in(text, machine)
            edited = edit_chapter(
                self._store,
                where_it_goes_on(self._store, self.before),
                given.handed_in,
                ends_chapter=ends_chapter,
                machine=given.machine,
                replaces_notes=True,
            )
            if edited.is_changed:
                self._go_on_from(self._chapter_of(edited), text, given.handed_in.text)
            else:
                self._settle(text)
        return edited

    def take_in(self) -> Change | None:
        """Add the words of a run that a save found to the buffer; None where there are none.

        To be called where the editor is changed, so that both stay the same text.
        """
        with self._lock:
            self._require_open()
            if self._arrived is None:
                return None
            whole, self._arrived = self._arrived, None
            words = whole.text[len(self.before.text) :]
            self.before = whole
            at = end_of_prose(self._saved)
            self._saved = f"{self._saved[:at]}{words}{self._saved[at:]}"
            stood = Buffer(self._marked.text, self._marked.ranges)
            at = end_of_prose(stood.text)
            self._marked.replace(at, at, words, by_machine=True)
            if self._journal is not None:
                begun = begun_with(whole)
                self._keep(Typed(at, at, words, time.time(), by_machine=True, begun=begun), stood)
            return Change(at, at, words)

    def discard(self) -> None:
        """Throw away what is not saved; its journal is kept for a while among the discarded."""
        with self._saving:
            buffer = as_buffer(self._store, self.before)
            with self._lock:
                self._require_open()
                journal, self._journal = self._journal, None
                self._marked = MarkedText(buffer.text, buffer.machine)
                self._saved = buffer.text
                if journal is not None:
                    with suppress(OSError):
                        journal.move_to(discarded_place(self._paths, journal.path))
                    journal.remove()

    def close(self) -> None:
        """Leave the chapter to others. What is not saved stays in the journal, to be recovered."""
        with self._saving:
            with self._lock:
                if not self._is_open:
                    return
                self._is_open = False
                if self._journal is not None and not self.is_changed:
                    self._journal.remove()
                    self._journal = None
            if self._journal is not None:
                self._journal.close()
            self._hold.release()

    def _stand_to_save(self) -> tuple[str, Ranges]:
        with self._lock:
            self._require_open()
            text, machine = self._marked.text, self._marked.ranges
            if self._journal is not None:
                self._journal.append(SaveBegun(time.time()), text, machine)
            return text, machine

    def _chapter_of(self, edited: Edited) -> ChapterText:
        """The chapter as a save left it, whatever somebody else has done with it since."""
        revision, before = edited.revision, self.before
        with self._store.reading() as work:
            text = work.texts.of_revision(revision.id)
        return ChapterText(
            before.novel_id, before.branch_id, before.number, revision, revision.title, text
        )

    def _go_on_from(self, whole: ChapterText, saved: str, prose: str) -> None:
        """Go on from a saved chapter; of words that a run wrote behind the text nothing is seen."""
        if whole.revision is None or len(whole.text) == len(prose):
            self._settle(saved, whole, None)
        else:
            seen = replace(whole.revision, words=count_words(prose))
            self._settle(saved, replace(whole, revision=seen, text=prose), whole)

    def _settle(
        self, saved: str, before: ChapterText | None = None, arrived: ChapterText | None = None
    ) -> None:
        """What was typed since a save began stays unsaved and journalled."""
        with self._lock:
            self._saved = saved
            if before is not None:
                self.before, self._arrived = before, arrived
            if self._journal is None:
                return
            if not self.is_changed:
                self._journal.remove()
                self._journal = None
            elif before is not None:
                begun = begun_with(before, is_in_part=arrived is not None)
                self._journal.append(begun, self._marked.text, self._marked.ranges)

    def _keep(self, line: Line, stood: Buffer) -> None:
        """Journal an edit; the journal begins with the text that stood before the first one."""
        if self._journal is None:
            self._journal = self._new_journal(stood)
        self._journal.append(line, self._marked.text, self._marked.ranges)

    def _new_journal(self, stands: Buffer, *, sync: bool = False) -> Journal:
        before = self.before
        desk = Desk(before.novel_id, before.branch_id, before.number)
        place = journal_of(self._paths, desk)
        begun = begun_with(before, is_in_part=self._arrived is not None)
        return Journal(place, begun, stands.text, stands.machine, sync=sync)

    def _require_open(self) -> None:
        if not self._is_open:
            raise UsageError(
                f"Chapter {self.before.number} is not open any more.", "Open it again."
            )
