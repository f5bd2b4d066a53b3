"""What is known of a story when a chapter begins: loaded once a chapter, asked for every beat.

It holds nothing that has not happened yet: summaries of earlier chapters, facts that are valid from
an earlier place, promises made before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.story.parts import Parts
from storage.story_records import (
    EntryRecord,
    FactRecord,
    SummaryKind,
    SummaryRecord,
    ThreadRecord,
    ThreadState,
    source_key_of,
)
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the story, or what there is of it before the chapter."""

    number: int
    chapters: tuple[int, ...]
    summary: SummaryRecord | None
    """The stored one; None while the part is not written to its end."""


@dataclass(frozen=True, slots=True)
class StoryView:
    """The story before a chapter."""

    chapter: int
    entries: tuple[EntryRecord, ...]
    facts: tuple[FactRecord, ...]
    threads: tuple[ThreadRecord, ...]
    """Those that are open."""
    summaries: dict[int, SummaryRecord]
    """Of the chapters before, by number."""
    parts: tuple[PartView, ...]

    def texts_of(self, part: PartView) -> list[str]:
        """The summaries of a part's chapters."""
        return [self.summaries[each].text for each in part.chapters if each in self.summaries]


def view_before(work: UnitOfWork, branch_id: str, chapter: int) -> StoryView:
    """What is known when a chapter begins."""
    before = chapter - 1
    summaries = work.summaries.of_chapters(branch_id, through_chapter=before)
    threads = work.threads.of_branch(branch_id, through_chapter=before, state=ThreadState.OPEN)
    return StoryView(
        chapter,
        tuple(work.entries.of_branch(branch_id, through_chapter=before)),
        tuple(work.facts.valid_at(branch_id, chapter)),
        tuple(threads),
        summaries,
        tuple(_parts(work, branch_id, before)),
    )


def _parts(work: UnitOfWork, branch_id: str, through_chapter: int) -> Sequence[PartView]:
    parts = Parts.of_branch(work, branch_id)
    branch = work.branches.get(branch_id)
    chapters: dict[int, list[int]] = {}
    revisions: dict[int, list[str]] = {}
    for each in work.chapters.of_branch(branch_id):
        if each.number <= through_chapter:
            part = parts.part_of(each.number)
            chapters.setdefault(part, []).append(each.number)
            revisions.setdefault(part, []).append(each.revision.id)
    keys = {part: source_key_of(ids) for part, ids in revisions.items()}
    stored = work.summaries.of_sources(branch.novel_id, SummaryKind.PART, list(keys.values()))
    return [
        PartView(part, tuple(numbers), stored.get(keys[part])) for part, numbers in chapters.items()
    ]
