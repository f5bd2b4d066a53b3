"""Our LoRA weights as llama.cpp loads them: one GGUF file, made once from an adapter.

Layers are named as llama.cpp names them, and those of the Llama family that it keeps in another
order (queries and keys, for their rotary positions) are put in that order.
Source: `convert_lora_to_gguf.py` and the Llama model class of llama.cpp's converter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from novelgen.errors import ModelError
from novelgen.modeling.adapter_config import LoraSettings

_PREFIX, _DOWN, _UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
_REORDERED = {"llama": {"attn_q": "heads", "attn_k": "key_heads"}}
FAMILIES = frozenset({"llama", "qwen2", "qwen3"})
"""GGUF architectures that an adapter was tried with; Mistral's files call themselves llama."""


@dataclass(frozen=True, slots=True)
class GgufShape:
    """What of a model's header decides how its layers are named and ordered."""

    architecture: str
    layers: int
    heads: int
    key_heads: int


def write_lora_gguf(
    path: Path, shape: GgufShape, settings: LoraSettings, weights: Mapping[str, Tensor]
) -> None:
    """Write LoRA tensors, under PEFT's file names, as a GGUF adapter.

    Raises `ModelError` when the model has no such layers, `OSError` for the disk.
    """
    from gguf import GGUFType, GGUFWriter, Keys

    writer: Any = GGUFWriter(path, shape.architecture)
    try:
        writer.add_type(GGUFType.ADAPTER)
        writer.add_string(Keys.Adapter.TYPE, "lora")
        writer.add_float32(Keys.Adapter.LORA_ALPHA, settings.alpha)
        for name, tensor in sorted(weights.items()):
            writer.add_tensor(*_named(name, tensor.float().numpy(), shape))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _named(name: str, values: Any, shape: GgufShape) -> tuple[str, Any]:
    part = _DOWN if name.endswith(_DOWN) else _UP
    layer = _gguf_name(name.removeprefix(_PREFIX).removesuffix(part), shape)
    heads = _REORDERED.get(shape.architecture, {}).get(layer.rpartition(".")[2])
    if part == _UP and heads is not None:
        values = _in_rotary_order(values, getattr(shape, heads))
    suffix = "lora_a" if part == _DOWN else "lora_b"
    return f"{layer}.weight.{suffix}", np.ascontiguousarray(values, np.float32)


def _gguf_name(layer: str, shape: GgufShape) -> str:
    from gguf import MODEL_ARCH_NAMES, get_tensor_name_map

    kinds = {name: kind for kind, name in MODEL_ARCH_NAMES.items()}
    kind = kinds.get(shape.architecture)
    found = None if kind is None else get_tensor_name_map(kind, shape.layers).get_name(layer)
    if found is None:
        raise ModelError(
            f"The model ({shape.architecture}) has no layer {layer}.",
            "Choose the model that the adapter was made for.",
        )
    return str(found)


def _in_rotary_order(values: Any, heads: int) -> Any:
    """Halves of each head, `(heads · 2 · half, rank)`, interleaved as llama.cpp keeps them."""
    outputs, rank = values.shape
    halves = values.reshape(heads, 2, outputs // heads // 2, rank)
    return halves.swapaxes(1, 2).reshape(outputs, rank)
