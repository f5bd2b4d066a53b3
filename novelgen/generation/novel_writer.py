"""Plans and writes a novel to its end, as a stream of events.

Each chapter's target is shared out again from the words left, so what one chapter overshoots the
rest pays back. The writer keeps no text of earlier chapters, only the cards of the plan.
"""

from collections.abc import Iterator

from novelgen.generation.book_so_far import BookSoFar
from novelgen.generation.chapter_task import ChapterTask, chapter_target
from novelgen.generation.chapter_writer import ChapterWriter
from novelgen.generation.events import (
    ChapterBegun,
    ChapterFinished,
    Event,
    NovelFinished,
    RunStopped,
    SegmentCommitted,
    StopReason,
)
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.open_chapter import open_chapter
from novelgen.generation.passage import DrawingCancelled
from novelgen.generation.plan_keeper import PlanKeeper
from novelgen.generation.unattended import begin_unattended
from novelgen.planning.questions import PlanningCancelled
from novelgen.story.keeper import StoryKeeper
from novelgen.story.model_reader import ReadingCancelled
from novelgen.story.planned_entries import PlannedEntry, keep_planned_entries
from storage.records import ChapterRecord, RevisionState
from storage.story_records import EntryKind


class NovelWriter:
    """Goes on with a novel from wherever its committed state stands."""

    def __init__(self, context: NovelContext) -> None:
        self._context = context
        self._plan = PlanKeeper(context)
        self._book = BookSoFar(context.store, context.branch_id)
        self._story = StoryKeeper(
            context.store,
            context.novel,
            context.branch_id,
            engine=context.planner,
            library=context.library,
            observer=context.watching,
            run_epoch=context.run.epoch,
        )
        self._finished_words: dict[int, int] = {}
        self._stopped: StopReason | None = None
        self._beats_done = 0
        """In the chapters of this run that are complete."""

    def run(self) -> Iterator[Event]:
        """Plan, write and complete chapters; the last event is `NovelFinished` or `RunStopped`."""
        try:
            yield from self._run()
        except (PlanningCancelled, DrawingCancelled, ReadingCancelled):
            yield self._stopped_for(self._context.stop.reason)

    def _run(self) -> Iterator[Event]:
        self._plan.ensure_premise_and_title()
        self._keep_cast()
        if self._context.limits.plan_only:
            yield from self._plan_all()
            return
        self._finished_words = self._count_finished()
        number = 0  # the plan may grow or shrink while it is written by
        while (number := number + 1) <= self._plan.structure.total_chapters:
            if number in self._finished_words:
                continue
            reason = self._stop_reason(number - 1)
            if reason is None:
                self._look_again()
                if number > self._plan.structure.total_chapters:
                    break
                yield from self._plan.ensure_part(number)
                reason = self._stop_reason(number - 1)
            if reason is None:
                yield from self._context.memory_reader().read_before(number)
                self._catch_up(number)
                reason = self._stop_reason(number - 1)
            if reason is None:
                yield from self._write_chapter(number)
                self._plan = PlanKeeper(self._context)
                reason = self._stop_reason(number if number in self._finished_words else number - 1)
            if reason is not None and not self._is_finished():
                yield self._stopped_for(reason)
                return
        yield NovelFinished(self._words(), self._plan.target_words)

    def _stopped_for(self, reason: StopReason) -> RunStopped:
        stop = self._context.stop
        return RunStopped(reason, self._words(), stop.why if reason is stop.reason else "")

    def _look_again(self) -> None:
        """A person may have changed plan and chapters since the last one was begun."""
        self._plan = PlanKeeper(self._context)
        self._keep_cast()
        self._finished_words = self._count_finished()

    def _keep_cast(self) -> None:
        """Whom the plan names is known before the text names them."""
        cast = self._plan.cast
        planned = [
            PlannedEntry(member.name, kind, member.description)
            for kind, members in (
                (EntryKind.CHARACTER, cast.characters),
                (EntryKind.PLACE, cast.places),
            )
            for member in members
        ]
        with self._context.store.writing() as work:
            work.require_epoch(self._context.novel.id, self._context.run.epoch)
            keep_planned_entries(work, self._context.branch_id, planned)

    def _catch_up(self, number: int) -> None:
        """What is known of the chapters before one is brought up to their text."""
        for _ in self._story.catch_up(number):
            if self._context.stop.is_requested:
                return

    def _plan_all(self) -> Iterator[Event]:
        yield from self._plan.ensure_all()
        stop = self._context.stop
        reason = stop.reason if stop.is_requested else StopReason.PLAN_ONLY
        yield self._stopped_for(reason)

    def _write_chapter(self, number: int) -> Iterator[Event]:
        context = self._context
        task = self._task(number)
        revision = open_chapter(
            context.store, context.engine, context.branch_id, number, task.card.title
        )
        # A person's text, or that of another past, is in segments that no memory has read yet.
        yield from context.memory_reader().read_before(number + 1)
        if context.stop.is_requested:
            return
        with context.store.writing() as work:
            if work.runs.get(context.run.id).is_unattended:  # a person may come and go
                begin_unattended(work, context.run, revision, is_held=context.holds_drafts)
        total = self._plan.structure.total_chapters
        yield ChapterBegun(number, total, task.card.title, task.target_words)
        head = context.memory_reader().head_before(number + 1)
        writer = ChapterWriter(context, task, revision, head, self._book)
        first_beat = writer.beat
        for event in writer.write():
            yield event
            self._stopped = self._limit_reached(event, writer.beat - first_beat)
            if self._stopped is not None:
                break
        self._beats_done += writer.beat - first_beat
        if self._stored(number).revision.state is RevisionState.COMPLETE:
            self._finished_words[number] = writer.words
            self._thin_out(number - 1)
            self._story.read_chapter(number)
            yield ChapterFinished(number, writer.words, task.target_words, self._words())

    def _limit_reached(self, event: SegmentCommitted, beats: int) -> StopReason | None:
        """`beats` of this chapter are done."""
        limits = self._context.limits
        if limits.until_words is not None and event.novel_words >= limits.until_words:
            return StopReason.WORD_LIMIT
        if limits.beats is not None and self._beats_done + beats >= limits.beats:
            return StopReason.BEAT_LIMIT
        return None

    def _task(self, number: int) -> ChapterTask:
        structure = self._plan.structure
        return ChapterTask(
            title=self._plan.title,
            premise=self._plan.premise,
            card=self._plan.card(number),
            beats=self._plan.beats(number),
            target_words=chapter_target(
                structure, number, self._finished_words, self._plan.target_words
            ),
            novel_words=self._plan.target_words,
            total_chapters=structure.total_chapters,
            earlier=self._plan.card(number - 1).brief if number > 1 else "",
        )

    def _thin_out(self, number: int) -> None:
        """Let go of memories within a chapter that writing has left behind for good."""
        with self._context.store.writing() as work:
            chapter = work.chapters.get(self._context.branch_id, number)
            if chapter is not None and chapter.revision.state is RevisionState.COMPLETE:
                self._context.retention.thin_out(work, chapter.revision)

    def _stored(self, number: int) -> ChapterRecord:
        with self._context.store.reading() as work:
            chapter = work.chapters.get(self._context.branch_id, number)
        if chapter is None:
            raise LookupError(f"chapter {number} is not stored")
        return chapter

    def _count_finished(self) -> dict[int, int]:
        with self._context.store.reading() as work:
            chapters = work.chapters.of_branch(self._context.branch_id)
        return {
            chapter.number: chapter.revision.words
            for chapter in chapters
            if chapter.revision.state is RevisionState.COMPLETE
        }

    def _stop_reason(self, finished_chapters: int) -> StopReason | None:
        if self._stopped is not None:
            return self._stopped
        if self._context.stop.is_requested:
            return self._context.stop.reason
        limits = self._context.limits
        if limits.until_chapter is not None and finished_chapters >= limits.until_chapter:
            return StopReason.CHAPTER_LIMIT
        if limits.until_words is not None and self._words() >= limits.until_words:
            return StopReason.WORD_LIMIT
        return None

    def _is_finished(self) -> bool:
        return len(self._finished_words) >= self._plan.structure.total_chapters

    def _words(self) -> int:
        with self._context.store.reading() as work:
            return work.chapters.totals(self._context.branch_id).words
