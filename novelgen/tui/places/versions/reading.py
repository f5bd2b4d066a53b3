"""What the versions are made of: revisions of a chapter, changes and branches of the novel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from novelgen.bootstrap import Workbench
from novelgen.generation.branching import ChapterComparison, compare_branches
from novelgen.text.word_diff import DiffSpan, diff_words, share_changed
from storage.change_records import ChangeRecord
from storage.records import BranchRecord, RevisionRecord
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BranchLine:
    """A branch where it stands in the tree."""

    branch: BranchRecord
    lead: str
    """What is drawn before its name, such as `│  └─ `."""
    chapters: int
    words: int
    shared: int
    """Chapters of the very text that its parent has."""
    is_active: bool


@dataclass(frozen=True, slots=True)
class Versions:
    """All versions, as a chapter sees them."""

    chapter: int
    revisions: tuple[RevisionRecord, ...]
    """Of the chapter in all branches, the newest first."""
    standing_id: str | None
    """The revision that is the chapter's text in the active branch."""
    changes: tuple[ChangeRecord, ...]
    """Of the active branch, the newest first."""
    branches: tuple[BranchLine, ...]

    def revision(self, id: str | None) -> RevisionRecord | None:
        return next((each for each in self.revisions if each.id == id), None)

    @property
    def to_undo(self) -> int | None:
        """Id of the change that an undo takes back."""
        return next((each.id for each in self.changes if each.undone_at is None), None)


@dataclass(frozen=True, slots=True)
class TextDiff:
    """Two texts, word by word."""

    title: str
    spans: tuple[DiffSpan, ...]
    share_changed: float


@dataclass(frozen=True, slots=True)
class BranchComparison:
    """Two branches, chapter by chapter."""

    one: str
    other: str
    chapters: tuple[ChapterComparison, ...]


def read_versions(workbench: Workbench, novel_id: str, number: int) -> Versions:
    """The versions that there are."""
    with workbench.store.reading() as work:
        novel = work.novels.get(novel_id)
        standing = work.chapters.get(novel.active_branch_id, number)
        return Versions(
            number,
            tuple(reversed(work.chapters.revisions(novel_id, number))),
            None if standing is None else standing.revision.id,
            tuple(work.changes.of_branch(novel.active_branch_id)),
            tuple(_tree(work, work.branches.of_novel(novel_id), novel.active_branch_id)),
        )


def read_diff(workbench: Workbench, old: RevisionRecord, new: RevisionRecord) -> TextDiff:
    """What two revisions do not share."""
    with workbench.store.reading() as work:
        texts = work.texts.of_revision(old.id), work.texts.of_revision(new.id)
    return _diff(f"Revision {old.number} → {new.number} of chapter {new.chapter_number}", *texts)


def read_change(workbench: Workbench, change: ChangeRecord) -> TextDiff | None:
    """What a change did to the first chapter that it touched; None where it touched none."""
    for number, new_id in sorted(change.after.chapters.items()):
        old_id = change.before.chapters.get(number, "")
        with workbench.store.reading() as work:
            old, new = (work.texts.of_revision(id) if id else "" for id in (old_id, new_id))
        others = len(change.after.chapters) - 1
        more = f", and {others} more chapters" if others else ""
        return _diff(f"{_begun(change.label)}: chapter {number}{more}", old, new)
    return None


def read_comparison(
    workbench: Workbench, novel_id: str, branch: BranchRecord
) -> BranchComparison | None:
    """A branch beside the active one; None where it is that."""
    with workbench.store.reading() as work:
        active = work.branches.get(work.novels.get(novel_id).active_branch_id)
        if active.id == branch.id:
            return None
        return BranchComparison(
            active.name, branch.name, tuple(compare_branches(work, active, branch))
        )


def read_branch_diff(
    workbench: Workbench, novel_id: str, branch: BranchRecord, number: int
) -> TextDiff:
    """A chapter in the active branch and in another."""
    with workbench.store.reading() as work:
        active = work.branches.get(work.novels.get(novel_id).active_branch_id)
        chapters = [work.chapters.get(each.id, number) for each in (active, branch)]
        old, new = (
            "" if each is None else work.texts.of_revision(each.revision.id) for each in chapters
        )
    return _diff(f"Chapter {number}: {active.name} → {branch.name}", old, new)


def _diff(title: str, old: str, new: str) -> TextDiff:
    spans = diff_words(old, new)
    return TextDiff(title, spans, share_changed(spans))


def _tree(
    work: UnitOfWork, branches: Sequence[BranchRecord], active_id: str
) -> Iterator[BranchLine]:
    """The branches, each under the one that it left."""
    known = {each.id for each in branches}
    revisions = {
        each.id: {chapter.revision.id for chapter in work.chapters.of_branch(each.id)}
        for each in branches
    }

    def under(parent: str | None, lead: str) -> Iterator[BranchLine]:
        children = [each for each in branches if _parent(each, known) == parent]
        for at, branch in enumerate(children):
            is_last = at == len(children) - 1
            own = "" if parent is None else ("└─ " if is_last else "├─ ")
            totals = work.chapters.totals(branch.id)
            shared = revisions[branch.id] & revisions.get(branch.parent_branch_id or "", set())
            yield BranchLine(
                branch,
                lead + own,
                totals.chapters,
                totals.words,
                len(shared),
                branch.id == active_id,
            )
            deeper = "" if parent is None else ("   " if is_last else "│  ")
            yield from under(branch.id, lead + deeper)

    yield from under(None, "")


def _parent(branch: BranchRecord, known: set[str]) -> str | None:
    return branch.parent_branch_id if branch.parent_branch_id in known else None


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
