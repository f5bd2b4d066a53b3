"""The engine for GGUF files: llama.cpp computes, the samplers, the guard and the memory are ours.

Guarantees: memory goes in and out through its exact bytes; nothing reads the clock to decide. A
row's numbers can depend in their last bits on how many rows are drawn with it, for llama.cpp picks
its arithmetic by the size of a batch. Knows nothing of novels.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from novelgen.engine.memory import memory_values, pack_memory, require_fit
from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    MemoryState,
)
from novelgen.errors import UsageError
from novelgen.modeling.chat import render_chat
from novelgen.modeling.decoding import DecodeJob, draw_rows, require_context
from novelgen.modeling.llamacpp.context import LlamaContext
from novelgen.modeling.llamacpp.reading import MOST_ROWS, LlamaDecoder, LlamaReader
from novelgen.modeling.llamacpp.weights import LlamaWeights
from novelgen.modeling.memory_cell import MemoryCell
from novelgen.modeling.tokenization import Tokenization


class LlamaCppEngine:
    """An `Engine` on llama.cpp. Build it with `load_llama_engine`."""

    def __init__(
        self,
        weights: LlamaWeights,
        context: LlamaContext,
        reader: LlamaReader,
        cell: MemoryCell | None,
        tokenization: Tokenization,
        info: EngineInfo,
    ) -> None:
        self._weights, self._context = weights, context
        self._cell, self._tokenization, self._info = cell, tokenization, info
        self._reader = reader

    @property
    def info(self) -> EngineInfo:
        return self._info

    def count_tokens(self, text: str) -> int:
        return len(self._tokenization.prose_ids(text))

    def count_prompt_tokens(self, brief: str, tail: str) -> int:
        return len(self._prompt_ids(brief, tail))

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return render_chat(self._tokenization, messages, reply_start)

    def initial_memory(self) -> MemoryState:
        return self._to_state(self._initial())

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        started = time.perf_counter()
        is_plain = request.memory is None
        if len(request.stream_keys) > MOST_ROWS:
            raise UsageError(
                f"{len(request.stream_keys)} candidates are more than llama.cpp draws at once.",
                f"Ask for {MOST_ROWS} at most.",
            )
        memory = self._initial() if request.memory is None else self._to_tensor(request.memory)
        job = DecodeJob(
            prompt_ids=self._prompt_ids(request.brief, request.tail, has_memory=not is_plain),
            sampling=request.sampling,
            stream_keys=request.stream_keys,
            max_new_tokens=request.max_new_tokens,
            min_new_tokens=request.min_new_tokens,
            max_words=request.max_words,
            stop_strings=request.stop_strings,
        )
        if is_plain:
            memory = memory[:, :0]
        with self._decoder(is_plain=is_plain) as decoder:
            candidates = draw_rows(
                self._limits(is_plain=is_plain), self._tokenization, memory, job, observer, decoder
            )
        return DecodeResult(candidates, len(job.prompt_ids), time.perf_counter() - started)

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        values = self._to_tensor(memory)
        ids = self._tokenization.prose_ids(segment)
        if not ids or self._cell is None:
            return memory
        slots = 2 * self._info.num_mem_tokens
        require_context(
            self._info.context_size, len(ids) + slots, f"{slots} memory + {len(ids)} segment"
        )
        with torch.inference_mode():
            return self._to_state(self._reader.write(values, ids))

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        values = self._to_tensor(memory)
        prompt_ids = self._prompt_ids(brief, tail)
        ids = [self._tokenization.prose_ids(text) for text in texts]
        num_before = values.shape[1] + len(prompt_ids)
        for each in ids:
            require_context(
                self._info.context_size,
                num_before + len(each),
                f"{num_before} before + {len(each)} text",
            )
        with torch.inference_mode():
            if num_before:
                return self._reader.mean_logprobs(values, prompt_ids, ids)
            firsts = [self._reader.mean_logprobs(values, each[:1], [each[1:]]) for each in ids]
            return tuple(mean for (mean,) in firsts)

    def warm_up(self, rows: int, tail_tokens: int) -> None:
        """Nothing is compiled or recorded."""

    def close(self) -> None:
        """Give the memory of model and context back."""
        self._context.close()
        self._weights.close()

    @contextmanager
    def _decoder(self, *, is_plain: bool) -> Iterator[LlamaDecoder]:
        decoder = LlamaDecoder(self._reader, is_plain=is_plain)
        try:
            yield decoder
        finally:
            decoder.end()

    def _limits(self, *, is_plain: bool) -> "_Limits":
        return _Limits(0 if is_plain else self._info.num_mem_tokens, self._info.context_size)

    def _initial(self) -> Tensor:
        if self._cell is None:
            return torch.zeros(1, 0, self._info.hidden_size)
        return self._cell.initial(1).detach()

    def _prompt_ids(self, brief: str, tail: str, *, has_memory: bool = True) -> list[int]:
        ids = self._tokenization.prompt_ids(brief) + self._tokenization.prose_ids(tail)
        # With memory, its slots stand where a text begins; so it is in training.
        has_slots = has_memory and self._info.num_mem_tokens > 0
        return ids if has_slots else self._tokenization.with_start(ids)

    def _to_tensor(self, state: MemoryState) -> Tensor:
        require_fit(state, self._info)
        return torch.from_numpy(memory_values(state).copy()).unsqueeze(0)

    def _to_state(self, memory: Tensor) -> MemoryState:
        values = memory[0].float().numpy()
        return pack_memory(values, self._info.model_fingerprint, self._info.adapter_fingerprint)


class _Limits:
    def __init__(self, num_mem_tokens: int, context_size: int) -> None:
        self.num_mem_tokens, self.context_size = num_mem_tokens, context_size
