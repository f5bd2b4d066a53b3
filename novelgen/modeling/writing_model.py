"""The model as a run writes with it: loaded, its adapter merged, its weights quantised, placed.

The order is fixed: LoRA is added to whole weights, which are quantised afterwards. Where weights
are quantised for a GPU they are read into the CPU's memory and moved layer by layer, so the GPU
never holds more than it keeps.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from novelgen.errors import UsageError
from novelgen.modeling.adapter import Adapter, merge_adapter
from novelgen.modeling.backbone import Backbone, load_backbone, writing_dtype
from novelgen.modeling.device import torch_device
from novelgen.modeling.fused.families import quantizes_in_place
from novelgen.modeling.placement import DeviceMap, Placement
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.safetensors_header import read_config
from novelgen.modeling.weight_quantization import (
    quantize_weights,
    require_quantizable,
)


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """How and where a model runs: the person's settings of these names."""

    device: str = "auto"
    dtype: str = "auto"
    """auto, float32, bfloat16 or float16."""
    quantization: str = "auto"
    """auto, int8, int4 or none."""
    placement: Placement = Placement.ONE
    device_map: DeviceMap = "auto"
    """What `split` puts where."""


def load_writing_model(
    directory: Path, adapter: Adapter | None, settings: ModelSettings
) -> tuple[Backbone, RecurrentLM]:
    """The model of a folder with `adapter` merged, in eval mode, and what it runs on.

    Weights that the fused step packs for itself are left as they are. Raises as `load_backbone`,
    `merge_adapter` and `require_quantizable` do.
    """
    device = torch_device(settings.device)
    dtype = writing_dtype(settings.device) if settings.dtype == "auto" else settings.dtype
    kind = _kind_in_place(directory, settings, device, dtype)
    is_moved = kind is not None and settings.placement is Placement.ONE
    backbone = load_backbone(
        directory,
        "cpu" if is_moved else settings.device,
        dtype,
        settings.placement,
        settings.device_map,
    )
    model = RecurrentLM(backbone.lm)
    if adapter is not None:
        model = merge_adapter(backbone.lm, adapter)
    if kind is not None:
        quantize_weights(model.lm, kind, device if is_moved else None)
    if is_moved:
        model.to(device)
        backbone = replace(backbone, device=str(device))
    return backbone, model.eval()


def _kind_in_place(
    directory: Path, settings: ModelSettings, device: torch.device, dtype: str
) -> str | None:
    """int8 or int4 where the weights themselves are to change; None elsewhere."""
    is_fused_model = settings.placement is Placement.ONE
    family = read_config(directory).get("model_type") if is_fused_model else None
    if not quantizes_in_place(settings.quantization, family, device.type):
        return None
    if settings.placement is Placement.TENSOR:
        raise UsageError(
            f"{settings.quantization} weights cannot be shared out among processes.",
            "Leave `quantization` at auto, or set placement split.",
        )
    require_quantizable(settings.quantization, device, dtype)
    return settings.quantization
