"""What the story loop may ask of a language model. Implemented by engines, imported by the core."""

from collections.abc import Collection, Sequence
from typing import Protocol

from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)


class DecodeObserver(Protocol):
    """Watches one decode call while it runs."""

    def on_text(self, row: int, text: str) -> None:
        """Called with the new piece of text of a row, about once a token."""

    def on_void(self, row: int) -> None:
        """Called when all that was shown of a row so far is void, and it begins anew.

        So it is where a connection broke off; an engine of this machine never calls it.
        """

    def on_wait(self, is_waiting: bool) -> None:
        """Called with True when somebody else has the engine, and with False when the turn comes.

        Never called where nobody has to be waited for.
        """

    def should_stop(self) -> bool:
        """Asked between tokens; True ends every row as `FinishReason.CANCELLED`."""

    def rejected_rows(self) -> Collection[int]:
        """Asked between tokens; these rows end now as `FinishReason.REJECTED`.

        The others go on as if nothing had happened. Rows that have ended may be named again. An
        engine in another process may hear of it a few tokens later.
        """


class QuietObserver:
    """A `DecodeObserver` that shows nothing and lets every row grow; a base for others."""

    def on_text(self, row: int, text: str) -> None:
        """Nothing is shown."""

    def on_void(self, row: int) -> None:
        """Nothing was shown."""

    def on_wait(self, is_waiting: bool) -> None:
        """Nobody is told."""

    def should_stop(self) -> bool:
        return False

    def rejected_rows(self) -> Collection[int]:
        return ()


class Engine(Protocol):
    """A language model with a recurrent memory.

    Every method is a pure function of its arguments, on one machine with one set of settings:
    no memory, text or random state lives in the engine between calls.
    """

    @property
    def info(self) -> EngineInfo:
        """What this engine is; constant for its life."""

    def count_tokens(self, text: str) -> int:
        """Tokens in the canonical tokenisation of prose (no special tokens)."""

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        """Tokens of `[brief][tail]` as `decode` prefills them, start token included."""

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        """The prompt text for a chat; `reply_start` begins the model's answer.

        Special tokens inside the messages' contents are removed. Raises `ModelError` when
        `info.has_chat_template` is False.
        """

    def initial_memory(self) -> MemoryState:
        """The learned memory before the first segment."""

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        """Draw one text per stream key after `[memory][brief][tail]`."""

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        """The memory after reading `segment` (the write pass: memory and prose alone)."""

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        """Mean natural log-probability a token of each text after `[memory][brief][tail]`.

        What stands before is read once, as `decode` reads it; a text's score does not depend on
        the others. 0 for a text without tokens. Raises `ModelError` when `info.can_score` is False.
        """
