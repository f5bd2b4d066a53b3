"""A llama.cpp context: tokens or vectors in, logits or hidden states out, by sequence.

A sequence is a row with its cache. Beginnings are shared: `copy` costs no memory. The pool of
positions grows when more is asked of it, so that a model that could attend to 128,000 tokens does
not take the memory for them. Knows nothing of text, of memory slots or of samplers.
"""

import ctypes
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from novelgen.errors import ModelError
from novelgen.modeling.llamacpp.library import forget_errors, last_errors
from novelgen.modeling.llamacpp.weights import LlamaWeights

MOST_SEQUENCES = 32
_BATCH = 512
"""Tokens that are read at once; what is longer is read in parts."""
_POOL_STEP = 1024
_NO_POOLING = 0
_NO_ROOM = 1

Vectors = NDArray[np.float32]


class Wanted(Enum):
    """Of which positions the logits or hidden states are wanted."""

    NONE = "none"
    LAST = "last"
    ALL = "all"


class LlamaContext:
    """Sequences of one model. Positions of a sequence are given without gaps, from 0."""

    def __init__(self, weights: LlamaWeights, threads: int) -> None:
        self._weights, self._api = weights, weights.api
        self._threads = threads
        self._pointer: Any = None
        self._pool = 0
        self._lora: Any = None
        self._lora_is_on = False
        self._tokens = self._api.llama_batch_init(_BATCH, 0, 1)
        self._vectors = self._api.llama_batch_init(_BATCH, weights.hidden_size, 1)

    def has_room(self, positions: int) -> bool:
        """Whether so many positions fit, all sequences together."""
        return positions <= self._pool

    def reserve(self, positions: int) -> bool:
        """Make room for so many positions; True when all sequences were lost for it.

        Raises `ModelError` when the memory for them cannot be had.
        """
        if self.has_room(positions):
            return False
        self._open(-(-positions // _POOL_STEP) * _POOL_STEP)
        return True

    def use_lora(self, adapter: Any) -> None:
        """The adapter that `lora` switches on and off; None for none."""
        self._lora = adapter
        self._lora_is_on = False

    def lora(self, *, is_on: bool) -> None:
        """With the adapter or as the model came. What was read before stays as it was read."""
        if self._lora is None or is_on is self._lora_is_on:
            return
        self._lora_is_on = is_on
        self._set_lora()

    def read_tokens(
        self, sequence: int, begin: int, ids: Sequence[int], wanted: Wanted = Wanted.LAST
    ) -> Vectors:
        """Append tokens; the logits of the wanted positions, `(positions, vocabulary)` float32."""
        found = []
        for start in range(0, len(ids), _BATCH):
            part = ids[start : start + _BATCH]
            marks = _marks(wanted, start, len(part), len(ids))
            batch = self._tokens
            batch.n_tokens = len(part)
            for place, token in enumerate(part):
                batch.token[place] = token
                self._place(batch, place, begin + start + place, sequence, marks[place])
            self._run(batch)
            found.append(self._logits(marks))
        return np.concatenate(found) if found else self._none(self._weights.vocabulary_size)

    def read_vectors(
        self, sequence: int, begin: int, vectors: Vectors, wanted: Wanted = Wanted.LAST
    ) -> Vectors:
        """Append input vectors, `(length, hidden)`; the logits of the wanted positions."""
        found = [
            self._logits(marks) for marks in self._run_vectors(sequence, begin, vectors, wanted)
        ]
        return np.concatenate(found) if found else self._none(self._weights.vocabulary_size)

    def hidden_of(self, sequence: int, begin: int, vectors: Vectors) -> Vectors:
        """Append input vectors, `(length, hidden)`; the hidden states of all of them after the
        model's last norm, `(length, hidden)` float32."""
        self._api.llama_set_embeddings(self._open_pointer, True)
        try:
            found = [
                self._hidden(marks)
                for marks in self._run_vectors(sequence, begin, vectors, Wanted.ALL)
            ]
        finally:
            self._api.llama_set_embeddings(self._open_pointer, False)
        return np.concatenate(found) if found else self._none(self._weights.hidden_size)

    def step(self, sequences: Sequence[int], position: int, ids: Sequence[int]) -> Vectors:
        """Append one token to each sequence; their logits, `(sequences, vocabulary)` float32."""
        batch = self._tokens
        batch.n_tokens = len(ids)
        for place, (sequence, token) in enumerate(zip(sequences, ids, strict=True)):
            batch.token[place] = token
            self._place(batch, place, position, sequence, 1)
        self._run(batch)
        return self._logits([1] * len(ids))

    def copy(self, source: int, destination: int) -> None:
        """Let `destination` begin with all of `source`, in place of what it held."""
        self.cut(destination)
        self._api.llama_memory_seq_cp(self._memory, source, destination, -1, -1)

    def cut(self, sequence: int, begin: int = 0) -> None:
        """Forget a sequence from a position on."""
        if not self._api.llama_memory_seq_rm(self._memory, sequence, begin, -1):
            self._api.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def state(self, sequence: int) -> bytes:
        """The cache of a sequence as bytes, for `restore` in a context of the same model."""
        size = self._api.llama_state_seq_get_size(self._open_pointer, sequence)
        room = (ctypes.c_uint8 * size)()
        written = self._api.llama_state_seq_get_data(self._open_pointer, room, size, sequence)
        return bytes(room[:written])

    def restore(self, sequence: int, state: bytes) -> None:
        """Put a cache back. Raises `ModelError` when it is of another model."""
        room = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        self.cut(sequence)
        pointer = self._open_pointer
        if not self._api.llama_state_seq_set_data(pointer, room, len(state), sequence):
            raise ModelError(
                f"The cache of {len(state):,} bytes does not fit this model.", "Read it again."
            )

    def close(self) -> None:
        """Give the memory back."""
        self._close_pool()
        for batch in (self._tokens, self._vectors):
            if batch is not None:
                self._api.llama_batch_free(batch)
        self._tokens = self._vectors = None

    @property
    def _open_pointer(self) -> Any:
        if self._pointer is None:
            self._open(_POOL_STEP)
        return self._pointer

    @property
    def _memory(self) -> Any:
        return self._api.llama_get_memory(self._open_pointer)

    def _open(self, positions: int) -> None:
        self._close_pool()
        settings = self._api.llama_context_default_params()
        settings.n_ctx = positions
        settings.n_batch = settings.n_ubatch = _BATCH
        settings.n_seq_max = MOST_SEQUENCES
        settings.kv_unified = True
        settings.swa_full = True  # so that a sequence can be cut and gone on with
        settings.pooling_type = _NO_POOLING
        settings.n_threads = settings.n_threads_batch = self._threads
        settings.no_perf = True
        forget_errors()
        self._pointer = self._api.llama_init_from_model(self._weights.pointer, settings)
        if not self._pointer:
            self._pointer = None
            raise ModelError(
                f"llama.cpp has no memory for {positions:,} tokens of context: "
                f"{last_errors() or 'no reason'}",
                "Set a smaller context_tokens, draw fewer candidates, or put fewer layers on the "
                "GPU.",
            )
        self._pool = positions
        self._set_lora()

    def _close_pool(self) -> None:
        if self._pointer is not None:
            self._api.llama_free(self._pointer)
            self._pointer, self._pool = None, 0

    def _set_lora(self) -> None:
        if self._pointer is None:
            return
        if self._lora is None or not self._lora_is_on:
            self._api.llama_set_adapters_lora(self._pointer, None, 0, None)
            return
        adapters = (self._api.llama_adapter_lora_p_ctypes * 1)(self._lora)
        scales = (ctypes.c_float * 1)(1.0)
        self._api.llama_set_adapters_lora(self._pointer, adapters, 1, scales)

    def _run_vectors(
        self, sequence: int, begin: int, vectors: Vectors, wanted: Wanted
    ) -> Iterator[list[int]]:
        """Reads vectors part by part; which positions of each part have an output."""
        batch, width = self._vectors, self._weights.hidden_size
        for start in range(0, len(vectors), _BATCH):
            part = vectors[start : start + _BATCH]
            marks = _marks(wanted, start, len(part), len(vectors))
            batch.n_tokens = len(part)
            np.ctypeslib.as_array(batch.embd, shape=(_BATCH * width,))[: part.size] = part.ravel()
            for place, mark in enumerate(marks):
                self._place(batch, place, begin + start + place, sequence, mark)
            self._run(batch)
            yield marks

    def _place(self, batch: Any, place: int, position: int, sequence: int, mark: int) -> None:
        batch.pos[place] = position
        batch.n_seq_id[place], batch.seq_id[place][0] = 1, sequence
        batch.logits[place] = mark

    def _run(self, batch: Any) -> None:
        forget_errors()
        code = self._api.llama_decode(self._open_pointer, batch)
        if code == _NO_ROOM:
            raise ModelError(
                f"{self._pool:,} tokens of context are full.",
                "Draw fewer candidates, or set a smaller tail_tokens.",
            )
        if code:
            raise ModelError(
                f"llama.cpp stopped with code {code}: {last_errors() or 'no reason'}",
                "Try fewer layers on the GPU, or another quantisation.",
            )

    def _logits(self, marks: Sequence[int]) -> Vectors:
        return self._outputs(self._api.llama_get_logits, sum(marks), self._weights.vocabulary_size)

    def _hidden(self, marks: Sequence[int]) -> Vectors:
        return self._outputs(self._api.llama_get_embeddings, sum(marks), self._weights.hidden_size)

    def _outputs(self, get: Any, count: int, width: int) -> Vectors:
        if not count:
            return self._none(width)
        pointer = ctypes.cast(get(self._open_pointer), ctypes.POINTER(ctypes.c_float))
        return np.ctypeslib.as_array(pointer, shape=(count, width)).copy()

    @staticmethod
    def _none(width: int) -> Vectors:
        return np.empty((0, width), np.float32)


def _marks(wanted: Wanted, start: int, length: int, total: int) -> list[int]:
    if wanted is Wanted.ALL:
        return [1] * length
    last = total - 1 - start
    return [int(wanted is Wanted.LAST and place == last) for place in range(length)]
