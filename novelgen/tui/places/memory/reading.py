"""What is stored of a novel's memory, and how far it changed from one snapshot to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.memory_words import read_all_memory_words
from novelgen.engine.memory import parse_memory
from novelgen.engine.values import NO_MEMORY_ADAPTER, SCRIPTED_MODEL, is_server
from novelgen.errors import MemoryStateError
from novelgen.generation.memory_chain import Link
from novelgen.generation.memory_changes import MemoryChange, change_between
from novelgen.generation.memory_words import MemoryWord
from storage.records import NovelRecord, SnapshotSummary

_MOST_PAIRS = 400
"""Snapshots compared one after another; of a longer story only those at the ends of chapters."""


class MemoryKind(StrEnum):
    """What memory a novel has."""

    ADAPTER = "adapter"
    SCRIPTED = "scripted"
    SERVER = "server"
    """None: a server keeps none."""
    OFF = "off"

    @property
    def is_on(self) -> bool:
        return self in (MemoryKind.ADAPTER, MemoryKind.SCRIPTED)


@dataclass(frozen=True, slots=True)
class SnapshotPlace:
    """A segment of the story, and its memory where that is stored."""

    link: Link
    stored: SnapshotSummary | None


@dataclass(frozen=True, slots=True)
class NovelMemory:
    """The memory of the active branch."""

    kind: MemoryKind
    adapter: str
    slots: int
    """0 where no memory is stored, or it has none."""
    numbers: int
    """In a slot."""
    places: tuple[SnapshotPlace, ...]
    is_read: bool
    """Whether an engine has read the novel as it is set now."""
    words: Mapping[int, Sequence[MemoryWord]] = field(default_factory=dict)
    """What the memory of a chapter makes likelier, of those that were asked."""

    def of_chapter(self, number: int) -> tuple[SnapshotPlace, ...]:
        return tuple(each for each in self.places if each.link.chapter == number)

    @property
    def stored(self) -> tuple[SnapshotPlace, ...]:
        return tuple(each for each in self.places if each.stored is not None)

    @property
    def num_bytes(self) -> int:
        return sum(each.stored.num_bytes for each in self.places if each.stored is not None)

    def place(self, key: str | None) -> SnapshotPlace | None:
        return next((each for each in self.places if each.link.key == key), None)

    def stored_before(self, key: str) -> SnapshotPlace | None:
        """The last snapshot that is stored before a segment's."""
        found = None
        for each in self.places:
            if each.link.key == key:
                return found
            found = each if each.stored is not None else found
        return None

    def chapter_ends(self) -> dict[int, str]:
        """The key of the last stored snapshot of each chapter that has one."""
        return {each.link.chapter: each.link.key for each in self.stored}

    def pairs(self) -> list[tuple[str, str]]:
        """Keys of the snapshots to compare: each stored one with the one before, and chapter ends
        with one another."""
        ends = list(self.chapter_ends().values())
        stored = [each.link.key for each in self.stored]
        along = list(pairwise(stored)) if len(stored) <= _MOST_PAIRS else []
        return list(dict.fromkeys([*along, *pairwise(ends)]))


def memory_kind(novel: NovelRecord) -> MemoryKind:
    """What memory a novel has as it is set now."""
    if novel.model == SCRIPTED_MODEL:
        return MemoryKind.SCRIPTED
    if is_server(novel.model):
        return MemoryKind.SERVER
    return MemoryKind.OFF if novel.adapter == NO_MEMORY_ADAPTER else MemoryKind.ADAPTER


def read_memory(workbench: Workbench, novel_id: str) -> NovelMemory:
    """What is stored, without the numbers themselves."""
    novel = workbench.find(novel_id).novel
    places = tuple(SnapshotPlace(link, stored) for link, stored in workbench.snapshots(novel_id))
    last = next((each.link.key for each in reversed(places) if each.stored is not None), None)
    slots, numbers = (0, 0) if last is None else _shape(workbench, last)
    return NovelMemory(
        memory_kind(novel),
        _adapter_name(novel.adapter),
        slots,
        numbers,
        places,
        bool(novel.model_fingerprint),
        read_all_memory_words(workbench, novel_id),
    )


def read_changes(
    workbench: Workbench, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], MemoryChange]:
    """How far each second memory is from its first; those that cannot be read are left out."""
    found: dict[tuple[str, str], MemoryChange] = {}
    for before, after in pairs:
        with workbench.store.reading() as work:
            stored = work.snapshots.get(before), work.snapshots.get(after)
        if stored[0] is None or stored[1] is None:
            continue
        try:
            one, other = parse_memory(stored[0].data), parse_memory(stored[1].data)
            found[before, after] = change_between(one, other)
        except MemoryStateError:  # verify tells
            continue
    return found


def _shape(workbench: Workbench, key: str) -> tuple[int, int]:
    with workbench.store.reading() as work:
        snapshot = work.snapshots.get(key)
    try:
        memory = None if snapshot is None else parse_memory(snapshot.data)
    except MemoryStateError:
        memory = None
    return (0, 0) if memory is None else (memory.num_mem_tokens, memory.hidden_size)


def _adapter_name(adapter: str) -> str:
    return Path(adapter).name or adapter
