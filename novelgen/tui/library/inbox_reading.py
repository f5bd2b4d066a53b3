"""What the inbox shows, read in one go: the chapters that wait, and the text of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from novelgen.bootstrap import Workbench
from novelgen.manuscript.inbox import DraftedChapter
from storage.inbox_records import InboxState


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chapter that waits for a decision."""

    id: int
    novel_id: str
    novel: str
    chapter: int
    title: str
    words: int
    is_read: bool
    is_held: bool
    """Whether it is no part of the book until it is kept."""
    branch: str
    is_of_active_branch: bool
    marks: tuple[tuple[int | None, str], ...]
    """What was odd: the paragraph, from 1, where it is known, and what."""


@dataclass(frozen=True, slots=True)
class WaitingText:
    """The prose of one."""

    item_id: int
    text: str


def read_waiting(workbench: Workbench) -> tuple[Waiting, ...]:
    """All that wait, the oldest first, a novel's together."""
    found = [_waiting(item) for item in workbench.inbox.waiting(None)]
    first = {item.novel_id: item.id for item in reversed(found)}
    return tuple(sorted(found, key=lambda item: (first[item.novel_id], item.id)))


def read_text(workbench: Workbench, item_id: int) -> WaitingText:
    """Its prose."""
    return WaitingText(item_id, workbench.inbox.text_of(workbench.inbox.item(item_id)))


def note_read(workbench: Workbench, item_id: int) -> None:
    """Note that the person has read it, where nothing else was noted."""
    if workbench.inbox.item(item_id).record.state is InboxState.DRAFTED:
        workbench.inbox.decide(item_id, InboxState.READ)


def keep(workbench: Workbench, item_ids: list[int]) -> int:
    """Keep those that still wait; returns how many."""
    open_ids = {item.record.id for item in workbench.inbox.waiting(None)}
    kept = [item_id for item_id in item_ids if item_id in open_ids]
    workbench.inbox.decide_all(kept, InboxState.KEPT)
    return len(kept)


def _waiting(item: DraftedChapter) -> Waiting:
    record = item.record
    return Waiting(
        id=record.id,
        novel_id=record.novel_id,
        novel=item.novel.title,
        chapter=record.chapter_number,
        title=item.title,
        words=item.words,
        is_read=record.state is InboxState.READ,
        is_held=record.is_held,
        branch=item.branch,
        is_of_active_branch=record.branch_id == item.novel.active_branch_id,
        marks=tuple(map(_mark, record.marks)),
    )


def _mark(mark: Mapping[str, Any]) -> tuple[int | None, str]:
    told = str(mark.get("mark", ""))
    if "paragraph" in mark:
        return int(mark["paragraph"]), told
    return None, f"segment {int(mark.get('segment', 0)) + 1}: {told}"
