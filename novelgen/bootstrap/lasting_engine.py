"""An engine that is opened again once when its process has ended, and asked the same once more.

So a person who writes for hours need not know that an idle engine was given back, or that memory
ran out. What was shown of a text that broke off is told to be void.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)
from novelgen.resident.client import EngineGone

Answer = TypeVar("Answer")


class LastingEngine:
    """An `Engine` over others that `open_engine` opens. One call at a time, as they take it."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        """Opens the first. Raises what opening raises."""
        self._open = open_engine
        self._engine = open_engine()

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def count_tokens(self, text: str) -> int:
        return self._ask(lambda engine: engine.count_tokens(text))

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return self._ask(lambda engine: engine.count_prompt_tokens(brief, tail))

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return self._ask(lambda engine: engine.render_chat(messages, reply_start))

    def initial_memory(self) -> MemoryState:
        return self._ask(lambda engine: engine.initial_memory())

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        try:
            return self._engine.decode(request, observer)
        except EngineGone:
            if observer is not None:
                for row in range(len(request.stream_keys)):
                    observer.on_void(row)
            self._engine = self._open()
            return self._engine.decode(request, observer)

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        return self._ask(lambda engine: engine.write(memory, segment))

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        return self._ask(lambda engine: engine.scores(memory, brief, tail, texts))

    def _ask(self, ask: Callable[[Engine], Answer]) -> Answer:
        try:
            return ask(self._engine)
        except EngineGone:
            self._engine = self._open()
            return ask(self._engine)
