"""Runs of a few beats, and runs that nobody looks at for a while."""

from novelgen.generation.events import (
    ChapterBegun,
    ChapterFinished,
    NovelFinished,
    RunStopped,
    SegmentCommitted,
    StopReason,
)
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.stop import RunObserver, StopSignal, Struck
from novelgen.generation.unattended import look_away, look_on
from novelgen.runs.orders import resume_arguments
from novelgen.text.words import count_words
from storage.inbox_records import InboxState
from tests.generation.conftest import Desk, Desks


def waiting(desk: Desk) -> list[int]:
    with desk.store.reading() as work:
        return [item.chapter_number for item in work.inbox.waiting()]


def test_beat_by_beat_is_the_same_novel(desks: Desks) -> None:
    whole, by_beats = desks.desk(3_000), desks.desk(3_000)
    whole.write()
    runs = 0
    while True:
        events = by_beats.write(limits=RunLimits(beats=1))
        runs += 1
        if isinstance(events[-1], NovelFinished):
            break
        assert isinstance(events[-1], RunStopped)
        assert events[-1].reason is StopReason.BEAT_LIMIT
    assert runs > by_beats.complete_chapters()
    assert by_beats.chapters() == whole.chapters()
    assert by_beats.keys() == whole.keys()


def test_beats_count_on_over_the_end_of_a_chapter(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(beats=1))
    with desk.store.reading() as work:
        plan = work.plans.current(desk.fresh().active_branch_id)
        assert plan is not None
        planned = work.plans.beats(plan.id, 1)
    assert planned is not None
    events = desk.write(limits=RunLimits(beats=len(planned.beats)))
    begun = [event.number for event in events if isinstance(event, ChapterBegun)]
    assert begun == [1, 2]
    assert 0 < count_words(desk.chapters()[1]) < count_words(desk.chapters()[0])


def test_a_worker_is_told_of_the_beats(desks: Desks) -> None:
    desk = desks.desk(3_000)
    arguments = resume_arguments(desk.fresh(), RunLimits(until_chapter=3, beats=2))
    assert arguments == ["resume", desk.novel.id, "--until-chapter", "3", "--beats", "2"]


def test_what_is_drafted_while_the_person_is_away_waits_and_stays_in_the_book(
    desks: Desks,
) -> None:
    desk = desks.desk(4_000)
    run = desk.run()
    for event in run.events():
        if isinstance(event, SegmentCommitted) and event.chapter == 2 and event.position == 0:
            with desk.store.writing() as work:
                look_away(work, run.id)
        if isinstance(event, ChapterFinished) and event.number == 3:
            with desk.store.writing() as work:
                look_on(work, run.id)
    assert waiting(desk) == [2, 3]
    with desk.store.reading() as work:
        assert {item.state for item in work.inbox.waiting()} == {InboxState.DRAFTED}
        assert work.inbox.held_chapters(desk.fresh().active_branch_id) == set()


class Told(RunObserver):
    """Keeps what is told of passages."""

    def __init__(self) -> None:
        super().__init__(StopSignal())
        self.lines: list[tuple[str, object]] = []

    def on_passage(self, chapter: int, segment: int, passage: int, open_text: str = "") -> None:
        self.lines.append(("passage", open_text))

    def on_attempt(self, attempt: int, kept: str) -> None:
        self.lines.append(("attempt", attempt))

    def on_struck(self, row: int, struck: Struck) -> None:
        self.lines.append(("struck", struck))

    def on_chosen(self, text: str) -> None:
        self.lines.append(("chosen", text))


def test_an_onlooker_can_put_the_text_together(desks: Desks) -> None:
    desk, told = desks.desk(600), Told()
    desk.write(observer=told)
    chosen = "".join(str(text) for kind, text in told.lines if kind == "chosen")
    assert chosen.startswith(desk.chapters()[0][:200])
    kinds = [kind for kind, _ in told.lines if kind != "struck"]
    assert kinds[:3] == ["passage", "attempt", "chosen"]
    text = ""
    for kind, value in told.lines:
        if kind == "passage":
            assert text.endswith(str(value))
        elif kind == "chosen":
            text += str(value)
