"""Weights of a Hugging Face Llama-family model, packed for the fused step.

Guarantees: what a model's own forward would compute is computed, or `Unsupported` says why not.
int8 weights are symmetric, with one float32 scale for every output and group of inputs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from novelgen.modeling.fused.dot_tiles import HAS_DOT
from novelgen.modeling.fused.families import FUSED_FAMILIES
from novelgen.modeling.fused.intrinsics import BLOCK
from novelgen.modeling.fused.layout import (
    in_blocks,
    in_words,
    pad_heads,
    pad_inputs,
    pad_outputs,
    padded,
    quantised,
)
from novelgen.modeling.fused.step import Shape, Weights

_FIXED_ROTATIONS = frozenset({"default", "linear", "llama3", "yarn"})


class Unsupported(Exception):
    """A model that the fused step cannot compute, and why. Never shown: it falls back."""


class WeightFormat(StrEnum):
    FLOAT32 = "float32"
    INT8 = "int8"


@dataclass(frozen=True, slots=True)
class FusedModel:
    """A packed model."""

    shape: Shape
    weights: Weights
    vocabulary_size: int
    format: WeightFormat

    @property
    def num_bytes(self) -> int:
        """Bytes that one step reads of weights."""
        return sum(array.nbytes for array in self.weights)


def pack_model(lm: nn.Module, weight_format: WeightFormat) -> FusedModel:
    """Copy a causal language model's weights. Raises `Unsupported`."""
    model: Any = lm
    config = model.config
    require_supported(model)
    first = model.model.layers[0].self_attn
    head_dim = int(first.head_dim)
    padded_head_dim = padded(head_dim)
    hidden, padded_hidden = int(config.hidden_size), padded(int(config.hidden_size))
    padded_inner = padded(int(config.intermediate_size))
    heads = (head_dim, padded_head_dim)
    layers = list(model.model.layers)
    qkv, out, gate_up, down = (_Stack(weight_format, len(layers)) for _ in range(4))
    for layer in layers:
        attention, mlp = layer.self_attn, layer.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        rows = torch.cat([pad_heads(p.weight, *heads) for p in projections])
        qkv.add(pad_inputs(rows, padded_hidden))
        columns = pad_heads(attention.o_proj.weight.T, *heads).T
        out.add(pad_outputs(columns, padded_hidden))
        gate, up = (
            pad_inputs(pad_outputs(p.weight, padded_inner), padded_hidden)
            for p in (mlp.gate_proj, mlp.up_proj)
        )
        blocks = [w.reshape(-1, BLOCK, padded_hidden) for w in (gate, up)]
        gate_up.add(torch.stack(blocks, 1).reshape(-1, padded_hidden))
        inner = pad_inputs(mlp.down_proj.weight, padded_inner)
        down.add(pad_outputs(inner, padded_hidden))
    head_weight = model.lm_head.weight
    head = _Stack(weight_format, 1)
    head.add(pad_inputs(pad_outputs(head_weight, padded(len(head_weight))), padded_hidden))
    has_head_norms = hasattr(first, "q_norm")
    windows = {_window_of(layer.self_attn, config) for layer in layers}
    shape = Shape(
        num_layers=len(layers),
        hidden=hidden,
        num_heads=int(config.num_attention_heads),
        num_kv_heads=int(config.num_key_value_heads),
        head_dim=head_dim,
        padded_head_dim=padded_head_dim,
        window=windows.pop(),
        has_head_norms=has_head_norms,
        epsilon=np.float32(config.rms_norm_eps),
        attention_scale=np.float32(first.scaling),
    )
    biases = [
        torch.cat(
            [
                pad_heads(_bias_of(projection).unsqueeze(1), *heads).squeeze(1)
                for projection in (a.q_proj, a.k_proj, a.v_proj)
            ]
        )
        for a in (layer.self_attn for layer in layers)
    ]
    norms = [
        [_floats(getattr(layer.self_attn, name).weight) for layer in layers]
        if has_head_norms
        else [np.zeros(head_dim, np.float32)]
        for name in ("q_norm", "k_norm")
    ]
    weights = Weights(
        *qkv.arrays,
        np.stack([_floats(bias) for bias in biases]),
        np.stack(norms[0]),
        np.stack(norms[1]),
        *out.arrays,
        *gate_up.arrays,
        *down.arrays,
        np.stack([_floats(layer.input_layernorm.weight) for layer in layers]),
        np.stack([_floats(layer.post_attention_layernorm.weight) for layer in layers]),
        _floats(model.model.norm.weight),
        *(array[0] for array in head.arrays),
    )
    return FusedModel(shape, weights, len(head_weight), weight_format)


