"""Weights of a Hugging Face Llama-family model, packed for the fused step.

Guarantees: what a model's own forward would compute is computed, or `Unsupported` says why not.
int8 weights are symmetric, with one float32 scale for every output and group of inputs.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from novelgen.modeling.fused.families import FUSED_FAMILIES
from novelgen.modeling.fused.intrinsics import BLOCK
from novelgen.modeling.fused.step import Shape, Weights

_FIXED_ROTATIONS = frozenset({"default", "linear", "llama3", "yarn"})
_LARGEST_GROUP = 64


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
    _require_supported(model)
    first = model.model.layers[0].self_attn
    head_dim = int(first.head_dim)
    padded_head_dim = _padded(head_dim)
    hidden, padded_hidden = int(config.hidden_size), _padded(int(config.hidden_size))
    padded_inner = _padded(int(config.intermediate_size))
    heads = (head_dim, padded_head_dim)
    layers = list(model.model.layers)
    qkv, out, gate_up, down = (_Stack(weight_format, len(layers)) for _ in range(4))
    for layer in layers:
        attention, mlp = layer.self_attn, layer.mlp
        projections = (attention.q_proj, attention.k_proj, attention.v_proj)
        rows = torch.cat([_pad_heads(p.weight, *heads) for p in projections])
        qkv.add(_pad_inputs(rows, padded_hidden))
        columns = _pad_heads(attention.o_proj.weight.T, *heads).T
        out.add(_pad_outputs(columns, padded_hidden))
        gate, up = (
            _pad_inputs(_pad_outputs(p.weight, padded_inner), padded_hidden)
            for p in (mlp.gate_proj, mlp.up_proj)
        )
        blocks = [w.reshape(-1, BLOCK, padded_hidden) for w in (gate, up)]
        gate_up.add(torch.stack(blocks, 1).reshape(-1, padded_hidden))
        inner = _pad_inputs(mlp.down_proj.weight, padded_inner)
        down.add(_pad_outputs(inner, padded_hidden))
    head_weight = model.lm_head.weight
    head = _Stack(weight_format, 1)
    head.add(_pad_inputs(_pad_outputs(head_weight, _padded(len(head_weight))), padded_hidden))
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
                _pad_heads(_bias_of(projection).unsqueeze(1), *heads).squeeze(1)
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


def rounded_to_int8(lm: nn.Module) -> nn.Module:
    """A float32 copy of a model whose weights are those that the int8 step computes with.

    For judging what the rounding costs. Raises `Unsupported`.
    """
    _require_supported(lm)
    model: Any = copy.deepcopy(lm).float()
    first = model.model.layers[0].self_attn
    heads = (int(first.head_dim), _padded(int(first.head_dim)))
    with torch.no_grad():
        for layer in model.model.layers:
            attention, mlp = layer.self_attn, layer.mlp
            for module in (
                attention.q_proj,
                attention.k_proj,
                attention.v_proj,
                mlp.gate_proj,
                mlp.up_proj,
                mlp.down_proj,
            ):
                module.weight.copy_(_rounded(module.weight))
            columns = _rounded(_pad_heads(attention.o_proj.weight.T, *heads).T)
            columns = columns.unflatten(1, (-1, heads[1]))[:, :, : heads[0]].flatten(1)
            attention.o_proj.weight.copy_(columns)
        # The head is rounded and the embedding, often the same tensor, is not.
        model.lm_head.weight = nn.Parameter(_rounded(model.lm_head.weight))
    model.requires_grad_(False)
    rounded: nn.Module = model
    return rounded


def _require_supported(model: Any) -> None:
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
            weights, scales = matrix, torch.ones(outputs, 1)
        else:
            quantised, scales = _quantised(matrix)
            weights, scales = quantised.reshape(outputs, inputs), scales.squeeze(-1)
        weights, scales = _blocks(weights), _blocks(scales)
        if not self._filled:
            self._weights = torch.empty(self._count, *weights.shape, dtype=weights.dtype)
            self._scales = torch.empty(self._count, *scales.shape)
        self._weights[self._filled] = weights
        self._scales[self._filled] = scales
        self._filled += 1


def _quantised(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """int8 `(outputs, groups, group size)` and float32 scales `(outputs, groups, 1)`."""
    outputs, inputs = matrix.shape
    size = _group_size(inputs)
    groups = matrix.reshape(outputs, inputs // size, size)
    scales = groups.abs().amax(-1, keepdim=True) / 127
    return (groups / scales.clamp(min=1e-30)).round_().to(torch.int8), scales


def _rounded(matrix: Tensor) -> Tensor:
    outputs, inputs = matrix.shape
    quantised, scales = _quantised(_pad_inputs(matrix.detach().float(), _padded(inputs)))
    return (quantised * scales).reshape(outputs, -1)[:, :inputs]


def _group_size(inputs: int) -> int:
    """The largest multiple of four up to 64 that divides `inputs`, itself a multiple of 32."""
    return max(size for size in range(4, _LARGEST_GROUP + 1, 4) if inputs % size == 0)


def _blocks(matrix: Tensor) -> Tensor:
    """`(outputs, inputs)` as `(blocks, inputs, 32)`, a view."""
    outputs, inputs = matrix.shape
    return matrix.reshape(outputs // BLOCK, BLOCK, inputs).transpose(1, 2)


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _pad_outputs(matrix: Tensor, size: int) -> Tensor:
    return nn.functional.pad(matrix, (0, 0, 0, size - matrix.shape[0]))


def _pad_inputs(matrix: Tensor, size: int) -> Tensor:
    return nn.functional.pad(matrix, (0, size - matrix.shape[1]))


def _pad_heads(matrix: Tensor, head_dim: int, padded: int) -> Tensor:
    """`(heads * head_dim, n)` as `(heads * padded, n)`."""
    heads = matrix.reshape(-1, head_dim, matrix.shape[1])
    return nn.functional.pad(heads, (0, 0, 0, padded - head_dim)).flatten(0, 1)


def _bias_of(projection: Any) -> Tensor:
    bias: Tensor | None = projection.bias
    return torch.zeros(int(projection.out_features)) if bias is None else bias


def _floats(tensor: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = tensor.detach().float().contiguous().numpy()
    return array
