"""Recomputes the memory of a branch from its text, and compares it with what is stored.

On the machine and with the settings that wrote it, the bytes are equal. Elsewhere roundings differ;
then what counts is the largest difference of a number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

import numpy as np

from novelgen.engine.memory import memory_values, parse_memory
from novelgen.engine.protocol import Engine
from novelgen.errors import MemoryStateError
from novelgen.generation.memory_chain import Link, branch_chain, chapter_pieces, links_of
from novelgen.generation.memory_identity import identity_of_engine
from storage.store import Store

TOLERANCE = {"float32": 1e-3}
"""Largest difference of a number, by precision, for two memories to count as the same."""
COARSE_TOLERANCE = 0.1
"""For precisions of fewer bits."""


@dataclass(frozen=True, slots=True)
class ComparedMemory:
    """One segment read again, and how far the memory stored after it is from that."""

    link: Link
    done: int
    total: int
    precision: str | None
    """In which the stored memory was written; None where none is stored."""
    difference: float = 0.0
    """The largest difference of a number; infinite where the bytes cannot be read."""
    is_equal: bool = False
    """Whether the bytes are equal."""

    @property
    def tolerance(self) -> float:
        return TOLERANCE.get(self.precision or "", COARSE_TOLERANCE)


@dataclass(slots=True)
class MemoryComparison:
    """What was compared so far."""

    compared: int = 0
    equal: int = 0
    largest_difference: float = 0.0
    off: list[ComparedMemory] = field(default_factory=list)
    """Those beyond their tolerance."""

    def add(self, each: ComparedMemory) -> None:
        """Count one; a segment without a stored memory counts for nothing."""
        if each.precision is None:
            return
        self.compared += 1
        self.equal += each.is_equal
        self.largest_difference = max(self.largest_difference, each.difference)
        if not each.difference <= each.tolerance:
            self.off.append(each)

    def problems(self) -> list[str]:
        """One sentence for each memory that is not that of its text."""
        return [
            f"chapter {each.link.chapter}, segment {each.link.position}: the stored memory is not "
            f"that of the text (a number differs by {each.difference:.3g}); `novelgen reread "
            "--afresh` mends it"
            for each in self.off
        ]

    def summary(self) -> str:
        """How it came out, in a sentence."""
        return (
            f"{self.compared:,} memories computed again: {self.equal:,} equal to the byte, largest "
            f"difference of a number {self.largest_difference:.3g}."
        )

    def as_json(self) -> dict[str, Any]:
        """Undefined where a memory could not be read at all: None."""
        largest = self.largest_difference
        return {
            "compared": self.compared,
            "equal": self.equal,
            "largest_difference": largest if isfinite(largest) else None,
        }


def compare_memory(store: Store, engine: Engine, branch_id: str) -> Iterator[ComparedMemory]:
    """Read a branch again from its beginning, and compare what is stored after each segment.

    From a stored memory that is right the reading goes on, so that small differences do not add up.
    """
    identity = identity_of_engine(engine.info)
    with store.reading() as work:
        links = links_of(work, branch_chain(work, branch_id, identity), identity)
    memory = engine.initial_memory()
    pieces: tuple[str, ...] | None = None
    for index, link in enumerate(links):
        with store.reading() as work:
            if link.position == 0:
                revision = work.chapters.revision(link.revision_id)
                pieces = chapter_pieces(work, revision, identity.genesis_key)
            snapshot = work.snapshots.get(link.key)
        if pieces is None:
            raise LookupError(f"chapter {link.chapter} is not cut")
        memory = parse_memory(engine.write(memory, pieces[link.position]).data)
        compared = ComparedMemory(link, index + 1, len(links), None)
        if snapshot is not None:
            compared = replace(
                compared,
                precision=snapshot.dtype,
                difference=_difference(snapshot.data, memory.data),
                is_equal=snapshot.data == memory.data,
            )
            if compared.difference <= compared.tolerance:
                memory = parse_memory(snapshot.data)
        yield compared


def _difference(stored: bytes, computed: bytes) -> float:
    try:
        one, other = memory_values(parse_memory(stored)), memory_values(parse_memory(computed))
    except MemoryStateError:
        return float("inf")
    if one.shape != other.shape:
        return float("inf")
    return float(np.max(np.abs(one - other), initial=0.0))