def require_supported(model: Any) -> None:
    """Raise `Unsupported` for a model that the fused step cannot compute."""
    config: Any = getattr(model, "config", None)
    if getattr(config, "model_type", None) not in FUSED_FAMILIES:
        raise Unsupported(f"the family {getattr(config, 'model_type', '?')}")
    if getattr(config, "hidden_act", None) != "silu":
        raise Unsupported(f"the activation {config.hidden_act}")
    rotation = (getattr(config, "rope_parameters", None) or {}).get("rope_type", "default")
    if rotation not in _FIXED_ROTATIONS:
        raise Unsupported(f"the rotation {rotation}")
    for reason in _unsupported_parts(model):
        raise Unsupported(reason)


def _unsupported_parts(model: Any) -> Iterator[str]:
    windows = set()
    for layer in model.model.layers:
        attention, mlp = layer.self_attn, layer.mlp
        windows.add(_window_of(attention, model.config))
        linear = (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj)
        for module in (*linear, mlp.gate_proj, mlp.up_proj, mlp.down_proj):
            if type(module) is not nn.Linear:
                yield f"a {type(module).__name__} in place of a linear layer"
        for module in (attention.o_proj, mlp.gate_proj, mlp.up_proj, mlp.down_proj):
            if getattr(module, "bias", None) is not None:
                yield "a bias after attention or in the MLP"
    if len(windows) > 1:
        yield "windows that differ between layers"
    if type(model.lm_head) is not nn.Linear or model.lm_head.bias is not None:
        yield "its head"


def _window_of(attention: Any, config: Any) -> int:
    """Positions this layer attends to; 0 is all. Mistral's layers read it from the config."""
    default = config.sliding_window if config.model_type == "mistral" else None
    return int(getattr(attention, "sliding_window", default) or 0)


class _Stack:
    """Float matrices `(outputs, inputs)` of one size as blocks and their scales, in two arrays."""

    def __init__(self, weight_format: WeightFormat, count: int) -> None:
        self._format, self._count, self._filled = weight_format, count, 0
        self._weights = self._scales = torch.empty(0)

    @property
    def arrays(self) -> tuple[NDArray[Any], NDArray[np.float32]]:
        return self._weights.numpy(), self._scales.numpy()

    def add(self, matrix: Tensor) -> None:
        matrix = matrix.detach().float()
        outputs, inputs = matrix.shape
        if self._format is WeightFormat.FLOAT32:
            weights, scales = in_blocks(matrix), torch.ones(outputs, 1)
        else:
            small, scales = quantised(matrix)
            weights, scales = in_blocks(small.reshape(outputs, inputs)), scales.squeeze(-1)
            if HAS_DOT:
                weights = in_words(weights)
        scales = in_blocks(scales)
        if not self._filled:
            self._weights = torch.empty(self._count, *weights.shape, dtype=weights.dtype)
            self._scales = torch.empty(self._count, *scales.shape)
        self._weights[self._filled] = weights
        self._scales[self._filled] = scales
        self._filled += 1


def _bias_of(projection: Any) -> Tensor:
    bias: Tensor | None = projection.bias
    return torch.zeros(int(projection.out_features)) if bias is None else bias


def _floats(tensor: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.detach().float().contiguous().numpy()
    return array
