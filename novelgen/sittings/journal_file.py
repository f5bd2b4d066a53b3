"""The file of a journal while it is written: lines that go to the operating system at once."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from novelgen.sittings.journal_lines import encoded


class JournalFile:
    """One file of a journal, while it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = -1
        self.num_bytes = 0
        self.header_bytes = 0
        self._checksum = 0

    def create(self, header: bytes, *, sync: bool) -> None:
        """Begin a file that is not there yet; readable by its owner alone. Raises `OSError`."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        self.descriptor = os.open(self.path, flags, 0o600)
        self.append(header)
        self.header_bytes = self.num_bytes
        if sync:
            os.fsync(self.descriptor)

    def append(self, payload: bytes) -> None:
        """Hand a line to the operating system. Raises `OSError`; nothing counts behind that."""
        data, checksum = encoded(payload, self._checksum)
        rest = memoryview(data)
        while rest:
            written = os.write(self.descriptor, rest)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            rest = rest[written:]
        self._checksum = checksum
        self.num_bytes += len(data)

    def has_name(self) -> bool:
        """Whether the file is still in its folder, and was not taken away by somebody."""
        return self.descriptor < 0 or os.fstat(self.descriptor).st_nlink > 0

    def close(self) -> None:
        if self.descriptor >= 0:
            with suppress(OSError):
                os.close(self.descriptor)
            self.descriptor = -1

    def give_up(self) -> None:
        """Take the file away again."""
        self.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Have the disk take the names in a folder. Raises `OSError`."""
    if os.name == "nt":
        return  # Windows has no fsync for folders
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
