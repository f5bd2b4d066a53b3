"""The memory that a run goes on from, always out of its stored bytes.

So that a fresh process sees exactly what an uninterrupted one saw.
"""

import hashlib
from dataclasses import dataclass

from novelgen.engine.memory import parse_memory, require_fit
from novelgen.engine.protocol import Engine
from novelgen.engine.values import EngineInfo, MemoryState
from novelgen.errors import MemoryStateError
from novelgen.generation.memory_identity import identity_of_engine
from storage.records import NewSnapshot
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MemoryHead:
    """A memory and its key."""

    key: str
    memory: MemoryState


def initial_head(engine: Engine) -> MemoryHead:
    """The head before any prose."""
    key = identity_of_engine(engine.info).genesis_key
    return MemoryHead(key, parse_memory(engine.initial_memory().data))


def stored_memory(work: UnitOfWork, key: str, info: EngineInfo) -> MemoryHead:
    """The head with that key. Raises `MemoryStateError` when it is missing, damaged or foreign."""
    snapshot = work.snapshots.get(key)
    if snapshot is None:
        raise MemoryStateError(
            f"The memory snapshot {key[:12]} is not stored.",
            "`novelgen reread NOVEL` reads it again from the text.",
        )
    if hashlib.sha256(snapshot.data).hexdigest() != snapshot.data_sha256:
        raise MemoryStateError(
            f"The bytes of the memory snapshot {key[:12]} have changed since they were stored.",
            "`novelgen reread NOVEL` reads it again from the text.",
        )
    memory = parse_memory(snapshot.data)
    require_fit(memory, info)
    return MemoryHead(key, memory)


def next_head(engine: Engine, head: MemoryHead, segment: str) -> MemoryHead:
    """The head after reading one more segment."""
    key = identity_of_engine(engine.info).next_key(head.key, segment)
    return MemoryHead(key, parse_memory(engine.write(head.memory, segment).data))


def snapshot_of(key: str, parent_key: str, memory: MemoryState, info: EngineInfo) -> NewSnapshot:
    """A memory with its provenance, ready to be stored."""
    return NewSnapshot(
        key=key,
        parent_key=parent_key,
        data=memory.data,
        model_fingerprint=memory.model_fingerprint,
        adapter_fingerprint=memory.adapter_fingerprint,
        dtype=info.memory_precision,
        device=info.device,
    )
