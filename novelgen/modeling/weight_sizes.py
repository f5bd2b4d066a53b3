"""What a model takes in memory, from the headers of its weights and its configuration alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from novelgen.modeling.fused.families import FUSED_FAMILIES, quantizes_in_place
from novelgen.modeling.safetensors_header import TensorEntry

BYTES_PER_PARAMETER: Mapping[str, int] = {"float32": 4, "bfloat16": 2, "float16": 2}
_DRAWING_BYTES_PER_PARAMETER = {"int8": 1.0625, "none": 4.0}
"""What the fused step keeps beside the model: int8 with a scale for every 64, or float32."""
_IN_PLACE_BYTES_PER_PARAMETER = {"int8": 1.01, "int4": 0.54}
"""What is kept of a linear layer: integers, with a scale for an output, or for 128 inputs."""
_DEFAULT_CONTEXT = 4096

KEPT_SHAPES = 2
"""Caches of fixed size that are kept on CUDA, each with its recorded step: those of a passage's
candidates and of another attempt."""


def kept_bytes(
    tensors: Iterable[TensorEntry],
    config: Mapping[str, Any],
    dtype: str,
    device_type: str,
    quantization: str,
) -> int:
    """What the model's own weights take on one device, quantised in place where that is asked."""
    per_parameter = BYTES_PER_PARAMETER.get(dtype, 4)
    if not quantizes_in_place(quantization, config.get("model_type"), device_type):
        return per_parameter * sum(entry.parameters for entry in tensors)
    in_place = _IN_PLACE_BYTES_PER_PARAMETER[quantization]
    vocabulary = _first(config, "vocab_size")
    return round(
        sum(
            entry.parameters * (in_place if _is_linear(entry, vocabulary) else per_parameter)
            for entry in tensors
        )
    )


def _is_linear(entry: TensorEntry, vocabulary: int | None) -> bool:
    """A matrix that is neither the embedding nor the vocabulary projection."""
    return len(entry.shape) == 2 and entry.shape[0] != vocabulary


def drawing_bytes_per_parameter(
    config: Mapping[str, Any], device_type: str, quantization: str
) -> float:
    """0 where the model's own forward draws."""
    if device_type != "cpu" or config.get("model_type") not in FUSED_FAMILIES:
        return 0.0
    return _DRAWING_BYTES_PER_PARAMETER["none" if quantization == "none" else "int8"]


def kv_bytes_per_token(config: Mapping[str, Any], dtype: str) -> int:
    heads = _first(config, "num_attention_heads", "n_head") or 1
    kv_heads = _first(config, "num_key_value_heads") or heads
    hidden = _first(config, "hidden_size", "n_embd") or 0
    head_dim = _first(config, "head_dim") or hidden // heads
    values = 2 * num_layers(config) * kv_heads * head_dim  # keys and values
    return values * BYTES_PER_PARAMETER.get(dtype, 4)


def num_layers(config: Mapping[str, Any]) -> int:
    return _first(config, "num_hidden_layers", "n_layer") or 0


def context_size_of_config(config: Mapping[str, Any]) -> int:
    longest = _first(config, "max_position_embeddings", "n_positions") or _DEFAULT_CONTEXT
    return min(longest, _DEFAULT_CONTEXT)


def text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The language part of a model that also sees or hears."""
    text = config.get("text_config")
    return text if isinstance(text, dict) else config


def _first(config: Mapping[str, Any], *keys: str) -> int | None:
    return next((int(config[key]) for key in keys if isinstance(config.get(key), int)), None)
