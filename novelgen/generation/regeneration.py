"""Drafts a chapter anew, beside the one that stands, and puts the best draft in its place.

The memory before the chapter is used, and the chapters after it stay as they are. A draft is a
revision that nothing points at until it is chosen; a run that is stopped or killed before that
changes nothing, and every draft is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.book_so_far import BookSoFar
from novelgen.generation.chapter_ranking import ChapterDraft, best_chapter
from novelgen.generation.chapter_task import ChapterTask
from novelgen.generation.chapter_writer import ChapterWriter
from novelgen.generation.consequences import checks_after
from novelgen.generation.events import ChapterRedrafted, DraftBegun, Event, RunStopped
from novelgen.generation.memory_identity import identity_of_engine
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.open_chapter import Kept, add_kept, keep_prose, key_before
from novelgen.generation.passage import DrawingCancelled
from novelgen.generation.passage_locks import require_unlocked
from novelgen.generation.plan_keeper import PlanKeeper
from novelgen.planning.questions import PlanningCancelled
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.words import count_words
from storage.change_records import ChangeKind, NewChange, Pointers
from storage.errors import HeadMoved
from storage.records import ChapterRecord, NovelRecord, RevisionRecord, RevisionState
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_LEAST_NEW_WORDS = 40
"""Words that a redraft draws at least: a passage that can end on a sentence."""


@dataclass(frozen=True, slots=True)
class Redraft:
    """What a person wants drafted anew."""

    chapter: int
    from_paragraph: int = 1
    """Paragraphs before it are kept to the letter; they count from 1."""
    drafts: int = 1
    instruction: str = ""
    """What to do differently, in the person's words; it stands in the brief of every passage."""
    words: int | None = None
    """Words wanted; by default as many as there are."""


def require_chapter(store: Store, novel: NovelRecord, redraft: Redraft) -> None:
    """Raises `NotFoundError` and `UsageError` for what cannot be drafted anew, before a model is
    loaded."""
    with store.reading() as work:
        _, text = _standing(work, novel.id, novel.active_branch_id, redraft.chapter)
        kept_prose = kept_text(text, redraft)
        require_unlocked(work, novel.active_branch_id, redraft.chapter, text, [kept_prose])
    kept = count_words(kept_prose)
    if redraft.words is not None and redraft.words < kept + _LEAST_NEW_WORDS:
        raise UsageError(
            f"{kept:,} words are kept, and --words is {redraft.words:,}.",
            f"Give at least {kept + _LEAST_NEW_WORDS:,}, or keep fewer paragraphs.",
        )


def kept_text(text: str, redraft: Redraft) -> str:
    """The paragraphs that stay, to the letter, with the break behind them.

    Raises `UsageError` when the first new paragraph is beyond the end.
    """
    starts = [start for start, _ in paragraph_spans(text)]
    if redraft.from_paragraph > len(starts):
        raise UsageError(
            f"Chapter {redraft.chapter} has {len(starts)} paragraphs, --from-paragraph is "
            f"{redraft.from_paragraph}.",
            "Choose one that is there.",
        )
    return text[: starts[redraft.from_paragraph - 1]] if redraft.from_paragraph > 1 else ""


