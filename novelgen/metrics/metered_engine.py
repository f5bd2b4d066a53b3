"""An engine around another that measures what is asked of it and changes nothing.

Every answer and every error is the inner engine's own, and so is everything that it can do beyond
the `Engine` protocol. Measuring costs a fifth of a microsecond a token, and ten a call.
"""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)
from novelgen.metrics.engine_figures import EngineFigures, Purpose


class MeteredEngine:
    """An `Engine` whose work is measured; get one from `WorkerMetrics.engine`."""

    def __init__(
        self, inner: Engine, figures: EngineFigures, on_written: Callable[[float], None]
    ) -> None:
        """`on_written` is told when a memory was written, by `time.perf_counter`."""
        self._inner, self._figures, self._on_written = inner, figures, on_written

    def __getattr__(self, name: str) -> Any:
        """What an engine can do beyond the protocol, such as to be closed."""
        return getattr(self._inner, name)

    @property
    def info(self) -> EngineInfo:
        return self._inner.info

    def count_tokens(self, text: str) -> int:
        return self._inner.count_tokens(text)

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return self._inner.count_prompt_tokens(brief, tail)

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return self._inner.render_chat(messages, reply_start)

    def initial_memory(self) -> MemoryState:
        return self._inner.initial_memory()

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        figures, rows = self._figures, len(request.stream_keys)
        figures.running.inc(rows)
        started = time.perf_counter()
        # Where nobody watches a call nothing watches it here: an engine may then work otherwise.
        watch = None if observer is None else _Watch(observer, figures, rows)
        try:
            result = self._inner.decode(request, watch)
        except BaseException:
            figures.failures.inc(rows)
            raise
        finally:
            figures.running.dec(rows)
            if watch is not None:
                watch.close()
        self._count(request, result, time.perf_counter() - started)
        if watch is not None:
            self._count_watched(watch, result, started)
        return result

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        started = time.perf_counter()
        written = self._inner.write(memory, segment)
        ended = time.perf_counter()
        self._figures.memory_write.observe(ended - started)
        self._on_written(ended)
        return written

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        started = time.perf_counter()
        scores = self._inner.scores(memory, brief, tail, texts)
        self._figures.scoring.observe(time.perf_counter() - started)
        return scores

    def _count(self, request: DecodeRequest, result: DecodeResult, seconds: float) -> None:
        figures = self._figures
        purpose = Purpose.QUESTION if request.memory is None else Purpose.PROSE
        figures.prompt_tokens[purpose].inc(result.prompt_tokens)
        figures.generation_tokens[purpose].inc(result.num_tokens)
        figures.request_prompt_tokens.observe(result.prompt_tokens)
        figures.rows.observe(len(result.candidates))
        for candidate in result.candidates:
            figures.success[purpose, candidate.finish_reason].inc()
            figures.request_generation_tokens.observe(candidate.num_tokens)
            figures.latency.observe(seconds)

    def _count_watched(self, watch: "_Watch", result: DecodeResult, started: float) -> None:
        figures = self._figures
        # Also those of which an engine in another process heard too late.
        figures.discarded.inc(len(set(watch.rejected_rows())))
        for row, candidate in enumerate(result.candidates):
            figures.queue_time.observe(watch.waited_seconds)
            first = watch.first_text.get(row)
            if first is None:
                continue
            figures.first_token.observe(first - started)
            if candidate.num_tokens > 1:
                seconds = watch.last_text[row] - first
                figures.per_token.observe(seconds / (candidate.num_tokens - 1))


class _Watch:
    """The observer of one decode call: notes when text comes, and passes everything on."""

    __slots__ = (
        "_figures",
        "_inner",
        "_rows",
        "_waiting_since",
        "first_text",
        "last_text",
        "waited_seconds",
    )

    def __init__(self, inner: DecodeObserver, figures: EngineFigures, rows: int) -> None:
        self._inner, self._figures, self._rows = inner, figures, rows
        self._waiting_since: float | None = None
        self.first_text: dict[int, float] = {}
        """By row, of `time.perf_counter`."""
        self.last_text: dict[int, float] = {}
        self.waited_seconds = 0.0

    def on_text(self, row: int, text: str) -> None:
        now = time.perf_counter()
        if row not in self.first_text:
            self.first_text[row] = now
        self.last_text[row] = now
        self._inner.on_text(row, text)

    def on_void(self, row: int) -> None:
        self.first_text.pop(row, None)
        self._inner.on_void(row)

    def on_wait(self, is_waiting: bool) -> None:
        if is_waiting:
            self._begin_waiting()
        else:
            self._end_waiting()
        self._inner.on_wait(is_waiting)

    def should_stop(self) -> bool:
        return self._inner.should_stop()

    def rejected_rows(self) -> Collection[int]:
        return self._inner.rejected_rows()

    def close(self) -> None:
        """The call is over: nothing of it waits any more."""
        self._end_waiting()

    def _begin_waiting(self) -> None:
        if self._waiting_since is None:
            self._waiting_since = time.perf_counter()
            self._figures.running.dec(self._rows)
            self._figures.waiting.inc(self._rows)

    def _end_waiting(self) -> None:
        if self._waiting_since is not None:
            self.waited_seconds += time.perf_counter() - self._waiting_since
            self._waiting_since = None
            self._figures.waiting.dec(self._rows)
            self._figures.running.inc(self._rows)
