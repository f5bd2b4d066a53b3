"""Memory is known by the key of its text: behind after a change, and read again by itself."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import EngineInfo, MemoryState
from novelgen.errors import MemoryStateError
from novelgen.generation.editing import undo_change
from novelgen.generation.events import MemoryReread, NovelFinished, SegmentCommitted
from novelgen.generation.memory_comparison import MemoryComparison, compare_memory
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.retention import Retention
from novelgen.generation.verification import verify_branch
from storage.records import RevisionState
from tests.generation.conftest import Desk, Desks


def stored_memories(desk: Desk) -> dict[str, bytes]:
    """The bytes of every memory in the chain of the active branch that is stored."""
    with desk.store.reading() as work:
        found = {link.key: work.snapshots.get(link.key) for link in desk.links()}
    return {key: each.data for key, each in found.items() if each is not None}


def database_of(desk: Desk) -> Path:
    return Path(desk.store.url.removeprefix("sqlite:///"))


def test_an_edit_leaves_what_comes_after_behind_until_it_is_read(desks: Desks) -> None:
    desk = desks.desk(6_000)
    desk.write()
    assert desk.behind() == ()
    desk.edit(2, "A storm. " + desk.text(2))
    assert desk.behind() == (2, 3, 4)
    before = desk.chapters()
    events = list(desk.reader().read_all())
    assert events
    assert all(isinstance(event, MemoryReread) for event in events)
    assert events[-1].done == events[-1].total
    assert desk.behind() == ()
    assert desk.chapters() == before
    assert list(desk.reader().read_all()) == []


def test_memory_read_again_is_the_memory_that_writing_would_have_left(desks: Desks) -> None:
    written, edited = desks.desk(3_000, seed=5), desks.desk(3_000, seed=6)
    written.write()
    edited.write()
    for number in (1, 2, 3):
        edited.edit(number, written.text(number))
    list(edited.reader().read_all())
    assert [link.key for link in edited.links()] == [link.key for link in written.links()]
    assert stored_memories(edited) == stored_memories(written)
    assert len(stored_memories(edited)) == len(written.links())


def test_undoing_an_edit_needs_no_reading(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write()
    keys = [link.key for link in desk.links()]
    desk.edit(1, desk.text(1) + " It was over.")
    assert desk.behind() == (1, 2, 3)
    undo_change(desk.store, desk.fresh())
    assert desk.behind() == ()
    assert [link.key for link in desk.links()] == keys


@pytest.mark.parametrize("stop_after", [1, 5, 9])
def test_reading_goes_on_where_it_was_interrupted(desks: Desks, stop_after: int) -> None:
    desk = desks.desk(6_000)
    desk.write()
    desk.edit(1, "Once more. " + desk.text(1))
    total = None
    for count, event in enumerate(desk.reader().read_all(), 1):
        total = total or event.total
        if count == stop_after:
            break  # as if the process were gone
    rest = list(desk.reader().read_all())
    assert total is not None
    assert len(rest) == total - stop_after
    assert desk.behind() == ()


def test_writing_goes_on_from_a_person_s_text(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_300))
    unfinished = desk.seen(2)
    assert unfinished.revision.state is RevisionState.OPEN
    text = unfinished.text + " Then Clara came in from the rain."
    edited = desk.edit(2, text)
    assert edited.revision.state is RevisionState.PARTIAL
    desk.edit(1, "It had begun before. " + desk.text(1))
    events = desk.write()
    assert isinstance(events[-1], NovelFinished)
    assert any(isinstance(event, MemoryReread) for event in events)
    assert desk.text(2).startswith(text)
    assert desk.behind() == ()
    assert abs(events[-1].words - 3_000) <= 30
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound


def test_the_memory_before_a_person_s_text_is_that_of_the_text(desks: Desks) -> None:
    """Every stored memory after edits and more writing is the one read from the whole text."""
    desk = desks.desk(4_000)
    desk.write(limits=RunLimits(until_words=2_500))
    desk.edit(1, desk.text(1).replace("the", "that", 3))
    desk.write()
    comparison = MemoryComparison()
    for each in compare_memory(desk.store, ScriptedEngine(), desk.fresh().active_branch_id):
        comparison.add(each)
    assert comparison.compared == comparison.equal == len(stored_memories(desk)) > 5
    assert comparison.problems() == []


def test_snapshots_are_thinned_out_and_the_rest_can_be_read_again(desks: Desks) -> None:
    desk = desks.desk(12_000)
    desk.retention = Retention(4)
    desk.write()
    kept = stored_memories(desk)
    last = max(link.chapter for link in desk.links())
    for link in desk.links():
        is_kept = link.is_last or link.position % 4 == 3 or link.chapter == last
        assert (link.key in kept) == is_kept, link
    assert desk.behind() == ()
    desk.retention = Retention(None)
    list(desk.reader().read_all())
    assert stored_memories(desk).items() > kept.items()
    assert len(stored_memories(desk)) == len(desk.links())


def test_thinning_out_changes_no_word(desks: Desks) -> None:
    all_kept, thinned = desks.desk(6_000), desks.desk(6_000)
    thinned.retention = Retention(4)
    for desk in (all_kept, thinned):
        desk.write(limits=RunLimits(until_words=3_000))
        desk.write()
    assert all_kept.chapters() == thinned.chapters()


def test_damaged_memory_is_read_again(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_500))
    whole = desks.desk(3_000)
    whole.write()
    with sqlite3.connect(database_of(desk)) as connection:
        connection.execute("DROP TRIGGER snapshots_never_change")
        connection.execute("UPDATE memory_snapshots SET data = zeroblob(10)")
    with desk.store.reading() as work:
        found = verify_branch(work, desk.fresh())
    assert any("chapter 1, segment 0: the bytes of snapshot" in each for each in found.problems)
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.chapters() == whole.chapters()
    list(desk.reader().read_all())
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound


def test_a_lost_memory_is_no_problem(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_500))
    with sqlite3.connect(database_of(desk)) as connection:
        connection.execute("DELETE FROM memory_snapshots")
    with desk.store.reading() as work:
        found = verify_branch(work, desk.fresh())
    assert (found.is_sound, found.behind) == (True, (1, 2))
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.behind() == ()


class Coarse(ScriptedEngine):
    """The scripted engine in another precision: the same keys, other numbers."""

    @property
    def info(self) -> EngineInfo:
        return replace(super().info, dtype="bfloat16")


def test_memory_of_another_precision_is_refused_and_can_be_read_again(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_300))
    with pytest.raises(MemoryStateError, match=r"written in float32.*bfloat16") as error:
        desk.write(engine=Coarse())
    assert "novelgen reread" in error.value.remedy
    list(desk.reader(Coarse(), replaces_foreign=True).read_all())
    assert isinstance(desk.write(engine=Coarse())[-1], NovelFinished)
    with desk.store.reading() as work:
        stored = work.snapshots.summaries([link.key for link in desk.links()])
    assert {each.dtype for each in stored.values()} == {"bfloat16"}


def test_another_adapter_cuts_and_reads_the_text_anew(desks: Desks) -> None:
    desk = desks.desk(3_000)
    desk.write(limits=RunLimits(until_words=1_300))
    engine = ScriptedEngine(segment_size=128)
    with pytest.raises(MemoryStateError, match="another adapter or segment size") as error:
        desk.write(engine=engine)
    assert "novelgen reread" in error.value.remedy
    before = desk.chapters()
    list(desk.reader(engine).read_all())
    from storage.records import NovelChanges

    info = engine.info
    with desk.store.writing() as work:
        changes = NovelChanges(
            model_fingerprint=info.model_fingerprint, adapter_fingerprint=info.adapter_fingerprint
        )
        work.novels.update(desk.novel.id, changes)
    assert desk.chapters() == before
    assert desk.behind() == ()
    events = desk.write(engine=engine)
    assert isinstance(events[-1], NovelFinished)
    assert desk.chapters()[0] == before[0]
    assert desk.chapters()[1].startswith(before[1])
    tokens = [engine.count_tokens(piece) for piece in pieces_of(desk, engine)]
    assert max(tokens) <= 128
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound


def pieces_of(desk: Desk, engine: ScriptedEngine) -> list[str]:
    from novelgen.generation.memory_chain import chapter_pieces
    from novelgen.generation.memory_identity import identity_of_engine

    genesis = identity_of_engine(engine.info).genesis_key
    with desk.store.reading() as work:
        return [
            piece
            for chapter in work.chapters.of_branch(desk.fresh().active_branch_id)
            for piece in chapter_pieces(work, chapter.revision, genesis) or ()
        ]


class Drifting(ScriptedEngine):
    """Computes memories a little off, as another machine might, or far off."""

    def __init__(self, by: float) -> None:
        super().__init__()
        self._by = by

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        from novelgen.engine.memory import memory_values, pack_memory

        written = super().write(memory, segment)
        values = memory_values(written) + self._by
        return pack_memory(
            values.astype("float32"), written.model_fingerprint, written.adapter_fingerprint
        )


@pytest.mark.parametrize(("by", "is_sound"), [(0.0, True), (1e-5, True), (0.5, False)])
def test_comparing_memory_has_a_tolerance(desks: Desks, by: float, is_sound: bool) -> None:
    desk = desks.desk(1_500)
    desk.write()
    comparison = MemoryComparison()
    for each in compare_memory(desk.store, Drifting(by), desk.fresh().active_branch_id):
        comparison.add(each)
    assert (comparison.problems() == []) is is_sound
    assert (comparison.equal == comparison.compared) is (by == 0.0)


def test_a_chapter_changed_under_a_run_pauses_it_and_says_why(desks: Desks) -> None:
    desk = desks.desk(3_000)
    events = desk.run().events()
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, SegmentCommitted) and event.chapter == 2:
            break
    edited = desk.edit(2, "Everything was different now.")
    rest = list(events)
    assert rest[-1].reason.value == "changed"  # type: ignore[union-attr]
    assert "Chapter 2 was changed" in rest[-1].why  # type: ignore[union-attr]
    assert desk.seen(2).revision == edited.revision
    with desk.store.reading() as work:
        run = work.runs.latest(desk.novel.id)
    assert run is not None
    assert run.status.value == "stopped"
    assert "Chapter 2 was changed" in str(run.error)
    assert isinstance(desk.write()[-1], NovelFinished)
    assert desk.text(2).startswith("Everything was different now.")


def test_an_earlier_chapter_may_be_edited_while_a_run_writes(desks: Desks) -> None:
    desk = desks.desk(3_000)
    events = desk.run().events()
    for event in events:
        if isinstance(event, SegmentCommitted) and event.chapter == 3:
            break
    desk.edit(1, "A new beginning. " + desk.text(1))
    assert isinstance(list(events)[-1], NovelFinished)
    assert desk.text(1).startswith("A new beginning.")
    assert desk.behind() == (1, 2, 3)
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound
