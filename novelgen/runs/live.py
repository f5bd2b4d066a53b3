"""The live stream of a run: what it draws, token by token, for whoever looks on.

A file of JSON lines. The first one names the passage and how many pieces came before it; each of
the others adds a piece of text to a row. A new passage begins the file anew. Best effort on both
sides: a disk that is full or cannot be written costs the onlookers the stream and the run nothing;
a reader takes whole lines only, and what was written over in between is counted, not shown.
"""

import json
import logging
import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from novelgen.generation.stop import RunObserver

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

    def on_passage(self, chapter: int, segment: int, passage: int) -> None:
        self._inner.on_passage(chapter, segment, passage)
        self._waiting.clear()
        self._try(lambda: os.ftruncate(self._file, 0))
        self._line({"passage": [chapter, segment, passage], "before": self._pieces})
        self._send()

    def on_text(self, row: int, text: str) -> None:
        self._inner.on_text(row, text)
        self._pieces += 1
        self._line({"row": row, "text": text})
        if time.monotonic() - self._written_at >= _SECONDS_BETWEEN_WRITES:
            self._send()

    def on_void(self, row: int) -> None:
        """Who looks on sees the row once more; only a whole passage begins the file anew."""
        self._inner.on_void(row)

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
class LiveNews:
    """What came through since the last look."""

    pieces: int
    """Tokens drawn, those of all rows, also the ones whose text was missed."""
    texts: tuple[str, ...] = ()
    """Text of the first row."""
    is_new_passage: bool = False
    """Whether `texts` begin another passage than the one looked at before."""


@dataclass(slots=True)
class LiveReader:
    """Follows the stream of one run."""

    path: Path
    _passage: dict[str, Any] = field(default_factory=dict)
    _seen: int = 0
    """Pieces of the passage that were looked at."""

    def news(self) -> LiveNews:
        """Read what is new; nothing when there is no stream."""
        lines = self._lines()
        if not lines or "passage" not in lines[0]:
            return LiveNews(0)
        is_new = lines[0] != self._passage
        before = self._passage.get("before", lines[0].get("before", 0)) + self._seen
        if is_new:
            self._passage, self._seen = lines[0], 0
        fresh = lines[1 + self._seen :]
        self._seen += len(fresh)
        now = lines[0].get("before", 0) + self._seen
        texts = tuple(str(line["text"]) for line in fresh if line.get("row") == 0)
        return LiveNews(max(0, now - before), texts, is_new)

    def _lines(self) -> list[dict[str, Any]]:
        """The whole lines of the file; one that is cut short, or torn by a new passage, ends it."""
        try:
            text = self.path.read_bytes()
        except OSError:
            return []
        lines: list[dict[str, Any]] = []
        for line in text.split(b"\n")[:-1]:
            try:
                document = json.loads(line)
            except ValueError:
                break
            if not isinstance(document, dict):
                break
            lines.append(document)
        return lines
