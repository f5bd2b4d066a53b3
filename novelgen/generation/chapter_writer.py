"""Writes one chapter segment by segment, each segment one transaction.

What a run goes on from is only what is committed: the chain head, the text, and the `carry`, text
already drawn that begins the next segment. Everything else is computed from it, so a killed
run goes on with the words that an uninterrupted one would have written.
"""

import time
from collections.abc import Iterator, Sequence

from novelgen.errors import ModelError
from novelgen.generation.beats import NextPassage, next_passage
from novelgen.generation.book_so_far import BookSoFar
from novelgen.generation.chapter_task import ChapterTask
from novelgen.generation.events import SegmentCommitted, event_as_json
from novelgen.generation.material import ChapterMaterial
from novelgen.generation.memory_head import MemoryHead, next_head, snapshot_of
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.passage import Passage, PassagePlace, PassageWriter
from novelgen.generation.unattended import complete_unattended
from novelgen.text.segmentation import closed_segment
from novelgen.text.words import count_words
from storage.records import (
    ChapterCompletion,
    NewSegment,
    RevisionRecord,
    SegmentCommit,
)
from storage.story_records import NewFinding
from storage.unit_of_work import UnitOfWork

_MAX_EMPTY_PASSAGES = 5


class ChapterWriter:
    """Writes, or goes on writing, one open chapter."""

    def __init__(
        self,
        context: NovelContext,
        task: ChapterTask,
        revision: RevisionRecord,
        head: MemoryHead,
        book: BookSoFar,
        *,
        stands_revision_id: str | None = None,
    ) -> None:
        """`head` is the memory after the last segment of the revision, or before the chapter;
        `book` reads what stands before it.

        `stands_revision_id` is the chapter's text where the revision is a draft beside it.
        """
        self._context = context
        self._task = task
        self._revision = revision
        self._head = head
        self._stands_revision_id = stands_revision_id
        engine = context.engine
        self._passages = PassageWriter(
            engine, context.settings, context.novel.seed, context.watching
        )
        self._segment_size = engine.info.segment_size
        with context.store.reading() as work:
            last = work.segments.last_of_revision(revision.id)
            own = "".join(work.segments.texts_of_revision(revision.id))
            totals = work.chapters.totals(context.branch_id)
        self._position = revision.num_segments
        self._committed_words = revision.words - revision.open_words
        self._novel_words = totals.words - revision.open_words
        if stands_revision_id is not None:  # the draft would take the place of what is counted
            with context.store.reading() as work:
                stands = work.chapters.revision(stands_revision_id)
            self._novel_words += revision.words - stands.words
        self._open = last.carry if last else revision.opening
        self._material = ChapterMaterial(
            context, task, book.read_before(task.card.number), own + self._open
        )
        self._drawn: list[Passage] = []
        self._empty_passages = 0
        self._started = time.monotonic()

    @property
    def words(self) -> int:
        """Committed words of the chapter."""
        return self._committed_words

    @property
    def beat(self) -> int:
        """The beat that is drawn next, from 0; the number of beats when the chapter is drawn."""
        step = self._next_step()
        return len(self._task.beats) if step is None else step.beat

    def write(self) -> Iterator[SegmentCommitted]:
        """Commit segments until the chapter is complete or the person stops the run.

        A stop that comes while a segment is drawn takes effect once that segment is committed.
        """
        while True:
            for committed in self._commit_closed():
                yield committed
                if self._context.stop.is_requested:
                    return
            if self._context.stop.is_requested and not self._drawn:
                return
            step = self._next_step()
            if step is None:
                break
            passage = self._draw(step)
            if self._overshoots(passage, step):
                break
            self._open += passage.text
            self._material.add(passage.text)
            self._drawn.append(passage)
        yield from self._complete()

    def _next_step(self) -> NextPassage | None:
        words = self._committed_words + count_words(self._open)
        return next_passage(
            [beat.words for beat in self._task.beats], self._task.target_words, words
        )

    def _draw(self, step: NextPassage) -> Passage:
        self._context.watching.on_passage(
            self._task.card.number, self._position, len(self._drawn), self._open
        )
        place = PassagePlace(
            branch=self._context.branch_name,
            chapter=self._task.card.number,
            revision=self._revision.number,
            segment=self._position,
            passage=len(self._drawn),
        )
        material = self._material.for_passage(step, self._head.memory)
        passage = self._passages.draw(place, material)
        self._empty_passages = 0 if passage.words else self._empty_passages + 1
        if self._empty_passages >= _MAX_EMPTY_PASSAGES:
            raise ModelError(
                f"The model wrote nothing usable in chapter {self._task.card.number}, "
                f"{self._empty_passages} passages in a row.",
                "Try another model, or another premise; what is written so far is kept.",
            )
        return passage

    def _overshoots(self, passage: Passage, step: NextPassage) -> bool:
        """Whether the chapter is nearer to its target without its last passage."""
        has_text = bool(self._open or self._position)
        return step.ends_chapter and has_text and passage.words > 2 * step.wanted_words

    def _commit_closed(self) -> Iterator[SegmentCommitted]:
        count = self._context.engine.count_tokens
        while True:
            text = closed_segment(self._open, self._segment_size, count)
            if text is None:
                return
            yield self._commit(text, completes_chapter=False)

    def _complete(self) -> Iterator[SegmentCommitted]:
        """The open text fits one segment here; its commit and the chapter's end are one."""
        self._open = self._open.rstrip()
        if self._open:
            yield self._commit(self._open, completes_chapter=True)
            return
        findings = self._material.review(self._revision.id)
        with self._context.store.writing() as work:
            work.complete_chapter(
                ChapterCompletion(
                    self._context.novel.id,
                    self._context.branch_id,
                    self._context.run.epoch,
                    self._revision.id,
                    self._stands_revision_id,
                )
            )
            self._keep_findings(work, findings)

    def _commit(self, text: str, *, completes_chapter: bool) -> SegmentCommitted:
        head = next_head(self._context.engine, self._head, text)
        now = time.monotonic()
        segment = NewSegment(
            revision_id=self._revision.id,
            position=self._position,
            text=text,
            words=count_words(text),
            tokens=self._context.engine.count_tokens(text),
            parent_key=self._head.key,
            key=head.key,
            carry=self._open[len(text) :],
            carry_words=count_words(self._open[len(text) :]),
            provenance={"passages": [passage.provenance for passage in self._drawn]},
            elapsed_seconds=now - self._started,
        )
        commit = SegmentCommit(
            novel_id=self._context.novel.id,
            branch_id=self._context.branch_id,
            expected_epoch=self._context.run.epoch,
            expected_parent_key=self._head.key,
            segment=segment,
            snapshot=snapshot_of(head.key, self._head.key, head.memory, self._context.engine.info),
            run_id=self._context.run.id,
            completes_chapter=completes_chapter,
            context=[passage.context for passage in self._drawn],
            stands_revision_id=self._stands_revision_id,
            event=event_as_json(self._event(segment)),
        )
        findings = self._material.review(self._revision.id) if completes_chapter else []
        with self._context.store.writing() as work:
            work.commit_segment(commit)
            if completes_chapter:
                self._keep_findings(work, findings)
        return self._advance(segment, head, now)

    def _keep_findings(self, work: UnitOfWork, findings: Sequence[NewFinding]) -> None:
        """What is odd in the whole chapter is kept as it is completed."""
        work.findings.add(findings)
        complete_unattended(work, self._context.branch_id, self._revision, findings)

    def _event(self, segment: NewSegment) -> SegmentCommitted:
        drawn = sum(passage.tokens_drawn for passage in self._drawn)
        return SegmentCommitted(
            chapter=self._task.card.number,
            position=segment.position,
            words=segment.words,
            tokens=segment.tokens,
            tokens_drawn=drawn,
            chapter_words=self._committed_words + segment.words,
            novel_words=self._novel_words + segment.words,
            elapsed_seconds=segment.elapsed_seconds,
        )

    def _advance(self, segment: NewSegment, head: MemoryHead, now: float) -> SegmentCommitted:
        event = self._event(segment)
        self._head = head
        self._open = self._open[len(segment.text) :]
        self._position += 1
        self._committed_words += segment.words
        self._novel_words += segment.words
        self._drawn = []
        self._started = now
        return event
