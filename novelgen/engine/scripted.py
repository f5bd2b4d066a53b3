"""A deterministic engine without a model: prose from a small grammar, at once or at a set pace.

It ships for demonstrations, tests and trying the product. It obeys the same contract as a real
engine: a row is a function of memory, brief, tail and its stream key, memory is a function of the
prose read, the stop signal and rejected rows are heeded between words. It writes sentences, not
stories.
"""

import hashlib
import re
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from novelgen.engine.memory import memory_values, pack_memory, require_fit
from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.randomness import uniforms
from novelgen.engine.scripted_grammar import pieces
from novelgen.engine.values import (
    SCRIPTED_MODEL,
    Candidate,
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    FinishReason,
    MemoryState,
)
from novelgen.errors import ModelError
from novelgen.text.words import is_word

_NUM_MEM_TOKENS = 4
_HIDDEN_SIZE = 8
_DECAY = 0.9
_TOKEN = re.compile(r"\w+|[^\w\s]")
_MODEL_FINGERPRINT = hashlib.sha256(b"novelgen scripted engine 1").hexdigest()


class ScriptedEngine:
    """The `Engine` that needs no model."""

    def __init__(self, segment_size: int = 256, tokens_per_second: float = 0.0) -> None:
        """`tokens_per_second` is how fast each row is drawn; 0 is as fast as it can be.

        What is drawn does not depend on it.
        """
        self._seconds_per_token = 1 / tokens_per_second if tokens_per_second else 0.0
        adapter = hashlib.sha256(f"scripted segment_size={segment_size}".encode()).hexdigest()
        self._info = EngineInfo(
            model=SCRIPTED_MODEL,
            model_fingerprint=_MODEL_FINGERPRINT,
            adapter_fingerprint=adapter,
            num_mem_tokens=_NUM_MEM_TOKENS,
            hidden_size=_HIDDEN_SIZE,
            segment_size=segment_size,
            context_size=1 << 20,
            has_chat_template=False,
            device="cpu",
            dtype="float32",
        )

    @property
    def info(self) -> EngineInfo:
        return self._info

    def count_tokens(self, text: str) -> int:
        return sum(1 for _ in _TOKEN.finditer(text))

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return self.count_tokens(brief) + self.count_tokens(tail)

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        raise ModelError("The scripted engine has no chat template.")

    def initial_memory(self) -> MemoryState:
        return self._pack(np.zeros((_NUM_MEM_TOKENS, _HIDDEN_SIZE), dtype=np.float32))

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        started = time.monotonic()
        memory = request.memory or self.initial_memory()
        require_fit(memory, self._info)
        context = memory.data + f"{request.brief}\0{request.tail}".encode()
        rows = tuple(
            _draw_row(
                row,
                hashlib.sha256(key + context).digest()[:16],
                request,
                observer,
                # All rows are drawn at a time, so that the first takes the time of all.
                0.0 if row else self._seconds_per_token,
            )
            for row, key in enumerate(request.stream_keys)
        )
        prompt = self.count_prompt_tokens(request.brief, request.tail)
        return DecodeResult(rows, prompt, time.monotonic() - started)

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        """A decaying mix of hashes: depends on every segment read, and on their order."""
        digest = hashlib.sha256(memory.data + segment.encode()).digest()[:16]
        fresh = uniforms(digest, 0, _NUM_MEM_TOKENS * _HIDDEN_SIZE)
        values = _DECAY * memory_values(memory) + (1 - _DECAY) * fresh.reshape(
            _NUM_MEM_TOKENS, _HIDDEN_SIZE
        )
        return self._pack(values.astype(np.float32))

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        """Numbers that depend on all that is given and mean nothing."""
        require_fit(memory, self._info)
        before = memory.data + f"{brief}\0{tail}\0".encode()
        digests = [hashlib.sha256(before + text.encode()).digest()[:16] for text in texts]
        drawn = [-3.0 - float(uniforms(digest, 0, 1)[0]) for digest in digests]
        return tuple(score if text else 0.0 for score, text in zip(drawn, texts, strict=True))

    def _pack(self, values: NDArray[np.float32]) -> MemoryState:
        info = self._info
        return pack_memory(values, info.model_fingerprint, info.adapter_fingerprint)


def _draw_row(
    row: int,
    key: bytes,
    request: DecodeRequest,
    observer: DecodeObserver | None,
    seconds_per_token: float,
) -> Candidate:
    drawn: list[str] = []
    tokens = words = 0
    reason = FinishReason.LENGTH
    for piece in pieces(_numbers(key)):
        if observer is not None and observer.should_stop():
            reason = FinishReason.CANCELLED
            break
        if request.max_words is not None and words >= request.max_words:
            reason = FinishReason.WORDS
            break
        if observer is not None and row in observer.rejected_rows():
            reason = FinishReason.REJECTED
            break
        cost = sum(1 for _ in _TOKEN.finditer(piece))
        if tokens + cost > request.max_new_tokens:
            break
        if seconds_per_token and cost:
            time.sleep(cost * seconds_per_token)
        drawn.append(piece)
        tokens += cost
        words += is_word(piece)
        if observer is not None:
            observer.on_text(row, piece)
    text, stopped = _before_stop("".join(drawn), request.stop_strings)
    return Candidate(text, tokens, -3.0, FinishReason.STOP_STRING if stopped else reason)


def _before_stop(text: str, stop_strings: Sequence[str]) -> tuple[str, bool]:
    places = [place for stop in stop_strings if (place := text.find(stop)) >= 0]
    return (text[: min(places)], True) if places else (text, False)


def _numbers(key: bytes) -> Iterator[float]:
    """The stream's numbers, drawn in blocks."""
    block = 256
    start = 0
    while True:
        yield from uniforms(key, start, block).tolist()
        start += block
