"""Writing runs: who writes, since when, with what, and how it ended."""

from sqlalchemy import func, select

from storage.errors import RecordNotFound
from storage.records import JsonObject
from storage.repositories.base import Repository, record_of
from storage.run_records import NewRun, PauseRequest, RunEventRecord, RunRecord, RunStatus
from storage.tables import NovelRow, RunEventRow, RunRow, utc_now


class RunRepository(Repository):
    """The runs of the novels."""

    def start(self, run: NewRun) -> RunRecord:
        """Begin a run and claim the novel: only commits of its epoch are taken from now on.

        Runs of the novel that still count as running are marked crashed. The caller makes sure
        (by a lock) that none of them is alive. Raises `RecordNotFound`.
        """
        novel = self._row(NovelRow, run.novel_id, "novel")
        now = utc_now()
        unfinished = select(RunRow).where(
            RunRow.novel_id == run.novel_id, RunRow.status == RunStatus.RUNNING
        )
        for crashed in self._session.scalars(unfinished).all():
            crashed.status = RunStatus.CRASHED
            crashed.finished_at = crashed.heartbeat_at
        novel.run_epoch += 1
        row = RunRow(
            id=run.id,
            novel_id=run.novel_id,
            epoch=novel.run_epoch,
            status=RunStatus.RUNNING,
            pid=run.pid,
            host=run.host,
            device=run.device,
            dtype=run.dtype,
            versions=dict(run.versions),
            started_at=now,
            heartbeat_at=now,
            words=0,
            tokens=0,
            elapsed_seconds=0.0,
            branch_id=run.branch_id or novel.active_branch_id,
            purpose=run.purpose,
            is_unattended=run.is_unattended,
            pause_request=PauseRequest.NONE,
            heartbeats=0,
        )
        self._session.add(row)
        self._session.flush()
        return record_of(RunRecord, row)

    def heartbeat(self, run_id: str) -> PauseRequest:
        """Note that the run is alive, and learn whether it is to stop. Raises `RecordNotFound`."""
        row = self._run(run_id)
        row.heartbeat_at = utc_now()
        row.heartbeats += 1
        self._session.flush()
        return row.pause_request

    def request_pause(self, run_id: str, request: PauseRequest) -> None:
        """Ask a run to stop; it looks with every heartbeat. Raises `RecordNotFound`."""
        self._run(run_id).pause_request = request
        self._session.flush()

    def pause_request(self, run_id: str) -> PauseRequest:
        """Raises `RecordNotFound`."""
        return self._run(run_id).pause_request

    def set_unattended(self, run_id: str, is_unattended: bool) -> None:
        """Note whether anybody looks on while the run goes on. Raises `RecordNotFound`."""
        self._run(run_id).is_unattended = is_unattended
        self._session.flush()

    def tell(self, run_id: str, kind: str, data: JsonObject) -> None:
        """Keep an event of a run. Raises `RecordNotFound`."""
        self._run(run_id)
        self._session.add(
            RunEventRow(run_id=run_id, kind=kind, data=dict(data), created_at=utc_now())
        )
        self._session.flush()

    def events(self, run_id: str, after_id: int = 0, limit: int = 500) -> list[RunEventRecord]:
        """Events of a run in order, the first `limit` after one."""
        statement = (
            select(RunEventRow)
            .where(RunEventRow.run_id == run_id, RunEventRow.id > after_id)
            .order_by(RunEventRow.id)
            .limit(limit)
        )
        return [record_of(RunEventRecord, row) for row in self._session.scalars(statement)]

    def latest_events(self, run_id: str, limit: int) -> list[RunEventRecord]:
        """The last `limit` events of a run, in order."""
        statement = (
            select(RunEventRow)
            .where(RunEventRow.run_id == run_id)
            .order_by(RunEventRow.id.desc())
            .limit(limit)
        )
        rows = list(self._session.scalars(statement))
        return [record_of(RunEventRecord, row) for row in reversed(rows)]

    def events_of_kind(self, novel_id: str, kind: str) -> list[RunEventRecord]:
        """What the runs of a novel told of one kind, the oldest first."""
        query = (
            select(RunEventRow)
            .join(RunRow, RunRow.id == RunEventRow.run_id)
            .where(RunRow.novel_id == novel_id, RunEventRow.kind == kind)
            .order_by(RunEventRow.id)
        )
        return [record_of(RunEventRecord, row) for row in self._session.scalars(query)]

    def mark_crashed(self, run_id: str) -> None:
        """Note that a run that counts as running is dead; should it live, it commits no more.

        Raises `RecordNotFound`.
        """
        row = self._run(run_id)
        if row.status is RunStatus.RUNNING:
            row.status = RunStatus.CRASHED
            row.finished_at = row.heartbeat_at
            self._row(NovelRow, row.novel_id, "novel").run_epoch += 1
            self._session.flush()

    def finish(self, run_id: str, status: RunStatus, error: str | None = None) -> RunRecord:
        """Note how a run ended. Raises `RecordNotFound`."""
        row = self._run(run_id)
        row.status = status
        row.error = error
        row.finished_at = utc_now()
        self._session.flush()
        return record_of(RunRecord, row)

    def reopen(self, run_id: str) -> RunRecord:
        """Go on with a run that was stopped in good order. Raises `RecordNotFound`."""
        row = self._run(run_id)
        row.status, row.pause_request = RunStatus.RUNNING, PauseRequest.NONE
        row.finished_at, row.heartbeat_at = None, utc_now()
        self._session.flush()
        return record_of(RunRecord, row)

    def get(self, run_id: str) -> RunRecord:
        """Raises `RecordNotFound`."""
        return record_of(RunRecord, self._run(run_id))

    def of_novel(self, novel_id: str) -> list[RunRecord]:
        """The runs of a novel, the newest first."""
        statement = select(RunRow).where(RunRow.novel_id == novel_id).order_by(RunRow.epoch.desc())
        return [record_of(RunRecord, row) for row in self._session.scalars(statement)]

    def latest(self, novel_id: str) -> RunRecord | None:
        """The newest run of a novel; None before the first one."""
        statement = select(RunRow).where(RunRow.novel_id == novel_id)
        row = self._session.scalar(statement.order_by(RunRow.epoch.desc()).limit(1))
        return None if row is None else record_of(RunRecord, row)

    def latest_of_each(self) -> list[RunRecord]:
        """The newest run of every novel that has one, the newest first."""
        newest = (
            select(RunRow.novel_id, func.max(RunRow.epoch).label("epoch"))
            .group_by(RunRow.novel_id)
            .subquery()
        )
        statement = (
            select(RunRow)
            .join(
                newest,
                (newest.c.novel_id == RunRow.novel_id) & (newest.c.epoch == RunRow.epoch),
            )
            .order_by(RunRow.started_at.desc())
        )
        return [record_of(RunRecord, row) for row in self._session.scalars(statement)]

    def all(self) -> list[RunRecord]:
        """The runs of all novels, the newest first."""
        statement = select(RunRow).order_by(RunRow.started_at.desc(), RunRow.epoch.desc())
        return [record_of(RunRecord, row) for row in self._session.scalars(statement)]

    def _run(self, run_id: str) -> RunRow:
        row = self._session.get(RunRow, run_id)
        if row is None:
            raise RecordNotFound(f"There is no run with the id {run_id!r}.")
        return row
