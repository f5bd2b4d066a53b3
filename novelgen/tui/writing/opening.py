"""What the writing desk needs of a chapter, read off the screen's thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from novelgen.generation.to_check import CheckKind, everything_to_check
from novelgen.tui.writing.styling import Span

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.sittings.recovered_text import RecoveredText
    from novelgen.sittings.sitting import Sitting


@dataclass(frozen=True, slots=True)
class OpenedChapter:
    """A chapter that is held and may be written."""

    sitting: "Sitting"
    paragraphs_to_check: Sequence[int]
    """Of the prose, from 1."""
    locked_texts: Sequence[str]
    """Passages that no machine changes, as they stand."""


def recovered_text(workbench: "Workbench", novel_id: str, chapter: int) -> "RecoveredText | None":
    """What was typed into a chapter and never saved, because the workbench came to a sudden end."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
    found = workbench.sittings.recovered(novel_id)
    here = (each for each in found if (each.branch_id, each.chapter) == (branch_id, chapter))
    return next(here, None)


def open_chapter(workbench: "Workbench", novel_id: str, chapter: int) -> OpenedChapter:
    """Hold a chapter of the active branch and read it. Raises `ChapterHeld`, `NotFoundError`."""
    return _opened(workbench, workbench.sittings.open(novel_id, chapter))


def take_up(workbench: "Workbench", recovered: "RecoveredText") -> OpenedChapter:
    """Go on with a text that was recovered. Raises `ChapterHeld`, `UsageError`, `NotFoundError`."""
    return _opened(workbench, workbench.sittings.take_up(recovered))


def _opened(workbench: "Workbench", sitting: "Sitting") -> OpenedChapter:
    """A sitting, with what the desk shows beside its text; it is let go where that fails."""
    try:
        return _with_marks(workbench, sitting)
    except BaseException:
        sitting.close()
        raise


def _with_marks(workbench: "Workbench", sitting: "Sitting") -> OpenedChapter:
    before = sitting.before
    with workbench.store.reading() as work:
        locks = work.passage_locks.of_branch(before.branch_id, before.number)
        waiting = [
            each.paragraph
            for each in everything_to_check(work, before.branch_id)
            if each.chapter == before.number and each.kind is not CheckKind.NOTE
        ]
    return OpenedChapter(sitting, waiting, [lock.text for lock in locks])


def locked_spans(text: str, passages: Sequence[str]) -> list[Span]:
    """Where locked passages stand in a text, in order."""
    spans = []
    for passage in passages:
        start = text.find(passage)
        while start >= 0:
            spans.append((start, start + len(passage)))
            start = text.find(passage, start + len(passage))
    return sorted(spans)
