"""Reads memory from prose that is there: after an edit, for another model, or where bytes are bad.

Writes snapshots and cuts only, never a word. Every snapshot is stored on its own, and an equal key
is an equal memory; so it may be interrupted anywhere, go on later, and run beside a writer.
"""

from collections.abc import Generator, Iterator, Sequence
from itertools import accumulate

from novelgen.engine.memory import parse_memory, require_fit
from novelgen.engine.protocol import Engine
from novelgen.engine.values import MemoryState
from novelgen.errors import MemoryStateError
from novelgen.generation.events import MemoryReread
from novelgen.generation.foreign_memory import foreign_precision
from novelgen.generation.memory_chain import (
    ChapterChain,
    Link,
    branch_chain,
    chapter_pieces,
    links_of,
)
from novelgen.generation.memory_head import (
    MemoryHead,
    initial_head,
    snapshot_of,
    stored_memory,
)
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.retention import Retention
from novelgen.generation.stop import StopSignal
from novelgen.text.segmentation import split_segments
from storage.errors import HeadMoved
from storage.records import RevisionRecord, SnapshotSummary
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_TRIES = 5
"""Times that reading begins again because the text was changed under it."""


class MemoryReader:
    """Brings the stored memories of a branch up to its text."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        branch_id: str,
        *,
        retention: Retention,
        stop: StopSignal,
        replaces_foreign: bool = False,
        is_afresh: bool = False,
    ) -> None:
        """`replaces_foreign`: read again what was written in another precision; `is_afresh`:
        read again whatever is stored."""
        self._store = store
        self._engine = engine
        self._identity = identity_of_engine(engine.info)
        self._branch_id = branch_id
        self._retention = retention
        self._stop = stop
        self._replaces_foreign = replaces_foreign
        self._is_afresh = is_afresh
        self._pieces: tuple[str, tuple[str, ...]] = ("", ())
        """Of the revision read last: a chapter is fetched once, not for every segment."""

    def read_all(self) -> Iterator[MemoryReread]:
        """Read whatever is behind, in all chapters."""
        yield from self._read(None, every=True)

    def read_before(self, chapter: int) -> Iterator[MemoryReread]:
        """Read what the memory before a chapter needs, and no more.

        When earlier chapters are changed meanwhile it begins again, a few times.
        """
        for _ in range(_TRIES):
            yield from self._read(chapter - 1, every=False)
            if self._stop.is_requested or self._is_read_before(chapter):
                return

    def read_revision(
        self, revision: RevisionRecord, head: MemoryHead
    ) -> Generator[MemoryReread, None, MemoryHead]:
        """Read the segments of a revision that no chapter points at, from the memory before it.

        Returns the memory after them, or an earlier one when the run is stopped. Raises `HeadMoved`
        when the revision was begun in another past: its keys name memories of that one.
        """
        with self._store.reading() as work:
            segments = list(work.segments.of_revision(revision.id))
        if segments and segments[0].parent_key != head.key:
            raise HeadMoved(
                f"A chapter before chapter {revision.chapter_number} was changed since this draft "
                "of it was begun.",
                "What was drafted is kept with its revisions; let it be drafted anew.",
            )
        for done, segment in enumerate(segments, 1):
            if self._stop.is_requested:
                break
            with self._store.reading() as work:
                stored = work.snapshots.summaries([segment.key]).get(segment.key)
                if self._is_usable(stored):
                    head = stored_memory(work, segment.key, self._engine.info)
                    continue
            memory = self._written(head.memory, segment.text)
            snapshot = snapshot_of(segment.key, head.key, memory, self._engine.info)
            with self._store.writing() as work:
                work.snapshots.replace(snapshot)
            head = MemoryHead(segment.key, memory)
            yield MemoryReread(revision.chapter_number, done, len(segments))
        return head

    def head_before(self, chapter: int) -> MemoryHead:
        """The memory before a chapter, which `read_before` has brought up to date.

        Raises `HeadMoved` when earlier chapters were changed since, `MemoryStateError` when its
        bytes cannot be used.
        """
        with self._store.reading() as work:
            chain = self._chain(work, chapter - 1)
            end = chain[-1].end_key if chain else self._identity.genesis_key
            if end == self._identity.genesis_key:
                return initial_head(self._engine)
            if end is None or not work.snapshots.summaries([end]):
                raise HeadMoved(
                    f"A chapter before chapter {chapter} was changed while its memory was read.",
                    "Nothing is lost; resume once more.",
                )
            return stored_memory(work, end, self._engine.info)

    def _is_read_before(self, chapter: int) -> bool:
        with self._store.reading() as work:
            chain = self._chain(work, chapter - 1)
            end = chain[-1].end_key if chain else self._identity.genesis_key
            return end is not None and (
                end == self._identity.genesis_key or bool(work.snapshots.summaries([end]))
            )

    def _read(self, through_chapter: int | None, *, every: bool) -> Iterator[MemoryReread]:
        self._cut(through_chapter)
        damaged: set[str] = set()
        while True:
            with self._store.reading() as work:
                chain = self._chain(work, through_chapter)
                if not every:
                    chain = self._after_last_usable(work, chain, damaged)
                links = links_of(work, chain, self._identity)
                summaries = work.snapshots.summaries([link.key for link in links])
            present = [
                link.key not in damaged and self._is_usable(summaries.get(link.key))
                for link in links
            ]
            wanted = self._wanted(links, every=every)
            found = self._damaged(links, present, wanted)
            if found:
                damaged |= found
                continue
            needed = _needed(present, wanted)
            try:
                yield from self._read_links(links, needed)
            except _Damaged as error:
                damaged.add(error.key)
                continue
            return

    def _read_links(self, links: Sequence[Link], needed: Sequence[bool]) -> Iterator[MemoryReread]:
        total, done = sum(needed), 0
        memory: MemoryState | None = None
        for index, link in enumerate(links):
            if not needed[index]:
                memory = None
                continue
            if self._stop.is_requested:
                return
            with self._store.reading() as work:
                if memory is None:
                    memory = self._load_or_tell(work, links, index - 1)
                text = self._text_of(work, link)
            memory = self._written(memory, text)
            ends_stretch = index + 1 == len(links) or not needed[index + 1]
            if self._retention.keeps(link) or ends_stretch:
                self._keep(link, memory)
            done += 1
            yield MemoryReread(link.chapter, done, total)

    def _after_last_usable(
        self, work: UnitOfWork, chain: Sequence[ChapterChain], damaged: set[str]
    ) -> list[ChapterChain]:
        """The chapters after the last one whose end has a memory, that one included."""
        summaries = work.snapshots.summaries([c.end_key for c in chain if c.end_key])
        start = len(chain) - 1
        while start > 0:
            key = chain[start].end_key
            if key and key not in damaged and self._is_usable(summaries.get(key)):
                break
            start -= 1
        return list(chain[max(start, 0) :])

    def _wanted(self, links: Sequence[Link], *, every: bool) -> list[bool]:
        if every:
            return [self._retention.keeps(link) for link in links]
        return [index == len(links) - 1 for index in range(len(links))]

    def _damaged(
        self, links: Sequence[Link], present: Sequence[bool], wanted: Sequence[bool]
    ) -> set[str]:
        """The keys of those wanted whose stored bytes cannot be used."""
        found = set()
        for link, is_there, is_wanted in zip(links, present, wanted, strict=True):
            if not is_there or not is_wanted:
                continue
            try:
                with self._store.reading() as work:
                    stored_memory(work, link.key, self._engine.info)
            except MemoryStateError:
                found.add(link.key)
        return found

    def _is_usable(self, summary: SnapshotSummary | None) -> bool:
        """Raises `ForeignMemoryError` for another precision that is not to be replaced."""
        if summary is None or self._is_afresh:
            return False
        precision = self._engine.info.memory_precision
        if summary.dtype == precision:
            return True
        if self._replaces_foreign:
            return False
        raise foreign_precision(summary.dtype, precision, "NOVEL")

    def _load_or_tell(self, work: UnitOfWork, links: Sequence[Link], index: int) -> MemoryState:
        try:
            return self._load(work, links, index)
        except MemoryStateError as error:
            raise _Damaged(links[index].key if index >= 0 else links[0].parent_key) from error

    def _load(self, work: UnitOfWork, links: Sequence[Link], index: int) -> MemoryState:
        """The memory after a link; after -1, the one before the first link."""
        key = links[index].key if index >= 0 else links[0].parent_key
        if key == self._identity.genesis_key:
            return initial_head(self._engine).memory
        return stored_memory(work, key, self._engine.info).memory

    def _written(self, memory: MemoryState, text: str) -> MemoryState:
        """Through the bytes, so that it is what a fresh process would load."""
        written = parse_memory(self._engine.write(memory, text).data)
        require_fit(written, self._engine.info)
        return written

    def _text_of(self, work: UnitOfWork, link: Link) -> str:
        if self._pieces[0] != link.revision_id:
            revision = work.chapters.revision(link.revision_id)
            pieces = chapter_pieces(work, revision, self._identity.genesis_key)
            if pieces is None:
                raise LookupError(f"chapter {link.chapter} is not cut")
            self._pieces = (link.revision_id, pieces)
        return self._pieces[1][link.position]

    def _keep(self, link: Link, memory: MemoryState) -> None:
        snapshot = snapshot_of(link.key, link.parent_key, memory, self._engine.info)
        with self._store.writing() as work:
            work.snapshots.replace(snapshot)

    def _chain(self, work: UnitOfWork, through_chapter: int | None) -> list[ChapterChain]:
        return branch_chain(work, self._branch_id, self._identity, through_chapter=through_chapter)

    def _cut(self, through_chapter: int | None) -> None:
        """Cut into segments what this engine has not read before."""
        genesis = self._identity.genesis_key
        with self._store.reading() as work:
            chapters = [
                chapter
                for chapter in work.chapters.of_branch(self._branch_id)
                if through_chapter is None or chapter.number <= through_chapter
            ]
            uncut = [
                chapter.revision.id
                for chapter in chapters
                if chapter.revision.genesis_key != genesis
                and work.texts.cut_ends(chapter.revision.id, genesis) is None
            ]
        for revision_id in uncut:
            with self._store.reading() as work:
                text = work.texts.of_revision(revision_id)
            engine = self._engine
            pieces = split_segments(text, engine.info.segment_size, engine.count_tokens)
            ends = tuple(accumulate(len(piece) for piece in pieces))
            with self._store.writing() as work:
                work.texts.keep_cut(revision_id, genesis, ends)


class _Damaged(Exception):
    """A stored memory cannot be used after all; it is read again."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _needed(present: Sequence[bool], wanted: Sequence[bool]) -> list[bool]:
    """Which segments must be read: those wanted and missing, and what lies before them."""
    needed = [False] * len(present)
    follows = False
    for index in reversed(range(len(present))):
        follows = not present[index] and (wanted[index] or follows)
        needed[index] = follows
    return needed
