"""A decoder for GPUs: a cache of fixed size, and each step replayed as one CUDA graph.

A small model on a GPU waits for its own launches; a graph launches a whole step at once. The
first step of a call runs as it is and warms everything up, the second is recorded, all later ones
are replayed. Caches and graphs are kept for the next call of the same shape. With quantised weights
the step is compiled first, since each layer alone would widen its weights in memory. Where a step
cannot be compiled or recorded, steps run one by one: slower, and the same words.

Serves every architecture that transformers gives a static cache. Sliding windows are a matter of
the mask alone: a cache of the window's size counts positions in Python, which a recorded step
would not see change. All but recording is tested on a processor, recording where there is a GPU.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor
from transformers import StaticCache
from transformers.cache_utils import StaticLayer, StaticSlidingWindowLayer

from novelgen.modeling.causal_lm import (
    NextLogits,
    embedding_of,
    next_logits_of,
    unwrap_peft,
)
from novelgen.modeling.choosing import ChoiceRules, Chooser, Tokens
from novelgen.modeling.compiled import chooser_for
from novelgen.modeling.prompt_reading import PromptReader, ReadPrompt, as_read
from novelgen.modeling.quiet import quiet_libraries
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.weight_sizes import KEPT_SHAPES

_POSITIONS_STEP = 256
"""Caches grow in steps of so many positions, so that calls of like length share one."""
_log = logging.getLogger(__name__)

Compiler = Callable[[NextLogits], NextLogits]
compile_whole = partial(torch.compile, dynamic=False, fullgraph=True)
"""Compiles all of a function or nothing: a step that fails half-way would have moved its cache."""


@dataclass(slots=True)
class _Recorded:
    """A cache of one shape, and its step once recorded."""

    cache: StaticCache
    embeds: Tensor
    """Where a step reads from, `(rows, 1, hidden)`."""
    graph: Any = None
    logits: Tensor | None = None
    """Where a replayed step writes to, `(rows, vocabulary)` float32."""
    can_record: bool = True
    can_compile: bool = False


class GraphDecoder:
    """A `Decoder` with fixed shapes. `records` False never records a graph."""

    def __init__(
        self,
        model: RecurrentLM,
        records: bool = True,
        compiles: bool = False,
        compiler: Compiler = compile_whole,
    ) -> None:
        self._model = model
        self._records = records and model.device.type == "cuda"
        self._compiles = compiles
        self._reader = PromptReader(model, as_read, keeps_every_position=True)
        self._plain = next_logits_of(model.lm)
        self._compiled = compiler(self._plain) if compiles else self._plain
        self._kept: OrderedDict[tuple[int, int], _Recorded] = OrderedDict()

    def begin(
        self, memory: Tensor, prompt_ids: Sequence[int], num_rows: int, max_new_tokens: int
    ) -> "GraphStepper":
        length = memory.shape[1] + len(prompt_ids)
        positions = -(-(length + max_new_tokens) // _POSITIONS_STEP) * _POSITIONS_STEP
        recorded = self._of_shape(num_rows, positions)
        prompt = self._reader.read(memory, prompt_ids)
        for number, layer in enumerate(prompt.cache.layers):
            keys, values = (
                part.expand(num_rows, -1, -1, -1) for part in (layer.keys, layer.values)
            )
            recorded.cache.update(keys, values, number)
        logits = prompt.logits.expand(num_rows, -1)
        return GraphStepper(self._model, recorded, self._plain, self._compiled, logits)

    def read(self, memory: Tensor, prompt_ids: Sequence[int]) -> ReadPrompt:
        return self._reader.read_aside(memory, prompt_ids)

    def chooser(self, rules: ChoiceRules) -> Chooser:
        return chooser_for(rules, self._model.device)

    def forget(self) -> None:
        """Give back the memory of prompts, caches and graphs."""
        self._reader.forget()
        self._kept.clear()

    def _of_shape(self, num_rows: int, positions: int) -> _Recorded:
        shape = (num_rows, positions)
        recorded = self._kept.pop(shape, None)
        if recorded is None:
            config = unwrap_peft(self._model.lm).config
            embedding = embedding_of(self._model.lm).weight
            recorded = _Recorded(
                _whole_cache(config, positions),
                torch.zeros(
                    num_rows,
                    1,
                    self._model.hidden_size,
                    dtype=embedding.dtype,
                    device=embedding.device,
                ),
                can_record=self._records,
                can_compile=self._compiles,
            )
            while len(self._kept) >= KEPT_SHAPES:
                self._kept.popitem(last=False)
        else:
            recorded.cache.reset()
        self._kept[shape] = recorded
        return recorded


class GraphStepper:
    """A `Stepper`. Rows that leave are computed on and left out of `logits`."""

    def __init__(
        self,
        model: RecurrentLM,
        recorded: _Recorded,
        plain: NextLogits,
        compiled: NextLogits,
        logits: Tensor,
    ) -> None:
        self._lm, self._recorded = model.lm, recorded
        self._plain, self._compiled = plain, compiled
        self._rows = torch.arange(len(recorded.embeds), device=recorded.embeds.device)
        self._is_warm = False
        self.logits = logits
        self.runs_ahead = model.device.type != "cpu"

    def step(self, tokens: Tokens) -> None:
        recorded = self._recorded
        ids = torch.as_tensor(tokens, dtype=torch.long, device=self._rows.device)
        recorded.embeds[self._rows] = embedding_of(self._lm)(ids.unsqueeze(1))
        if self._is_warm and recorded.graph is None and recorded.can_record:
            self._record()
        if recorded.graph is None or recorded.logits is None:
            logits = self._forward()
        else:
            recorded.graph.replay()
            logits = recorded.logits
        self._is_warm = True
        self.logits = logits if len(self._rows) == len(logits) else logits[self._rows]

    def keep(self, rows: Sequence[int]) -> None:
        kept = torch.tensor(rows, dtype=torch.long, device=self._rows.device)
        self._rows, self.logits = self._rows[kept], self.logits[kept]

    def _forward(self) -> Tensor:
        recorded = self._recorded
        if recorded.can_compile:
            try:
                with nullcontext() if self._is_warm else quiet_libraries():
                    return self._compiled(recorded.embeds, recorded.cache)
            except Exception as error:
                if not _is_refusal(error):
                    raise
                _log.warning("a step could not be compiled: %s", error)
                recorded.can_compile = False
        return self._plain(recorded.embeds, recorded.cache)

    def _record(self) -> None:
        """Record a step without running it; the cache's own counters move when it is replayed."""
        recorded = self._recorded
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                recorded.logits = self._forward()
        except RuntimeError as error:
            _log.warning("a step could not be recorded as a CUDA graph: %s", error)
            recorded.can_record, recorded.logits = False, None
            return
        recorded.graph = graph


def _is_refusal(error: Exception) -> bool:
    """Whether a compiler did not take the step, or not one more shape of it."""
    if isinstance(error, torch.OutOfMemoryError):
        return False
    return isinstance(error, RuntimeError) or type(error).__module__.startswith("torch._dynamo")


def _whole_cache(config: Any, positions: int) -> StaticCache:
    """A cache that keeps every position of every layer."""
    cache = StaticCache(config=config, max_cache_len=positions)
    cache.layers = [
        StaticLayer(positions) if isinstance(layer, StaticSlidingWindowLayer) else layer
        for layer in cache.layers
    ]
    return cache
