"""The live stream of a run: what it draws, token by token, for whoever looks on.

A file of JSON lines. The first one names the passage and how many pieces came before it; each of
the others adds a piece of text to a row, or tells what the guard and the choice among drafts made
of the rows. A new passage begins the file anew. Best effort on both sides: a disk that is full or
cannot be written costs the onlookers the stream and the run nothing; a reader takes whole lines
only, and what was written over in between is counted, not shown.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from novelgen.generation.stop import RunObserver, Struck

_SECONDS_BETWEEN_WRITES = 0.05
"""Pieces that come faster go out together."""

_log = logging.getLogger(__name__)


class LiveBroadcast(RunObserver):
    """An observer that writes the stream, and passes everything on to another observer."""

    def __init__(self, inner: RunObserver) -> None:
        self._inner = inner
        self._path: Path | None = None
        self._file = -1
        self._pieces = 0
        self._waiting: list[str] = []
        self._written_at = 0.0

    def __enter__(self) -> "LiveBroadcast":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def open(self, path: Path) -> None:
        """Begin to write there."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC
            self._file = os.open(path, flags, 0o600)
        except OSError as error:
            _log.warning("no live stream in %s: %s", path, error)

    def on_passage(self, chapter: int, segment: int, passage: int, open_text: str = "") -> None:
        self._inner.on_passage(chapter, segment, passage, open_text)
        self._waiting.clear()
        self._try(lambda: os.ftruncate(self._file, 0))
        place = [chapter, segment, passage]
        self._line({"passage": place, "before": self._pieces, "open": open_text})
        self._send()

    def on_attempt(self, attempt: int, kept: str) -> None:
        self._inner.on_attempt(attempt, kept)
        self._line({"attempt": attempt, "kept": kept})
        self._send()

    def on_struck(self, row: int, struck: Struck) -> None:
        self._inner.on_struck(row, struck)
        self._line({"struck": row, **asdict(struck)})
        self._send()

    def on_chosen(self, text: str) -> None:
        self._inner.on_chosen(text)
        self._line({"chosen": text})
        self._send()

    def on_text(self, row: int, text: str) -> None:
        self._inner.on_text(row, text)
        self._pieces += 1
        self._line({"row": row, "text": text})
        if time.monotonic() - self._written_at >= _SECONDS_BETWEEN_WRITES:
            self._send()

    def on_void(self, row: int) -> None:
        self._inner.on_void(row)
        self._line({"void": row})

    def on_wait(self, is_waiting: bool) -> None:
        self._inner.on_wait(is_waiting)

    def should_stop(self) -> bool:
        return self._inner.should_stop()

    def rejected_rows(self) -> Collection[int]:
        return self._inner.rejected_rows()

    def _line(self, document: dict[str, object]) -> None:
        if self._file >= 0:
            self._waiting.append(json.dumps(document) + "\n")

    def _send(self) -> None:
        data = "".join(self._waiting).encode()
        self._waiting.clear()
        self._written_at = time.monotonic()
        if data:
            self._try(lambda: os.write(self._file, data))

    def _try(self, work: Callable[[], object]) -> None:
        """A disk that refuses ends the stream until the next run."""
        if self._file < 0:
            return
        try:
            work()
        except OSError as error:
            _log.warning("the live stream ends: %s", error)
            self._close()

    def _close(self) -> None:
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1


@dataclass(frozen=True, slots=True)
class PassageOpened:
    """Another passage is drawn. `segment` and `passage` count from 0."""

    chapter: int
    segment: int
    passage: int
    open_text: str
    """What is drawn already and not committed yet; the passage goes on from it."""


@dataclass(frozen=True, slots=True)
class AttemptOpened:
    """All rows begin anew behind `kept`; the first attempt is 0."""

    attempt: int
    kept: str


@dataclass(frozen=True, slots=True)
class PieceDrawn:
    """A row grew by a piece of text, as it is drawn: not cleaned, not cut."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class RowVoided:
    """What was shown of a row is void; it begins anew."""

    row: int


@dataclass(frozen=True, slots=True)
class RowStruck:
    """The guard has ended a row."""

    row: int
    struck: Struck


@dataclass(frozen=True, slots=True)
class DraftChosen:
    """How the passage will stand, with the white space that joins it."""

    text: str


LiveItem = PassageOpened | AttemptOpened | PieceDrawn | RowVoided | RowStruck | DraftChosen


@dataclass(frozen=True, slots=True)
class LiveNews:
    """What came through since the last look."""

    pieces: int
    """Tokens drawn, those of all rows, also the ones whose text was missed."""
    items: tuple[LiveItem, ...] = ()
    """What was seen, in order; a `PassageOpened` where another passage was begun."""


@dataclass(slots=True)
class LiveReader:
    """Follows the stream of one run."""

    path: Path
    _header: bytes = b""
    """The first line of the passage that is followed."""
    _offset: int = 0
    """Bytes of the file that were read."""
    _pieces: int = 0
    """Tokens drawn, as far as the stream tells."""

    def news(self) -> LiveNews:
        """Read what is new; nothing when there is no stream."""
        try:
            with self.path.open("rb") as file:
                return self._news(file)
        except OSError:
            return LiveNews(0)

    def _news(self, file: BinaryIO) -> LiveNews:
        header = file.readline()
        items: list[LiveItem] = []
        before = self._pieces
        if header != self._header:
            opened = _read(header) if header.endswith(b"\n") else None
            if opened is None or not isinstance(item := _item(opened), PassageOpened):
                return LiveNews(0)
            items.append(item)
            is_first = not self._header
            self._header, self._offset = header, len(header)
            self._pieces = int(opened.get("before", 0))
            before = self._pieces if is_first else before
        file.seek(self._offset)
        for line in file.read().split(b"\n")[:-1]:
            document = _read(line)
            if document is None:  # torn by a new passage, which is read next time
                break
            self._offset += len(line) + 1
            if (item := _item(document)) is not None:
                items.append(item)
                self._pieces += isinstance(item, PieceDrawn)
        return LiveNews(max(0, self._pieces - before), tuple(items))


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _item(line: dict[str, Any]) -> LiveItem | None:
    """What a line tells; None for one that this version does not know."""
    match line:
        case {"passage": [int(chapter), int(segment), int(passage)]}:
            return PassageOpened(chapter, segment, passage, str(line.get("open", "")))
        case {"attempt": int(attempt), "kept": str(kept)}:
            return AttemptOpened(attempt, kept)
        case {"row": int(row), "text": str(text)}:
            return PieceDrawn(row, text)
        case {"void": int(row)}:
            return RowVoided(row)
        case {"struck": int(row), "kept": str(kept), "text": str(text)}:
            return RowStruck(row, Struck(kept, text, str(line["kind"]), str(line["detail"])))
        case {"chosen": str(text)}:
            return DraftChosen(text)
    return None
