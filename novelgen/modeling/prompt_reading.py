"""Reads `[memory][prompt]` once for all rows, and not again while it stays the same.

The candidates of a passage, and every further attempt at it, share their prompt. Memory stands
first and changes with every segment, so two segments share no beginning; only an equal prompt,
memory included, is reused, which changes no bit of what follows.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor
from transformers import DynamicCache

from novelgen.modeling.causal_lm import run_logits, unwrap_peft
from novelgen.modeling.recurrent import RecurrentLM

Prepared = TypeVar("Prepared")


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """A prompt's keys and values for one row, and what follows it. Not to be changed."""

    cache: DynamicCache
    logits: Tensor
    """`(1, vocabulary)` float32."""

    def cache_of(self, num_rows: int) -> DynamicCache:
        """A cache of its own for `num_rows` rows that begin with the prompt."""
        rows = copy.copy(self.cache)
        rows.layers = [copy.copy(layer) for layer in self.cache.layers]
        rows.batch_repeat_interleave(num_rows)
        return rows


class PromptReader(Generic[Prepared]):
    """Reads prompts with a model's own forward, and keeps the last as a decoder wants it."""

    def __init__(
        self,
        model: RecurrentLM,
        prepare: Callable[[ReadPrompt], Prepared],
        *,
        keeps_every_position: bool,
    ) -> None:
        """`keeps_every_position` False lets layers with a window forget what lies before it."""
        self._model, self._prepare = model, prepare
        self._keeps_every_position = keeps_every_position
        self._last: tuple[Any, ReadPrompt, Prepared] | None = None

    def read(self, memory: Tensor, prompt_ids: Sequence[int]) -> Prepared:
        """`memory` is `(1, num_mem_tokens, hidden)`."""
        key = _key(memory, prompt_ids)
        if self._last is None or self._last[0] != key:
            self._last = None
            prompt = self._read(memory, prompt_ids)
            self._last = key, prompt, self._prepare(prompt)
        return self._last[2]

    def read_aside(self, memory: Tensor, prompt_ids: Sequence[int]) -> ReadPrompt:
        """The same as the model left it; the last prompt stays kept, and serves if it is equal."""
        if self._last is not None and self._last[0] == _key(memory, prompt_ids):
            return self._last[1]
        return self._read(memory, prompt_ids)

    def forget(self) -> None:
        """Give back the memory of the last prompt."""
        self._last = None

    def _read(self, memory: Tensor, prompt_ids: Sequence[int]) -> ReadPrompt:
        config = None if self._keeps_every_position else unwrap_peft(self._model.lm).config
        cache = DynamicCache(config=config)
        ids = torch.tensor([list(prompt_ids)], dtype=torch.long)
        embeds = self._model.embed(memory, ids)
        output = run_logits(self._model.lm, embeds, logits_to_keep=1, cache=cache)
        return ReadPrompt(cache, output.logits[:, -1].float())


def _key(memory: Tensor, prompt_ids: Sequence[int]) -> tuple[bytes, tuple[int, ...]]:
    return memory.detach().cpu().float().numpy().tobytes(), tuple(prompt_ids)


def as_read(prompt: ReadPrompt) -> ReadPrompt:
    """For decoders that want a prompt as the model left it."""
    return prompt
