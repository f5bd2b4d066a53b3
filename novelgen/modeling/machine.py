"""What this machine has for models, told in a fraction of a second and without torch.

For lists, where a rough word on every model is wanted at once. What a run decides by is told by
`novelgen.modeling.device`.
"""

import shutil
import subprocess
import time
from dataclasses import dataclass
from functools import cache

import numpy as np

from novelgen.modeling.device import machine_memory

_PROBE_SIDE = 4096
"""A float32 matrix of 64 MiB: larger than the caches of common processors."""
_PROBE_REPEATS = 3
_NVIDIA_SECONDS = 5.0
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card that models can run on."""

    name: str
    memory_total_bytes: int
    memory_free_bytes: int


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory as it is now, how fast the processor reads it, and the cards."""

    memory_total_bytes: int
    memory_available_bytes: int
    bytes_per_second: float
    cards: tuple[Card, ...] = ()


def describe_machine() -> Machine:
    """Looked at anew with each call, for what is free changes; takes some tenths of a second."""
    total, available = machine_memory()
    return Machine(total, available, _bytes_per_second(), graphics_cards())


@cache
def _bytes_per_second() -> float:
    """The best of a few products of a matrix and a vector, each of which reads the matrix once."""
    matrix = np.ones((_PROBE_SIDE, _PROBE_SIDE), dtype=np.float32)
    vector = np.ones(_PROBE_SIDE, dtype=np.float32)
    best = float("inf")
    for _ in range(_PROBE_REPEATS):
        begin = time.perf_counter()
        np.matmul(matrix, vector)
        best = min(best, time.perf_counter() - begin)
    return matrix.nbytes / best


def graphics_cards() -> tuple[Card, ...]:
    """What NVIDIA's own tool lists; none without it."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = "--query-gpu=name,memory.total,memory.free"
    try:
        done = subprocess.run(
            [tool, query, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=_NVIDIA_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ()
    return tuple(filter(None, map(_card, done.stdout.splitlines())))


def _card(line: str) -> Card | None:
    name, _, sizes = line.partition(",")
    total, _, free = sizes.partition(",")
    try:
        return Card(name.strip(), int(total) * _MIB, int(free) * _MIB)
    except ValueError:  # a card that does not say, such as one that is shared out
        return None
