"""The memory that a run goes on from: the snapshot of the last committed segment.

A memory always comes from its stored bytes, also in an uninterrupted run, so that a fresh process
sees exactly what the old one saw.
"""

from dataclasses import dataclass

from novelgen.engine.memory import parse_memory, require_fit
from novelgen.engine.protocol import Engine
from novelgen.engine.values import MemoryState
from novelgen.errors import MemoryStateError
from novelgen.text.chain import genesis_key, segment_key
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MemoryHead:
    """A memory and its key."""

    key: str
    memory: MemoryState


def initial_head(engine: Engine) -> MemoryHead:
    """The head before any prose."""
    info = engine.info
    key = genesis_key(info.model_fingerprint, info.adapter_fingerprint)
    return MemoryHead(key, parse_memory(engine.initial_memory().data))


def load_head(work: UnitOfWork, branch_id: str, engine: Engine) -> MemoryHead:
    """The head of a branch. Raises `MemoryStateError` when its memory cannot be used."""
    last = work.segments.last_of_branch(branch_id)
    if last is None:
        return initial_head(engine)
    key = last[1].key
    snapshot = work.snapshots.get(key)
    if snapshot is None:
        raise MemoryStateError(
            f"The memory snapshot {key[:12]} of the last segment is missing.",
            "Run `novelgen verify` to see what else is.",
        )
    memory = parse_memory(snapshot.data)
    require_fit(memory, engine.info)
    return MemoryHead(key, memory)


def next_head(engine: Engine, head: MemoryHead, segment: str) -> MemoryHead:
    """The head after reading one more segment."""
    info = engine.info
    key = segment_key(head.key, segment, info.model_fingerprint, info.adapter_fingerprint)
    return MemoryHead(key, parse_memory(engine.write(head.memory, segment).data))
