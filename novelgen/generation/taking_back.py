"""A manuscript comes back, from an editor or a reader: what they changed becomes revisions.

All changed chapters change together, as one change that can be undone. Chapters that the file does
not have, and everything else, stay.
"""

from dataclasses import dataclass, replace

from novelgen.generation.consequences import checks_after
from novelgen.generation.imported_notes import keep_imported_notes
from novelgen.generation.importing import written_card
from novelgen.generation.manuscript_comparison import TakingBack
from novelgen.generation.novel_status import settle_status
from novelgen.generation.passage_locks import broken_locks
from novelgen.generation.plan_store import add_content, read_content
from novelgen.planning.content import PlanContent
from novelgen.planning.replanning import with_words
from novelgen.planning.structure import ChapterSlot, placed
from storage.change_records import ChangeKind, NewChange, NewCheck, Pointers
from storage.errors import HeadMoved
from storage.records import NewRevision, RevisionOrigin, RevisionState
from storage.store import Store
from storage.story_records import PassageLockRecord
from storage.unit_of_work import UnitOfWork

_MANY = 20
"""Chapters that change at once."""
_NEAREST = 10
"""Chapters that are looked at on either side of each, then."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of it."""

    chapters: tuple[int, ...]
    """Those that are a new revision now."""
    notes: int
    """Comments that were not there before."""
    to_check: int
    """Later passages that may no longer fit."""
    broken_locks: tuple[PassageLockRecord, ...]


def take_back(store: Store, taking: TakingBack) -> TakenBack:
    """Make the changes, all of them or none.

    Raises `HeadMoved` when a chapter was changed since they were compared.
    """
    novel = taking.novel
    branch_id = novel.active_branch_id
    checks = _checks(store, taking)
    with store.writing() as work:
        broken = [
            lock
            for each in taking.changed
            for lock in broken_locks(work, branch_id, each.number, each.old_text, [each.text])
        ]
        _change(work, taking)
        work.checks.add(checks)
        notes = sum(
            keep_imported_notes(work, novel, each.number, each.imported, each.text)
            for each in taking.chapters
        )
        settle_status(work, novel.id)
    numbers = tuple(each.number for each in taking.changed)
    return TakenBack(numbers, notes, len(checks), tuple(broken))


def _checks(store: Store, taking: TakingBack) -> list[NewCheck]:
    """Later passages that may no longer fit, as they will be.

    Where many chapters change, only near ones are looked at: a whole book for each of them would
    take hours.
    """
    changed = {each.number: each.text for each in taking.changed}
    nearest = _NEAREST if len(changed) > _MANY else None
    return [
        check
        for each in taking.changed
        for check in checks_after(
            store,
            taking.novel.active_branch_id,
            each.number,
            each.old_text,
            each.text,
            changed=changed,
            nearest=nearest,
        )
    ]


def _change(work: UnitOfWork, taking: TakingBack) -> None:
    changed = taking.changed
    if not changed:
        return
    before: dict[int, str] = {}
    after: dict[int, str] = {}
    for each in changed:
        old = None if each.before is None else each.before.revision
        present = work.chapters.get(taking.novel.active_branch_id, each.number)
        now = None if present is None else present.revision
        if now != old:
            raise HeadMoved(
                f"Chapter {each.number} was changed while the manuscript was compared.",
                "Import it once more.",
            )
        is_open = old is not None and old.state is not RevisionState.COMPLETE
        new = NewRevision(
            each.number,
            each.title,
            RevisionOrigin.IMPORTED,
            parent_id=None if old is None else old.id,
            state=RevisionState.PARTIAL if is_open else RevisionState.COMPLETE,
            text=each.text,
            words=each.words,
        )
        before[each.number] = "" if old is None else old.id
        after[each.number] = work.chapters.add_revision(taking.novel.id, new).id
    chapters = "1 chapter" if len(changed) == 1 else f"{len(changed)} chapters"
    old_plan, new_plan = _plan_with_added(work, taking)
    work.changes.make(
        NewChange(
            taking.novel.id,
            taking.novel.active_branch_id,
            ChangeKind.IMPORT,
            f"{chapters} taken back from a manuscript",
            Pointers(before, old_plan),
            Pointers(after, new_plan),
        )
    )


def _plan_with_added(work: UnitOfWork, taking: TakingBack) -> tuple[str | None, str | None]:
    """Plan the chapters that come behind the planned ones; the plan before and after, if it is
    another one now."""
    branch_id = taking.novel.active_branch_id
    plan = work.plans.current(branch_id)
    if plan is None:
        return None, None
    content = read_content(work, plan)
    slots = list(content.structure.chapters)
    cards = dict(content.cards)
    for each in taking.changed:
        if each.number == len(slots) + 1:
            part = slots[-1].part if slots else 1
            slots.append(ChapterSlot(each.number, part, 0.0, max(each.words, 1), each.title))
            cards[each.number] = written_card(slots[-1], each.text)
    if len(slots) == content.structure.total_chapters:
        return None, None
    structure = replace(
        content.structure,
        target_words=sum(slot.target_words for slot in slots),
        chapters=placed(slots),
        made="taken back",
    )
    longer = with_words(PlanContent(structure, cards, content.beats))
    return plan.identity, add_content(work, branch_id, longer, plan.version).identity
