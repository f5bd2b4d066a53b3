"""What is read with a llama.cpp model: prompts for rows, texts to score, segments for the memory.

Sequences have fixed places: the last prompt stays in one, so that a passage's further attempts do
not read it again; scoring and writing have one each; rows come behind. Knows token ids, not text.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from novelgen.modeling.choosing import ChoiceRules, Chooser, Tokens
from novelgen.modeling.compiled import chooser_for
from novelgen.modeling.llamacpp.context import MOST_SEQUENCES, LlamaContext, Vectors, Wanted
from novelgen.modeling.llamacpp.token_vectors import TokenVectors
from novelgen.modeling.memory_cell import MemoryCell
from novelgen.modeling.stepping import Stepper

_PROMPT, _ASIDE, _WRITING, _FIRST_ROW = range(4)
MOST_ROWS = MOST_SEQUENCES - _FIRST_ROW
_SCORED_AT_ONCE = 128
"""Tokens; each has logits over the whole vocabulary."""


class LlamaReader:
    """One model with its memory cell; without a cell it has no memory."""

    def __init__(
        self,
        context: LlamaContext,
        cell: MemoryCell | None = None,
        vectors: TokenVectors | None = None,
    ) -> None:
        """A cell comes with the `vectors` of its tokens."""
        self._context, self._vectors, self._cell = context, vectors, cell
        self._kept: Any = None
        self._kept_logits: Vectors | None = None
        self._kept_length = 0

    def begin(
        self,
        memory: Tensor,
        prompt_ids: Sequence[int],
        num_rows: int,
        max_new_tokens: int,
        *,
        is_plain: bool = False,
    ) -> "LlamaStepper":
        """Rows that go on from `[memory][prompt]`; `is_plain` without the adapter.

        `memory` is `(1, num_mem_tokens, hidden)`.
        """
        length = memory.shape[1] + len(prompt_ids)
        self._reserve(length + num_rows * max_new_tokens)
        logits = self._read_kept(memory, prompt_ids, is_plain=is_plain)
        rows = list(range(_FIRST_ROW, _FIRST_ROW + num_rows))
        for row in rows:
            self._context.copy(_PROMPT, row)
        return LlamaStepper(self._context, rows, length, logits)

    def mean_logprobs(
        self, memory: Tensor, prompt_ids: Sequence[int], texts: Sequence[Sequence[int]]
    ) -> tuple[float, ...]:
        """As `novelgen.modeling.scoring.mean_logprobs`, where something stands before."""
        if not any(texts):
            return (0.0,) * len(texts)
        length = memory.shape[1] + len(prompt_ids)
        self._reserve(self._kept_length + length + max(map(len, texts)))
        key = _key(memory, prompt_ids, is_plain=False)
        if key == self._kept:
            assert self._kept_logits is not None
            first = self._kept_logits
            self._context.copy(_PROMPT, _ASIDE)
        else:
            self._context.cut(_ASIDE)
            first = self._read(_ASIDE, memory, prompt_ids, is_plain=False)
        means = []
        for ids in texts:
            means.append(self._sum_logprob(first, length, ids) / max(len(ids), 1))
            self._context.cut(_ASIDE, length)
        self._context.cut(_ASIDE)
        return tuple(means)

    def write(self, memory: Tensor, ids: Sequence[int]) -> Tensor:
        """The memory after reading a segment, both `(1, num_mem_tokens, hidden)` float32."""
        if self._cell is None or self._vectors is None or not ids:
            return memory
        slots, tokens = self._cell.num_mem_tokens, self._vectors.of(ids)
        seen = torch.cat([memory[0], tokens, self._cell.write_slots(memory)[0]]).float()
        self._reserve(self._kept_length + len(seen))
        self._context.lora(is_on=True)
        self._context.cut(_WRITING)
        hidden = torch.from_numpy(self._context.hidden_of(_WRITING, 0, seen.numpy()))
        self._context.cut(_WRITING)
        update = self._cell.update(
            memory,
            written=hidden[None, -slots:],
            token_hidden=hidden[None, slots:-slots],
            token_embeddings=tokens[None],
            is_token=torch.ones(1, len(ids), dtype=torch.bool),
        )
        return update.memory

    def _reserve(self, positions: int) -> None:
        """Make room; the prompt that is kept is put back where a larger pool was made."""
        if self._kept is None or self._context.has_room(positions):
            self._context.reserve(positions)
            return
        state = self._context.state(_PROMPT)
        kept, self._kept = self._kept, None
        self._context.reserve(positions)
        self._context.restore(_PROMPT, state)
        self._kept = kept

    def _read_kept(self, memory: Tensor, prompt_ids: Sequence[int], *, is_plain: bool) -> Vectors:
        key = _key(memory, prompt_ids, is_plain=is_plain)
        if key != self._kept or self._kept_logits is None:
            self._kept = None
            self._context.cut(_PROMPT)
            self._kept_logits = self._read(_PROMPT, memory, prompt_ids, is_plain=is_plain)
            self._kept, self._kept_length = key, memory.shape[1] + len(prompt_ids)
        self._context.lora(is_on=not is_plain)
        return self._kept_logits

    def _read(
        self, sequence: int, memory: Tensor, prompt_ids: Sequence[int], *, is_plain: bool
    ) -> Vectors:
        """The logits of what follows, `(1, vocabulary)`."""
        self._context.lora(is_on=not is_plain)
        slots = memory.shape[1]
        logits = np.empty((0, 0), np.float32)
        if slots:
            wanted = Wanted.NONE if prompt_ids else Wanted.LAST
            logits = self._context.read_vectors(sequence, 0, memory[0].float().numpy(), wanted)
        if prompt_ids:
            logits = self._context.read_tokens(sequence, slots, prompt_ids)
        return logits

    def _sum_logprob(self, first: Vectors, length: int, ids: Sequence[int]) -> float:
        if not ids:
            return 0.0
        total = _sum_of(first, ids[:1])
        last = len(ids) - 1  # a token that predicts none
        for start in range(0, last, _SCORED_AT_ONCE):
            stop = min(start + _SCORED_AT_ONCE, last)
            logits = self._context.read_tokens(_ASIDE, length + start, ids[start:stop], Wanted.ALL)
            total += _sum_of(logits, ids[start + 1 : stop + 1])
        return total


class LlamaStepper:
    """Rows that grow together; a `Stepper`."""

    runs_ahead = False

    def __init__(
        self, context: LlamaContext, rows: list[int], length: int, logits: Vectors
    ) -> None:
        self._context, self._rows, self._position = context, rows, length
        self.logits = torch.from_numpy(np.repeat(logits, len(rows), axis=0))

    def step(self, tokens: Tokens) -> None:
        ids = tokens.tolist() if isinstance(tokens, Tensor) else list(tokens)
        self.logits = torch.from_numpy(self._context.step(self._rows, self._position, ids))
        self._position += 1

    def keep(self, rows: Sequence[int]) -> None:
        kept = [self._rows[index] for index in rows]
        for row in self._rows:
            if row not in kept:
                self._context.cut(row)
        self._rows = kept
        self.logits = self.logits[torch.tensor(list(rows), dtype=torch.long)]

    def close(self) -> None:
        """Forget the rows."""
        for row in self._rows:
            self._context.cut(row)
        self._rows = []


class LlamaDecoder:
    """How the decode loop asks a reader: with its adapter, or as the model came."""

    def __init__(self, reader: LlamaReader, *, is_plain: bool = False) -> None:
        self._reader, self._is_plain = reader, is_plain
        self._stepper: LlamaStepper | None = None

    def begin(
        self, memory: Tensor, prompt_ids: Sequence[int], num_rows: int, max_new_tokens: int
    ) -> Stepper:
        self._stepper = self._reader.begin(
            memory, prompt_ids, num_rows, max_new_tokens, is_plain=self._is_plain
        )
        return self._stepper

    def chooser(self, rules: ChoiceRules) -> Chooser:
        return chooser_for(rules, torch.device("cpu"))

    def end(self) -> None:
        """Forget the rows of the last call, however it ended."""
        if self._stepper is not None:
            self._stepper.close()
            self._stepper = None


def _key(memory: Tensor, prompt_ids: Sequence[int], *, is_plain: bool) -> Any:
    return memory.detach().float().numpy().tobytes(), tuple(prompt_ids), is_plain


def _sum_of(logits: Vectors, ids: Sequence[int]) -> float:
    logprobs = torch.from_numpy(logits).log_softmax(-1)
    index = torch.tensor(list(ids), dtype=torch.long).unsqueeze(1)
    return float(logprobs.gather(1, index).double().sum())
