"""Says, before anything is loaded, whether a model fits this machine and what it costs in time.

Sizes are exact: they come from the headers of the weights and from the configuration. Speed is an
estimate: every token reads all weights once, and every layer costs a fixed overhead in the decode
loop. It leaves out prompts, further candidates, ranking and memory, and says so: with four
candidates the default model takes some ten times as long (docs/writing.md).
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from novelgen.modeling.device import (
    Device,
    DeviceKind,
    cpu_bytes_per_second,
    describe_all_devices,
    describe_device,
    describe_processes,
)
from novelgen.modeling.disk_space import megabytes
from novelgen.modeling.fused.families import WEIGHT_KINDS
from novelgen.modeling.placement import Placement, num_processes
from novelgen.modeling.safetensors_header import read_config, read_tensors
from novelgen.modeling.weight_sizes import (
    BYTES_PER_PARAMETER,
    KEPT_SHAPES,
    context_size_of_config,
    drawing_bytes_per_parameter,
    kept_bytes,
    kv_bytes_per_token,
    num_layers,
    text_config,
)

TOKENS_PER_WORD = 1.35

_RUNTIME_BYTES = 600_000_000
"""Interpreter, torch, tokenizer and activations; measured at 0.5 to 0.6 GB on CPU."""
_KEPT_PROMPTS = 1
"""Prompts whose keys and values are kept, beside those of the rows."""
_COMFORT = 0.8
"""A model that needs more than this share of the free memory is a tight fit."""
_BANDWIDTH_REACHED = 0.6
"""Share of the probe's bandwidth that a decode step reaches, for its matrices are smaller."""
_FUSED_BANDWIDTH_REACHED = 0.9
_SECONDS_PER_LAYER = {DeviceKind.CPU: 0.0009, DeviceKind.CUDA: 0.0005, DeviceKind.MPS: 0.001}
"""Overhead of the eager loop; assumed for CUDA and MPS (kernel launches).

CPU figures are fitted to the default model on two cores: 13 tokens/s in float32 and 18 in bfloat16.
"""
_FUSED_SECONDS_PER_LAYER = 0.00004
"""Attention, norms and meetings of threads, at one row of the default model on two cores."""


class Verdict(StrEnum):
    FITS = "fits"
    TIGHT = "tight"
    DOES_NOT_FIT = "does not fit"


@dataclass(frozen=True, slots=True)
class FitReport:
    """What a model needs and what the machine has."""

    parameters: int
    dtype: str
    weight_bytes: int
    context_size: int
    """Tokens the cache was sized for."""
    kv_cache_bytes: int
    placement: Placement
    """What `auto` comes to here."""
    needed_bytes: int
    """Weights, the packed copy that draws on a CPU, cache and runtime together."""
    device: DeviceKind
    device_name: str
    memory_total_bytes: int
    memory_available_bytes: int
    verdict: Verdict
    remedy: str
    """Empty when it fits."""
    tokens_per_second: float
    """An estimate for one candidate at a time."""
    speed_is_measured: bool
    """True where the memory bandwidth of this device was measured; else it is an upper bound."""
    target_words: int
    hours: float
    """Estimated, for `target_words`."""

    def summary(self) -> str:
        """One line for a person."""
        speed = f"about {self.tokens_per_second:.3g} tokens/s"
        if not self.speed_is_measured:
            speed = f"at most {speed.removeprefix('about ')} (unmeasured)"
        line = (
            f"{self.verdict.value.capitalize()}: {self.parameters / 1e6:,.0f} M parameters in "
            f"{self.dtype} on {self.device_name}; needs {megabytes(self.needed_bytes)} of "
            f"{megabytes(self.memory_available_bytes)} free; {speed}, "
            f"{_duration(self.hours)} for {self.target_words:,} words of drawing alone (estimate)."
        )
        return f"{line} {self.remedy}".strip()

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        return {
            **fields,
            "device": self.device.value,
            "placement": self.placement.value,
            "verdict": self.verdict.value,
        }


