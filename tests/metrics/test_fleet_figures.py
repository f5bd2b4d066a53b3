"""What a worker of a fleet tells becomes figures: how it stands, what it has, what is lost."""

from datetime import UTC, datetime

from novelgen.bootstrap.fleet_listener import TellingListener
from novelgen.fleet.outcome import Outcome
from novelgen.metrics.worker_metrics import WorkerMetrics
from storage.fleet_records import TaskKind, TaskRecord, TaskState, WorkerState
from tests.metrics.scraping import series_in, value

TASK = TaskRecord(
    id=7, job_id="j", novel_id="n", kind=TaskKind.WRITE, state=TaskState.TAKEN, part=None,
    revision_id=None, worker_id="w", deaths=0, progress=0, note="",
    created_at=datetime(2026, 1, 1, tzinfo=UTC), taken_at=None, ended_at=None,
)  # fmt: skip


def listening() -> tuple[TellingListener, WorkerMetrics, list[str]]:
    metrics, said = WorkerMetrics(worker="w"), list[str]()
    return TellingListener(said.append, metrics), metrics, said


def stands(metrics: WorkerMetrics) -> tuple[list[str], list[str]]:
    """The states and the tasks that are 1."""
    labels = {"worker_state": "state", "worker_task": "task"}
    held: dict[str, list[str]] = {name: [] for name in labels}
    for (name, own), number in series_in(metrics.exposition().decode()).items():
        short = name.removeprefix("novelgen:")
        if number and short in labels:
            held[short].append(dict(own)[labels[short]])
    return held["worker_state"], held["worker_task"]


def test_a_worker_that_is_cut_off_has_nothing_in_hand() -> None:
    listener, metrics, said = listening()
    listener.on_state(WorkerState.WORKING)
    listener.on_task(TASK)
    assert stands(metrics) == (["writing"], ["write"])
    listener.on_trouble("The database went away.")
    assert stands(metrics) == (["idle"], [])
    listener.on_state(WorkerState.WORKING)
    listener.on_task(TASK)
    assert stands(metrics) == (["writing"], ["write"])
    assert "The database went away." in said


def test_a_task_that_another_worker_has_taken_over_is_lost() -> None:
    listener, metrics, said = listening()
    listener.on_task(TASK)
    listener.on_lost(TASK)
    listener.on_task(TASK)
    listener.on_settled(TASK, Outcome(TaskState.DONE))
    series = series_in(metrics.exposition().decode())
    endings = ("lost", "done", "failed", "returned")
    assert [value(series, "tasks_total", ending=each) for each in endings] == [1, 1, 0, 0]
    assert stands(metrics)[1] == []
    assert any("Task 7" in each and "another worker" in each for each in said)
