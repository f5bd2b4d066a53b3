"""A person's changes to the plan: a document, an older version, planning anew, another length.

Each makes a new version, in one transaction, and only if the plan still is the one that the person
saw; so a running writer is never in the way, and takes the new version up with its next chapter.
Nothing is ever lost: every version stays.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.novel_status import settle_status
from novelgen.generation.plan_store import add_content, read_content
from novelgen.planning.cards import Cast
from novelgen.planning.cast_planner import filled_cast
from novelgen.planning.content import PlanContent
from novelgen.planning.document import PlanDocument, document_of
from novelgen.planning.frame import PlanFrame
from novelgen.planning.outline_reading import premise_of
from novelgen.planning.premise_names import cast_of
from novelgen.planning.replanning import anew_from, brought_back, extended, with_target
from novelgen.planning.revising import from_outline, with_document
from storage.records import NovelChanges, NovelRecord, PlanRecord
from storage.store import Store
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SeenPlan:
    """The plan of a novel's active branch as a person sees it before a change."""

    novel: NovelRecord
    record: PlanRecord
    content: PlanContent
    written: int
    """How many chapters have text; they are the first ones."""

    @property
    def version(self) -> int:
        return self.record.version

    @property
    def document(self) -> PlanDocument:
        return document_of(self.content, self.version, self.novel.title)


@dataclass(frozen=True, slots=True)
class Replanned:
    """What became of a change."""

    version: int
    is_changed: bool
    written: int
    chapters: int
    target_words: int


def see_plan(store: Store, novel: NovelRecord, version: int | None = None) -> SeenPlan:
    """The current plan, or an older version. Raises `NotFoundError`."""
    with store.reading() as work:
        versions = work.plans.versions(novel.active_branch_id)
        if not versions:
            raise NotFoundError(
                f"“{novel.title}” has no plan yet.",
                f"`novelgen resume {novel.id}` makes one; `novelgen plan {novel.id} --from FILE` "
                "takes yours.",
            )
        found = next((each for each in versions if version in (None, each.version)), None)
        if found is None:
            raise NotFoundError(
                f"The plan has no version {version}.",
                f"`novelgen plan {novel.id} --versions` lists them.",
            )
        content = read_content(work, found)
        return SeenPlan(novel, found, content, _written(work, novel.active_branch_id, content))


def store_document(
    store: Store, seen: SeenPlan, document: PlanDocument, target_words: int | None = None
) -> Replanned:
    """Make the document the plan. Raises `PlanMistake`, `UsageError`, and `HeadMoved` when the plan
    was changed since it was seen, or since the document was made from it."""
    if document.version is not None and document.version != seen.version:
        raise UsageError(
            f"The document was made from version {document.version} of the plan, and version "
            f"{seen.version} is current.",
            "Take over what was changed there (`novelgen plan NOVEL`), or delete the line "
            "`version:` to put the document in its place.",
        )

    if document.version is not None and document.title not in ("", seen.novel.title):
        raise UsageError(
            f"The document is the plan of “{document.title}”, and this is “{seen.novel.title}”.",
            "Name the other novel, or delete the lines `novel:` and `version:` to take it here.",
        )

    def changed(now: PlanContent, written: int) -> PlanContent:
        words = target_words or now.structure.target_words
        frame = _frame(seen.novel, now)
        return with_document(now, seen.content, document, written, words, frame)

    return _change(store, seen, changed, keeps_if_equal=True)


def store_outline(
    work: UnitOfWork, novel: NovelRecord, document: PlanDocument, target_words: int
) -> PlanRecord:
    """Make an author's outline the first plan of a novel without one. Raises `UsageError`."""
    structure = from_outline(document, target_words, novel.seed, novel.premise)
    return work.plans.add(novel.active_branch_id, structure.as_json(), expected_version=0)


def store_first_outline(
    store: Store, novel: NovelRecord, document: PlanDocument, target_words: int | None
) -> Replanned:
    """Make an outline the first plan of a novel that stands already. Raises as `store_outline`."""
    words = target_words or novel.target_words
    with store.writing() as work:
        changes = NovelChanges(
            target_words=words,
            premise=None if novel.premise else document.premise or premise_of(document),
        )
        novel = work.novels.update(novel.id, changes)
        plan = store_outline(work, novel, document, words)
        last = work.chapters.last(novel.active_branch_id)
    chapters = len(document.chapters)
    written = 0 if last is None else min(last.number, chapters)
    return Replanned(plan.version, True, written, chapters, words)


