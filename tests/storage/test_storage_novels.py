"""Novels, branches, plans and runs: what goes in comes out, and names find what they mean."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from storage import (
    AmbiguousName,
    Beat,
    BranchTotals,
    ChapterCompletion,
    HeadMoved,
    NewNovel,
    NewPlannedChapter,
    NewRun,
    NovelChanges,
    NovelRecord,
    NovelStatus,
    PlannedBeats,
    PlanOrigin,
    RecordNotFound,
    RunStatus,
    new_id,
)
from storage.store import Store

AddNovel = Callable[..., NovelRecord]


def test_ids_are_twelve_lowercase_hexadecimal_digits() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == 12 and set(each) <= set("0123456789abcdef") for each in ids)


def test_a_novel_comes_back_as_it_went_in(store: Store) -> None:
    before = datetime.now(UTC)
    new = NewNovel(
        title="Łódź — ‘Ночь’ 夜",
        premise="A\npremise\x01 with anything.",
        seed=2**63 - 1,
        target_words=4_300_000,
        model="smollm2-135m",
        author="N. N.",
        adapter="/adapters/one",
        settings={"sampling": {"temperature": 0.1, "top_k": None}, "segment_size": 256},
    )
    with store.writing() as work:
        added = work.novels.add(new)
    with store.reading() as work:
        read = work.novels.get(new.id)
        branches = work.branches.of_novel(new.id)
    assert read == added
    for name in ("id", "title", "premise", "seed", "target_words", "model", "author", "adapter"):
        assert getattr(read, name) == getattr(new, name)
    assert read.settings == new.settings
    assert (read.status, read.run_epoch) == (NovelStatus.PLANNING, 0)
    assert read.created_at.utcoffset() == timedelta(0)
    assert before <= read.created_at <= datetime.now(UTC)
    assert [(branch.id, branch.name) for branch in branches] == [(read.active_branch_id, "main")]


@pytest.mark.parametrize(
    ("reference", "title"),
    [
        ("aa11", "The Lamp"),
        ("AA1100000000", "The Lamp"),
        ("the lamp", "The Lamp"),  # an exact title wins over the longer one
        ("  THE LAMPS  ", "The Lamps of Łódź"),
        ("the lamps of łÓDŹ", "The Lamps of Łódź"),
        ("bb", "bb1"),
        ("bb1100000000", "The Lamps of Łódź"),  # an exact id wins over every title
        ("100%", "100% Night_Fall"),
    ],
)
def test_find_knows_ids_titles_and_beginnings(
    store: Store, add_novel: AddNovel, reference: str, title: str
) -> None:
    add_novel("The Lamp", id="aa1100000000")
    add_novel("The Lamps of Łódź", id="bb1100000000")
    add_novel("bb", id="cc1100000000")
    add_novel("100% Night_Fall", id="dd1100000000")
    add_novel("Bb1100000000", id="ee1100000000")
    with store.reading() as work:
        found = work.novels.find(reference)
    assert found.title == ("bb" if title == "bb1" else title)


@pytest.mark.parametrize("reference", ["", "   ", "%", "_", "Lamp", "aa11000000001"])
def test_find_says_what_it_did_not_find(store: Store, add_novel: AddNovel, reference: str) -> None:
    add_novel("The Lamp", id="aa1100000000")
    with store.reading() as work, pytest.raises(RecordNotFound, match="no novel") as error:
        work.novels.find(reference)
    assert repr(reference) in error.value.message
    assert "novelgen list" in error.value.remedy


def test_find_lists_up_to_five_of_the_novels_that_fit(store: Store, add_novel: AddNovel) -> None:
    for number in range(7):
        add_novel(f"Night {number}\x1b[31m")
    with store.reading() as work, pytest.raises(AmbiguousName, match="fits 7 novels") as error:
        work.novels.find("night")
    assert len(error.value.matches) == 5
    assert "Night 0" in error.value.matches[0]
    assert error.value.message.endswith("and 2 more.")
    assert "\x1b" not in error.value.message


def test_find_lists_novels_of_the_same_title(store: Store, add_novel: AddNovel) -> None:
    twins = {add_novel("Night").id, add_novel("night").id}
    add_novel("Nightfall")
    with store.reading() as work, pytest.raises(AmbiguousName) as error:
        work.novels.find("NIGHT")
    assert {match.split()[0] for match in error.value.matches} == twins


def test_changes_leave_the_rest_as_it_is(store: Store, novel: NovelRecord) -> None:
    with store.writing() as work:
        changed = work.novels.update(novel.id, NovelChanges(title="", settings={"k": 1}))
        work.novels.set_status(novel.id, NovelStatus.WRITING)
    with store.reading() as work:
        read = work.novels.get(novel.id)
    assert (changed.title, changed.settings, changed.premise) == ("", {"k": 1}, novel.premise)
    assert read.status is NovelStatus.WRITING
    assert read.updated_at > novel.updated_at
    assert read.created_at == novel.created_at


def test_a_novel_learns_what_its_memory_is_read_with(store: Store, novel: NovelRecord) -> None:
    assert (novel.model_fingerprint, novel.adapter_fingerprint) == ("", "")
    with store.writing() as work:
        work.novels.update(novel.id, NovelChanges(model_fingerprint="m" * 64))
        work.novels.update(novel.id, NovelChanges(adapter_fingerprint="a" * 64))
    with store.reading() as work:
        read = work.novels.get(novel.id)
    assert (read.model_fingerprint, read.adapter_fingerprint) == ("m" * 64, "a" * 64)


def test_the_last_changed_novel_is_listed_first(store: Store, add_novel: AddNovel) -> None:
    first, second = add_novel("First"), add_novel("Second")
    with store.writing() as work:
        work.novels.set_status(first.id, NovelStatus.PAUSED)
    with store.reading() as work:
        summaries = work.novels.summaries()
    assert [summary.novel.id for summary in summaries] == [first.id, second.id]
    assert summaries[0].totals == BranchTotals(words=0, tokens=0, chapters=0, segments=0)


def test_what_does_not_exist_is_named(store: Store, novel: NovelRecord) -> None:
    with store.writing() as work:
        for look in (
            lambda: work.novels.get("nope"),
            lambda: work.novels.summary("nope"),
            lambda: work.novels.set_status("nope", NovelStatus.PAUSED),
            lambda: work.novels.set_active_branch(novel.id, "nope"),
            lambda: work.branches.get("nope"),
            lambda: work.plans.add("nope", {}),
            lambda: work.plans.add_chapter("nope", NewPlannedChapter(1, 1, "", "", 1)),
            lambda: work.complete_chapter(ChapterCompletion("nope", "nope", 0, "nope")),
            lambda: work.runs.heartbeat("nope"),
            lambda: work.runs.get("nope"),
        ):
            with pytest.raises(RecordNotFound, match="nope"):
                look()
        with pytest.raises(RecordNotFound, match="no branch called 'other'"):
            work.branches.by_name(novel.id, "other")


def test_a_branch_of_another_novel_cannot_become_active(store: Store, add_novel: AddNovel) -> None:
    one, other = add_novel("One"), add_novel("Other")
    with store.writing() as work, pytest.raises(RecordNotFound):
        work.novels.set_active_branch(one.id, other.active_branch_id)


def test_plans_have_versions_and_the_highest_is_current(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        assert work.plans.current(branch_id) is None
        first = work.plans.add(branch_id, {"parts": ["I", "II"]})
        second = work.plans.add(branch_id, {"parts": []})
    with store.reading() as work:
        assert work.plans.current(branch_id) == second
    assert (first.version, first.structure) == (1, {"parts": ["I", "II"]})
    assert second.version == 2


def test_planned_chapters_come_part_by_part_and_once(store: Store, novel: NovelRecord) -> None:
    planned = NewPlannedChapter(
        number=1,
        part=1,
        title="Dusk",
        brief="The lamp goes out.",
        target_words=1500,
        role="opening",
        origin=PlanOrigin.SKELETON,
        provenance={"attempts": [1, 2]},
    )
    with store.writing() as work:
        plan = work.plans.add(novel.active_branch_id, {})
        work.plans.add_chapter(plan.id, NewPlannedChapter(10, 2, "Later", "", 10))
        record = work.plans.add_chapter(plan.id, planned)
    with store.reading() as work:
        assert [chapter.number for chapter in work.plans.chapters(plan.id)] == [1, 10]
        assert work.plans.chapter(plan.id, 1) == record
        assert work.plans.chapter(plan.id, 2) is None
        assert len(work.plans.chapters(plan.id)) == 2
    for name in ("number", "part", "title", "brief", "role", "origin", "provenance"):
        assert getattr(record, name) == getattr(planned, name)
    with pytest.raises(HeadMoved, match="Chapter 1 is planned already"), store.writing() as work:
        work.plans.add_chapter(plan.id, planned)


def test_beats_are_planned_later_and_once(store: Store, novel: NovelRecord) -> None:
    beats = PlannedBeats(
        (Beat("Dark", "It is dark.", 700), Beat("Light", "", 800)), PlanOrigin.SKELETON
    )
    with store.writing() as work:
        plan = work.plans.add(novel.active_branch_id, {})
        work.plans.add_chapter(plan.id, NewPlannedChapter(1, 1, "Dusk", "", 1500))
        assert work.plans.beats(plan.id, 1) is None
        work.plans.add_beats(plan.id, 1, beats)
    with store.reading() as work:
        assert work.plans.beats(plan.id, 1) == beats
    with pytest.raises(HeadMoved, match="beats of chapter 1"), store.writing() as work:
        work.plans.add_beats(plan.id, 1, beats)
    with pytest.raises(RecordNotFound, match="Chapter 2 is not planned"), store.writing() as work:
        work.plans.add_beats(plan.id, 2, beats)


def test_a_new_run_takes_over_from_one_that_crashed(store: Store, novel: NovelRecord) -> None:
    new = NewRun(novel.id, 4711, "desk", "cuda:0", "bfloat16", {"torch": "2.11"})
    with store.writing() as work:
        first = work.runs.start(new)
    with store.writing() as work:
        second = work.runs.start(NewRun(novel.id, 4712, "desk", "cpu", "float32"))
    with store.reading() as work:
        crashed = work.runs.get(first.id)
        assert work.runs.latest(novel.id) == second
        assert [run.id for run in work.runs.of_novel(novel.id)] == [second.id, first.id]
        assert [run.id for run in work.runs.all()] == [second.id, first.id]
        assert work.novels.get(novel.id).run_epoch == second.epoch
    assert (first.epoch, second.epoch) == (1, 2)
    assert (first.pid, first.host, first.device) == (4711, "desk", "cuda:0")
    assert (first.dtype, first.versions) == ("bfloat16", {"torch": "2.11"})
    assert first.status is RunStatus.RUNNING
    assert crashed.status is RunStatus.CRASHED
    assert crashed.finished_at == crashed.heartbeat_at


def test_a_run_beats_and_ends(store: Store, add_novel: AddNovel) -> None:
    one, other = add_novel("One"), add_novel("Other")
    with store.writing() as work:
        assert work.runs.latest(one.id) is None
        run = work.runs.start(NewRun(one.id, 1, "desk", "cpu", "float32"))
        finished = work.runs.start(NewRun(other.id, 2, "desk", "cpu", "float32"))
    with store.writing() as work:
        work.runs.heartbeat(run.id)
        work.runs.finish(finished.id, RunStatus.FAILED, "out of memory")
    with store.reading() as work:
        alive, ended = work.runs.get(run.id), work.runs.get(finished.id)
    assert alive.heartbeat_at > run.heartbeat_at
    assert (alive.status, alive.finished_at) == (RunStatus.RUNNING, None)
    assert (ended.status, ended.error) == (RunStatus.FAILED, "out of memory")
    assert ended.finished_at is not None
