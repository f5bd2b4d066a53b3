"""What a fleet is to do: jobs, and the tasks that workers take of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, delete, exists, func, literal, select
from sqlalchemy.orm import aliased

from storage.errors import HeadMoved, RecordNotFound
from storage.fleet_records import (
    JobRecord,
    NewJob,
    TaskKind,
    TaskRecord,
    TaskState,
)
from storage.fleet_tables import FleetJobRow, FleetTaskRow
from storage.records import JsonObject
from storage.repositories.base import Repository, record_of
from storage.run_records import PauseRequest
from storage.tables import NovelRow, RevisionRow, utc_now

_FOLLOWING = (TaskKind.DRAFT, TaskKind.CHOOSE)
"""Tasks of a job that has begun."""


class FleetTaskRepository(Repository):
    """The queue of a fleet, the first come first."""

    def add_job(self, job: NewJob, first: TaskKind) -> JobRecord:
        """Put a job in the queue with the task that it begins with. Raises `RecordNotFound`."""
        self._row(NovelRow, job.novel_id, "novel")
        row = FleetJobRow(
            id=job.id,
            novel_id=job.novel_id,
            kind=job.kind,
            terms=dict(job.terms),
            run_id=None,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        self.add_task(job.id, first)
        return record_of(JobRecord, row)

    def add_task(
        self, job_id: str, kind: TaskKind, part: int | None = None, revision_id: str | None = None
    ) -> TaskRecord:
        """Add a task to a job; where a person holds that, it is held too.

        Raises `RecordNotFound`.
        """
        job = self._row(FleetJobRow, job_id, "job")
        row = FleetTaskRow(
            job_id=job_id,
            novel_id=job.novel_id,
            kind=kind,
            state=TaskState.HELD if self._is_held(job_id) else TaskState.WAITING,
            part=part,
            revision_id=revision_id,
            deaths=0,
            progress=0,
            note="",
            hold_request=PauseRequest.NONE,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return record_of(TaskRecord, row)

    def take(self, worker_id: str, passed_over: Collection[int] = ()) -> TaskRecord | None:
        """Give the first waiting task to a worker; None when there is none for it.

        What has been begun of a job comes before jobs that have not begun. Tasks of two jobs of one
        novel are never taken at the same time, since their runs would take the novel over from each
        other.
        """
        first = _for_the_taking(passed_over).limit(1)
        # Two questions, each of which an index answers; one with such an order sorts all that wait.
        row = self._session.scalar(first.where(FleetTaskRow.kind.in_(_FOLLOWING)))
        row = row or self._session.scalar(first)
        if row is None:
            return None
        row.state, row.worker_id = TaskState.TAKEN, worker_id
        row.progress, row.taken_at, row.note = self._segments(row), utc_now(), ""
        self._session.flush()
        return record_of(TaskRecord, row)

    def has_waiting(self, passed_over: Collection[int] = ()) -> bool:
        """Whether `take` would find a task at this moment."""
        return self._session.scalar(_for_the_taking(passed_over).limit(1)) is not None

    def settle(self, task_id: int, worker_id: str, state: TaskState, note: str = "") -> None:
        """Note what became of a task that a worker has; one to be held does not wait again.

        Raises `HeadMoved`, and changes nothing, when the task is another worker's by now.
        """
        row = self._require_taken(task_id, worker_id)
        row.state, row.note = state, note
        _hold_if_wanted(row)
        if state in (TaskState.DONE, TaskState.FAILED):
            row.hold_request = PauseRequest.NONE
        if state is TaskState.DONE:
            row.ended_at = utc_now()
        if state is not TaskState.WAITING or self._segments(row) > row.progress:
            row.deaths = 0
        self._session.flush()

    def require_taken(self, task_id: int, worker_id: str) -> TaskRecord:
        """The task. Raises `HeadMoved` when the worker does not have it any more."""
        return record_of(TaskRecord, self._require_taken(task_id, worker_id))

    def is_taken_by(self, task_id: int, worker_id: str) -> bool:
        """Whether a worker has the task still."""
        row = self._session.get(FleetTaskRow, task_id, with_for_update=True)
        return row is not None and row.state is TaskState.TAKEN and row.worker_id == worker_id

    def take_from_the_dead(
        self, task_id: int, worker_id: str, most_deaths: int, note: str = ""
    ) -> TaskRecord:
        """Let others have the task of a worker that has died, of what the note says.

        When `most_deaths` died on it in a row, none of which got further than the one before, it
        has failed. Raises `HeadMoved` when somebody else was faster.
        """
        row = self._require_taken(task_id, worker_id)
        row.deaths = 1 if self._segments(row) > row.progress else row.deaths + 1
        row.state, row.note = TaskState.WAITING, note
        if row.deaths >= most_deaths:
            row.state = TaskState.FAILED
            row.note = f"{row.deaths} workers in a row died on it. {note}".rstrip()
        _hold_if_wanted(row)
        self._session.flush()
        return record_of(TaskRecord, row)

    def share_run(self, job_id: str, run_id: str) -> None:
        """Name the run that the workers of a job share. Raises `RecordNotFound`."""
        self._row(FleetJobRow, job_id, "job").run_id = run_id
        self._session.flush()

    def set_terms(self, job_id: str, terms: JsonObject) -> None:
        """Change what a job asks for. Raises `RecordNotFound`."""
        self._row(FleetJobRow, job_id, "job").terms = dict(terms)
        self._session.flush()

    def job(self, job_id: str) -> JobRecord:
        """Raises `RecordNotFound`."""
        return record_of(JobRecord, self._row(FleetJobRow, job_id, "job"))

    def jobs(self, job_ids: Collection[str]) -> dict[str, JobRecord]:
        """The jobs with these ids."""
        statement = select(FleetJobRow).where(FleetJobRow.id.in_(job_ids))
        return {row.id: record_of(JobRecord, row) for row in self._session.scalars(statement)}

    def of_job(self, job_id: str) -> list[TaskRecord]:
        """The tasks of a job, the first first."""
        return self._tasks(FleetTaskRow.job_id == job_id)

    def of_novel(self, novel_id: str) -> list[TaskRecord]:
        """The tasks of a novel that are not done, the first first."""
        return self._tasks(FleetTaskRow.novel_id == novel_id, FleetTaskRow.state != TaskState.DONE)

    def taken(self) -> list[TaskRecord]:
        """The tasks that workers have, the first first."""
        return self._tasks(FleetTaskRow.state == TaskState.TAKEN)

    def all(self, *, with_done: bool = True) -> list[TaskRecord]:
        """The tasks of all jobs, the first first."""
        return self._tasks() if with_done else self._tasks(FleetTaskRow.state != TaskState.DONE)

    def count(self) -> dict[TaskState, int]:
        """How many tasks stand how; states without any are left out."""
        statement = select(FleetTaskRow.state, func.count()).group_by(FleetTaskRow.state)
        return {row[0]: row[1] for row in self._session.execute(statement)}

    def are_unfinished(self) -> bool:
        """Whether a task waits or is taken."""
        states = (TaskState.WAITING, TaskState.TAKEN)
        return bool(self._session.scalar(select(exists().where(FleetTaskRow.state.in_(states)))))

    def has_taken(self, job_id: str) -> bool:
        """Whether a worker has a task of a job in hand."""
        is_taken = FleetTaskRow.state == TaskState.TAKEN
        found = exists().where(FleetTaskRow.job_id == job_id, is_taken)
        return bool(self._session.scalar(select(found)))

    def queued(self, novel_id: str, kind: TaskKind) -> TaskRecord | None:
        """The first task of a kind for a novel that is not done, if there is one."""
        found = self._tasks(
            FleetTaskRow.novel_id == novel_id,
            FleetTaskRow.kind == kind,
            FleetTaskRow.state != TaskState.DONE,
        )
        return found[0] if found else None

    def release(self, novel_id: str | None, states: Sequence[TaskState]) -> int:
        """Let tasks in these states wait again; returns how many.

        With `HELD` among them, those that were to be held go on.
        """
        wanted = FleetTaskRow.hold_request != PauseRequest.NONE
        goes_on = wanted & literal(TaskState.HELD in states)
        statement = select(FleetTaskRow).where(FleetTaskRow.state.in_(states) | goes_on)
        if novel_id is not None:
            statement = statement.where(FleetTaskRow.novel_id == novel_id)
        rows = self._session.scalars(statement).all()
        for row in rows:
            row.hold_request = PauseRequest.NONE
            if row.state in states:
                row.state, row.note, row.deaths = TaskState.WAITING, "", 0
        self._session.flush()
        return sum(row.state in (TaskState.WAITING, TaskState.TAKEN) for row in rows)

    def hold(self, novel_id: str, request: PauseRequest = PauseRequest.AFTER_SEGMENT) -> int:
        """Let nobody take the waiting tasks of a novel, and who has one stop; returns how many."""
        rows = self._session.scalars(
            select(FleetTaskRow).where(
                FleetTaskRow.novel_id == novel_id,
                FleetTaskRow.state.in_((TaskState.WAITING, TaskState.TAKEN)),
            )
        ).all()
        for row in rows:
            if row.state is TaskState.TAKEN:
                row.hold_request = request
            else:
                row.state = TaskState.HELD
        self._session.flush()
        return len(rows)

    def hold_request(self, task_id: int) -> PauseRequest:
        """Whether a person wants the task held, and how soon."""
        row = self._session.get(FleetTaskRow, task_id)
        return PauseRequest.NONE if row is None else row.hold_request

    def remove_job(self, job_id: str) -> None:
        """Take a job out of the queue. What was written of it stays.

        Raises `HeadMoved` when a worker has a task of it, `RecordNotFound`.
        """
        self._row(FleetJobRow, job_id, "job")
        if any(task.state is TaskState.TAKEN for task in self.of_job(job_id)):
            raise HeadMoved(
                "A worker has it in hand.", "Stop it with `novelgen fleet pause NOVEL` first."
            )
        self._session.execute(delete(FleetTaskRow).where(FleetTaskRow.job_id == job_id))
        self._session.execute(delete(FleetJobRow).where(FleetJobRow.id == job_id))

    def _is_held(self, job_id: str) -> bool:
        is_held = FleetTaskRow.state == TaskState.HELD
        wanted = FleetTaskRow.hold_request != PauseRequest.NONE
        found = exists().where(FleetTaskRow.job_id == job_id, is_held | wanted)
        return bool(self._session.scalar(select(found)))

    def _tasks(self, *conditions: object) -> list[TaskRecord]:
        statement = select(FleetTaskRow).where(*conditions).order_by(FleetTaskRow.id)  # type: ignore[arg-type]
        return [record_of(TaskRecord, row) for row in self._session.scalars(statement)]

    def _require_taken(self, task_id: int, worker_id: str) -> FleetTaskRow:
        row = self._session.get(FleetTaskRow, task_id, with_for_update=True)
        if row is None:
            raise RecordNotFound(f"The fleet has no task {task_id}.")
        if row.state is not TaskState.TAKEN or row.worker_id != worker_id:
            raise HeadMoved(f"Task {task_id} of the fleet is another worker's by now.")
        return row

    def _segments(self, row: FleetTaskRow) -> int:
        """How far the task has got: segments of its draft, or of all text of its novel."""
        statement = select(func.coalesce(func.sum(RevisionRow.num_segments), 0))
        if row.revision_id is not None:
            statement = statement.where(RevisionRow.id == row.revision_id)
        else:
            statement = statement.where(RevisionRow.novel_id == row.novel_id)
        return int(self._session.scalar(statement) or 0)


def _hold_if_wanted(row: FleetTaskRow) -> None:
    if row.state is TaskState.WAITING and row.hold_request is not PauseRequest.NONE:
        row.state, row.hold_request = TaskState.HELD, PauseRequest.NONE
        row.note = row.note or "paused"


def _for_the_taking(passed_over: Collection[int]) -> Select[FleetTaskRow]:
    """The tasks that wait, of novels that no other job has in hand, the first first."""
    other = aliased(FleetTaskRow)
    in_the_way = exists().where(
        other.novel_id == FleetTaskRow.novel_id,
        other.state == TaskState.TAKEN,
        other.job_id != FleetTaskRow.job_id,
    )
    return (
        select(FleetTaskRow)
        .where(FleetTaskRow.state == TaskState.WAITING, ~in_the_way)
        .where(FleetTaskRow.id.not_in(passed_over))
        .order_by(FleetTaskRow.id)
    )
