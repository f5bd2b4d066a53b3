"""The workers of a fleet, and what they are told."""

from collections.abc import Collection

from sqlalchemy import select

from storage.fleet_records import PRESENT, FleetOrders, NewWorker, WorkerRecord, WorkerState
from storage.fleet_tables import FleetStateRow, FleetWorkerRow
from storage.repositories.base import Repository, record_of
from storage.run_records import PauseRequest
from storage.tables import utc_now

_THE_FLEET = 1


class FleetWorkerRepository(Repository):
    """Whether a worker that counts as present is alive, only its lock can tell."""

    def enter(self, worker: NewWorker) -> WorkerRecord:
        """A worker begins."""
        now = utc_now()
        row = FleetWorkerRow(
            id=worker.id,
            name=worker.name,
            host=worker.host,
            pid=worker.pid,
            versions=dict(worker.versions),
            metrics_address=worker.metrics_address,
            state=WorkerState.IDLE,
            leave_request=(
                PauseRequest.NONE
                if worker.generation >= self.generation()
                else PauseRequest.AFTER_SEGMENT
            ),
            started_at=now,
            changed_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return record_of(WorkerRecord, row)

    def set_state(self, worker_id: str, state: WorkerState) -> None:
        """What a worker does now. Raises `RecordNotFound`."""
        row = self._row(FleetWorkerRow, worker_id, "worker")
        row.state, row.changed_at = state, utc_now()
        self._session.flush()

    def get(self, worker_id: str) -> WorkerRecord:
        """Raises `RecordNotFound`."""
        return record_of(WorkerRecord, self._row(FleetWorkerRow, worker_id, "worker"))

    def present(self) -> list[WorkerRecord]:
        """The workers that have not left and are not known to be lost, in the order of coming."""
        statement = (
            select(FleetWorkerRow)
            .where(FleetWorkerRow.state.in_(PRESENT))
            .order_by(FleetWorkerRow.started_at, FleetWorkerRow.id)
        )
        return [record_of(WorkerRecord, row) for row in self._session.scalars(statement)]

    def by_id(self, worker_ids: Collection[str]) -> dict[str, WorkerRecord]:
        """The workers with these ids, whether they are still there or not."""
        statement = select(FleetWorkerRow).where(FleetWorkerRow.id.in_(worker_ids))
        return {row.id: record_of(WorkerRecord, row) for row in self._session.scalars(statement)}

    def orders(self, worker_id: str) -> FleetOrders:
        """What a worker is told now. Raises `RecordNotFound`."""
        row = self._row(FleetWorkerRow, worker_id, "worker")
        return FleetOrders(self.pause_request(), row.leave_request)

    def ask_to_leave(self, request: PauseRequest, names: Collection[str] | None = None) -> int:
        """Ask all to leave, or of those who are present those named; returns how many were there.

        All are also those who were started before and have not entered yet, or come back later.
        """
        if names is None:
            self._state().generation += 1
        statement = select(FleetWorkerRow).where(FleetWorkerRow.state.in_(PRESENT))
        if names is not None:
            statement = statement.where(FleetWorkerRow.name.in_(names))
        rows = self._session.scalars(statement).all()
        for row in rows:
            row.leave_request = request
        self._session.flush()
        return len(rows)

    def pause_request(self) -> PauseRequest:
        """Whether the whole fleet is to stand still, and how soon."""
        row = self._session.get(FleetStateRow, _THE_FLEET)
        return PauseRequest.NONE if row is None else row.pause_request

    def set_pause(self, request: PauseRequest) -> None:
        """Let the whole fleet stand still, or go on."""
        self._state().pause_request = request
        self._session.flush()

    def generation(self) -> int:
        """How often all workers were asked to leave."""
        row = self._session.get(FleetStateRow, _THE_FLEET)
        return 0 if row is None else row.generation

    def mark_lost(self, worker_id: str) -> None:
        """Note that a worker has died, unless it has left. Raises `RecordNotFound`."""
        if self._row(FleetWorkerRow, worker_id, "worker").state in PRESENT:
            self.set_state(worker_id, WorkerState.LOST)

    def _state(self) -> FleetStateRow:
        """The row that holds for all, about to be changed."""
        row = self._session.get(FleetStateRow, _THE_FLEET)
        if row is None:
            row = FleetStateRow(id=_THE_FLEET, pause_request=PauseRequest.NONE, generation=0)
            self._session.add(row)
        row.changed_at = utc_now()
        return row
