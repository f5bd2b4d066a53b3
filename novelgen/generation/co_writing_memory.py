"""The memory that text which is not saved yet is gone on from: the deepest that is stored already.

Nothing is computed and nothing is stored: what a person waits for is words. Earlier chapters count
as they are saved; of the chapter in hand those segments count that stand in the text to the letter,
whichever revision they were read in.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.engine.values import EngineInfo, MemoryState
from novelgen.errors import MemoryStateError
from novelgen.generation.memory_chain import branch_chain, chapter_pieces, links_of
from novelgen.generation.memory_head import stored_memory
from novelgen.generation.memory_identity import MemoryIdentity, identity_of_engine
from storage.records import RevisionRecord
from storage.unit_of_work import UnitOfWork

_LAST_REVISIONS = 8
"""Of the chapter in hand, that are looked at."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A memory, and how far it has read."""

    memory: MemoryState
    upto: str
    """Such as "chapter 3, segment 2"; empty for that before any prose."""


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    upto: str


def deepest_memory(
    work: UnitOfWork,
    branch_id: str,
    info: EngineInfo,
    initial: MemoryState,
    chapter: int,
    before: str,
) -> Remembered:
    """The memory of as much as is read of what stands before a place; `initial` if nothing is.

    `before` is the text of the chapter up to the place.
    """
    if not info.num_mem_tokens:
        return Remembered(initial, "")
    places = list(_places_before(work, branch_id, identity_of_engine(info), chapter, before))
    stored = work.snapshots.summaries([place.key for place in places])
    for place in reversed(places):
        found = stored.get(place.key)
        if found is None or found.dtype != info.memory_precision:
            continue
        try:
            memory = stored_memory(work, place.key, info).memory
        except MemoryStateError:
            continue
        return Remembered(memory, place.upto)
    return Remembered(initial, "")


def _places_before(
    work: UnitOfWork, branch_id: str, identity: MemoryIdentity, chapter: int, before: str
) -> Iterator[_Stored]:
    """Where a memory may be stored, in reading order."""
    chain = branch_chain(work, branch_id, identity, through_chapter=chapter - 1)
    read = [each for each in chain if each.end_key is not None]
    for each in read[:-1]:
        if each.has_text and each.end_key is not None:
            yield _Stored(each.end_key, f"the end of chapter {each.number}")
    for link in links_of(work, read[-1:], identity):
        yield _Stored(link.key, _told(link.chapter, link.position + 1))
    if len(read) < len(chain):
        return
    parent = read[-1].end_key if read else identity.genesis_key
    novel_id = work.branches.get(branch_id).novel_id
    longest: list[_Stored] = []
    for revision in reversed(work.chapters.revisions(novel_id, chapter)[-_LAST_REVISIONS:]):
        keys = _keys_within(work, revision, identity, parent or "", before)
        if len(keys) > len(longest):
            longest = [_Stored(key, _told(chapter, number)) for number, key in enumerate(keys, 1)]
    yield from longest


def _keys_within(
    work: UnitOfWork, revision: RevisionRecord, identity: MemoryIdentity, parent: str, before: str
) -> list[str]:
    """The keys after those segments of a revision that `before` begins with."""
    keys: list[str] = []
    read = 0
    for piece in chapter_pieces(work, revision, identity.genesis_key) or ():
        if not before.startswith(piece, read):
            break
        read += len(piece)
        parent = identity.next_key(parent, piece)
        keys.append(parent)
    return keys


def _told(chapter: int, segment: int) -> str:
    return f"chapter {chapter}, segment {segment}"