def restore_plan(store: Store, seen: SeenPlan, version: int) -> Replanned:
    """Make an older version current again, as a new version. Raises as `see_plan` and `_change`."""
    older = see_plan(store, seen.novel, version)
    if version == seen.version:
        return _unchanged(seen)
    return _change(
        store,
        seen,
        lambda now, written: brought_back(now, older.content, version, written),
    )


def plan_anew(
    store: Store,
    seen: SeenPlan,
    from_chapter: int | None = None,
    target_words: int | None = None,
) -> Replanned:
    """Forget what is planned from a chapter on, by default the first unwritten one.

    It is planned again when it is reached, with other answers than before. Raises `UsageError` and
    `HeadMoved`.
    """
    return _change(
        store,
        seen,
        lambda now, written: anew_from(now, from_chapter or written + 1, written, target_words),
    )


def change_target(store: Store, seen: SeenPlan, target_words: int) -> Replanned:
    """Make the novel longer or shorter; unwritten chapters share the difference.

    Raises `UsageError` and `HeadMoved`.
    """
    if target_words == seen.content.structure.target_words:
        return _unchanged(seen)

    return _change(store, seen, lambda now, written: _for_length(now, written, target_words))


def change_length(work: UnitOfWork, novel: NovelRecord, target_words: int) -> None:
    """The same as a part of a larger change, also where nothing is planned yet.

    Raises `UsageError`.
    """
    branch_id = novel.active_branch_id
    plan = work.plans.current(branch_id)
    if plan is not None:
        now = read_content(work, plan)
        content = _for_length(now, _written(work, branch_id, now), target_words)
        add_content(work, branch_id, content, plan.version)
    work.novels.update(novel.id, NovelChanges(target_words=target_words))
    settle_status(work, novel.id)


def _change(
    store: Store,
    seen: SeenPlan,
    changed: Callable[[PlanContent, int], PlanContent],
    *,
    keeps_if_equal: bool = False,
) -> Replanned:
    """Add the version that `changed` makes of the plan as it is now and the chapters written."""
    novel, branch_id = seen.novel, seen.record.branch_id
    with store.writing() as work:
        now = read_content(work, work.plans.current(branch_id) or seen.record)
        written = _written(work, branch_id, now)
        content = changed(now, written)
        is_same = document_of(content) == document_of(now)
        if keeps_if_equal and is_same and content.structure.cast == now.structure.cast:
            return _unchanged(seen)
        plan = add_content(work, branch_id, content, seen.version)
        words = content.structure.target_words
        if words != work.novels.get(novel.id).target_words:
            work.novels.update(novel.id, NovelChanges(target_words=words))
        settle_status(work, novel.id)
    return Replanned(plan.version, True, written, content.structure.total_chapters, words)


def _for_length(now: PlanContent, written: int, target_words: int) -> PlanContent:
    is_longer = target_words > now.structure.target_words
    if is_longer and written == now.structure.total_chapters:
        content = extended(now, target_words)
    else:
        content = with_target(now, target_words, written)
    structure = replace(content.structure, made=f"for {target_words:,} words")
    return replace(content, structure=structure)


def _written(work: UnitOfWork, branch_id: str, content: PlanContent) -> int:
    """How many chapters of the plan have been begun."""
    last = work.chapters.last(branch_id)
    return 0 if last is None else min(last.number, content.structure.total_chapters)


def _unchanged(seen: SeenPlan) -> Replanned:
    structure = seen.content.structure
    return Replanned(
        seen.version, False, seen.written, structure.total_chapters, structure.target_words
    )


def _frame(novel: NovelRecord, content: PlanContent) -> PlanFrame:
    structure = content.structure
    cast: Cast = structure.cast or filled_cast(
        cast_of(novel.premise), novel.seed, structure.target_words
    )
    return PlanFrame(
        novel.title,
        novel.premise,
        novel.seed,
        structure,
        cast,
        {card.number: card for card in structure.parts},
    )
