"""Keeps what is known of a story up to its text: reads each chapter once it is complete.

A chapter costs its own length. Reading it again changes nothing; a chapter that was changed since
is read anew, and what its former text said counts no more. The same text, model and seed give the
same entries, facts and summaries, whether a run went through or was cut off.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.engine.protocol import DecodeObserver, Engine
from novelgen.prompting.library import PromptLibrary
from novelgen.story.chapter_reading import ChapterReading, read_by_rules
from novelgen.story.known_entries import known_names_of
from novelgen.story.model_reader import ModelReader
from novelgen.story.part_summaries import record_part_summary
from novelgen.story.recording import Recorded, is_read, record_reading
from storage.records import ChapterRecord, NovelRecord, RevisionState
from storage.store import Store
from storage.story_records import SummaryOrigin

_LOOKS_BACK = 3


@dataclass(frozen=True, slots=True)
class ChapterRead:
    """What reading a chapter added to what is known."""

    chapter: int
    origin: SummaryOrigin
    """Whether a model read it, or plain rules did."""
    recorded: Recorded


class StoryKeeper:
    """Reads the chapters of one branch of a novel."""

    def __init__(
        self,
        store: Store,
        novel: NovelRecord,
        branch_id: str,
        *,
        engine: Engine | None = None,
        library: PromptLibrary | None = None,
        observer: DecodeObserver | None = None,
        run_epoch: int | None = None,
    ) -> None:
        """Without an engine, or with one that has no chat template, plain rules read.

        With `run_epoch` nothing is stored when another run has taken the novel over (`HeadMoved`).
        """
        self._store = store
        self._novel = novel
        self._branch_id = branch_id
        self._run_epoch = run_epoch
        self._read: dict[int, str] = {}
        with store.reading() as work:
            branches = work.branches.of_novel(novel.id)
        self._branch_name = next(each.name for each in branches if each.id == branch_id)
        self._others = [each.id for each in branches if each.id != branch_id]
        self._model = (
            ModelReader(engine, library, novel.seed, self._branch_name, observer)
            if engine is not None and library is not None and engine.info.has_chat_template
            else None
        )

    def read_chapter(self, number: int) -> ChapterRead | None:
        """Read one chapter. None when it is not complete, or was read as it stands."""
        with self._store.reading() as work:
            chapter = work.chapters.get(self._branch_id, number)
            if chapter is None or self._is_done(chapter):
                return None
            if is_read(work, chapter, self._others):
                self._read[number] = chapter.revision.id
                return None
            text = work.texts.of_revision(chapter.revision.id)
            known = known_names_of(work.entries.of_branch(self._branch_id, with_hidden=True))
            asks_model = self._model is not None and self._asks_model(number)
        reading = read_by_rules(text, known)
        if asks_model and self._model is not None:
            reading = self._model.read(text, chapter, reading, known)
        return self._record(chapter, reading)

    def catch_up(self, before_chapter: int) -> Iterator[ChapterRead]:
        """Read whatever chapters before one were not read as they stand, in order."""
        with self._store.reading() as work:
            chapters = work.chapters.of_branch(self._branch_id)
        for chapter in chapters:
            if chapter.number < before_chapter and not self._is_done(chapter):
                done = self.read_chapter(chapter.number)
                if done is not None:
                    yield done

    def _is_done(self, chapter: ChapterRecord) -> bool:
        is_open = chapter.revision.state is not RevisionState.COMPLETE
        return is_open or self._read.get(chapter.number) == chapter.revision.id

    def _record(self, chapter: ChapterRecord, reading: ChapterReading) -> ChapterRead | None:
        with self._store.writing() as work:
            if self._run_epoch is not None:
                work.require_epoch(self._novel.id, self._run_epoch)
            recorded = record_reading(work, chapter, reading)
            if recorded is None:
                return None
            record_part_summary(work, self._novel.id, self._branch_id, chapter.number)
        self._read[chapter.number] = chapter.revision.id
        return ChapterRead(chapter.number, reading.summary_origin, recorded)

    def _asks_model(self, number: int) -> bool:
        """Whether the model is asked about a chapter: it answered usably of one of the last, or
        the number is a power of two. So a model that cannot do it costs next to nothing, and a
        resumed run asks of the same chapters as an uninterrupted one."""
        if number & (number - 1) == 0:
            return True
        with self._store.reading() as work:
            summaries = work.summaries.of_chapters(
                self._branch_id, after_chapter=number - 1 - _LOOKS_BACK, through_chapter=number - 1
            )
            read = [
                work.summaries.by_machine(each.novel_id, each.kind, each.source_key)
                for each in summaries.values()
            ]
        return any(one is not None and one.origin is SummaryOrigin.MODEL for one in read)
