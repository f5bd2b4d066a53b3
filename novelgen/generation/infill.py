"""Rewrites a passage of a chapter with the text before and after in view.

Some rewritings are drawn, judged by how well they lead to the text after, and the best is put into
the place of the passage as a new revision, which `undo` takes back. Until then nothing is changed;
the other rewritings stay with the revision, and any of them can be taken instead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from novelgen.errors import UsageError
from novelgen.generation.events import Event, PassageRewritten, RunStopped
from novelgen.generation.infill_drawing import InfillDrawer, InfillTask
from novelgen.generation.infill_keeping import (
    StandingPassage,
    checks_of,
    keep_candidate,
    rewritten,
    standing_passage,
)
from novelgen.generation.infill_ranking import Rewriting, best, judged
from novelgen.generation.memory_head import MemoryHead, next_head, stored_memory
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.passage import DrawingCancelled
from novelgen.generation.passage_locks import require_unlocked
from novelgen.generation.planned_place import planned_place
from novelgen.story.keeper import StoryKeeper
from novelgen.story.model_reader import ReadingCancelled
from novelgen.text.segmentation import split_segments
from novelgen.text.sentences import end_of_prose
from novelgen.text.words import count_words
from storage.records import NovelRecord
from storage.store import Store

CANDIDATES = 4
MIN_WORDS, MAX_WORDS = 8, 2_000
"""Words of a rewriting; whoever wants more drafts the chapter anew from there."""
_CHARS_PER_TOKEN = 6


@dataclass(frozen=True, slots=True)
class Infill:
    """A passage that a person wants rewritten. Chapter and paragraphs count from 1."""

    chapter: int
    first: int
    last: int
    instruction: str = ""
    words: int | None = None
    """Words wanted; by default as many as there are."""
    candidates: int = CANDIDATES


def require_passage(store: Store, novel: NovelRecord, infill: Infill) -> None:
    """Raises `NotFoundError` and `UsageError` for what cannot be rewritten, before a model is
    loaded."""
    with store.reading() as work:
        passage = standing_passage(work, novel, infill.chapter, infill.first, infill.last)
        kept = [passage.before, passage.after]
        require_unlocked(work, novel.active_branch_id, infill.chapter, passage.text, kept)
    wanted = _wanted_words(passage, infill)
    if not MIN_WORDS <= wanted <= MAX_WORDS:
        raise UsageError(
            f"The passage is to have {wanted:,} words; it can be {MIN_WORDS} to {MAX_WORDS:,}.",
            "Choose other paragraphs or --words; `novelgen regenerate --from-paragraph` drafts "
            "the rest of a chapter anew.",
        )


class Infiller:
    """Rewrites one passage within a run."""

    def __init__(self, context: NovelContext, infill: Infill) -> None:
        """Raises `NotFoundError` and `UsageError` when the passage is not there."""
        self._context = context
        self._infill = infill
        with context.store.reading() as work:
            self._passage = standing_passage(
                work, context.novel, infill.chapter, infill.first, infill.last
            )

    def run(self) -> Iterator[Event]:
        """Draw, judge, and put the best in the place of the passage."""
        context = self._context
        yield from context.memory_reader().read_before(self._infill.chapter)
        if context.stop.is_requested:
            yield self._stopped()
            return
        try:
            rewritings = self._rewritings()
        except (DrawingCancelled, ReadingCancelled):
            rewritings = []
        if not rewritings:
            yield self._stopped()
            return
        yield self._put_in_place(rewritings)

    def _catch_up(self) -> None:
        """What is known of the chapters before is brought up to their text."""
        context = self._context
        story = StoryKeeper(
            context.store,
            context.novel,
            context.branch_id,
            engine=context.planner,
            library=context.library,
            observer=context.watching,
            run_epoch=context.run.epoch,
        )
        for _ in story.catch_up(self._infill.chapter):
            if context.stop.is_requested:
                return

    def _rewritings(self) -> list[Rewriting]:
        """Those drawn, with their marks; none when the person stopped it."""
        context = self._context
        self._catch_up()
        if context.stop.is_requested:
            return []
        head, segment = self._head()
        drawer = InfillDrawer(context, self._task(segment), head.memory)
        texts = drawer.draw_all(self._infill.candidates)
        if not texts:
            return []
        return judged(context.engine, drawer.around, texts, context.settings.tail_tokens)

    def _head(self) -> tuple[MemoryHead, int]:
        """The memory before the segment in which the passage begins, and that segment."""
        context, info = self._context, self._context.engine.info
        head = context.memory_reader().head_before(self._infill.chapter)
        identity = identity_of_engine(info)
        read = position = 0
        pieces = split_segments(self._passage.text, info.segment_size, context.engine.count_tokens)
        for piece in pieces:
            if read + len(piece) > self._passage.start:
                break
            key = identity.next_key(head.key, piece)
            with context.store.reading() as work:
                stored = work.snapshots.summaries([key]).get(key)
                is_usable = stored is not None and stored.dtype == info.memory_precision
                if is_usable:
                    head = stored_memory(work, key, info)
            if not is_usable:
                head = next_head(context.engine, head, piece)
            read += len(piece)
            position += 1
        return head, position

    def _task(self, segment: int) -> InfillTask:
        context, infill = self._context, self._infill
        revision = self._passage.chapter.revision
        words_before = count_words(self._passage.before)
        with context.store.reading() as work:
            revisions = work.chapters.revisions(context.novel.id, infill.chapter)
            place = planned_place(
                work,
                context.novel,
                context.branch_id,
                infill.chapter,
                words_before,
                revision.words,
            )
        return InfillTask(
            place=place,
            revision=revisions[-1].number + 1,
            segment=segment,
            instruction=infill.instruction,
            wanted_words=_wanted_words(self._passage, infill),
            own=self._passage.before,
            before=self._before(),
            after=self._after(),
        )

    def _before(self) -> str:
        """Enough of the prose before the passage; a chat model sees its own chapter only."""
        context = self._context
        chars = context.settings.tail_tokens * _CHARS_PER_TOKEN
        own = self._passage.before
        if context.engine.info.has_chat_template or len(own) >= chars:
            return end_of_prose(own, chars).strip()
        with context.store.reading() as work:
            earlier = work.texts.tail(context.branch_id, chars - len(own), self._infill.chapter)
        return end_of_prose("\n\n".join([*earlier, own]), chars).strip()

    def _after(self) -> str:
        """The prose behind the passage; of the next chapter where this one ends with it."""
        after = self._passage.after.strip()
        if after:
            return after
        with self._context.store.reading() as work:
            following = work.chapters.get(self._context.branch_id, self._infill.chapter + 1)
            return "" if following is None else work.texts.of_revision(following.revision.id)

    def _put_in_place(self, rewritings: Sequence[Rewriting]) -> PassageRewritten:
        context, passage, infill = self._context, self._passage, self._infill
        chosen = best(rewritings, _wanted_words(passage, infill))
        provenance = {
            "paragraphs": [infill.first, infill.last],
            "start": passage.start,
            "end": passage.end,
            "instruction": infill.instruction,
            "rewritten": passage.chapter.revision.id,
            "candidates": [each.as_json() for each in rewritings],
        }
        checks = checks_of(context.store, context.branch_id, passage, chosen.text)
        with context.store.writing() as work:
            work.require_epoch(context.novel.id, context.run.epoch)
            revision = keep_candidate(
                work,
                context.branch_id,
                passage,
                passage.chapter.revision,
                provenance,
                chosen.number,
            )
            work.checks.add(checks)
        return rewritten(revision, len(checks))

    def _stopped(self) -> RunStopped:
        with self._context.store.reading() as work:
            words = work.chapters.totals(self._context.branch_id).words
        return RunStopped(
            self._context.stop.reason, words, f"Chapter {self._infill.chapter} is as it was."
        )


def _wanted_words(passage: StandingPassage, infill: Infill) -> int:
    return infill.words or count_words(passage.text[passage.start : passage.end])
