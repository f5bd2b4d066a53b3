"""LoRA added into a model's weights: the model runs as fast as without, and trains no further.

Needs no PEFT, whose import and layers would cost every run a second before its first word.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from novelgen.errors import ModelError
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.placed_weights import add_to_weight

_PREFIX = "base_model.model."
_DOWN, _UP = ".lora_A.weight", ".lora_B.weight"


def merge_lora_weights(
    lm: nn.Module, settings: LoraSettings, weights: Mapping[str, Tensor]
) -> None:
    """Add LoRA tensors, under PEFT's file names, to the layers of `lm` that they belong to.

    Sums are taken in float32 and rounded once. Raises `ModelError` when the model has no layer of
    a name in the settings, `ValueError` when the tensors do not fit its layers.
    """
    layers = {
        name: module
        for name, module in lm.named_modules()
        if name.rpartition(".")[2] in settings.target_modules and hasattr(module, "weight")
    }
    missing = set(settings.target_modules) - {name.rpartition(".")[2] for name in layers}
    if missing:
        raise ModelError(
            f"LoRA does not fit this model: it has no layers {', '.join(sorted(missing))}.",
            "Choose the model that the adapter was made for.",
        )
    expected = {f"{_PREFIX}{name}{part}" for name in layers for part in (_DOWN, _UP)}
    if strangers := expected ^ set(weights):
        raise ValueError(f"it does not fit the model's layers, {min(strangers)} first")
    scale = settings.alpha / settings.rank
    with torch.no_grad():
        for name, layer in layers.items():
            down, up = (weights[f"{_PREFIX}{name}{part}"].float() for part in (_DOWN, _UP))
            _add(name, layer, up @ down * scale)


def _add(name: str, layer: Any, change: Tensor) -> None:
    """Add `change`, `(outputs, inputs)`, to the weight of a layer."""
    if type(layer).__name__ == "Conv1D":  # GPT-2 keeps its weights transposed
        change = change.T
    if change.shape != layer.weight.shape:
        raise ValueError(f"it does not fit the model's layers, {name} first")
    add_to_weight(layer, change)
