"""The journal of one sitting: every edit goes to the operating system before anything else.

What `append` returned from is kept by the system when the process is killed, and within about a
second by the disk. A journal that has grown long is replaced by one that begins with the whole
text. A disk that refuses stops nothing: `trouble` says so, and once it takes bytes again the whole
text is written. Safe for several threads at once.
"""

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from novelgen.errors import StorageError
from novelgen.sittings.journal_file import JournalFile, sync_folder
from novelgen.sittings.journal_lines import Begun, Header, Line, Typed, payload_of
from novelgen.text.machine_words import Ranges

SYNC_SECONDS = 1.0
"""An edit is on the disk that much later, and the time that the disk takes."""
LONGEST_BYTES = 1_000_000
"""A journal is replaced beyond this, or four times its first line where that is more."""

_log = logging.getLogger(__name__)


class NotJournalled(StorageError):
    """What is typed would be lost with the process; typing goes on."""


class Journal:
    """Writes the journal of a sitting. The chapter must be held."""

    def __init__(
        self,
        path: Path,
        begun: Begun,
        text: str,
        machine: Ranges,
        *,
        sync: bool = False,
        longest: int | None = None,
    ) -> None:
        """Begin a journal; `sync`: on the disk before this returns, as what it replaces was."""
        self.path = path
        self._begun = begun
        self._stand = (text, machine)
        self._longest = longest or LONGEST_BYTES
        self._file = JournalFile(path)
        self._trouble: NotJournalled | None = None
        self._since: list[bytes] | None = None
        """Lines that were added while the journal is being replaced; None when it is not."""
        self._is_dirty = False
        self._is_closed = False
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._replacing = threading.Lock()
        self._replace(sync=sync)
        self._keeper = threading.Thread(target=self._keep, name="journal", daemon=True)
        self._keeper.start()

    @property
    def trouble(self) -> NotJournalled | None:
        """Why what is typed is not being kept; None when it is."""
        return self._trouble

    def append(self, line: Line, text: str, machine: Ranges) -> None:
        """Keep a line, and the text as it stands behind it. Never raises for the disk's sake."""
        payload = payload_of(line)
        with self._lock:
            self._stand = (text, machine)
            self._begun = _begun_behind(line) or self._begun
            if self._since is not None:
                self._since.append(payload)
            if self._trouble is None:
                self._try(lambda: self._file.append(payload))
            self._is_dirty = True
            self._changed.notify()

    def close(self) -> None:
        """Let go of the file; all of it is on the disk, if the disk takes it."""
        self._end()
        self._keeper.join()
        if self._trouble is not None:
            self._replace(even_closed=True)
        self._sync()
        self._file.close()

    def remove(self) -> None:
        """Take the file away: nothing in it is unsaved. Waits for nothing."""
        self._end()
        with self._lock:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
            self._file.close()

    def move_to(self, place: Path) -> None:
        """End the journal and put the file somewhere else. Raises `OSError`."""
        self._end()
        with self._lock:
            self.path.rename(place)

    def _end(self) -> None:
        with self._lock:
            self._is_closed = True
            self._changed.notify()

    def _keep(self) -> None:
        while self._has_work():
            self._sync()
            if self._is_to_be_replaced():
                self._replace()

    def _has_work(self) -> bool:
        """Wait for something to do, and then for more of it; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._is_dirty or self._trouble)
            return not self._changed.wait_for(lambda: self._is_closed, SYNC_SECONDS)

    def _is_to_be_replaced(self) -> bool:
        with self._lock:
            if self._is_closed:
                return False
            longest = max(self._longest, 4 * self._file.header_bytes)
            return (
                self._trouble is not None
                or self._file.num_bytes > longest
                or not self._file.has_name()
            )

    def _sync(self) -> None:
        """Have the disk take what the system has; other lines may come meanwhile."""
        with self._lock:
            is_dirty, self._is_dirty = self._is_dirty, False
            if not is_dirty or self._trouble is not None or self._file.descriptor < 0:
                return
            copy = os.dup(self._file.descriptor)
        try:
            os.fsync(copy)
        except OSError as error:
            with self._lock:
                self._fail(error)
        finally:
            os.close(copy)

    def _replace(self, *, sync: bool = True, even_closed: bool = False) -> None:
        """Put a journal that begins with the whole text in the place of the one there is."""
        with self._replacing:
            with self._lock:
                header = self._header()
                self._since = []
            new = JournalFile(self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}.new"))
            is_in_place = False
            try:
                new.create(payload_of(header), sync=sync)
                with self._lock:
                    is_in_place = self._put_in_place(new, even_closed=even_closed)
                if sync and is_in_place:
                    sync_folder(self.path.parent)
            except OSError as error:
                with self._lock:
                    self._fail(error)
            finally:
                with self._lock:
                    self._since = None
                if not is_in_place:
                    new.give_up()

    def _put_in_place(self, new: JournalFile, *, even_closed: bool) -> bool:
        if self._is_closed and not even_closed:
            return False
        for payload in self._since or ():
            new.append(payload)
        new.path.replace(self.path)
        self._file.close()
        self._file, self._trouble, self._is_dirty = new, None, True
        return True

    def _header(self) -> Header:
        text, machine = self._stand
        return Header(self._begun, text, machine, time.time(), os.getpid(), socket.gethostname())

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if self._trouble is None:
            _log.warning("the journal %s cannot be written: %s", self.path, error)
        self._trouble = NotJournalled(
            f"What you type is not being journalled: {error.strerror or error}.",
            "Save what you have. Once the disk takes it, the journal goes on by itself.",
        )


def _begun_behind(line: Line) -> Begun | None:
    """The chapter that the text goes on from behind a line that says so."""
    if isinstance(line, Typed):
        return line.begun
    return line if isinstance(line, Begun) else None
