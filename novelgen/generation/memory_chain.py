"""The keys of a branch's memory: a function of its prose, computed when it is asked for.

Segments keep the keys they were written with. After an edit those of later chapters belong to
another past; their keys in this branch are computed from their texts, so whether a memory is
there is a question of its key and of nothing else. Knows no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from novelgen.generation.memory_identity import MemoryIdentity
from storage.records import ChapterRecord, RevisionRecord
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChapterChain:
    """Where a chapter stands in the chain, in the past that the branch gives it."""

    chapter: ChapterRecord
    parent_key: str | None
    """The key before it; None when an earlier chapter is not cut into segments yet."""
    end_key: str | None
    """The key after it; None when it, or an earlier one, is not cut yet by this engine."""
    is_as_written: bool
    """Whether its segments have the keys that they were written with."""

    @property
    def number(self) -> int:
        return self.chapter.number

    @property
    def has_text(self) -> bool:
        """Whether any of it is in segments; the beginning of an open chapter is not."""
        return self.end_key != self.parent_key


@dataclass(frozen=True, slots=True)
class Link:
    """One segment in the chain of a branch. `position` counts from 0 in its chapter."""

    chapter: int
    position: int
    is_last: bool
    """Whether it is the last segment of its chapter."""
    revision_id: str
    parent_key: str
    key: str


def branch_chain(
    work: UnitOfWork,
    branch_id: str,
    identity: MemoryIdentity,
    *,
    through_chapter: int | None = None,
) -> list[ChapterChain]:
    """The chain of a branch, chapter by chapter in reading order.

    Two queries for all; the texts are read only of chapters behind another past.
    """
    ends = work.segments.ends_of_branch(branch_id)
    parent: str | None = identity.genesis_key
    chain: list[ChapterChain] = []
    for chapter in work.chapters.of_branch(branch_id):
        if through_chapter is not None and chapter.number > through_chapter:
            break
        revision = chapter.revision
        written = ends.get(revision.id, (parent, parent))
        is_as_written = revision.genesis_key == identity.genesis_key and written[0] == parent
        if parent is None or is_as_written:
            end = None if parent is None else written[1]
        else:
            keys = _computed_keys(work, revision, identity, parent)
            end = None if keys is None else [parent, *keys][-1]
        chain.append(ChapterChain(chapter, parent, end, is_as_written))
        parent = end
    return chain


def links_of(
    work: UnitOfWork, chain: Sequence[ChapterChain], identity: MemoryIdentity
) -> list[Link]:
    """All segments of some chapters of a chain, in reading order; up to one that is not cut."""
    links: list[Link] = []
    for chapter in chain:
        if chapter.parent_key is None or chapter.end_key is None:
            break
        revision = chapter.chapter.revision
        if chapter.is_as_written:
            keys = [key for _, key in work.segments.keys_of_revision(revision.id)]
        else:
            keys = _computed_keys(work, revision, identity, chapter.parent_key) or []
        last = len(keys) - 1
        links += [
            Link(chapter.number, position, position == last, revision.id, parent, key)
            for position, (parent, key) in enumerate(pairwise([chapter.parent_key, *keys]))
        ]
    return links


def chapter_pieces(
    work: UnitOfWork, revision: RevisionRecord, genesis_key: str
) -> tuple[str, ...] | None:
    """The segments that an engine reads a revision in; None when it has not cut it yet."""
    if revision.genesis_key == genesis_key:
        return tuple(work.segments.texts_of_revision(revision.id))
    ends = work.texts.cut_ends(revision.id, genesis_key)
    if ends is None:
        return None
    text = work.texts.of_revision(revision.id)
    return tuple(text[start:end] for start, end in pairwise((0, *ends)))


def chapters_behind(
    work: UnitOfWork, branch_id: str, identity: MemoryIdentity | None
) -> tuple[int, ...]:
    """The chapters whose text no stored memory has read in this past, in order.

    None is named for a novel that no engine has read yet.
    """
    if identity is None:
        return ()
    chain = branch_chain(work, branch_id, identity)
    ends = [chapter.end_key for chapter in chain if chapter.end_key is not None]
    stored = work.snapshots.summaries(ends)
    return tuple(
        chapter.number
        for chapter in chain
        if chapter.end_key is None or (chapter.has_text and chapter.end_key not in stored)
    )


def _computed_keys(
    work: UnitOfWork, revision: RevisionRecord, identity: MemoryIdentity, parent: str
) -> list[str] | None:
    pieces = chapter_pieces(work, revision, identity.genesis_key)
    if pieces is None:
        return None
    keys = []
    for piece in pieces:
        parent = identity.next_key(parent, piece)
        keys.append(parent)
    return keys
