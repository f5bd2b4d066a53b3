"""A person's own words for the spelling check: a text file, one word a line, to be edited by hand.

Lines that begin with `#` are comments. Words are added by several windows at once without one being
lost, and what another window or an editor changed is seen at the next reading. A file that is not
there is an empty dictionary.
"""

import os
import tempfile
from pathlib import Path

from filelock import FileLock

from novelgen.errors import StorageError, UsageError
from novelgen.text.sanitize import clean_line

_HEADER = "# Your own words for the spelling check, one a line.\n"
_LONGEST = 100
"""Characters of a word."""


class PersonalDictionary:
    """The words of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._words: tuple[str, ...] = ()

    @property
    def version(self) -> tuple[int, int, int] | None:
        """Another one whenever the file has changed; None while there is no file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def words(self) -> tuple[str, ...]:
        """The words as they are written, in the file's order. Raises `StorageError`."""
        version = self.version
        if version != self._seen:
            self._words = self._read() if version is not None else ()
            self._seen = version
        return self._words

    def add(self, word: str) -> bool:
        """Add a word; whether it is new. Raises `StorageError`, and `UsageError` for no word."""
        word = clean_line(word)
        if not any(each.isalpha() for each in word) or word[0] == "#" or len(word) > _LONGEST:
            raise UsageError(f"{word[:40]!r} is no word.", "Give one with a letter in it.")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=10):
                if word in self.words():
                    return False
                text = self._text() if self.path.exists() else _HEADER
                self._write(
                    f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{word}\n"
                )
        except OSError as error:
            raise StorageError(
                f"{word!r} could not be added to {self.path}: {error.strerror or error}.",
                "See that the folder can be written to.",
            ) from error
        return True

    def _read(self) -> tuple[str, ...]:
        try:
            lines = [clean_line(line) for line in self._text().splitlines()]
        except OSError as error:
            raise self._unreadable(error) from error
        return tuple(dict.fromkeys(line for line in lines if line and line[0] != "#"))

    def _text(self) -> str:
        return self.path.read_text(encoding="utf-8-sig", errors="replace")

    def _write(self, text: str) -> None:
        """Put a whole new file in the old one's place."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)  # noqa: PTH105  both are of one folder
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _unreadable(self, error: OSError) -> StorageError:
        return StorageError(
            f"{self.path} could not be read: {error.strerror or error}.",
            "See that it is a text file that you may read.",
        )
