"""Whether a model on disk fits this machine and about how fast it will draw, from its headers.

For lists: no torch, nothing loaded, a fraction of a second. Sizes are exact, and so is the free
memory of this moment; speed is what memory delivers, at the shares of it that `fit` states. On a
card it is not told, since no card was measured.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from novelgen.modeling.device import DeviceKind
from novelgen.modeling.disk_space import megabytes
from novelgen.modeling.fit import RUNTIME_BYTES, Verdict, judge, tokens_per_second
from novelgen.modeling.gguf_header import GgufHeader
from novelgen.modeling.machine import Machine

_CONTEXT = 4096
_CACHES = 2
"""A row's keys and values, and those of the prompt that is kept."""
_HALF = 2
"""Bytes of a half float."""
_NATIVE_SECONDS_PER_LAYER = 0.0004
"""Of llama.cpp on a CPU, fitted to the default model as Q4_1 on two cores: 48 tokens/s."""
_NATIVE_BANDWIDTH_REACHED = 0.6
_BITS = {
    "Q8_0": 8.50,
    "Q6_K": 6.56,
    "Q5_K_M": 5.70,
    "Q4_K_M": 4.89,
    "Q3_K_M": 4.00,
    "Q2_K": 3.16,
}
"""Bits a parameter of llama.cpp's common quantisations, as its README gives them for Llama 3.1."""


@dataclass(frozen=True, slots=True)
class RoughFit:
    """What a model needs and what there is."""

    verdict: Verdict
    needed_bytes: int
    available_bytes: int
    where: str
    """The card, `split` for cards and memory together, or `memory`."""
    tokens_per_second: float | None
    """None where it was not measured."""
    remedy: str = ""
    """Empty when it fits."""

    def summary(self) -> str:
        """A few words for a table."""
        if self.verdict is Verdict.DOES_NOT_FIT:
            return f"no: {_gb(self.needed_bytes)} of {_gb(self.available_bytes)}"
        speed = self.tokens_per_second
        told = "" if speed is None else f", about {speed:.2g} tokens/s"
        place = "" if self.where == "memory" else f", {self.where}"
        return f"{self.verdict.value}{place}{told}"

    def sentence(self) -> str:
        """The same in full, with what to do where it does not fit."""
        return f"{self.told()} {self.remedy}".strip()

    def told(self) -> str:
        """The same in full, without what to do."""
        speed = self.tokens_per_second
        told = "unmeasured" if speed is None else f"about {speed:.2g} tokens/s"
        where = {"memory": "in memory", "split": "over cards and memory"}.get(
            self.where, f"on {self.where}"
        )
        return (
            f"{self.verdict.value.capitalize()} {where}: needs {megabytes(self.needed_bytes)} of "
            f"{megabytes(self.available_bytes)} free; speed {told} (estimate)."
        )

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict.value}


@dataclass(frozen=True, slots=True)
class Weights:
    """What of a model matters here."""

    kept_bytes: int
    """Held while it runs."""
    read_bytes: float
    """Read for every token."""
    layers: int
    cache_bytes_per_token: int
    context_size: int
    is_native: bool = False
    """Whether llama.cpp runs it as it is."""
    is_fused: bool = False
    cached_tokens: int | None = None
    """Positions of all caches together; None for those of a usual prompt and its row."""

    @property
    def cache_bytes(self) -> int:
        tokens = self.cached_tokens
        if tokens is None:
            tokens = _CACHES * min(self.context_size or _CONTEXT, _CONTEXT)
        return tokens * self.cache_bytes_per_token

    @property
    def needed_bytes(self) -> int:
        return self.kept_bytes + self.cache_bytes + RUNTIME_BYTES


def rough_fit(weights: Weights, machine: Machine, remedy: str = "") -> RoughFit:
    """Where a model goes on this machine: one card, cards and memory together, or memory."""
    needed = weights.needed_bytes
    if not machine.cards:
        available = machine.memory_available_bytes
        return _fit(needed, available, "memory", _speed(weights, machine), remedy)
    best = max(machine.cards, key=lambda card: card.memory_free_bytes)
    if needed <= best.memory_free_bytes:
        return _fit(needed, best.memory_free_bytes, best.name, None, remedy)
    free = sum(card.memory_free_bytes for card in machine.cards) + machine.memory_available_bytes
    return _fit(needed, free, "split", None, remedy)


