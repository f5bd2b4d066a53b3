"""Whole novels out of a database and into one."""

from collections.abc import Iterable, Iterator

from storage.archive import add_rows
from storage.archive_rows import ArchiveRow, rows_of_novel
from storage.repositories.base import Repository


class ArchiveRepository(Repository):
    """Novels as rows of plain values."""

    def rows(self, novel_id: str) -> Iterator[ArchiveRow]:
        """Every row of a novel; valid while the unit of work is open."""
        return rows_of_novel(self._session, novel_id)

    def add(self, rows: Iterable[ArchiveRow]) -> str:
        """Add a novel; returns its id. Raises `ArchiveMistake`, and nothing is to be kept then."""
        return add_rows(self._session, rows)