class Redrafter:
    """Does one redraft within a run: all of it, or one of its steps where others do the rest."""

    def __init__(
        self, context: NovelContext, redraft: Redraft, *, stands_revision_id: str | None = None
    ) -> None:
        """`stands_revision_id` is what the chapter has to be still, where drafts of it were begun.

        Raises `NotFoundError` when the chapter has no text, `HeadMoved` when it is another one.
        """
        self._context = context
        self._redraft = redraft
        with context.store.reading() as work:
            self._stands, self._text = _standing(
                work, context.novel.id, context.branch_id, redraft.chapter
            )
        if stands_revision_id not in (None, self._stands.revision.id):
            raise HeadMoved(
                f"Chapter {redraft.chapter} was changed since its drafts were begun.",
                "What was drafted is kept with its revisions; let it be drafted anew.",
            )
        self._plan = PlanKeeper(context)
        self._book = BookSoFar(context.store, context.branch_id)

    @property
    def stands(self) -> RevisionRecord:
        """The chapter's text, which stays until one of the drafts is chosen."""
        return self._stands.revision

    def run(self) -> Iterator[Event]:
        """Draft, choose, and point the chapter at the choice."""
        try:
            yield from self._run()
        except (PlanningCancelled, DrawingCancelled):
            yield self._stopped()

    def prepare(self) -> Iterator[Event]:
        """Bring plan and memory up to the chapter. Raises `PlanningCancelled`."""
        yield from self._plan.ensure_part(self._redraft.chapter)
        yield from self._context.memory_reader().read_before(self._redraft.chapter)

    def begin(self, work: UnitOfWork, kept: Kept) -> RevisionRecord:
        """A further draft, which begins with what is kept. Its number decides what is drawn."""
        redraft = self._redraft
        provenance: dict[str, object] = {
            "instruction": redraft.instruction,
            "from_paragraph": redraft.from_paragraph,
        }
        identity = identity_of_engine(self._context.engine.info)
        return add_kept(work, self._stands.revision, kept, identity, provenance=provenance)

    def kept(self) -> Kept:
        """The paragraphs that every draft begins with, after `prepare`."""
        context = self._context
        text = kept_text(self._text, self._redraft)
        with context.store.reading() as work:
            identity = identity_of_engine(context.engine.info)
            parent = key_before(work, context.branch_id, self._redraft.chapter, identity)
        return keep_prose(context.engine, text, parent, self._stands.revision)

    def draft(self, revision: RevisionRecord, number: int) -> Iterator[Event]:
        """Write a draft to its end, from wherever it stands, after `prepare`.

        It is complete afterwards unless the run was stopped. Raises `DrawingCancelled`.
        """
        task = self._task()
        total = self._redraft.drafts
        chapter = self._redraft.chapter
        yield DraftBegun(chapter, number, total, revision.number, task.target_words)
        yield from self._write(task, revision)

    def choose(
        self,
        revisions: Sequence[RevisionRecord],
        also: Callable[[UnitOfWork], None] = lambda _work: None,
    ) -> ChapterRedrafted:
        """Put the best of the complete drafts in the chapter's place.

        `also` is done in the same transaction, which its exceptions roll back.
        """
        drafted = [self._finished(revision) for revision in revisions]
        return self._choose(drafted, self._task().target_words, also)

    def _run(self) -> Iterator[Event]:
        yield from self.prepare()
        if self._is_stopped():
            yield self._stopped()
            return
        kept = self.kept()
        revisions: list[RevisionRecord] = []
        for number in range(1, self._redraft.drafts + 1):
            with self._context.store.writing() as work:
                revision = self.begin(work, kept)
            yield from self.draft(revision, number)
            if self._is_stopped():
                yield self._stopped()
                return
            revisions.append(revision)
        yield self.choose(revisions)

    def _task(self) -> ChapterTask:
        number = self._redraft.chapter
        structure = self._plan.structure
        card = self._plan.card(number)
        beats = self._plan.beats(number)
        return ChapterTask(
            title=self._plan.title,
            premise=self._plan.premise,
            card=card,
            beats=beats,
            target_words=self._target(card.target_words),
            novel_words=self._plan.target_words,
            total_chapters=structure.total_chapters,
            earlier=self._plan.card(number - 1).brief if number > 1 else "",
            instruction=self._redraft.instruction,
        )

    def _target(self, planned: int) -> int:
        """A chapter that was written to its end keeps its length, and so does the book.

        Behind kept paragraphs there is room for a passage at least.
        """
        kept = count_words(kept_text(self._text, self._redraft))
        if self._redraft.words is not None:
            return self._redraft.words
        revision = self._stands.revision
        words = revision.words if revision.state is RevisionState.COMPLETE else planned
        return max(words, kept + _LEAST_NEW_WORDS)

    def _write(self, task: ChapterTask, revision: RevisionRecord) -> Iterator[Event]:
        context = self._context
        reader = context.memory_reader()
        head = reader.head_before(self._redraft.chapter)
        head = yield from reader.read_revision(revision, head)
        if context.stop.is_requested:
            return
        writer = ChapterWriter(
            context,
            task,
            revision,
            head,
            self._book,
            stands_revision_id=self._stands.revision.id,
        )
        yield from writer.write()

    def _finished(self, revision: RevisionRecord) -> ChapterDraft:
        with self._context.store.reading() as work:
            text = work.texts.of_revision(revision.id)
            found = work.findings.of_revision(self._context.branch_id, revision.id)
            return ChapterDraft(work.chapters.revision(revision.id), text, len(found))

    def _choose(
        self,
        drafted: list[ChapterDraft],
        target_words: int,
        also: Callable[[UnitOfWork], None],
    ) -> ChapterRedrafted:
        context, stands = self._context, self._stands.revision
        with context.store.reading() as work:
            before = "\n\n".join(work.texts.tail(context.branch_id, 20_000, self._redraft.chapter))
        chosen = best_chapter(drafted, before, target_words)
        checks = checks_after(
            context.store, context.branch_id, self._redraft.chapter, self._text, chosen.text
        )
        change = NewChange(
            context.novel.id,
            context.branch_id,
            ChangeKind.REGENERATE,
            f"chapter {self._redraft.chapter} drafted anew",
            Pointers({self._redraft.chapter: stands.id}),
            Pointers({self._redraft.chapter: chosen.revision.id}),
        )
        with context.store.writing() as work:
            work.require_epoch(context.novel.id, context.run.epoch)
            require_unlocked(
                work, context.branch_id, self._redraft.chapter, self._text, [chosen.text]
            )
            work.changes.make(change)
            work.checks.add(checks)
            for draft in drafted:
                context.retention.thin_out(work, draft.revision)
            also(work)
        return ChapterRedrafted(
            self._redraft.chapter,
            chosen.revision.number,
            count_words(chosen.text),
            tuple(each.revision.number for each in drafted),
            len(checks),
        )

    def _is_stopped(self) -> bool:
        return self._context.stop.is_requested

    def _stopped(self) -> RunStopped:
        with self._context.store.reading() as work:
            words = work.chapters.totals(self._context.branch_id).words
        number = self._redraft.chapter
        return RunStopped(
            self._context.stop.reason,
            words,
            f"Chapter {number} is as it was; what was drafted is kept with its revisions.",
        )


def _standing(
    work: UnitOfWork, novel_id: str, branch_id: str, number: int
) -> tuple[ChapterRecord, str]:
    """The chapter as it stands, and its text."""
    chapter = work.chapters.get(branch_id, number)
    if chapter is None or not chapter.revision.words:
        raise NotFoundError(
            f"Chapter {number} has no text yet.", f"Write it with `novelgen resume {novel_id}`."
        )
    return chapter, work.texts.of_revision(chapter.revision.id)
