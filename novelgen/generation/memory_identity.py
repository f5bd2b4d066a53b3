"""Whose memory it is: the model and the adapter, by their fingerprints, and the keys they give."""

from dataclasses import dataclass

from novelgen.engine.values import EngineInfo
from novelgen.text.chain import genesis_key, segment_key
from storage.records import NovelRecord


@dataclass(frozen=True, slots=True)
class MemoryIdentity:
    """A model with an adapter. Memories of different identities have different keys."""

    model_fingerprint: str
    adapter_fingerprint: str

    @property
    def genesis_key(self) -> str:
        """The key of the memory before any prose."""
        return genesis_key(self.model_fingerprint, self.adapter_fingerprint)

    def next_key(self, parent_key: str, segment: str) -> str:
        """The key of the memory after one more segment."""
        return segment_key(parent_key, segment, self.model_fingerprint, self.adapter_fingerprint)


def identity_of_engine(info: EngineInfo) -> MemoryIdentity:
    """What an engine writes memories as."""
    return MemoryIdentity(info.model_fingerprint, info.adapter_fingerprint)


def identity_of_novel(novel: NovelRecord) -> MemoryIdentity | None:
    """What the memory of a novel was last read as; None before the first run."""
    if not novel.model_fingerprint:
        return None
    return MemoryIdentity(novel.model_fingerprint, novel.adapter_fingerprint)
