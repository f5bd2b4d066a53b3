"""The values of a fleet: what it is to do, who works, and whether all of it is to stand still.

A *job* is what a person asked for: a novel to write, or a chapter to draft several times over. A
*task* is what one worker takes of it at a time.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records import JsonObject, new_id
from storage.run_records import PauseRequest


class JobKind(StrEnum):
    """What a job is for."""

    WRITE = "write"
    REDRAFT = "redraft"


class TaskKind(StrEnum):
    """What a worker does with a task."""

    WRITE = "write"
    """Write a novel on, to its end or the job's limits."""
    PREPARE = "prepare"
    """Begin the drafts of a chapter, so that workers can take them."""
    DRAFT = "draft"
    """Write one draft of a chapter."""
    CHOOSE = "choose"
    """Choose among the drafts of a chapter, and put the best in its place."""


class TaskState(StrEnum):
    """How a task stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    HELD = "held"
    """A person stopped it; nobody takes it until a person lets it go on."""
    DONE = "done"
    FAILED = "failed"


class WorkerState(StrEnum):
    """What a worker does. One that died is stored as it was last; its lock is free."""

    IDLE = "idle"
    WORKING = "working"
    PAUSED = "paused"
    LEFT = "left"
    LOST = "lost"
    """Its lock was found free."""


PRESENT = (WorkerState.IDLE, WorkerState.WORKING, WorkerState.PAUSED)


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is put in the queue."""

    novel_id: str
    kind: JobKind
    terms: JsonObject = field(default_factory=dict)
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job. `run_id` is the run that the workers of a redraft share, once there is one."""

    id: str
    novel_id: str
    kind: JobKind
    terms: JsonObject
    run_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task. `worker_id` names who has it, or had it last."""

    id: int
    job_id: str
    novel_id: str
    kind: TaskKind
    state: TaskState
    part: int | None
    """The number of the draft, from 1."""
    revision_id: str | None
    """The draft."""
    worker_id: str | None
    deaths: int
    """Workers that died on it in a row, none of which got any further than the one before."""
    progress: int
    """Segments of the novel when it was taken last."""
    note: str
    """Why it failed, was given back or is held."""
    created_at: datetime
    taken_at: datetime | None
    ended_at: datetime | None
    hold_request: PauseRequest = PauseRequest.NONE
    """Whether a person wants it held, and how soon who has it is to stop."""


@dataclass(frozen=True, slots=True)
class NewWorker:
    """A worker that begins."""

    name: str
    host: str
    pid: int
    versions: JsonObject = field(default_factory=dict)
    metrics_address: str = ""
    generation: int = 0
    """How often all workers had been asked to leave when it was started. One that was started
    before the last time leaves as soon as it enters."""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker, as it described itself last."""

    id: str
    name: str
    host: str
    pid: int
    versions: JsonObject
    metrics_address: str
    state: WorkerState
    leave_request: PauseRequest
    started_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FleetOrders:
    """What a worker is told when it looks."""

    pause: PauseRequest
    """Of the whole fleet."""
    leave: PauseRequest
    """Of this worker."""
    hold: PauseRequest = PauseRequest.NONE
    """Of the task in hand."""

    @property
    def strictest(self) -> PauseRequest:
        """How soon the task in hand is to stop."""
        for request in (PauseRequest.NOW, PauseRequest.AFTER_SEGMENT):
            if request in (self.pause, self.leave, self.hold):
                return request
        return PauseRequest.NONE
