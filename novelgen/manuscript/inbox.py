"""What the inbox shows: drafted chapters with the names that a person knows them by."""

from dataclasses import dataclass

from storage.inbox_records import InboxRecord
from storage.records import NovelRecord
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DraftedChapter:
    """An item of the inbox."""

    record: InboxRecord
    novel: NovelRecord
    branch: str
    title: str
    revision: int
    words: int
    is_open: bool
    """Whether it waits for a decision: none was made, and its text still stands."""


def read_inbox(work: UnitOfWork, novel_id: str | None = None) -> list[DraftedChapter]:
    """What waits for a decision, the oldest first."""
    return [_drafted(work, record, is_open=True) for record in work.inbox.waiting(novel_id)]


def read_item(work: UnitOfWork, item_id: int) -> DraftedChapter:
    """One item, whatever became of it. Raises `RecordNotFound`."""
    record = work.inbox.get(item_id)
    waiting = {each.id for each in work.inbox.waiting(record.novel_id)}
    return _drafted(work, record, is_open=item_id in waiting)


def _drafted(work: UnitOfWork, record: InboxRecord, *, is_open: bool) -> DraftedChapter:
    revision = work.chapters.revision(record.revision_id)
    return DraftedChapter(
        record=record,
        novel=work.novels.get(record.novel_id),
        branch=work.branches.get(record.branch_id).name,
        title=revision.title,
        revision=revision.number,
        words=revision.words,
        is_open=is_open,
    )
