"""The tables of a fleet as ORM classes; see `storage.tables`."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.fleet_records import JobKind, TaskKind, TaskState, WorkerState
from storage.run_records import PauseRequest
from storage.tables import ID_LENGTH, NUMBERED, Row


class FleetJobRow(Row):
    __tablename__ = "fleet_jobs"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    kind: Mapped[JobKind]
    terms: Mapped[dict[str, Any]]
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id"))
    created_at: Mapped[datetime]


class FleetTaskRow(Row):
    __tablename__ = "fleet_tasks"
    __table_args__ = (
        Index("ix_fleet_tasks_state", "state", "id"),
        Index("ix_fleet_tasks_job_id", "job_id", "id"),
        Index("ix_fleet_tasks_novel_id", "novel_id", "id"),
    )

    id: Mapped[int] = mapped_column(NUMBERED, primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("fleet_jobs.id"))
    novel_id: Mapped[str] = mapped_column(ForeignKey("novels.id"))
    kind: Mapped[TaskKind]
    state: Mapped[TaskState]
    part: Mapped[int | None]
    revision_id: Mapped[str | None] = mapped_column(ForeignKey("revisions.id"))
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("fleet_workers.id"))
    deaths: Mapped[int]
    progress: Mapped[int]
    note: Mapped[str]
    hold_request: Mapped[PauseRequest]
    created_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class FleetWorkerRow(Row):
    __tablename__ = "fleet_workers"
    __table_args__ = (Index("ix_fleet_workers_state", "state"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    name: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    versions: Mapped[dict[str, Any]]
    metrics_address: Mapped[str]
    state: Mapped[WorkerState]
    leave_request: Mapped[PauseRequest]
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FleetStateRow(Row):
    """What holds for the whole fleet: one row at most, with the id 1."""

    __tablename__ = "fleet_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pause_request: Mapped[PauseRequest]
    generation: Mapped[int]
    """How often all workers were asked to leave."""
    changed_at: Mapped[datetime]
