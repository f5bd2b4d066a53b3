"""How far two memories are from one another, slot by slot. Knows numpy, no engine."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from novelgen.engine.memory import memory_values
from novelgen.engine.values import MemoryState
from novelgen.errors import MemoryStateError


@dataclass(frozen=True, slots=True)
class MemoryChange:
    """What changed from one memory to another, as shares of the larger of both."""

    relative: float
    """Length of the difference of all numbers by the length of the longer memory: 0 for the same,
    2 at most."""
    slots: tuple[float, ...]
    """The same for each slot."""


def change_between(before: MemoryState, after: MemoryState) -> MemoryChange:
    """What reading has changed. Raises `MemoryStateError` for memories of two shapes."""
    one, other = memory_values(before), memory_values(after)
    if one.shape != other.shape:
        raise MemoryStateError(
            f"Two memories of shapes {one.shape} and {other.shape} cannot be compared.",
            "They were written by two models or adapters; `novelgen reread NOVEL` makes them one.",
        )
    slots = tuple(_relative(one[slot], other[slot]) for slot in range(one.shape[0]))
    return MemoryChange(_relative(one.ravel(), other.ravel()), slots)


def _relative(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    one, other = one.astype(np.float64), other.astype(np.float64)
    longest = max(float(np.linalg.norm(one)), float(np.linalg.norm(other)))
    return float(np.linalg.norm(one - other)) / longest if longest else 0.0
