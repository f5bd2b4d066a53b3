"""The lines of the three lists: revisions, changes, branches; and of a comparison."""

from textual.content import Content

from novelgen.generation.branching import ChapterComparison
from novelgen.tui.places.versions.reading import BranchLine, Versions
from novelgen.tui.widgets.clock import ago
from storage.change_records import ChangeRecord
from storage.records import RevisionOrigin, RevisionRecord, RevisionState

_ORIGINS = {
    RevisionOrigin.GENERATED: "by the machine",
    RevisionOrigin.EDITED: "by you",
    RevisionOrigin.IMPORTED: "imported",
    RevisionOrigin.REPAIRED: "rewritten in part",
}
_LONGEST_TITLE = 40
_STATES = {RevisionState.OPEN: ", being written", RevisionState.PARTIAL: ", unfinished"}


def revision_line(revision: RevisionRecord, versions: Versions, base: str | None) -> Content:
    """`✓ 3  by you, from 2`, and under it its words and when it was made."""
    sign, style = ("✓", "$success") if revision.id == versions.standing_id else (" ", "")
    if revision.id == base:
        sign, style = "◆", "$secondary"
    parent = versions.revision(revision.parent_id)
    made_from = f", from {parent.number}" if parent else ""
    return Content.assemble(
        (f" {sign} ", style),
        (f"{revision.number:>2}  ", "bold"),
        origin_of(revision),
        (made_from, "$text-muted"),
        (f"\n       {revision.words:,} words, {ago(revision.created_at)}", "$text-muted"),
    )


def origin_of(revision: RevisionRecord) -> str:
    """Who made it, and whether it is whole."""
    return _ORIGINS[revision.origin] + _STATES.get(revision.state, "")


def change_line(change: ChangeRecord, versions: Versions) -> Content:
    """`● chapter 3 edited`, or `○ …, taken back`."""
    is_undone = change.undone_at is not None
    sign, style = ("○", "$text-muted") if is_undone else ("●", "$primary")
    hint = ", taken back" if is_undone else ""
    if change.id == versions.to_undo:
        hint = ", u takes it back"
    return Content.assemble(
        (f" {sign} ", style),
        (change.label, "$text-muted" if is_undone else ""),
        (f"\n   {ago(change.created_at)}{hint}", "$text-muted"),
    )


def branch_line(line: BranchLine) -> Content:
    """`✓ main`, and under it what it holds."""
    sign = "✓" if line.is_active else " "
    has_own = line.branch.parent_branch_id and line.shared < line.chapters
    shared = f", {line.shared} shared" if has_own else ""
    chapters = "1 chapter" if line.chapters == 1 else f"{line.chapters} chapters"
    deeper = " " * (len(line.lead) + 3)
    return Content.assemble(
        (f" {sign} ", "$success"),
        (line.lead, "$text-muted"),
        (line.branch.name, "bold" if line.is_active else ""),
        (f"\n{deeper}{chapters}, {line.words:,} words{shared}", "$text-muted"),
    )


def comparison_line(chapter: ChapterComparison, width: int) -> Content:
    """`  3 The Letter   1,200   1,180   12 % of the words`."""
    room = min(max(width - 44, 8), _LONGEST_TITLE)
    title = chapter.title if len(chapter.title) <= room else chapter.title[: room - 1] + "…"
    told, style = _difference(chapter)
    return Content.assemble(
        (f"{chapter.number:>4} ", "$text-muted"),
        title.ljust(room),
        f"{_words(chapter.words):>9}{_words(chapter.other_words):>9}   ",
        (told, style),
    )


def _words(words: int | None) -> str:
    return "–" if words is None else f"{words:,}"


def _difference(chapter: ChapterComparison) -> tuple[str, str]:
    if chapter.words is None:
        return "only there", "$warning"
    if chapter.other_words is None:
        return "only here", "$warning"
    if not chapter.share_changed:
        return "the same", "$text-muted"
    return f"{100 * chapter.share_changed:.0f} % differ", "$primary"
