"""Says, before anything is loaded, whether a model fits this machine and what it costs in time.

Sizes are exact: they come from the headers of the weights and from the configuration. Speed is an
estimate: every token reads all weights once, and every layer costs a fixed overhead in the decode
loop. It leaves out reading prompts and writing memory, so real writing takes somewhat longer.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from novelgen.modeling.device import Device, DeviceKind, cpu_bytes_per_second, describe_device
from novelgen.modeling.disk_space import megabytes
from novelgen.modeling.fused.families import FUSED_FAMILIES
from novelgen.modeling.safetensors_header import read_config, read_tensors

TOKENS_PER_WORD = 1.35
BYTES_PER_PARAMETER: Mapping[str, int] = {"float32": 4, "bfloat16": 2, "float16": 2}

_RUNTIME_BYTES = 600_000_000
"""Interpreter, torch, tokenizer and activations; measured at 0.5 to 0.6 GB on CPU."""
_COMFORT = 0.8
"""A model that needs more than this share of the free memory is a tight fit."""
_BANDWIDTH_REACHED = 0.6
"""Share of the probe's bandwidth that a decode step reaches, for its matrices are smaller."""
_FUSED_BANDWIDTH_REACHED = 0.9
_SECONDS_PER_LAYER = {DeviceKind.CPU: 0.0009, DeviceKind.CUDA: 0.0005, DeviceKind.MPS: 0.001}
"""Overhead of the eager loop; assumed for CUDA and MPS (kernel launches).

CPU figures are fitted to the default model on two cores: 13 tokens/s in float32 and 18 in bfloat16.
"""
_DRAWING_BYTES_PER_PARAMETER = {"int8": 1.0625, "none": 4.0}
"""What the fused step keeps beside the model: int8 with a scale for every 64, or float32."""
_FUSED_SECONDS_PER_LAYER = 0.00004
"""Attention, norms and meetings of threads, at one row of the default model on two cores."""
_DEFAULT_CONTEXT = 4096


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
            f"{_duration(self.hours)} for {self.target_words:,} words (estimate)."
        )
        return f"{line} {self.remedy}".strip()

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        return {**fields, "device": self.device.value, "verdict": self.verdict.value}


def assess(
    model_dir: Path,
    dtype: str,
    target_words: int,
    device: str = "auto",
    *,
    context_size: int | None = None,
    candidates: int = 1,
    quantization: str = "auto",
) -> FitReport:
    """Whether the model in `model_dir` fits when loaded as `dtype`, and how long it will write.

    `context_size` defaults to the model's own, at most 4,096 tokens; `candidates` rows share the
    weights but not the cache. Raises `ModelError` for a damaged model or
    a device that is not here.
    """
    config = _text_config(read_config(model_dir))
    parameters = sum(entry.parameters for entry in read_tensors(model_dir).values())
    context = context_size or _context_size(config)
    weight_bytes = parameters * BYTES_PER_PARAMETER.get(dtype, 4)
    kv_cache_bytes = candidates * context * _kv_bytes_per_token(config, dtype)
    chosen = describe_device(device)
    per_parameter = _drawing_bytes_per_parameter(config, chosen, quantization)
    drawing_bytes = round(parameters * per_parameter)
    needed = weight_bytes + drawing_bytes + kv_cache_bytes + _RUNTIME_BYTES
    verdict = _judge(needed, chosen.memory_available_bytes)
    speed, is_measured = _tokens_per_second(
        drawing_bytes or weight_bytes, _num_layers(config), chosen, is_fused=drawing_bytes > 0
    )
    return FitReport(
        parameters=parameters,
        dtype=dtype,
        weight_bytes=weight_bytes,
        context_size=context,
        kv_cache_bytes=kv_cache_bytes,
        needed_bytes=needed,
        device=chosen.kind,
        device_name=chosen.name,
        memory_total_bytes=chosen.memory_total_bytes,
        memory_available_bytes=chosen.memory_available_bytes,
        verdict=verdict,
        remedy=_remedy(verdict, dtype, chosen),
        tokens_per_second=speed,
        speed_is_measured=is_measured,
        target_words=target_words,
        hours=target_words * TOKENS_PER_WORD / speed / 3600,
    )


def _judge(needed: int, available: int) -> Verdict:
    if needed > available:
        return Verdict.DOES_NOT_FIT
    return Verdict.TIGHT if needed > _COMFORT * available else Verdict.FITS


def _remedy(verdict: Verdict, dtype: str, device: Device) -> str:
    if verdict is Verdict.FITS:
        return ""
    advice = ["close other programs"]
    if BYTES_PER_PARAMETER.get(dtype, 4) > 2:
        advice.append("load it with NOVELGEN_DTYPE=bfloat16 (half the memory)")
    if device.kind is DeviceKind.CUDA:
        advice.append("run it on the CPU with NOVELGEN_DEVICE=cpu")
    if verdict is Verdict.DOES_NOT_FIT:
        advice.append("choose a smaller model (novelgen models list)")
    text = ", or ".join(advice)
    return f"{text[0].upper()}{text[1:]}."


def _drawing_bytes_per_parameter(
    config: Mapping[str, Any], device: Device, quantization: str
) -> float:
    """0 where the model's own forward draws."""
    if device.kind is not DeviceKind.CPU or config.get("model_type") not in FUSED_FAMILIES:
        return 0.0
    return _DRAWING_BYTES_PER_PARAMETER["none" if quantization == "none" else "int8"]


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


def _kv_bytes_per_token(config: Mapping[str, Any], dtype: str) -> int:
    heads = _first(config, "num_attention_heads", "n_head") or 1
    kv_heads = _first(config, "num_key_value_heads") or heads
    hidden = _first(config, "hidden_size", "n_embd") or 0
    head_dim = _first(config, "head_dim") or hidden // heads
    values = 2 * _num_layers(config) * kv_heads * head_dim  # keys and values
    return values * BYTES_PER_PARAMETER.get(dtype, 4)


def _num_layers(config: Mapping[str, Any]) -> int:
    return _first(config, "num_hidden_layers", "n_layer") or 0


def _context_size(config: Mapping[str, Any]) -> int:
    longest = _first(config, "max_position_embeddings", "n_positions") or _DEFAULT_CONTEXT
    return min(longest, _DEFAULT_CONTEXT)


def _text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The language part of a model that also sees or hears."""
    text = config.get("text_config")
    return text if isinstance(text, dict) else config


def _first(config: Mapping[str, Any], *keys: str) -> int | None:
    return next((int(config[key]) for key in keys if isinstance(config.get(key), int)), None)


def _duration(hours: float) -> str:
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
