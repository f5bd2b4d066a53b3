"""The bible: who and what there is in a story, and the facts about them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from storage.repositories.versions import VersionRepository, is_text_of
from storage.story_records import (
    EntryRecord,
    FactRecord,
    FactState,
    NewEntry,
    NewFact,
    StoryOrigin,
)
from storage.story_tables import EntryRow, FactRow


class EntryRepository(VersionRepository[NewEntry, EntryRecord, EntryRow]):
    """The characters, places and things of the branches."""

    _what = "entry of the bible"
    _new_type = NewEntry
    _record_type = EntryRecord
    _row_type = EntryRow

    def of_branch(
        self, branch_id: str, *, through_chapter: int | None = None, with_hidden: bool = False
    ) -> list[EntryRecord]:
        """The current entries, the oldest first.

        With `through_chapter` those that the text names up to there, or that were planned.
        """
        statement = self._current_of(branch_id)
        if through_chapter is not None:
            statement = statement.where(
                or_(EntryRow.first_chapter.is_(None), EntryRow.first_chapter <= through_chapter)
            )
        if not with_hidden:
            statement = statement.where(EntryRow.is_hidden.is_(False))
        rows = self._session.scalars(statement.order_by(EntryRow.id))
        return [self._record(row) for row in rows]

    def named(self, branch_id: str, name: str) -> list[EntryRecord]:
        """The current entries that bear a name, or have it as an alias; hidden ones too."""
        entries = self.of_branch(branch_id, with_hidden=True)
        return [entry for entry in entries if name == entry.name or name in entry.aliases]

    def _values(self, content: dict[str, Any]) -> dict[str, Any]:
        return content | {"aliases": list(content["aliases"])}


class FactRepository(VersionRepository[NewFact, FactRecord, FactRow]):
    """The facts of the branches.

    A fact counts when it is current and active, and was given by the author, or comes from no
    text, or from a revision that is the text of its chapter.
    """

    _what = "fact"
    _new_type = NewFact
    _record_type = FactRecord
    _row_type = FactRow

    def valid_at(
        self,
        branch_id: str,
        chapter: int,
        paragraph: int = 0,
        *,
        entry_keys: Sequence[str] | None = None,
    ) -> list[FactRecord]:
        """The facts that count and hold when a paragraph begins, by where they begin to hold.

        With `entry_keys` those about these entries.
        """
        began = _is_reached(
            FactRow.valid_from_chapter, FactRow.valid_from_paragraph, chapter, paragraph
        )
        ended = and_(
            FactRow.valid_until_chapter.is_not(None),
            _is_reached(
                FactRow.valid_until_chapter, FactRow.valid_until_paragraph, chapter, paragraph
            ),
        )
        return self._counting(
            branch_id,
            began,
            or_(FactRow.valid_until_chapter.is_(None), ~ended),
            entry_keys=entry_keys,
        )

    def of_branch(
        self,
        branch_id: str,
        *,
        after_chapter: int | None = None,
        through_chapter: int | None = None,
        entry_keys: Sequence[str] | None = None,
    ) -> list[FactRecord]:
        """The facts that count and begin to hold in the chapters named, by where they do."""
        conditions = []
        if after_chapter is not None:
            conditions.append(FactRow.valid_from_chapter > after_chapter)
        if through_chapter is not None:
            conditions.append(FactRow.valid_from_chapter <= through_chapter)
        return self._counting(branch_id, *conditions, entry_keys=entry_keys)

    def of_revision(self, branch_id: str, revision_id: str) -> list[FactRecord]:
        """The current facts that a revision says, retracted ones too, by paragraph."""
        statement = self._current_of(branch_id).where(FactRow.source_revision_id == revision_id)
        rows = self._session.scalars(statement.order_by(FactRow.valid_from_paragraph, FactRow.id))
        return [self._record(row) for row in rows]

    def retracted(self, branch_id: str) -> list[FactRecord]:
        """The current facts that were retracted."""
        statement = self._current_of(branch_id).where(FactRow.state == FactState.RETRACTED)
        return [self._record(row) for row in self._session.scalars(statement.order_by(FactRow.id))]

    def _counting(
        self,
        branch_id: str,
        *conditions: ColumnElement[bool],
        entry_keys: Sequence[str] | None,
    ) -> list[FactRecord]:
        statement = self._current_of(branch_id).where(
            FactRow.state == FactState.ACTIVE,
            or_(
                FactRow.origin == StoryOrigin.AUTHOR,
                is_text_of(branch_id, FactRow.source_revision_id),
            ),
            *conditions,
        )
        if entry_keys is not None:
            statement = statement.where(FactRow.entry_key.in_(entry_keys))
        statement = statement.order_by(
            FactRow.valid_from_chapter, FactRow.valid_from_paragraph, FactRow.id
        )
        return [self._record(row) for row in self._session.scalars(statement)]


def _is_reached(
    in_chapter: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    in_paragraph: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    chapter: int,
    paragraph: int,
) -> ColumnElement[bool]:
    """Whether a place stands at or before another one. A paragraph unnamed is the first."""
    return or_(
        in_chapter < chapter,
        and_(in_chapter == chapter, or_(in_paragraph.is_(None), in_paragraph <= paragraph)),
    )
