"""What the writing desk needs of a chapter, read off the screen's thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from novelgen.tui.writing.styling import Span

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.sittings.recovered_text import RecoveredText
    from novelgen.sittings.sitting import Sitting


@dataclass(frozen=True, slots=True)
class OpenedChapter:
    """A chapter that is held and may be written."""

    sitting: "Sitting"
    locked_texts: Sequence[str]
    """Passages that no machine changes, as they stand."""


def recovered_text(workbench: "Workbench", novel_id: str, chapter: int) -> "RecoveredText | None":
    """What was typed into a chapter and never saved, because the workbench came to a sudden end."""
    found = workbench.sittings.recovered(novel_id)
    return next((each for each in found if each.chapter == chapter), None)


def open_chapter(workbench: "Workbench", novel_id: str, chapter: int) -> OpenedChapter:
    """Hold a chapter of the active branch and read it. Raises `ChapterHeld`, `NotFoundError`."""
    sitting = workbench.sittings.open(novel_id, chapter)
    try:
        return opened(workbench, sitting)
    except BaseException:
        sitting.close()
        raise


def opened(workbench: "Workbench", sitting: "Sitting") -> OpenedChapter:
    """A sitting, with what the desk shows beside its text."""
    before = sitting.before
    with workbench.store.reading() as work:
        locks = work.passage_locks.of_branch(before.branch_id, before.number)
    return OpenedChapter(sitting, [lock.text for lock in locks])


def locked_spans(text: str, passages: Sequence[str]) -> list[Span]:
    """Where locked passages stand in a text, in order."""
    spans = []
    for passage in passages:
        start = text.find(passage)
        if start >= 0:
            spans.append((start, start + len(passage)))
    return sorted(spans)
