"""Gives a chapter an open revision to write in: a new one, the one that is there, or a copy.

What a chapter holds already is kept to the letter, white space at its end aside. It is copied
into a new open revision when it cannot be written on as it is: a person's text, segments of
another past, or of another model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from novelgen.engine.protocol import Engine
from novelgen.generation.memory_chain import branch_chain
from novelgen.generation.memory_identity import MemoryIdentity, identity_of_engine
from novelgen.text.segmentation import closed_segment
from novelgen.text.words import count_words
from storage.errors import HeadMoved
from storage.records import (
    CONTINUES,
    ChapterRecord,
    NewRevision,
    NewSegment,
    RevisionOrigin,
    RevisionRecord,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Kept:
    """Prose that a revision begins with: closed segments, and what is in none yet."""

    segments: tuple[NewSegment, ...]
    opening: str
    """The rest, where there is no segment that could carry it."""
    words: int


def open_chapter(
    store: Store, engine: Engine, branch_id: str, number: int, title: str
) -> RevisionRecord:
    """The open revision of a chapter, ready to be written on in this branch's past.

    Raises `HeadMoved` when the chapter is complete, or changes in this moment.
    """
    identity = identity_of_engine(engine.info)
    with store.reading() as work:
        chapter = work.chapters.get(branch_id, number)
        if chapter is not None:
            parent_key = key_before(work, branch_id, number, identity)
            if _goes_on(work, chapter, identity, parent_key):
                return chapter.revision
            text = work.texts.of_revision(chapter.revision.id)
            if chapter.revision.state is RevisionState.PARTIAL:
                text = text.rstrip() + "\n\n"  # what is drawn begins a paragraph of its own
    if chapter is None:
        with store.writing() as work:
            if work.chapters.get(branch_id, number) is not None:
                raise _changed(number)
            return work.chapters.begin_chapter(
                branch_id,
                number,
                title,
                RevisionOrigin.GENERATED,
                genesis_key=identity.genesis_key,
            ).revision
    if chapter.revision.state is RevisionState.COMPLETE:
        raise HeadMoved(f"Chapter {number} is complete already.", "Look at the novel as it is now.")
    kept = keep_prose(engine, text, parent_key, chapter.revision)
    with store.writing() as work:
        present = work.chapters.get(branch_id, number)
        if present is None or present.revision.id != chapter.revision.id:
            raise _changed(number)
        provenance = {CONTINUES: chapter.revision.id}
        revision = add_kept(work, chapter.revision, kept, identity, provenance=provenance)
        work.chapters.point_at(branch_id, number, revision.id)
        work.inbox.follow(branch_id, chapter.revision.id, revision.id)
    return revision


def keep_prose(engine: Engine, text: str, parent_key: str, source: RevisionRecord) -> Kept:
    """Prose of a chapter that goes on after it, cut as if it had been written here."""
    identity = identity_of_engine(engine.info)
    size, count = engine.info.segment_size, engine.count_tokens
    pieces: list[str] = []
    rest = text
    while (piece := closed_segment(rest, size, count)) is not None:
        pieces.append(piece)
        rest = rest[len(piece) :]
    starts = [0, *accumulate(len(piece) for piece in pieces)]
    segments = []
    for position, piece in enumerate(pieces):
        key = identity.next_key(parent_key, piece)
        carry = rest if position == len(pieces) - 1 else ""
        segments.append(
            NewSegment(
                revision_id="",
                position=position,
                text=piece,
                words=count_words(piece),
                tokens=count(piece),
                parent_key=parent_key,
                key=key,
                carry=carry,
                carry_words=count_words(carry),
                provenance={"kept_from": source.id, "start": starts[position]},
            )
        )
        parent_key = key
    words = sum(segment.words for segment in segments) + count_words(rest)
    return Kept(tuple(segments), "" if segments else rest, words)


def add_kept(
    work: UnitOfWork,
    source: RevisionRecord,
    kept: Kept,
    identity: MemoryIdentity,
    *,
    provenance: Mapping[str, object],
) -> RevisionRecord:
    """A new open revision after `source` that begins with kept prose; nothing points at it yet."""
    new = NewRevision(
        source.chapter_number,
        source.title,
        RevisionOrigin.GENERATED,
        parent_id=source.id,
        words=kept.words,
        opening=kept.opening,
        genesis_key=identity.genesis_key,
        provenance=provenance,
    )
    return work.chapters.add_revision(source.novel_id, new, kept.segments)


def key_before(work: UnitOfWork, branch_id: str, number: int, identity: MemoryIdentity) -> str:
    """The key before a chapter.

    Raises `HeadMoved` when an earlier chapter was changed since its memory was read.
    """
    chain = branch_chain(work, branch_id, identity, through_chapter=number - 1)
    key = chain[-1].end_key if chain else identity.genesis_key
    if key is None:
        raise _changed_before(number)
    return key


def _goes_on(
    work: UnitOfWork, chapter: ChapterRecord, identity: MemoryIdentity, parent_key: str
) -> bool:
    """Whether the revision takes segments that follow those it has."""
    revision = chapter.revision
    if revision.state is not RevisionState.OPEN or revision.genesis_key != identity.genesis_key:
        return False
    keys = work.segments.keys_of_revision(revision.id)
    return not keys or keys[0][0] == parent_key


def _changed_before(number: int) -> HeadMoved:
    return HeadMoved(
        f"A chapter before chapter {number} was changed while its memory was read.",
        "Nothing is lost; resume once more.",
    )


def _changed(number: int) -> HeadMoved:
    return HeadMoved(f"Chapter {number} was changed in the meantime.", "Resume once more.")
