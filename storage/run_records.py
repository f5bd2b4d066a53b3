"""The values of runs: who works on a novel, since when, with what, and what was told of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records import JsonObject, new_id


class RunStatus(StrEnum):
    """How a writing run stands or ended."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    CRASHED = "crashed"


class RunPurpose(StrEnum):
    """What a run is for."""

    WRITE = "write"
    REGENERATE = "regenerate"
    INFILL = "infill"


class PauseRequest(StrEnum):
    """Whether a run was asked to stop, and how soon."""

    NONE = "none"
    AFTER_SEGMENT = "after_segment"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class NewRun:
    """A writing run that begins."""

    novel_id: str
    pid: int
    host: str
    device: str
    dtype: str
    versions: JsonObject = field(default_factory=dict)
    branch_id: str | None = None
    """The branch it writes."""
    purpose: RunPurpose = RunPurpose.WRITE
    is_unattended: bool = False
    """Whether it goes on without a terminal; its chapters then wait in the inbox."""
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A writing run. Words, tokens and seconds are the sums over the segments it committed."""

    id: str
    novel_id: str
    epoch: int
    status: RunStatus
    pid: int
    host: str
    device: str
    dtype: str
    versions: JsonObject
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    words: int
    tokens: int
    elapsed_seconds: float
    error: str | None
    branch_id: str | None
    purpose: RunPurpose
    is_unattended: bool
    pause_request: PauseRequest
    heartbeats: int
    """Rises while the run lives: told from a dead one without trust in anybody's clock."""


@dataclass(frozen=True, slots=True)
class RunEventRecord:
    """Something that a run told. `id` rises from event to event over all runs."""

    id: int
    run_id: str
    kind: str
    data: JsonObject
    created_at: datetime
