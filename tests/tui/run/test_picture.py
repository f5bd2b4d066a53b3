"""What an onlooker knows of a run, by a clock that is given."""

from datetime import UTC, datetime

import pytest

from novelgen.generation.events import (
    ChapterBegun,
    ChapterFinished,
    DraftBegun,
    NovelFinished,
    RunStopped,
    SegmentCommitted,
    StopReason,
)
from novelgen.runs.standing import Stands
from novelgen.tui.run.picture import PictureMaker
from storage.run_records import PauseRequest, RunPurpose, RunRecord, RunStatus


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_run(status: RunStatus = RunStatus.RUNNING) -> RunRecord:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return RunRecord(
        id="r", novel_id="n", epoch=1, status=status, pid=1, host="h", device="cpu",
        dtype="float32", versions={}, started_at=moment, heartbeat_at=moment, finished_at=None,
        words=0, tokens=0, elapsed_seconds=0.0, error=None, branch_id="b",
        purpose=RunPurpose.WRITE, is_unattended=False, pause_request=PauseRequest.NONE,
        heartbeats=0,
    )  # fmt: skip


def committed(words: int, chapter_words: int, novel_words: int) -> SegmentCommitted:
    return SegmentCommitted(3, 0, words, 256, 300, chapter_words, novel_words, 1.0)


def test_speed_and_time_left() -> None:
    clock = Clock()
    maker = PictureMaker(clock)
    maker.begin(Stands.RUNNING, a_run())
    maker.take(ChapterBegun(3, 10, "A Title", 900))
    maker.catch_up([committed(100, 100, 2100)])
    assert maker.picture.seconds_left(100) is None
    for _ in range(4):
        clock.now += 1.0
        maker.count(20)
    maker.take(committed(100, 200, 2200))
    picture = maker.picture
    assert picture.tokens_per_second == pytest.approx(80 / 3)
    assert (picture.chapter, picture.chapter_target, picture.chapter_words) == (3, 900, 200)
    assert picture.seconds_left(100) == pytest.approx(4.0)
    clock.now += 60
    maker.count(0)
    assert maker.picture.tokens_per_second == pytest.approx(80 / 3)  # nothing to go by yet
    clock.now += 2
    maker.count(0)
    assert maker.picture.tokens_per_second == 0


def test_what_goes_on_in_words_and_how_it_ended() -> None:
    maker = PictureMaker(Clock())
    maker.begin(Stands.RUNNING, a_run())
    maker.take(ChapterBegun(3, 10, "A Title", 900))
    assert maker.picture.doing == "writing chapter 3"
    maker.take(DraftBegun(4, 1, 2, 7, 800))
    assert (maker.picture.doing, maker.picture.draft) == (
        "drafting chapter 4 anew, 1 of 2", (1, 2),
    )  # fmt: skip
    maker.take(ChapterFinished(4, 800, 800, 5000))
    assert maker.picture.doing == "finished chapter 4"
    ending = RunStopped(StopReason.ASKED, 5000)
    maker.take(ending)
    maker.see(a_run(RunStatus.STOPPED))
    assert (maker.picture.ending, maker.picture.is_busy) == (ending, False)
    maker.begin(Stands.AT_REST, a_run(RunStatus.CRASHED))
    assert maker.picture.has_crashed
    maker.take(NovelFinished(5000, 5000))
    assert isinstance(maker.picture.ending, NovelFinished)


def test_strikes_are_counted() -> None:
    maker = PictureMaker(Clock())
    maker.strike("loop", "3 times")
    maker.strike("leak", "")
    assert (maker.picture.guard_events, maker.picture.last_guard) == (2, "leak")