def gguf_weights(header: GgufHeader, *, is_native: bool, drawing_bytes: float) -> Weights:
    """A GGUF as llama.cpp runs it, or as bfloat16 weights once it is converted.

    `drawing_bytes` are those a parameter takes in the packed copy that draws beside those.
    """
    layers = number(header.fields, f"{header.architecture}.block_count")
    if is_native:
        kept, read = header.tensor_bytes, header.tensor_bytes * _share_of_experts(header)
    else:
        per_parameter = header.converted_bytes / max(1, header.parameters)
        kept = round(header.parameters * (per_parameter + drawing_bytes))
        read = header.parameters * (drawing_bytes or per_parameter)
    return Weights(
        kept,
        read,
        layers,
        _cache_bytes(header, layers),
        number(header.fields, f"{header.architecture}.context_length"),
        is_native=is_native,
        is_fused=drawing_bytes > 0,
    )


def gguf_fit(header: GgufHeader, weights: Weights, machine: Machine) -> RoughFit:
    """Where a GGUF goes, with what to do where it does not go well."""
    return rough_fit(weights, machine, _gguf_remedy(header, weights, machine))


def _gguf_remedy(header: GgufHeader, weights: Weights, machine: Machine) -> str:
    smaller = smaller_quantization(header, weights, machine)
    if smaller is not None:
        name, size = smaller
        return f"As {name} it would take about {size / 1e9:.1f} GB, which fits: fetch that file."
    if weights.is_native:
        return (
            f"Choose a model of at most {largest_parameters(machine) / 1e9:.1f} billion parameters "
            "as Q4_K_M."
        )
    return (
        "Install novelgen[llamacpp], which runs the file as it is: without it every weight takes "
        "16 bits."
    )


def smaller_quantization(
    header: GgufHeader, weights: Weights, machine: Machine
) -> tuple[str, int] | None:
    """The largest common quantisation of the same model that fits, and its bytes; None if none.

    Only where llama.cpp runs it: converted, every quantisation takes the same.
    """
    if not weights.is_native:
        return None
    room = _room(machine) - (weights.needed_bytes - weights.kept_bytes)
    for name, bits in _BITS.items():
        size = round(header.parameters * bits / 8)
        if size < header.tensor_bytes and size <= room:
            return name, size
    return None


def largest_parameters(machine: Machine) -> int:
    """How many parameters a model may have that fits as Q4_K_M, caches left out."""
    return max(0, round((_room(machine) - RUNTIME_BYTES) * 8 / _BITS["Q4_K_M"]))


def number(fields: Mapping[str, Any], key: str) -> int:
    """A count out of an untrusted header; 0 where it is none, or beyond all reason."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value < 1 << 40 else 0


def _room(machine: Machine) -> int:
    """What one card has free, or memory where there is none."""
    return max(
        (card.memory_free_bytes for card in machine.cards), default=machine.memory_available_bytes
    )


def _fit(needed: int, available: int, where: str, speed: float | None, remedy: str) -> RoughFit:
    verdict = judge(needed, available)
    return RoughFit(
        verdict,
        needed,
        available,
        where,
        None if verdict is Verdict.DOES_NOT_FIT else speed,
        "" if verdict is Verdict.FITS and where != "split" else remedy,
    )


def _speed(weights: Weights, machine: Machine) -> float:
    if not weights.is_native:
        return tokens_per_second(
            weights.read_bytes,
            weights.layers,
            DeviceKind.CPU,
            machine.bytes_per_second,
            is_fused=weights.is_fused,
        )
    seconds = weights.layers * _NATIVE_SECONDS_PER_LAYER
    seconds += weights.read_bytes / (_NATIVE_BANDWIDTH_REACHED * machine.bytes_per_second)
    return 1 / max(seconds, 1e-6)


def _cache_bytes(header: GgufHeader, layers: int) -> int:
    """Keys and values of one token, as half floats."""
    name, fields = header.architecture, header.fields
    heads = number(fields, f"{name}.attention.head_count") or 1
    kv_heads = number(fields, f"{name}.attention.head_count_kv") or heads
    width = number(fields, f"{name}.embedding_length") // heads
    keys = number(fields, f"{name}.attention.key_length") or width
    values = number(fields, f"{name}.attention.value_length") or keys
    return _HALF * layers * kv_heads * (keys + values)


def _share_of_experts(header: GgufHeader) -> float:
    """The share of the weights that one token reads, experts taken for all of them."""
    used = number(header.fields, f"{header.architecture}.expert_used_count")
    total = number(header.fields, f"{header.architecture}.expert_count")
    return used / total if 0 < used < total else 1.0


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
