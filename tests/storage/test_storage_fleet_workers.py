"""The workers of a fleet: who is there, and what they are told."""

import pytest

from storage.fleet_records import (
    FleetOrders,
    WorkerState,
)
from storage.run_records import PauseRequest
from storage.store import Store
from tests.storage.fleet_queue import worker


def test_the_whole_fleet_stands_still_and_goes_on(store: Store) -> None:
    one = worker(store)
    orders = []
    for request in (PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NONE):
        with store.writing() as work:
            work.fleet_workers.set_pause(request)
        with store.reading() as work:
            orders.append(work.fleet_workers.orders(one))
            assert work.fleet_workers.pause_request() is request
    assert [each.strictest for each in orders] == [each.pause for each in orders] == [
        PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NONE,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pause", "leave", "strictest"),
    [
        (PauseRequest.NONE, PauseRequest.AFTER_SEGMENT, PauseRequest.AFTER_SEGMENT),
        (PauseRequest.AFTER_SEGMENT, PauseRequest.NOW, PauseRequest.NOW),
        (PauseRequest.NOW, PauseRequest.AFTER_SEGMENT, PauseRequest.NOW),
        (PauseRequest.NONE, PauseRequest.NONE, PauseRequest.NONE),
    ],
)
def test_of_two_orders_the_stricter_one_holds(
    pause: PauseRequest, leave: PauseRequest, strictest: PauseRequest
) -> None:
    assert FleetOrders(pause, leave).strictest is strictest


def test_workers_are_asked_to_leave_by_name_or_all(store: Store) -> None:
    ids = {name: worker(store, name) for name in ("one", "two", "three", "gone")}
    with store.writing() as work:
        work.fleet_workers.set_state(ids["gone"], WorkerState.LEFT)
        assert work.fleet_workers.ask_to_leave(PauseRequest.AFTER_SEGMENT, ["two", "gone"]) == 1
    with store.reading() as work:
        leave = {name: work.fleet_workers.orders(ids[name]).leave for name in ids}
    assert [name for name in ids if leave[name] is not PauseRequest.NONE] == ["two"]
    with store.writing() as work:
        assert work.fleet_workers.ask_to_leave(PauseRequest.NOW, []) == 0
        assert work.fleet_workers.ask_to_leave(PauseRequest.NOW) == 3
        assert work.fleet_workers.orders(ids["two"]).leave is PauseRequest.NOW


def test_present_are_those_who_neither_left_nor_are_lost(store: Store) -> None:
    ids = [worker(store, name) for name in ("one", "two", "three", "four")]
    states = (WorkerState.WORKING, WorkerState.LEFT, WorkerState.LOST, WorkerState.PAUSED)
    with store.writing() as work:
        for worker_id, state in zip(ids, states, strict=True):
            work.fleet_workers.set_state(worker_id, state)
    with store.reading() as work:
        assert [each.name for each in work.fleet_workers.present()] == ["one", "four"]
        assert {each.state for each in work.fleet_workers.by_id(ids).values()} == set(states)
        lost = work.fleet_workers.get(ids[2])
    assert (lost.name, lost.host, lost.pid) == ("three", "desk", 1)
    assert lost.changed_at >= lost.started_at
