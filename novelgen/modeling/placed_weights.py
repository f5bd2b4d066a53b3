"""How the weights of a placed model are found and changed, wherever they lie.

On one device, on several (accelerate's hooks bring inputs, or waiting weights, where a layer
computes), or shared out among processes as `DTensor`. Knows nothing of text or memory.
"""

from typing import Any

import torch
from torch import Tensor, nn

from novelgen.errors import ModelError, UsageError
from novelgen.modeling.placement import num_processes, require_processes


def tensor_parallel_options(config: Any, device: torch.device) -> dict[str, Any]:
    """What `from_pretrained` needs to share a model out among the processes of torchrun.

    Raises `UsageError` outside torchrun or on another device than the machine's own accelerator,
    `ModelError` for a model without a plan or with heads that cannot be shared out evenly.
    """
    processes = num_processes()
    require_processes()
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if device.type != (accelerator.type if accelerator else "cpu") or device.type == "mps":
        raise UsageError(
            f"placement tensor cannot run on {device.type} here.", "Leave `device` at auto."
        )
    text = config.get_text_config()
    if not getattr(text, "base_model_tp_plan", None):
        raise ModelError(
            f"transformers has no plan to share out a model of the family {text.model_type}.",
            "Set placement split, or choose another model.",
        )
    heads = text.num_attention_heads
    for count in (heads, getattr(text, "num_key_value_heads", None) or heads):
        if count % processes:
            raise ModelError(
                f"{count} heads of attention cannot be shared out evenly by {processes} processes.",
                "Start fewer processes: a number that divides the heads.",
            )
    from transformers.distributed import DistributedConfig

    if "tp_plan" in DistributedConfig.__dataclass_fields__:
        return {"distributed_config": DistributedConfig(tp_plan="auto")}
    return {"tp_plan": "auto"}  # an older transformers


def is_spread(lm: nn.Module) -> bool:
    """Whether a step must cross devices or processes, so that one recorded step cannot hold it."""
    places = set(getattr(lm, "hf_device_map", {}).values())
    return len(places) > 1 or is_shared_out(lm) or any(_waits(p) for p in lm.parameters())


def is_shared_out(lm: nn.Module) -> bool:
    """Whether several processes hold the model together."""
    return any(_is_shared(p) for p in lm.parameters())


def describe_places(lm: nn.Module, device: torch.device) -> str:
    """The device or devices, in words: `cpu`, `cuda:0, cuda:1, cpu`, `cuda x 2`."""
    if is_shared_out(lm):
        return f"{device.type} x {num_processes()}"
    places = sorted({str(torch.device(place)) if place != "disk" else "disk"
                     for place in getattr(lm, "hf_device_map", {}).values()})  # fmt: skip
    return ", ".join(places) or str(device)


def computing_device(module: nn.Module) -> torch.device:
    """Where a module with a weight computes; its weight may wait elsewhere until then."""
    weight: Any = module.weight
    if not _waits(weight):
        device: torch.device = weight.device
        return device
    hook: Any = module._hf_hook
    return torch.device(hook.execution_device)


def add_to_weight(layer: Any, change: Tensor) -> None:
    """Add `change`, of the whole weight's shape, to a layer's weight wherever that lies.

    Sums are taken in float32 and rounded once.
    """
    weight = layer.weight
    if _waits(weight):
        _add_to_waiting(layer, change)
    elif _is_shared(weight):
        _add(weight.to_local(), _share_of(change.to(weight.device), weight))
    else:
        _add(weight, change)


def _waits(weight: Tensor) -> bool:
    """Whether accelerate keeps the numbers elsewhere until the layer is called."""
    return weight.device.type == "meta"


def _is_shared(weight: Tensor) -> bool:
    """Whether this process holds a share of it, a `DTensor`."""
    return hasattr(weight, "device_mesh")


def _add(weight: Tensor, change: Tensor) -> None:
    weight.copy_(weight.float() + change.to(weight.device))


def _share_of(change: Tensor, weight: Any) -> Tensor:
    """The part of `change` that lies beside this process's part of `weight`."""
    from torch.distributed.tensor import DTensor, Replicate

    mesh = weight.device_mesh
    whole = DTensor.from_local(change, mesh, [Replicate()] * mesh.ndim, run_check=False)
    share: Tensor = whole.redistribute(placements=weight.placements).to_local()
    return share


def _add_to_waiting(layer: Any, change: Tensor) -> None:
    found = layer._hf_hook.weights_map
    stored = found["weight"]
    merged = (stored.float() + change.to(stored.device)).to(stored.dtype)
    # What accelerate has in memory goes before what it would read from a file.
    in_memory = getattr(found.dataset, "state_dict", found.dataset)
    in_memory[f"{found.prefix}weight"] = merged
