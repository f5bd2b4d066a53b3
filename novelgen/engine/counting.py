"""An engine that only counts tokens and renders prompts: for looking at what a model would see.

What needs a model's weights is refused.
"""

from collections.abc import Callable, Sequence
from typing import NoReturn

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)
from novelgen.errors import ModelError

RenderChat = Callable[[Sequence[ChatMessage], str], str]


class CountingEngine:
    """An `Engine` as far as texts go."""

    def __init__(
        self,
        info: EngineInfo,
        count_tokens: Callable[[str], int],
        count_prompt_tokens: Callable[[str, str], int],
        render_chat: RenderChat | None = None,
    ) -> None:
        self._info = info
        self._count, self._count_prompt, self._render = (
            count_tokens,
            count_prompt_tokens,
            render_chat,
        )

    @property
    def info(self) -> EngineInfo:
        return self._info

    def count_tokens(self, text: str) -> int:
        return self._count(text)

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return self._count_prompt(brief, tail)

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        if self._render is None:
            raise ModelError("This model has no chat template, so it cannot be given instructions.")
        return self._render(messages, reply_start)

    def initial_memory(self) -> MemoryState:
        self._refuse()

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        self._refuse()

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        self._refuse()

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise ModelError(f"{self._info.model} is looked at and not loaded.", "Load it to write.")
