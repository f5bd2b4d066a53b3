"""Weights of linear layers kept as int8 or int4 by torchao: a larger model in the same memory.

For where the fused step does not serve: CUDA, MPS, and other families on a CPU. Weight-only: what
flows through the layers stays as it was, and so do the embedding, the vocabulary projection and
the memory cell. Everything the model does goes through these weights, so memory too is written
with them. LoRA is merged before, never after. Speed and int4 are unmeasured on GPUs.
"""

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from novelgen.errors import ModelError, UsageError
from novelgen.modeling.causal_lm import unwrap_peft
from novelgen.modeling.quiet import quiet_libraries

_INT4_GROUPS = (128, 64, 32)
"""Inputs that share an int4 scale, the widest that divides a layer's inputs; torchao's own."""
_INT4_CAPABILITY = (8, 0)
"""The oldest CUDA generation (Ampere) that multiplies packed int4."""


def require_quantizable(quantization: str, device: torch.device, dtype: str) -> None:
    """Refuse, before any weights are read, what torchao cannot do here.

    Raises `ModelError` without torchao, `UsageError` for int4 off CUDA or in another dtype than
    bfloat16.
    """
    if quantization == "int4":
        _require_int4(device, dtype)
    if not has_torchao():
        raise ModelError(
            f"{quantization} weights need torchao, which is not installed.",
            'Install it with `pip install "torchao>=0.17"`, or leave `quantization` at auto.',
        )


def has_torchao() -> bool:
    return importlib.util.find_spec("torchao") is not None


def quantize_weights(lm: nn.Module, kind: str, device: torch.device | None = None) -> bool:
    """Quantise the linear layers of `lm` in place, each moved to `device` first if one is given.

    Returns whether any layer of the model now is. Layers whose weights wait elsewhere or are
    shared out among processes stay as they are, and so do those that were quantised before.
    """
    model = unwrap_peft(lm)
    _replace_transposed(model)
    head = model.get_output_embeddings()
    with quiet_libraries():
        from torchao.quantization import quantize_

        for config, suits in _recipes(kind, is_cuda=_is_cuda(model, device)):

            def is_chosen(
                module: nn.Module, _name: str, suits: Callable[[nn.Linear], bool] = suits
            ) -> bool:
                return (
                    isinstance(module, nn.Linear)
                    and module is not head
                    and _is_plain(module.weight)
                    and suits(module)
                )

            quantize_(model, config, filter_fn=is_chosen, device=device)
    return is_quantized(model)


def is_quantized(lm: nn.Module) -> bool:
    """Whether torchao keeps any weight of the model."""
    return any(_parts(parameter) for parameter in lm.parameters())


def stored_bytes(lm: nn.Module) -> int:
    """Bytes that the weights take, scales included; a quantised tensor calls itself larger."""
    return sum(
        sum(part.nbytes for part in _parts(parameter)) or parameter.nbytes
        for parameter in lm.parameters()
    )


def _require_int4(device: torch.device, dtype: str) -> None:
    if device.type != "cuda":
        raise UsageError(
            f"int4 weights need a CUDA device; this is {device.type}.",
            "Set `quantization` to int8 or auto.",
        )
    if dtype != "bfloat16":
        raise UsageError(
            f"int4 weights multiply bfloat16 alone; dtype is {dtype}.",
            "Set `dtype` to bfloat16 or auto, or `quantization` to int8.",
        )
    if torch.cuda.get_device_capability(device) < _INT4_CAPABILITY:
        raise UsageError(
            "int4 weights need a GPU of the Ampere generation or newer.",
            "Set `quantization` to int8 or auto.",
        )


def _recipes(kind: str, *, is_cuda: bool) -> Sequence[tuple[Any, Callable[[nn.Linear], bool]]]:
    """torchao's configuration for each kind of layer, and which layers it is for."""
    from torchao.quantization import Int4WeightOnlyConfig, Int8WeightOnlyConfig

    # Its settings for the compiler search longer; they are of use where steps are compiled.
    if kind == "int8":
        return [(Int8WeightOnlyConfig(set_inductor_config=is_cuda), lambda _layer: True)]

    def of_group(size: int) -> Callable[[nn.Linear], bool]:
        return lambda layer: int4_group(layer.in_features) == size

    return [
        (
            Int4WeightOnlyConfig(
                group_size=size,
                int4_packing_format="tile_packed_to_4d",
                set_inductor_config=is_cuda,
            ),
            of_group(size),
        )
        for size in _INT4_GROUPS
    ]


def int4_group(inputs: int) -> int | None:
    """How many inputs of a layer share a scale; None where no group divides them."""
    return next((size for size in _INT4_GROUPS if inputs % size == 0), None)


def _is_cuda(model: nn.Module, device: torch.device | None) -> bool:
    return (device or next(model.parameters()).device).type == "cuda"


def _is_plain(weight: Tensor) -> bool:
    """An ordinary tensor with its numbers at hand."""
    return type(weight) is nn.Parameter and weight.device.type != "meta"


def _parts(parameter: Tensor) -> list[Tensor]:
    """The tensors that a quantised one is made of; none of an ordinary one."""
    if not type(parameter).__module__.startswith("torchao."):
        return []
    quantized = cast("Any", parameter)
    names, _context = quantized.__tensor_flatten__()
    return [getattr(quantized, name) for name in names]


def _replace_transposed(model: nn.Module) -> None:
    """GPT-2's transposed layers as linear ones, which torchao knows."""
    for name, module in list(model.named_modules()):
        if type(module).__name__ == "Conv1D" and _is_plain(cast("Tensor", module.weight)):
            model.set_submodule(name, _as_linear(module))


def _as_linear(layer: Any) -> nn.Linear:
    inputs, outputs = layer.weight.shape
    linear = nn.Linear(inputs, outputs, device="meta")
    linear.weight = nn.Parameter(layer.weight.detach().T.contiguous(), requires_grad=False)
    linear.bias = layer.bias
    return linear
