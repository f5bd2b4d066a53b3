"""Says, before anything is loaded, whether a model fits this machine and what it costs in time.

Sizes are exact: they come from the headers of the weights and from the configuration. Speed is an
estimate: every token reads all weights once, and every layer costs a fixed overhead in the decode
loop. On a CPU the time of a novel counts all that a passage takes (`writing_time`); elsewhere
drawing alone, and says so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from novelgen.modeling.device import (
    Device,
    DeviceKind,
    cpu_bytes_per_second,
    cpu_multiplications_per_second,
    describe_all_devices,
    describe_device,
    describe_processes,
    machine_memory,
)
from novelgen.modeling.disk_space import megabytes
from novelgen.modeling.fused.families import WEIGHT_KINDS
from novelgen.modeling.placement import Placement, num_processes
from novelgen.modeling.safetensors_header import TensorEntry, read_config, read_tensors
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
from novelgen.modeling.writing_time import TOKENS_PER_WORD, writing_seconds

RUNTIME_BYTES = 600_000_000
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


_MULTIPLICATIONS_REACHED = 0.5
"""Share of the probe's multiplications that reading a segment reaches, for the rest of a layer
takes its time too. A cautious guess: reading speed is measured for the default model alone."""


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
    """Estimated, for `target_words`; of drawing alone where the speed is not measured."""

    def summary(self) -> str:
        """One line for a person."""
        speed = f"about {self.tokens_per_second:.3g} tokens/s"
        if not self.speed_is_measured:
            speed = f"at most {speed.removeprefix('about ')} (unmeasured)"
        at_least = "" if self.speed_is_measured else "at least "
        line = (
            f"{self.verdict.value.capitalize()}: {self.parameters / 1e6:,.0f} M parameters in "
            f"{self.dtype} on {self.device_name}; needs {megabytes(self.needed_bytes)} of "
            f"{megabytes(self.memory_available_bytes)} free; {speed}, "
            f"{at_least}{duration(self.hours)} for {self.target_words:,} words (estimate)."
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
    rows: int | None = None,
    tail_tokens: int = 768,
    quantization: str = "auto",
    placement: str = "auto",
) -> FitReport:
    """Whether the model in `model_dir` fits when loaded as `dtype`, and how long it will write.

    `context_size` defaults to the model's own, at most 4,096 tokens. `candidates` are drawn of a
    passage, at times as many as `rows`, which share the weights but not the cache. `placement` auto
    is one device, or split where CUDA's first is too small. Raises `ModelError` for a damaged model
    or a device that is not here.
    """
    config = text_config(read_config(model_dir))
    tensors = read_tensors(model_dir).values()
    parameters = sum(entry.parameters for entry in tensors)
    context = context_size or context_size_of_config(config)
    chosen = describe_device(device)
    caches = (rows or candidates) * (
        KEPT_SHAPES if chosen.kind is DeviceKind.CUDA else 1
    ) + _KEPT_PROMPTS
    kv_cache_bytes = caches * context * kv_bytes_per_token(config, dtype)
    weight_bytes = kept_bytes(tensors, config, dtype, chosen.kind, quantization)
    drawing_bytes = round(
        parameters * drawing_bytes_per_parameter(config, chosen.kind, quantization)
    )
    needed = weight_bytes + drawing_bytes + kv_cache_bytes + RUNTIME_BYTES
    placed = _place(placement, chosen, needed)
    # Told of the first device, whatever the model is spread over.
    lighter = _lighter_kinds(tensors, config, dtype, chosen, caches * context, quantization)
    if placed is not Placement.ONE:
        # Parts are placed before they are quantised, and none is packed.
        weight_bytes, drawing_bytes = parameters * BYTES_PER_PARAMETER.get(dtype, 4), 0
        chosen, processes = _all_devices(chosen.kind, placed)
        needed = weight_bytes + kv_cache_bytes + processes * RUNTIME_BYTES
    verdict = judge(needed, chosen.memory_available_bytes)
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
        remedy=_remedy(verdict, dtype, chosen, placed, lighter),
        tokens_per_second=speed,
        speed_is_measured=is_measured,
        target_words=target_words,
        hours=writing_seconds(
            target_words, candidates, tail_tokens, speed, _read_per_second(parameters, chosen.kind)
        )
        / 3600,
    )


def reading_seconds(words: int, parameters: int, device: str = "auto") -> float | None:
    """About how long a memory takes to read a text again; None where nothing was measured."""
    speed = _read_per_second(parameters, describe_device(device).kind)
    return None if speed is None else words * TOKENS_PER_WORD / speed


def _read_per_second(parameters: int, kind: DeviceKind) -> float | None:
    """About how many tokens of a long text are read. Only a CPU's speed is known.

    Every parameter multiplies every token once.
    """
    if kind is not DeviceKind.CPU:
        return None
    return _MULTIPLICATIONS_REACHED * cpu_multiplications_per_second() / max(1, parameters)


def judge(needed: int, available: int) -> Verdict:
    """Whether so many bytes fit into what is free."""
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


def _lighter_kinds(
    tensors: Collection[TensorEntry],
    config: Mapping[str, Any],
    dtype: str,
    device: Device,
    cached_tokens: int,
    quantization: str,
) -> tuple[str, ...]:
    """As what the model's own weights would fit one GPU, the most exact first.

    They are read into memory before they are quantised, so they must fit there as well.
    """
    if device.kind is DeviceKind.CPU or quantization in WEIGHT_KINDS:
        return ()
    whole = kept_bytes(tensors, config, "bfloat16", device.kind, "none")
    if device.kind is DeviceKind.CUDA and whole > machine_memory()[1]:
        return ()
    fitting = []
    for kind in WEIGHT_KINDS if device.kind is DeviceKind.CUDA else WEIGHT_KINDS[:1]:
        computed = _dtype_with(kind, dtype)
        needed = kept_bytes(tensors, config, computed, device.kind, kind)
        needed += cached_tokens * kv_bytes_per_token(config, computed) + RUNTIME_BYTES
        if needed <= device.memory_available_bytes:
            fitting.append(kind)
    return tuple(fitting)


def _dtype_with(kind: str, dtype: str) -> str:
    """int4 multiplies bfloat16 alone."""
    return "bfloat16" if kind == "int4" else dtype


def _remedy(
    verdict: Verdict, dtype: str, device: Device, placement: Placement, lighter: Sequence[str]
) -> str:
    quantised = [_quantised(kind, dtype) for kind in lighter]
    if verdict is Verdict.FITS:
        if placement is not Placement.SPLIT or not quantised:
            return ""
        return f"Parts of it wait in memory, which is slow. To fit it onto one GPU, {quantised[0]}."
    advice = ["close other programs"]
    if BYTES_PER_PARAMETER.get(dtype, 4) > 2:
        advice.append("load it with NOVELGEN_DTYPE=bfloat16 (half the memory)")
    advice += quantised
    if device.kind is DeviceKind.CUDA and placement is Placement.ONE:
        advice.append("split it over all GPUs with NOVELGEN_PLACEMENT=split")
    if device.kind is DeviceKind.CUDA:
        advice.append("run it on the CPU with NOVELGEN_DEVICE=cpu")
    if verdict is Verdict.DOES_NOT_FIT:
        advice.append("choose a smaller model (novelgen models list)")
    text = ", or ".join(advice)
    return f"{text[0].upper()}{text[1:]}."


def _quantised(kind: str, dtype: str) -> str:
    """What to set so that a model's weights are kept in fewer bits."""
    settings = f"NOVELGEN_QUANTIZATION={kind}"
    if _dtype_with(kind, dtype) != dtype:
        settings += f" NOVELGEN_DTYPE={_dtype_with(kind, dtype)}"
    needs = "torchao, and Ampere or newer" if kind == "int4" else "torchao"
    return (
        f'keep its weights as {kind} with {settings} (needs {needs}: pip install "torchao>=0.17")'
    )


def _tokens_per_second(
    weight_bytes: int, layers: int, device: Device, *, is_fused: bool
) -> tuple[float, bool]:
    is_measured = device.kind is DeviceKind.CPU
    speed = cpu_bytes_per_second() if is_measured else None
    return tokens_per_second(weight_bytes, layers, device.kind, speed, is_fused=is_fused), (
        is_measured
    )


def tokens_per_second(
    weight_bytes: float,
    layers: int,
    kind: DeviceKind,
    bytes_per_second: float | None,
    *,
    is_fused: bool,
) -> float:
    """About how many tokens one row draws, where every token reads `weight_bytes`.

    Without `bytes_per_second` it is a bound: the overhead of the layers alone.
    """
    seconds = layers * (_FUSED_SECONDS_PER_LAYER if is_fused else _SECONDS_PER_LAYER[kind])
    if bytes_per_second is not None:
        reached = _FUSED_BANDWIDTH_REACHED if is_fused else _BANDWIDTH_REACHED
        seconds += weight_bytes / (reached * bytes_per_second)
    return 1 / max(seconds, 1e-6)


def duration(hours: float) -> str:
    """Hours in words."""
    if hours < 1:
        return f"{max(1, round(hours * 60))} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"
