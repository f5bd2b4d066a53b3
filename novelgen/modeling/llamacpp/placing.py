"""Where a GGUF file goes: how many of its layers onto the GPU, and whether it fits at all.

Told from its header, before anything is loaded.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.llamacpp.library import offloads
from novelgen.modeling.llamacpp.weights import ALL_LAYERS
from novelgen.modeling.machine import Machine, describe_machine
from novelgen.modeling.rough_fit import RoughFit, Weights, gguf_fit, gguf_weights

_ROW_TOKENS = 512
"""Of a passage, at most; what stands before it is shared by all rows."""
_SPARE_BYTES = 700_000_000
"""Of every card: what llama.cpp computes in, and the driver's own."""


@dataclass(frozen=True, slots=True)
class LlamaPlace:
    """How a GGUF file is loaded."""

    gpu_layers: int
    """`ALL_LAYERS` for all."""
    fit: RoughFit


def place(
    gguf: Path,
    wanted: int | str,
    context_tokens: int,
    rows: int = 1,
    machine: Machine | None = None,
) -> LlamaPlace:
    """`wanted` layers on the GPU, or as many as fit for `auto`, with `rows` drawn at once.

    Raises `ModelError` for a damaged file, and when llama.cpp does not load.
    """
    header = read_gguf_header(gguf)
    can_offload = wanted != 0 and offloads()
    machine = seen_by_llama(machine or describe_machine(), can_offload=can_offload)
    weights = gguf_weights(header, is_native=True, drawing_bytes=0.0)
    context = min(weights.context_size or context_tokens, context_tokens)
    weights = replace(weights, cached_tokens=context + rows * _ROW_TOKENS)
    if wanted == "auto":
        layers = _layers_that_fit(weights, machine) if can_offload else 0
    else:
        layers = int(wanted)
    return LlamaPlace(layers, gguf_fit(header, weights, machine))


def seen_by_llama(machine: Machine, *, can_offload: bool) -> Machine:
    """The machine without its cards, where this build of llama.cpp cannot use them."""
    return machine if can_offload else replace(machine, cards=())


def _layers_that_fit(weights: Weights, machine: Machine) -> int:
    if not machine.cards:
        # Apple's shares the memory; how much another has free is told by nobody here.
        return ALL_LAYERS if sys.platform == "darwin" else 0
    layers = max(1, weights.layers)
    each = (weights.kept_bytes + weights.cache_bytes) / layers
    free = sum(max(0, card.memory_free_bytes - _SPARE_BYTES) for card in machine.cards)
    return ALL_LAYERS if each * layers <= free else int(free / each)
