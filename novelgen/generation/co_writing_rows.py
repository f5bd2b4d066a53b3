"""One decode call of the co-writer: shown while it grows, timed, and ended when it is enough.

A row is ended by a word of the caller: when it holds what is wanted, or what must not stand. What a
row held when it was ended is what is judged.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from novelgen.engine.protocol import Engine, QuietObserver
from novelgen.engine.values import DecodeRequest, FinishReason, SamplingParams
from novelgen.generation.co_writing_context import Told
from novelgen.generation.co_writing_values import IsWanted, OnText, OnWait
from novelgen.generation.passage import DrawingCancelled

_CHARS_BETWEEN_LOOKS = 24
_SLACK_WORDS = 14
_MOST_TOKENS_PER_WORD = 2.0


@dataclass(slots=True)
class Listener:
    """Who waits for the words, and how long it took them."""

    on_text: OnText | None = None
    is_wanted: IsWanted | None = None
    on_wait: OnWait | None = None
    begun: float = field(default_factory=time.monotonic)
    first_text: float | None = None
    """Seconds from the beginning on."""
    waited: float = 0.0
    _waits_since: float | None = None

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self.begun

    def require_wanted(self) -> None:
        """Raises `DrawingCancelled` when nobody wants the words any more."""
        if self.is_wanted is not None and not self.is_wanted():
            raise DrawingCancelled

    def show(self, text: str) -> None:
        """The whole text so far."""
        if text and self.first_text is None:
            self.first_text = self.seconds
        if self.on_text is not None:
            self.on_text(text)

    def wait(self, is_waiting: bool) -> None:
        """Somebody else has the engine, or has it no more."""
        now = time.monotonic()
        if is_waiting:
            self._waits_since = now
        elif self._waits_since is not None:
            self.waited += now - self._waits_since
            self._waits_since = None
        if self.on_wait is not None:
            self.on_wait(is_waiting)


@dataclass(frozen=True, slots=True)
class Rows:
    """What was drawn, as it was drawn; and tokens of the prompt."""

    texts: tuple[str, ...]
    prompt_tokens: int


class _Growing(QuietObserver):
    """Shows the first row, and ends those that hold enough."""

    def __init__(
        self,
        listener: Listener,
        shaped: Callable[[str], str],
        is_over: Callable[[str], bool],
    ) -> None:
        self._listener, self._shaped, self._is_over = listener, shaped, is_over
        self._texts: dict[int, str] = {}
        self._looked_at: dict[int, int] = {}
        self._ended: set[int] = set()

    def on_text(self, row: int, text: str) -> None:
        if row in self._ended:
            return
        grown = self._texts[row] = self._texts.get(row, "") + text
        if row == 0:
            self._listener.show(self._shaped(grown))
        if len(grown) - self._looked_at.get(row, 0) >= _CHARS_BETWEEN_LOOKS:
            self._looked_at[row] = len(grown)
            if self._is_over(grown):
                self._ended.add(row)

    def on_void(self, row: int) -> None:
        if row not in self._ended:
            self._texts.pop(row, None)
            self._looked_at.pop(row, None)

    def on_wait(self, is_waiting: bool) -> None:
        self._listener.wait(is_waiting)

    def should_stop(self) -> bool:
        wanted = self._listener.is_wanted
        return wanted is not None and not wanted()

    def rejected_rows(self) -> Collection[int]:
        return self._ended

    def text_of(self, row: int, drawn: str) -> str:
        return self._texts[row] if row in self._ended else drawn


def new_tokens(words: int) -> int:
    """Tokens that are kept free for so many words."""
    return round((words + _SLACK_WORDS) * _MOST_TOKENS_PER_WORD)


def draw_rows(
    engine: Engine,
    told: Told,
    sampling: SamplingParams,
    stream_keys: Sequence[bytes],
    most_words: int,
    listener: Listener,
    *,
    shaped: Callable[[str], str],
    is_over: Callable[[str], bool],
    least_words: int = 0,
) -> Rows:
    """Texts of about that many words at most, which the model does not end before the least.
    `shaped` makes of a row what a person sees of it.

    Raises `DrawingCancelled` when they are not wanted any more.
    """
    listener.require_wanted()
    growing = _Growing(listener, shaped, is_over)
    result = engine.decode(
        DecodeRequest(
            memory=told.memory,
            brief=told.brief,
            tail=told.tail,
            sampling=sampling,
            stream_keys=tuple(stream_keys),
            max_new_tokens=new_tokens(most_words),
            min_new_tokens=least_words,
            max_words=most_words + _SLACK_WORDS,
        ),
        growing,
    )
    if any(each.finish_reason is FinishReason.CANCELLED for each in result.candidates):
        raise DrawingCancelled
    rows = enumerate(result.candidates)
    texts = tuple(growing.text_of(row, candidate.text) for row, candidate in rows)
    return Rows(texts, result.prompt_tokens)
