"""A decoder for Llama-family models on a processor: prompts by the model, steps by the fused step.

The prompt is read by the model's own forward in its own precision, so memories and prompts never
see quantised weights; only the drawing of new tokens does. The last prompt's keys and values are
kept, as the step wants them and as they were read: an equal prompt, memory included, is not read
again.
"""

import weakref
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from novelgen.modeling.causal_lm import embedding_of, unwrap_peft
from novelgen.modeling.choosing import ChoiceRules, Tokens
from novelgen.modeling.fused.chooser import CompiledChooser
from novelgen.modeling.fused.intrinsics import BLOCK
from novelgen.modeling.fused.packing import FusedModel, WeightFormat, pack_model
from novelgen.modeling.fused.products import operand
from novelgen.modeling.fused.step import KeyValues, Workspace, decode_step
from novelgen.modeling.fused.team import ThreadTeam
from novelgen.modeling.prompt_reading import PromptReader, ReadPrompt
from novelgen.modeling.recurrent import RecurrentLM

# Keys or values this large come near the end of half floats (65,504): the model keeps float32.
_LARGEST_IN_HALVES = 10_000.0


class FusedDecoder:
    """A `Decoder` whose steps run on every core."""

    def __init__(
        self, model: RecurrentLM, weight_format: WeightFormat, num_threads: int | None = None
    ) -> None:
        """Packs the weights. Raises `Unsupported` for a model it cannot compute."""
        self._model = model
        self.packed = pack_model(unwrap_peft(model.lm), weight_format)
        self.team = ThreadTeam(num_threads or torch.get_num_threads())
        weakref.finalize(self, self.team.close)
        prepare = partial(_Prompt, packed=self.packed)
        self._reader = PromptReader(model, prepare, keeps_every_position=True)

    def begin(
        self, memory: Tensor, prompt_ids: Sequence[int], num_rows: int, max_new_tokens: int
    ) -> "FusedStepper":
        prompt = self._reader.read(memory, prompt_ids)
        return FusedStepper(self._model, self.packed, self.team, prompt, num_rows, max_new_tokens)

    def read(self, memory: Tensor, prompt_ids: Sequence[int]) -> ReadPrompt:
        return self._reader.read_aside(memory, prompt_ids)

    def chooser(self, rules: ChoiceRules) -> CompiledChooser:
        return CompiledChooser(rules, self.team)

    def forget(self) -> None:
        """Give back the memory of the last prompt."""
        self._reader.forget()


class _Prompt:
    """A prompt once read: its keys and values in blocks, and what follows it."""

    def __init__(self, prompt: ReadPrompt, packed: FusedModel) -> None:
        self.logits = prompt.logits
        layers: Any = prompt.cache.layers
        keys = torch.stack([layer.keys[0] for layer in layers])
        values = torch.stack([layer.values[0] for layer in layers])
        self.length = int(keys.shape[2])
        is_half = packed.format is WeightFormat.INT8
        largest = max(float(part.abs().max()) for part in (keys, values))
        is_half = is_half and largest < _LARGEST_IN_HALVES
        self.cache_dtype = np.dtype(np.uint16 if is_half else np.float32)
        room = -self.length % BLOCK
        dims = packed.shape.padded_head_dim - packed.shape.head_dim
        keys, values = (
            torch.nn.functional.pad(part, (0, dims, 0, room)).to(
                torch.float16 if is_half else torch.float32
            )
            for part in (keys, values)
        )
        layers, heads, positions, width = keys.shape
        keys = keys.reshape(layers, heads, positions // BLOCK, BLOCK, width).transpose(3, 4)
        values = values.reshape(layers, heads, positions, width // BLOCK, BLOCK).transpose(2, 3)
        self.keys, self.values = self._array(keys), self._array(values)

    def _array(self, tensor: Tensor) -> NDArray[Any]:
        array: NDArray[Any] = tensor.contiguous().numpy().view(self.cache_dtype)
        return array


class FusedStepper:
    """A `Stepper`; rows keep their slot in the cache when others leave."""

    runs_ahead = False

    def __init__(
        self,
        model: RecurrentLM,
        packed: FusedModel,
        team: ThreadTeam,
        prompt: _Prompt,
        num_rows: int,
        max_new_tokens: int,
    ) -> None:
        self._embedding, self._packed, self._team = embedding_of(model.lm), packed, team
        self._prompt_length, self._num_written = prompt.length, 0
        self._slots = np.arange(num_rows)
        shape = packed.shape
        room = -(-max_new_tokens // BLOCK) * BLOCK
        size = (shape.num_layers, num_rows, shape.num_kv_heads)
        blocks = shape.padded_head_dim // BLOCK
        self._caches = KeyValues(
            prompt.keys,
            prompt.values,
            np.zeros(
                (*size, room // BLOCK, shape.padded_head_dim, BLOCK), dtype=prompt.cache_dtype
            ),
            np.zeros((*size, blocks, room, BLOCK), dtype=prompt.cache_dtype),
        )
        positions = prompt.keys.shape[2] * BLOCK + room
        self._work = _workspace(packed, num_rows, positions, team.num_threads)
        rotation: Any = unwrap_peft(model.lm).model.rotary_emb
        places = torch.arange(prompt.length, prompt.length + max_new_tokens).unsqueeze(0)
        cos, sin = rotation(torch.zeros(1), places)
        self._cos, self._sin = cos[0].numpy(), sin[0].numpy()  # (max_new_tokens, head_dim)
        self.logits = prompt.logits.expand(num_rows, -1)

    def step(self, tokens: Tokens) -> None:
        shape, num_rows = self._packed.shape, len(self._slots)
        embeds = self._embedding(torch.as_tensor(tokens)).float().numpy()
        self._work.x[:num_rows, : shape.hidden] = embeds
        self._work.sync[0] = 0
        self._team.run(
            decode_step,
            shape,
            self._packed.weights,
            self._caches,
            self._work,
            self._slots,
            self._prompt_length,
            self._num_written,
            self._cos[self._num_written],
            self._sin[self._num_written],
        )
        self._num_written += 1
        logits = torch.from_numpy(self._work.logits[:num_rows])
        self.logits = logits[:, : self._packed.vocabulary_size]

    def keep(self, rows: Sequence[int]) -> None:
        self._slots, self.logits = self._slots[list(rows)], self.logits[list(rows)]


def _workspace(packed: FusedModel, num_rows: int, positions: int, num_threads: int) -> Workspace:
    weights, shape = packed.weights, packed.shape
    hidden = weights.out.shape[1] * BLOCK
    group = shape.num_heads // shape.num_kv_heads

    def room(*size: int) -> NDArray[np.float32]:
        return np.zeros(size, np.float32)

    return Workspace(
        x=room(num_rows, hidden),
        qkv=room(num_rows, weights.qkv.shape[1] * BLOCK),
        attended=room(num_rows, weights.out.shape[2]),
        gate_up=room(num_rows, weights.gate_up.shape[1] * BLOCK),
        activated=room(num_rows, weights.down.shape[2]),
        logits=room(num_rows, weights.head.shape[0] * BLOCK),
        normed=room(num_threads, num_rows, hidden),
        queries=room(num_threads, shape.padded_head_dim, group),
        scores=room(num_threads, group, positions),
        chances=room(num_threads, positions, group),
        mixed=room(num_threads, group, shape.padded_head_dim),
        ones=np.ones(BLOCK, np.float32),
        operand=operand(
            num_threads,
            max(hidden, weights.out.shape[2], weights.down.shape[2]),
            num_rows,
            is_dot=weights.out.dtype == np.uint8,
        ),
        sync=np.zeros(1, np.int64),
    )
