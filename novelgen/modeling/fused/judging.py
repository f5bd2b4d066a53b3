"""What the rounding of the int8 step costs: a model that computes with the same rounded numbers."""

import copy
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from novelgen.modeling.fused.dot_tiles import HAS_DOT, LARGEST_INPUT
from novelgen.modeling.fused.layout import pad_heads, pad_inputs, padded, quantised
from novelgen.modeling.fused.packing import require_supported

Rounding = Callable[..., Tensor]


def rounded_to_int8(lm: nn.Module, *, rounds_inputs: bool = HAS_DOT) -> nn.Module:
    """A float32 copy of a model, with the weights that the int8 step computes with on this machine.

    `rounds_inputs`: what the matrices are multiplied with is rounded too, as where the processor
    has integer dot products. Raises `Unsupported`.
    """
    require_supported(lm)
    model: Any = copy.deepcopy(lm).float()
    head_dim = int(model.model.layers[0].self_attn.head_dim)
    by_heads = partial(_rounded_by_heads, head_dim=head_dim)
    # The head is rounded and the embedding, often the same tensor, is not.
    model.lm_head.weight = nn.Parameter(model.lm_head.weight.clone())
    _round(model.lm_head, _rounded, rounds_inputs)
    for layer in model.model.layers:
        attention, mlp = layer.self_attn, layer.mlp
        _round(attention.o_proj, by_heads, rounds_inputs)
        for module in (attention.q_proj, attention.k_proj, attention.v_proj):
            _round(module, _rounded, rounds_inputs)
        for module in (mlp.gate_proj, mlp.up_proj, mlp.down_proj):
            _round(module, _rounded, rounds_inputs)
    model.requires_grad_(False)
    rounded: nn.Module = model
    return rounded


def _round(module: nn.Linear, rounding: Rounding, rounds_inputs: bool) -> None:
    with torch.no_grad():
        module.weight.copy_(rounding(module.weight))
    if rounds_inputs:
        finer = partial(rounding, largest=LARGEST_INPUT, dtype=torch.int16)
        module.register_forward_pre_hook(lambda _module, inputs: (finer(inputs[0]),))


def _rounded(matrix: Tensor, **numbers: Any) -> Tensor:
    """`(..., inputs)`, every group of inputs rounded to what whole numbers can say."""
    inputs = matrix.shape[-1]
    rows = matrix.detach().float().reshape(-1, inputs)
    small, scales = quantised(pad_inputs(rows, padded(inputs)), **numbers)
    return (small * scales).reshape(len(rows), -1)[:, :inputs].reshape(matrix.shape)


def _rounded_by_heads(matrix: Tensor, head_dim: int, **numbers: Any) -> Tensor:
    """The same where the inputs are heads, each padded by itself."""
    size = padded(head_dim)
    rows = matrix.detach().float().reshape(-1, matrix.shape[-1])
    columns = _rounded(pad_heads(rows.T, head_dim, size).T, **numbers)
    heads = columns.reshape(len(rows), -1, size)[:, :, :head_dim]
    return heads.reshape(matrix.shape)
