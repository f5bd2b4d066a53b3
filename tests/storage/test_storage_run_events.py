"""Runs tell what they do, and are asked to stop, through the database."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from storage import (
    NewRun,
    NovelRecord,
    PauseRequest,
    RecordNotFound,
    RunPurpose,
    RunRecord,
    RunStatus,
)
from storage.store import Store

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe


@pytest.fixture
def run(scribe: "Scribe") -> RunRecord:
    return scribe.run


def test_events_come_back_in_order_after_one(
    store: Store, run: RunRecord, add_novel: Callable[..., NovelRecord]
) -> None:
    other_novel = add_novel("Other")
    with store.writing() as work:
        other = work.runs.start(NewRun(other_novel.id, 2, "desk", "cpu", "float32"))
    for number in range(4):
        with store.writing() as work:
            work.runs.tell(run.id, "SegmentCommitted", {"position": number, "text": "Łódź 夜"})
            work.runs.tell(other.id, "RunStopped", {})
    with store.reading() as work:
        events = work.runs.events(run.id)
        assert [each.data["position"] for each in events] == [0, 1, 2, 3]
        assert work.runs.events(run.id, after_id=events[1].id) == events[2:]
        assert work.runs.events(run.id, after_id=events[0].id, limit=2) == events[1:3]
        assert work.runs.events(run.id, after_id=events[-1].id) == []
        assert {each.kind for each in work.runs.events(other.id)} == {"RunStopped"}
    assert events[0].data == {"position": 0, "text": "Łódź 夜"}
    assert {each.run_id for each in events} == {run.id}
    ids = [each.id for each in events]
    assert ids == sorted(set(ids))


def test_a_run_learns_with_its_heartbeat_that_it_is_to_stop(store: Store, run: RunRecord) -> None:
    assert (run.pause_request, run.heartbeats) == (PauseRequest.NONE, 0)
    told = []
    for request in (None, PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NONE):
        if request is not None:
            with store.writing() as work:
                work.runs.request_pause(run.id, request)
        with store.writing() as work:
            told.append(work.runs.heartbeat(run.id))
    assert told == [
        PauseRequest.NONE,
        PauseRequest.AFTER_SEGMENT,
        PauseRequest.NOW,
        PauseRequest.NONE,
    ]
    with store.writing() as work:
        work.runs.request_pause(run.id, PauseRequest.NOW)
    with store.reading() as work:
        assert work.runs.pause_request(run.id) is PauseRequest.NOW
        assert work.runs.get(run.id).heartbeats == 4


def test_every_commit_is_a_heartbeat(store: Store, scribe: "Scribe") -> None:
    scribe.chapter(1, ["It was dark. ", "Then: light."])
    with store.reading() as work:
        assert work.runs.get(scribe.run.id).heartbeats == 2


def test_what_a_run_is_for_comes_back(store: Store, novel: NovelRecord) -> None:
    with store.writing() as work:
        plain = work.runs.start(NewRun(novel.id, 1, "desk", "cpu", "float32"))
        new = NewRun(
            novel.id,
            2,
            "desk",
            "cpu",
            "float32",
            branch_id="b" * 12,
            purpose=RunPurpose.REGENERATE,
            is_unattended=True,
        )
        night = work.runs.start(new)
    with store.reading() as work:
        assert work.runs.get(night.id) == night
    assert (plain.branch_id, plain.purpose) == (novel.active_branch_id, RunPurpose.WRITE)
    assert plain.is_unattended is False
    assert (night.branch_id, night.purpose) == ("b" * 12, RunPurpose.REGENERATE)
    assert night.is_unattended is True


def test_a_dead_run_is_marked_at_its_last_heartbeat(store: Store, run: RunRecord) -> None:
    with store.writing() as work:
        work.runs.heartbeat(run.id)
        work.runs.mark_crashed(run.id)
    with store.reading() as work:
        crashed = work.runs.get(run.id)
    assert crashed.status is RunStatus.CRASHED
    assert crashed.finished_at == crashed.heartbeat_at
    assert crashed.heartbeat_at > run.heartbeat_at


def test_a_run_that_ended_is_not_marked_as_dead(store: Store, run: RunRecord) -> None:
    with store.writing() as work:
        ended = work.runs.finish(run.id, RunStatus.STOPPED)
        work.runs.mark_crashed(run.id)
    with store.reading() as work:
        assert work.runs.get(run.id) == ended


def test_a_run_that_does_not_exist(store: Store) -> None:
    with store.writing() as work:
        assert work.runs.events("nope") == []
        for look in (
            lambda: work.runs.tell("nope", "Told", {}),
            lambda: work.runs.heartbeat("nope"),
            lambda: work.runs.request_pause("nope", PauseRequest.NOW),
            lambda: work.runs.pause_request("nope"),
            lambda: work.runs.mark_crashed("nope"),
        ):
            with pytest.raises(RecordNotFound, match="nope"):
                look()
