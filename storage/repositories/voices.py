"""Voice sheets: how a book is to sound. Versions are only ever added; the highest is current."""

from sqlalchemy import func, select

from storage.errors import RecordNotFound
from storage.records import JsonObject
from storage.repositories.base import Repository, record_of
from storage.story_records import VoiceOrigin, VoiceSheetRecord
from storage.story_tables import VoiceSheetRow
from storage.tables import BranchRow, utc_now


class VoiceRepository(Repository):
    """The voice sheets of the branches."""

    def add(self, branch_id: str, sheet: JsonObject, origin: VoiceOrigin) -> VoiceSheetRecord:
        """Add the next version of a branch's sheet. Raises `RecordNotFound`."""
        self._row(BranchRow, branch_id, "branch")
        highest = self._session.scalar(
            select(func.max(VoiceSheetRow.version)).where(VoiceSheetRow.branch_id == branch_id)
        )
        row = VoiceSheetRow(
            branch_id=branch_id,
            version=(highest or 0) + 1,
            sheet=dict(sheet),
            origin=origin,
            created_at=utc_now(),
        )
        self._session.add(row)
        self._session.flush()
        return record_of(VoiceSheetRecord, row)

    def current(self, branch_id: str) -> VoiceSheetRecord | None:
        """The highest version of a branch's sheet; None before the first one."""
        statement = select(VoiceSheetRow).where(VoiceSheetRow.branch_id == branch_id)
        row = self._session.scalar(statement.order_by(VoiceSheetRow.version.desc()).limit(1))
        return None if row is None else record_of(VoiceSheetRecord, row)

    def versions(self, branch_id: str) -> list[VoiceSheetRecord]:
        """All versions of a branch's sheet, the newest first."""
        statement = select(VoiceSheetRow).where(VoiceSheetRow.branch_id == branch_id)
        rows = self._session.scalars(statement.order_by(VoiceSheetRow.version.desc()))
        return [record_of(VoiceSheetRecord, row) for row in rows]

    def version(self, branch_id: str, version: int) -> VoiceSheetRecord:
        """Raises `RecordNotFound`."""
        row = self._session.scalar(
            select(VoiceSheetRow).filter_by(branch_id=branch_id, version=version)
        )
        if row is None:
            raise RecordNotFound(
                f"The voice sheet has no version {version}.",
                "`novelgen voice NOVEL --versions` lists them.",
            )
        return record_of(VoiceSheetRecord, row)
