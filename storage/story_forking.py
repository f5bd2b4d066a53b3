"""What a branch takes over of what is known about the story, when it is made from another one.

It takes what the text that it shares says, and what comes from no text at all: the plan's and the
author's own. What was read from chapters that are left behind stays behind, and what is said to
end there is open again. Only current versions are taken; the older ones stay where they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.repositories.base import copy_row
from storage.story_records import StoryOrigin, ThreadState
from storage.story_tables import (
    AuthorMarkRow,
    ContextRow,
    EntryRow,
    FactRow,
    FindingRow,
    PassageLockRow,
    ThreadRow,
    VersionRow,
    VoiceSheetRow,
)

VersionT = TypeVar("VersionT", bound=VersionRow)


@dataclass(frozen=True, slots=True)
class CutChapter:
    """A chapter that the new branch holds in a revision of its own."""

    old_revision_id: str
    new_revision_id: str
    text: str
    """What the new branch holds of it."""


@dataclass(frozen=True, slots=True)
class SharedText:
    """The text that both branches hold."""

    from_branch_id: str
    branch_id: str
    through_chapter: int
    cut: CutChapter | None
    """The last chapter, where it is not simply shared."""

    def holds(self, chapter: int | None, passage: str) -> bool:
        """Whether a passage stands in it. Nothing of a passage's white space counts."""
        if chapter is None or chapter > self.through_chapter:
            return False
        if chapter < self.through_chapter or self.cut is None or not passage.strip():
            return True
        return " ".join(passage.split()) in " ".join(self.cut.text.split())

    def revision(self, revision_id: str | None) -> str | None:
        """The revision that stands for one of the old branch."""
        if self.cut is not None and revision_id == self.cut.old_revision_id:
            return self.cut.new_revision_id
        return revision_id


def copy_story(session: Session, shared: SharedText) -> None:
    """Add to the new branch what it takes over."""
    _copy_entries(session, shared)
    _copy_facts(session, shared)
    _copy_threads(session, shared)
    _copy_findings(session, shared)
    _copy_voice(session, shared)
    _copy_locks(session, shared)
    _copy_marks(session, shared)
    session.flush()


def copy_contexts(session: Session, from_revision_id: str, to_revision_id: str, count: int) -> None:
    """Add what was seen for the first `count` segments of a revision to its copy."""
    kept = select(ContextRow).where(
        ContextRow.revision_id == from_revision_id, ContextRow.position < count
    )
    rows = session.scalars(kept).all()
    session.add_all(copy_row(row, revision_id=to_revision_id) for row in rows)
    session.flush()


def _copy_entries(session: Session, shared: SharedText) -> None:
    for row in _current(session, shared, EntryRow):
        stands = shared.holds(row.first_chapter, "")
        if stands or row.origin in (StoryOrigin.PLAN, StoryOrigin.AUTHOR):
            first = (row.first_chapter, row.first_paragraph) if stands else (None, None)
            _copy(session, shared, row, first_chapter=first[0], first_paragraph=first[1])


def _copy_facts(session: Session, shared: SharedText) -> None:
    for row in _current(session, shared, FactRow):
        source = row.source_revision_id
        if source is not None and not shared.holds(row.source_chapter, row.source_passage):
            continue
        until = row.valid_until_chapter
        ends = until is not None and until <= shared.through_chapter
        _copy(
            session,
            shared,
            row,
            source_revision_id=shared.revision(source),
            valid_until_chapter=until if ends else None,
            valid_until_paragraph=row.valid_until_paragraph if ends else None,
        )


def _copy_threads(session: Session, shared: SharedText) -> None:
    for row in _current(session, shared, ThreadRow):
        opened = row.opened_revision_id
        if opened is not None and not shared.holds(row.opened_chapter, row.opened_passage):
            continue
        changes: dict[str, object] = {
            "opened_revision_id": shared.revision(opened),
            "closed_revision_id": shared.revision(row.closed_revision_id),
        }
        if row.closed_chapter is not None and not shared.holds(
            row.closed_chapter, row.closed_passage
        ):
            changes |= {
                "closed_chapter": None,
                "closed_paragraph": None,
                "closed_revision_id": None,
                "closed_passage": "",
                "state": ThreadState.OPEN if row.state is ThreadState.PAID else row.state,
            }
        _copy(session, shared, row, **changes)


def _copy_findings(session: Session, shared: SharedText) -> None:
    """Those whose passages both stand in the new branch."""
    statement = select(FindingRow).where(
        FindingRow.branch_id == shared.from_branch_id,
        FindingRow.chapter <= shared.through_chapter,
    )
    for row in session.scalars(statement.order_by(FindingRow.id)).all():
        has_both = row.other_chapter is None or shared.holds(row.other_chapter, row.other_passage)
        if has_both and shared.holds(row.chapter, row.passage):
            _copy(
                session,
                shared,
                row,
                revision_id=shared.revision(row.revision_id),
                other_revision_id=shared.revision(row.other_revision_id),
            )


def _copy_voice(session: Session, shared: SharedText) -> None:
    statement = select(VoiceSheetRow).where(VoiceSheetRow.branch_id == shared.from_branch_id)
    row = session.scalar(statement.order_by(VoiceSheetRow.version.desc()).limit(1))
    if row is not None:
        _copy(session, shared, row, version=1)


def _copy_locks(session: Session, shared: SharedText) -> None:
    statement = select(PassageLockRow).where(
        PassageLockRow.branch_id == shared.from_branch_id, PassageLockRow.released_at.is_(None)
    )
    for row in session.scalars(statement.order_by(PassageLockRow.id)).all():
        if shared.holds(row.chapter, row.text):
            _copy(session, shared, row)


def _copy_marks(session: Session, shared: SharedText) -> None:
    """Those of the shared chapters that stand; in a cut chapter those before the cut."""
    statement = select(AuthorMarkRow).where(
        AuthorMarkRow.branch_id == shared.from_branch_id,
        AuthorMarkRow.chapter <= shared.through_chapter,
        AuthorMarkRow.settled_at.is_(None),
    )
    cut = shared.cut
    for row in session.scalars(statement.order_by(AuthorMarkRow.id)).all():
        is_in_cut = cut is not None and row.chapter == shared.through_chapter
        if cut is None or not is_in_cut or row.anchor.get("offset", 0) <= len(cut.text):
            _copy(session, shared, row)


def _current(session: Session, shared: SharedText, kind: type[VersionT]) -> Iterator[VersionT]:
    statement = select(kind).where(
        kind.branch_id == shared.from_branch_id, kind.is_current.is_(True)
    )
    yield from session.scalars(statement.order_by(kind.id)).all()


def _copy(
    session: Session,
    shared: SharedText,
    row: VersionRow | FindingRow | VoiceSheetRow | PassageLockRow | AuthorMarkRow,
    **changes: object,
) -> None:
    session.add(copy_row(row, id=None, branch_id=shared.branch_id, **changes))
