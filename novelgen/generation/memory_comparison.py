"""Recomputes the memory of a branch from its text, and compares it with what is stored.

On the machine and with the settings that wrote it, the bytes are equal. Elsewhere roundings differ;
then what counts is the largest difference of a number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

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
    """One stored memory and its recomputation."""

    link: Link
    done: int
    total: int
    is_equal: bool
    """Whether their bytes are equal."""
    difference: float
    """The largest difference of a number; infinite where the bytes cannot be read."""
    tolerance: float
    precision: str

    @property
    def is_within_tolerance(self) -> bool:
        return self.difference <= self.tolerance


def compare_memory(store: Store, engine: Engine, branch_id: str) -> Iterator[ComparedMemory | None]:
    """Each stored memory of a branch in reading order; None for a segment without one."""
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
        if snapshot is None:
            yield None
            continue
        tolerance = TOLERANCE.get(snapshot.dtype, COARSE_TOLERANCE)
        yield ComparedMemory(
            link=link,
            done=index + 1,
            total=len(links),
            is_equal=snapshot.data == memory.data,
            difference=_difference(snapshot.data, memory.data),
            tolerance=tolerance,
            precision=snapshot.dtype,
        )


def _difference(stored: bytes, computed: bytes) -> float:
    try:
        one, other = memory_values(parse_memory(stored)), memory_values(parse_memory(computed))
    except MemoryStateError:
        return float("inf")
    if one.shape != other.shape:
        return float("inf")
    return float(np.max(np.abs(one - other), initial=0.0))
