"""Reads a journal that is left: the text as it stood at the last line that is whole.

Nothing behind a damaged line is believed, so the text that comes out is one that stood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from novelgen.errors import StorageError
from novelgen.sittings.journal_lines import (
    Begun,
    DamagedLine,
    Header,
    Line,
    NewerFormat,
    SaveBegun,
    Typed,
    decoded,
)
from novelgen.text.machine_words import Ranges
from novelgen.text.marked_text import MarkedText


class UnreadableJournal(StorageError):
    """A journal whose beginning is damaged; nothing can be told of its text."""


class NewerJournal(StorageError):
    """A journal that a newer version wrote."""


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """What a journal holds."""

    path: Path
    begun: Begun
    text: str
    machine: Ranges
    last_edit_at: float
    """Seconds since the epoch; when the sitting began where nothing was typed."""
    edits: int
    """Since its first line was written."""
    torn: bool
    """Whether something stood behind that is damaged."""
    handed_in: str | None
    """The text that a save began with last; None where none did."""


def read_journal(path: Path) -> ReadJournal:
    """Replay a journal. Raises `UnreadableJournal`, `NewerJournal`, and `StorageError`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StorageError(
            f"The journal {path} cannot be read: {error.strerror or error}.",
            "Check that you may read it.",
        ) from error
    try:
        return _replayed(path, _Lines(data))
    except NewerFormat as error:
        raise NewerJournal(
            f"The journal {path} was written by a newer novelgen.", "Open it with that one."
        ) from error


class _Lines:
    """The lines of a journal up to the first damaged one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.is_torn = False

    def __iter__(self) -> Iterator[Line]:
        at = checksum = 0
        while at < len(self._data):
            end = self._data.find(b"\n", at) + 1 or len(self._data)
            try:
                line, checksum = decoded(self._data[at:end], checksum)
            except DamagedLine:
                self.is_torn = True
                return
            yield line
            at = end


def _replayed(path: Path, lines: _Lines) -> ReadJournal:
    rest = iter(lines)
    header, marked = _beginning(path, next(rest, None))
    begun, last_edit_at, edits, handed_in = header.begun, header.at, 0, None
    for line in rest:
        if isinstance(line, SaveBegun):
            handed_in = marked.text
        elif isinstance(line, Begun):
            begun, handed_in = line, None
        elif isinstance(line, Typed):
            try:
                marked = _typed(marked, line)
            except DamagedLine:
                lines.is_torn = True
                break
            begun = line.begun or begun
            last_edit_at, edits = line.at, edits + 1
    return ReadJournal(
        path,
        begun,
        marked.text,
        marked.ranges,
        last_edit_at,
        edits,
        lines.is_torn,
        handed_in,
    )


def _beginning(path: Path, first: Line | None) -> tuple[Header, MarkedText]:
    try:
        if isinstance(first, Header):
            return first, MarkedText(first.text, first.machine)
    except ValueError:
        pass  # stretches that the text does not have
    raise UnreadableJournal(
        f"The journal {path} is damaged at its beginning.",
        "What can be made out of it stands in it as plain text.",
    )


def _typed(marked: MarkedText, line: Typed) -> MarkedText:
    """The text after an edit. Raises `DamagedLine` for one that does not fit it."""
    try:
        marked.replace(line.start, line.end, line.text, by_machine=line.by_machine)
        if line.machine is not None:
            return MarkedText(marked.text, line.machine)
    except ValueError as error:
        raise DamagedLine(str(error)) from error
    return marked
