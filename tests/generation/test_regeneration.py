"""A chapter drafted anew: from the memory before it, beside the one that stands."""

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import Candidate, DecodeRequest, DecodeResult, FinishReason
from novelgen.errors import ModelError, NotFoundError, UsageError
from novelgen.generation.editing import undo_change
from novelgen.generation.events import (
    ChapterRedrafted,
    DraftBegun,
    Event,
    NovelFinished,
    RunStopped,
    SegmentCommitted,
)
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.regeneration import Redraft
from novelgen.generation.verification import verify_branch
from novelgen.text.words import count_words
from storage.records import NovelStatus, RevisionState
from storage.run_records import RunPurpose, RunStatus
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(3_000)
    made.write()
    return made


def test_a_redraft_leaves_all_other_chapters_and_the_length(desk: Desk) -> None:
    before = desk.chapters()
    event = desk.redraft(Redraft(2))[-1]
    assert isinstance(event, ChapterRedrafted)
    after = desk.chapters()
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1]
    assert abs(count_words(after[1]) - count_words(before[1])) <= 25
    assert desk.behind() == (3,)
    assert desk.fresh().status is NovelStatus.FINISHED
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound
    undo_change(desk.store, desk.fresh())
    assert desk.chapters() == before
    assert desk.behind() == ()


def test_every_draft_is_kept_and_the_best_is_chosen(desk: Desk) -> None:
    events = desk.redraft(Redraft(1, drafts=3))
    begun = [event.revision for event in events if isinstance(event, DraftBegun)]
    event = events[-1]
    assert isinstance(event, ChapterRedrafted)
    assert list(event.drafts) == begun == [2, 3, 4]
    assert event.revision in begun
    with desk.store.reading() as work:
        revisions = work.chapters.revisions(desk.novel.id, 1)
        texts = {work.texts.of_revision(each.id) for each in revisions}
    assert all(each.state is RevisionState.COMPLETE for each in revisions)
    assert len(texts) == 4


def test_paragraphs_before_the_first_new_one_are_kept_to_the_letter(desk: Desk) -> None:
    paragraphs = desk.text(2).split("\n\n")
    desk.redraft(Redraft(2, from_paragraph=4))
    after = desk.text(2).split("\n\n")
    assert after[:3] == paragraphs[:3]
    assert after[3:] != paragraphs[3:]
    assert not any(paragraph.startswith(" ") or not paragraph for paragraph in after)
    assert desk.behind() == (3,)


class Listening(ScriptedEngine):
    """Remembers the briefs it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.briefs: list[str] = []
        self.memories: list[bytes] = []

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        self.briefs.append(request.brief)
        if request.memory is not None:
            self.memories.append(request.memory.data)
        return super().decode(request, observer)  # type: ignore[arg-type]


def test_the_instruction_stands_in_every_brief(desk: Desk) -> None:
    engine = Listening()
    desk.redraft(Redraft(2, instruction="Let it rain."), engine=engine)
    assert engine.briefs
    assert all("Let it rain." in brief for brief in engine.briefs)


def test_the_memory_is_that_before_the_chapter(desk: Desk) -> None:
    engine = Listening()
    desk.edit(1, "It had begun before. " + desk.text(1))
    desk.redraft(Redraft(2), engine=engine)
    before = [link for link in desk.links() if link.chapter == 1][-1]
    with desk.store.reading() as work:
        stored = work.snapshots.get(before.key)
    assert stored is not None
    assert engine.memories[0] == stored.data


def test_a_stopped_redraft_changes_nothing_and_keeps_the_draft(desk: Desk) -> None:
    before = desk.chapters()

    def stop_early(events: list[Event]) -> None:
        desk.stop.stop_after_segment()

    from novelgen.generation.regeneration import Redrafter

    run = desk.run(job=lambda context: Redrafter(context, Redraft(2)).run())
    seen = []
    for event in run.events():
        seen.append(event)
        if isinstance(event, SegmentCommitted):
            stop_early(seen)
    assert isinstance(seen[-1], RunStopped)
    assert desk.chapters() == before
    assert desk.behind() == ()
    with desk.store.reading() as work:
        draft = work.chapters.revisions(desk.novel.id, 2)[-1]
        assert (draft.number, draft.state) == (2, RevisionState.OPEN)
        assert work.texts.of_revision(draft.id)


def test_an_edit_in_the_meantime_pauses_the_redraft_and_stands(desk: Desk) -> None:
    from novelgen.generation.regeneration import Redrafter

    run = desk.run(job=lambda context: Redrafter(context, Redraft(2)).run())
    events = run.events()
    for event in events:
        if isinstance(event, SegmentCommitted):
            break
    desk.edit(2, "I wrote it myself.")
    last = list(events)[-1]
    assert isinstance(last, RunStopped)
    assert last.reason.value == "changed"
    assert desk.text(2) == "I wrote it myself."


def test_what_cannot_be_drafted_anew(desk: Desk, desks: Desks) -> None:
    with pytest.raises(UsageError, match="paragraphs, --from-paragraph is 999"):
        desk.redraft(Redraft(2, from_paragraph=999))
    empty = desks.desk(3_000)
    with pytest.raises(NotFoundError, match="has no text yet"):
        empty.redraft(Redraft(1))


def test_a_chapter_being_written_can_be_drafted_to_its_end(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_300))
    assert desk.seen(2).revision.state is RevisionState.OPEN
    assert isinstance(desk.redraft(Redraft(2))[-1], ChapterRedrafted)
    assert desk.seen(2).revision.state is RevisionState.COMPLETE
    assert isinstance(desk.write()[-1], NovelFinished)


class Mute(ScriptedEngine):
    """Plans, and then says nothing."""

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        rows = tuple(Candidate("", 0, 0.0, FinishReason.STOP_TOKEN) for _ in request.stream_keys)
        return DecodeResult(rows, 1, 0.0)


def test_a_redraft_that_fails_leaves_a_finished_novel_finished(desk: Desk) -> None:
    before = desk.chapters()
    with pytest.raises(ModelError, match="nothing usable"):
        desk.redraft(Redraft(2), engine=Mute(), purpose=RunPurpose.REGENERATE)
    assert desk.chapters() == before
    assert desk.fresh().status is NovelStatus.FINISHED
    with desk.store.reading() as work:
        run = work.runs.latest(desk.novel.id)
    assert run is not None
    assert run.status is RunStatus.FAILED