def assess(
    model_dir: Path,
    dtype: str,
    target_words: int,
    device: str = "auto",
    *,
    context_size: int | None = None,
    candidates: int = 1,
    quantization: str = "auto",
    placement: str = "auto",
) -> FitReport:
    """Whether the model in `model_dir` fits when loaded as `dtype`, and how long it will write.

    `context_size` defaults to the model's own, at most 4,096 tokens; `candidates` rows share the
    weights but not the cache. `placement` auto is one device, or split where CUDA's first is too
    small. Raises `ModelError` for a damaged model or a device that is not here.
    """
    config = text_config(read_config(model_dir))
    tensors = read_tensors(model_dir).values()
    parameters = sum(entry.parameters for entry in tensors)
    context = context_size or context_size_of_config(config)
    chosen = describe_device(device)
    caches = candidates * (KEPT_SHAPES if chosen.kind is DeviceKind.CUDA else 1) + _KEPT_PROMPTS
    kv_cache_bytes = caches * context * kv_bytes_per_token(config, dtype)
    weight_bytes = kept_bytes(tensors, config, dtype, chosen.kind, quantization)
    drawing_bytes = round(
        parameters * drawing_bytes_per_parameter(config, chosen.kind, quantization)
    )
    needed = weight_bytes + drawing_bytes + kv_cache_bytes + _RUNTIME_BYTES
    placed = _place(placement, chosen, needed)
    if placed is not Placement.ONE:
        # Parts are placed before they are quantised, and none is packed.
        weight_bytes, drawing_bytes = parameters * BYTES_PER_PARAMETER.get(dtype, 4), 0
        chosen, processes = _all_devices(chosen.kind, placed)
        needed = weight_bytes + kv_cache_bytes + processes * _RUNTIME_BYTES
    verdict = _judge(needed, chosen.memory_available_bytes)
    speed, is_measured = _tokens_per_second(
        drawing_bytes or weight_bytes, num_layers(config), chosen, is_fused=drawing_bytes > 0
    )
    return FitReport(
        parameters=parameters,
        dtype=dtype,
        weight_bytes=weight_bytes,
        context_size=context,
        kv_cache_bytes=kv_cache_bytes,
        placement=placed,
        needed_bytes=needed,
        device=chosen.kind,
        device_name=chosen.name,
        memory_total_bytes=chosen.memory_total_bytes,
        memory_available_bytes=chosen.memory_available_bytes,
        verdict=verdict,
        remedy=_remedy(verdict, dtype, chosen, placed, quantization),
        tokens_per_second=speed,
        speed_is_measured=is_measured,
        target_words=target_words,
        hours=target_words * TOKENS_PER_WORD / speed / 3600,
    )


def _judge(needed: int, available: int) -> Verdict:
    if needed > available:
        return Verdict.DOES_NOT_FIT
    return Verdict.TIGHT if needed > _COMFORT * available else Verdict.FITS


def _place(wanted: str, device: Device, needed: int) -> Placement:
    """Where a model that needs so much on one device goes."""
    if wanted == "auto":
        is_too_large = needed > device.memory_available_bytes
        wanted = Placement.SPLIT if is_too_large else Placement.ONE
    placed = Placement(wanted)
    has_parts = device.kind is DeviceKind.CUDA
    return Placement.ONE if placed is Placement.SPLIT and not has_parts else placed


def _all_devices(kind: DeviceKind, placement: Placement) -> tuple[Device, int]:
    """What a spread model may use, and how many processes run it."""
    if placement is Placement.SPLIT:
        return describe_all_devices(kind), 1
    return describe_processes(kind, num_processes()), num_processes()


def _remedy(
    verdict: Verdict, dtype: str, device: Device, placement: Placement, quantization: str
) -> str:
    if verdict is Verdict.FITS:
        return ""
    advice = ["close other programs"]
    if BYTES_PER_PARAMETER.get(dtype, 4) > 2:
        advice.append("load it with NOVELGEN_DTYPE=bfloat16 (half the memory)")
    if device.kind is not DeviceKind.CPU and quantization not in WEIGHT_KINDS:
        advice.append("keep its weights as int8 with NOVELGEN_QUANTIZATION=int8 (needs torchao)")
    if device.kind is DeviceKind.CUDA and placement is Placement.ONE:
        advice.append("split it over all GPUs with NOVELGEN_PLACEMENT=split")
    if device.kind is DeviceKind.CUDA:
        advice.append("run it on the CPU with NOVELGEN_DEVICE=cpu")
    if verdict is Verdict.DOES_NOT_FIT:
        advice.append("choose a smaller model (novelgen models list)")
    text = ", or ".join(advice)
    return f"{text[0].upper()}{text[1:]}."


def _tokens_per_second(
    weight_bytes: int, layers: int, device: Device, *, is_fused: bool
) -> tuple[float, bool]:
    per_layer = _FUSED_SECONDS_PER_LAYER if is_fused else _SECONDS_PER_LAYER[device.kind]
    seconds = layers * per_layer
    is_measured = device.kind is DeviceKind.CPU
    if is_measured:
        reached = _FUSED_BANDWIDTH_REACHED if is_fused else _BANDWIDTH_REACHED
        seconds += weight_bytes / (reached * cpu_bytes_per_second())
    return 1 / max(seconds, 1e-6), is_measured


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
