"""A novel is written to its target, in whole sentences, the same for the same seed."""

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import Candidate, DecodeRequest, DecodeResult, FinishReason
from novelgen.errors import MemoryStateError, ModelError
from novelgen.generation.events import (
    ChapterFinished,
    NovelFinished,
    RunStopped,
    SegmentCommitted,
    StopReason,
)
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.generation.verification import verify_branch
from novelgen.text.segmentation import split_segments
from novelgen.text.sentences import complete_sentence_ends
from novelgen.text.words import count_words
from storage.records import NovelStatus
from storage.run_records import RunStatus
from tests.generation.conftest import Desk, Desks


@pytest.mark.parametrize("words", [100, 700, 1_500, 12_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_novel_meets_its_target_in_whole_sentences(desks: Desks, words: int, seed: int) -> None:
    desk = desks.desk(words, seed)
    events = desk.write()
    assert isinstance(events[-1], NovelFinished)
    written = sum(count_words(text) for text in desk.chapters())
    assert events[-1].words == written
    assert abs(written - words) <= max(0.01 * words, 12)
    for text in desk.chapters():
        assert complete_sentence_ends(text)[-1] == len(text)
        assert not text.startswith((" ", "\n"))


def test_every_chapter_keeps_near_its_share(desks: Desks) -> None:
    desk = desks.desk(12_000)
    chapters = [event for event in desk.write() if isinstance(event, ChapterFinished)]
    assert len(chapters) > 3
    for chapter in chapters:
        assert abs(chapter.words - chapter.target_words) <= 0.05 * chapter.target_words


def test_the_same_seed_writes_the_same_novel_and_another_does_not(desks: Desks) -> None:
    first, again, other = desks.desk(seed=5), desks.desk(seed=5), desks.desk(seed=6)
    for desk in (first, again, other):
        desk.write()
    assert first.chapters() == again.chapters()
    assert first.keys() == again.keys()
    assert first.chapters() != other.chapters()


def test_stored_segments_are_the_canonical_cut_of_each_chapter(desks: Desks) -> None:
    desk = desks.desk(6_000)
    desk.write()
    engine = ScriptedEngine()
    with desk.store.reading() as work:
        for chapter in work.chapters.of_branch(desk.novel.active_branch_id):
            stored = [segment.text for segment in work.segments.of_revision(chapter.revision.id)]
            size = engine.info.segment_size
            assert stored == list(split_segments("".join(stored), size, engine.count_tokens))


def test_memory_in_the_store_equals_memory_read_afresh(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write()
    engine = ScriptedEngine()
    memory = engine.initial_memory()
    with desk.store.reading() as work:
        for _, segment in work.segments.of_branch(desk.novel.active_branch_id):
            memory = engine.write(memory, segment.text)
            snapshot = work.snapshots.get(segment.key)
            assert snapshot is not None
            assert snapshot.data == memory.data


@pytest.mark.parametrize("candidates", [1, 3])
def test_stopping_after_any_segment_changes_nothing(desks: Desks, candidates: int) -> None:
    whole = desks.desk(1_500, candidates=candidates)
    whole.write()
    stopping = desks.desk(1_500, candidates=candidates)
    for _ in range(50):
        stopping.stop = StopSignal()
        for event in stopping.run().events():
            if isinstance(event, SegmentCommitted):
                stopping.stop.stop_after_segment()
        if isinstance(event, NovelFinished):
            break
        assert isinstance(event, RunStopped)
        assert event.reason is StopReason.ASKED
    assert stopping.chapters() == whole.chapters()
    assert stopping.keys() == whole.keys()


class StopWithin(RunObserver):
    """Stops between tokens, after so many of them."""

    def __init__(self, stop: StopSignal, tokens: int) -> None:
        super().__init__(stop)
        self._signal = stop
        self._left = tokens

    def on_text(self, row: int, text: str) -> None:
        self._left -= 1
        if self._left == 0:
            self._signal.stop_now()


class StopAsked(RunObserver):
    """Asks for a stop after the segment, in the middle of a passage."""

    def __init__(self, stop: StopSignal) -> None:
        super().__init__(stop)
        self._signal = stop

    def on_text(self, row: int, text: str) -> None:
        self._signal.stop_after_segment()


def test_a_stop_in_the_middle_of_a_segment_commits_that_segment(desks: Desks) -> None:
    whole = desks.desk(1_500)
    whole.write()
    desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=1))
    for committed in (2, 3):
        desk.stop = StopSignal()
        events = desk.write(observer=StopAsked(desk.stop))
        assert isinstance(events[-1], RunStopped)
        assert desk.keys() == whole.keys()[:committed]


@pytest.mark.parametrize("tokens", [3, 40, 333, 1_001])
def test_stopping_between_tokens_changes_nothing(desks: Desks, tokens: int) -> None:
    whole = desks.desk(1_500)
    whole.write()
    stopping = desks.desk(1_500)
    for round_ in range(400):
        stopping.stop = StopSignal()
        events = stopping.write(observer=StopWithin(stopping.stop, tokens + 17 * round_))
        if isinstance(events[-1], NovelFinished):
            break
    assert round_ > 0
    assert stopping.chapters() == whole.chapters()
    assert stopping.keys() == whole.keys()


def test_limits_stop_the_run_and_a_resume_ends_it(desks: Desks) -> None:
    desk = desks.desk(3_000)
    events = desk.write(limits=RunLimits(until_chapter=1))
    assert events[-1] == RunStopped(StopReason.CHAPTER_LIMIT, count_words(desk.chapters()[0]))
    assert desk.complete_chapters() == 1
    events = desk.write(limits=RunLimits(until_words=1_500))
    assert isinstance(events[-1], RunStopped)
    assert events[-1].reason is StopReason.WORD_LIMIT
    assert 1_500 <= events[-1].words < 1_900
    assert isinstance(desk.write()[-1], NovelFinished)
    with desk.store.reading() as work:
        assert work.novels.get(desk.novel.id).status is NovelStatus.FINISHED
        assert [run.status for run in work.runs.of_novel(desk.novel.id)] == [
            RunStatus.FINISHED,
            RunStatus.STOPPED,
            RunStatus.STOPPED,
        ]


def test_a_plan_alone_can_be_made_first(desks: Desks) -> None:
    planned, whole = desks.desk(3_000), desks.desk(3_000)
    events = planned.write(limits=RunLimits(plan_only=True))
    assert events[-1] == RunStopped(StopReason.PLAN_ONLY, 0)
    assert planned.chapters() == []
    planned.write()
    whole.write()
    assert planned.chapters() == whole.chapters()


def test_an_empty_premise_and_title_are_invented_once(desks: Desks) -> None:
    desk = desks.desk(700)
    from storage.records import NovelChanges

    with desk.store.writing() as work:
        desk.novel = work.novels.update(desk.novel.id, NovelChanges(title="", premise=""))
    desk.write(limits=RunLimits(plan_only=True))
    with desk.store.reading() as work:
        invented = work.novels.get(desk.novel.id)
    assert invented.title
    assert invented.premise
    desk.write()
    with desk.store.reading() as work:
        assert work.novels.get(desk.novel.id).premise == invented.premise


def test_a_finished_novel_verifies(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write()
    with desk.store.reading() as work:
        found = verify_branch(work, desk.fresh())
    assert found.is_sound
    assert found.segments == found.snapshots == len(desk.keys())


def test_another_engine_cannot_go_on(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_chapter=1))
    with pytest.raises(MemoryStateError, match="another adapter or segment size"):
        desk.write(engine=ScriptedEngine(segment_size=128))
    assert desk.fresh().status is NovelStatus.PAUSED
    assert isinstance(desk.write()[-1], NovelFinished)


class Speechless(ScriptedEngine):
    """Plans like the scripted engine and then says nothing."""

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        rows = tuple(Candidate("", 0, 0.0, FinishReason.STOP_TOKEN) for _ in request.stream_keys)
        return DecodeResult(rows, 1, 0.0)


def test_a_model_that_says_nothing_is_an_error_and_loses_nothing(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=300))
    before = desk.chapters()
    with pytest.raises(ModelError, match="nothing usable in chapter"):
        desk.write(engine=Speechless())
    assert desk.chapters()[0].startswith(before[0])


class Breathless(ScriptedEngine):
    """Never ends a sentence."""

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        text = "and the road went on " * (request.max_new_tokens // 5)
        rows = tuple(
            Candidate(text, request.max_new_tokens, -2.0, FinishReason.LENGTH)
            for _ in request.stream_keys
        )
        return DecodeResult(rows, 1, 0.0)


def test_prose_without_sentences_is_made_to_end_and_marked(desks: Desks) -> None:
    desk = desks.desk(300)
    assert isinstance(desk.write(engine=Breathless())[-1], NovelFinished)
    assert abs(sum(count_words(text) for text in desk.chapters()) - 300) <= 10
    with desk.store.reading() as work:
        _, segment = next(work.segments.of_branch(desk.novel.active_branch_id))
    assert segment.provenance["passages"][0]["forced_sentence_end"] is True


def test_a_second_writer_is_stopped_by_the_epoch(desks: Desks) -> None:
    desk: Desk = desks.desk(3_000)
    from storage.errors import HeadMoved

    first = desk.run().events()
    while not isinstance(next(first), SegmentCommitted):
        pass
    second = desk.run(limits=RunLimits(until_words=600))
    with pytest.raises(HeadMoved):
        list(first)
    assert isinstance(list(second.events())[-1], RunStopped)
