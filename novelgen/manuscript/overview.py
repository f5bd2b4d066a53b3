"""What `show` tells about a novel: chapters as planned and as written, and known novels."""

from collections import Counter
from dataclasses import dataclass, replace

from novelgen.generation.consequences import standing_checks
from novelgen.generation.memory_chain import chapters_behind
from novelgen.generation.memory_identity import identity_of_novel
from novelgen.manuscript.references import REFERENCE_NOVELS, ReferenceNovel
from novelgen.planning.structure import Structure
from novelgen.text.budget import share_out
from storage.records import ChapterRecord, NovelSummary, RevisionState
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChapterOverview:
    """A chapter. `target_words` is its share as things stand; `revision` is 0 when unwritten."""

    number: int
    title: str
    words: int
    target_words: int
    status: str
    """outlined, planned, writing or complete."""
    revision: int
    memory_behind: bool = False
    to_check: int = 0
    """Passages in it that may no longer fit a change."""
    is_held: bool = False
    """Whether it waits in the inbox and is no part of the book yet."""


@dataclass(frozen=True, slots=True)
class NovelOverview:
    """A novel with the chapters of its active branch."""

    summary: NovelSummary
    branch: str
    chapters: tuple[ChapterOverview, ...]
    references: tuple[ReferenceNovel, ...]

    @property
    def is_unread(self) -> bool:
        """Whether there is text, and no engine has read it as the novel is set now."""
        return self.summary.totals.words > 0 and identity_of_novel(self.summary.novel) is None


def read_overview(work: UnitOfWork, summary: NovelSummary) -> NovelOverview:
    """The overview of a novel's active branch."""
    branch_id = summary.novel.active_branch_id
    written = {chapter.number: chapter for chapter in work.chapters.of_branch(branch_id)}
    behind = chapters_behind(work, branch_id, identity_of_novel(summary.novel))
    checks = Counter(check.chapter for check in standing_checks(work, branch_id))
    held = work.inbox.held_chapters(branch_id)
    plan = work.plans.current(branch_id)
    titles: dict[int, str] = {}
    targets: dict[int, int] = dict.fromkeys(written, 0)
    if plan is not None:
        structure = Structure.from_json(plan.structure)
        titles = {slot.number: slot.title for slot in structure.chapters}  # an author's own
        titles |= {card.number: card.title for card in work.plans.chapters(plan.id)}
        targets |= _targets(structure, summary, written)
    chapters = tuple(
        replace(
            _chapter(number, written.get(number), titles.get(number), target),
            memory_behind=number in behind,
            to_check=checks[number],
            is_held=number in held,
        )
        for number, target in sorted(targets.items())
    )
    branch = work.branches.get(branch_id)
    return NovelOverview(summary, branch.name, chapters, REFERENCE_NOVELS)


def _targets(
    structure: Structure, summary: NovelSummary, written: dict[int, ChapterRecord]
) -> dict[int, int]:
    """Planned words for complete chapters; for the others, their share of what is left."""
    complete = {
        number: chapter.revision.words
        for number, chapter in written.items()
        if chapter.revision.state is RevisionState.COMPLETE
    }
    targets = {slot.number: slot.target_words for slot in structure.chapters}
    unwritten = [slot for slot in structure.chapters if slot.number not in complete]
    if unwritten:
        left = max(summary.novel.target_words - sum(complete.values()), 1)
        shares = share_out(left, [float(slot.target_words) for slot in unwritten])
        targets |= {slot.number: share for slot, share in zip(unwritten, shares, strict=True)}
    return targets


def _chapter(
    number: int, record: ChapterRecord | None, title: str | None, target: int
) -> ChapterOverview:
    if record is None:
        status = "planned" if title else "outlined"
        return ChapterOverview(number, title or "", 0, target, status, 0)
    revision = record.revision
    status = "complete" if revision.state is RevisionState.COMPLETE else "writing"
    return ChapterOverview(number, revision.title, revision.words, target, status, revision.number)
