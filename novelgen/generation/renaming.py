"""Changes a name through a novel: prose, plan, bible, titles, premise, as one change."""

from dataclasses import dataclass, replace

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.passage_locks import require_unlocked
from novelgen.story.renaming import count_in_story, rename_story
from novelgen.text.renaming import Occurrence, occurrences, rename_in
from novelgen.text.words import count_words
from storage.change_records import ChangeKind, ChangeRecord, NewChange, NewCheck, Pointers
from storage.records import (
    ChapterRecord,
    NewPlannedChapter,
    NewRevision,
    NovelRecord,
    PlannedBeats,
    PlannedChapterRecord,
    PlanRecord,
    RevisionOrigin,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RenamePreview:
    """Where a name stands. Chapters without it are left out."""

    chapters: dict[int, list[Occurrence]]
    chapter_titles: int
    plan: int
    """Times in titles, summaries and beats of the plan."""
    title: int
    premise: int
    story: int
    """Times in entries and facts of the bible, and in promises."""

    @property
    def total(self) -> int:
        prose = sum(len(found) for found in self.chapters.values())
        others = self.chapter_titles + self.plan + self.title + self.premise
        return prose + others + self.story


def require_names(old: str, new: str) -> None:
    """Raises `UsageError` unless both are names, and two."""
    _require_name(old)
    _require_name(new)
    if old == new:
        raise UsageError(f"{old!r} is the same name.", "Give another one.")


def preview_rename(store: Store, novel: NovelRecord, old: str) -> RenamePreview:
    """Where `old` would be changed, with the words around it."""
    _require_name(old)
    branch_id = novel.active_branch_id
    with store.reading() as work:
        chapters = {
            number: found
            for number, text in work.texts.of_branch(branch_id)
            if (found := occurrences(text, old))
        }
        records = work.chapters.of_branch(branch_id)
        plan = work.plans.current(branch_id)
        plan_text = "" if plan is None else "\n".join(_plan_texts(work, plan))
        in_story = count_in_story(work, branch_id, old)
    return RenamePreview(
        chapters,
        sum(len(occurrences(each.revision.title, old)) for each in records),
        len(occurrences(plan_text, old)),
        len(occurrences(novel.title, old)),
        len(occurrences(novel.premise, old)),
        in_story,
    )


def rename(store: Store, novel: NovelRecord, old: str, new: str) -> ChangeRecord:
    """Change the name everywhere, in one transaction.

    Raises `NotFoundError` when it stands nowhere, `UsageError` for something that is no name, or
    where it stands in a locked passage, `HeadMoved` when a chapter changes in this moment.
    """
    require_names(old, new)
    branch_id = novel.active_branch_id
    with store.reading() as work:
        chapters = [
            (chapter, renamed)
            for chapter in work.chapters.of_branch(branch_id)
            if (renamed := _renamed(work, chapter, old, new)) is not None
        ]
    with store.writing() as work:
        fresh = work.novels.get(novel.id)
        _require_unlocked(work, branch_id, chapters)
        before = {chapter.number: chapter.revision.id for chapter, _ in chapters}
        after = {
            chapter.number: work.chapters.add_revision(novel.id, renamed).id
            for chapter, renamed in chapters
        }
        old_plan, new_plan = _rename_plan(work, branch_id, old, new)
        _rename_checks(work, branch_id, old, new)
        revisions = {before[number]: after[number] for number in before}
        story = rename_story(work, branch_id, old, new, revisions)
        title, premise = rename_in(fresh.title, old, new)[0], rename_in(fresh.premise, old, new)[0]
        has_title, has_premise = title != fresh.title, premise != fresh.premise
        if not (before or new_plan or story or has_title or has_premise):
            raise NotFoundError(
                f"{old!r} stands nowhere in the novel.", "Names are looked for as they are written."
            )
        return work.changes.make(
            NewChange(
                novel.id,
                branch_id,
                ChangeKind.RENAME,
                f"{old} renamed to {new}",
                Pointers(
                    before,
                    old_plan,
                    fresh.title if has_title else None,
                    fresh.premise if has_premise else None,
                    *(tuple(each) for each in (story.entries, story.facts, story.threads)),
                ),
                Pointers(
                    after,
                    new_plan,
                    title if has_title else None,
                    premise if has_premise else None,
                    *(tuple(each.values()) for each in (story.entries, story.facts, story.threads)),
                ),
            )
        )


def _renamed(work: UnitOfWork, chapter: ChapterRecord, old: str, new: str) -> NewRevision | None:
    """The chapter with its new name; None where the name does not stand."""
    revision = chapter.revision
    text = work.texts.of_revision(revision.id)
    renamed, count = rename_in(text, old, new)
    title, in_title = rename_in(revision.title, old, new)
    if not count and not in_title:
        return None
    is_open = revision.state is RevisionState.OPEN
    return NewRevision(
        chapter.number,
        title,
        RevisionOrigin.EDITED,
        parent_id=revision.id,
        state=RevisionState.PARTIAL if is_open else revision.state,
        text=renamed,
        words=count_words(renamed),
        provenance={"renamed": [old, new]},
    )


def _require_unlocked(
    work: UnitOfWork, branch_id: str, chapters: list[tuple[ChapterRecord, NewRevision]]
) -> None:
    """Raises `UsageError` when the name stands in a locked passage."""
    locked = {lock.chapter for lock in work.passage_locks.of_branch(branch_id)}
    for chapter, renamed in chapters:
        if chapter.number in locked:
            text = work.texts.of_revision(chapter.revision.id)
            require_unlocked(work, branch_id, chapter.number, text, [renamed.text or ""])


def _rename_checks(work: UnitOfWork, branch_id: str, old: str, new: str) -> None:
    """What is to be checked stays so under the new name, and under the old one after `undo`."""
    renamed = []
    for check in work.checks.open_of_branch(branch_id):
        texts = (check.before, check.after, check.passage)
        changed = [rename_in(text, old, new)[0] for text in texts]
        if changed != list(texts):
            renamed.append(
                NewCheck(
                    branch_id=branch_id,
                    kind=check.kind,
                    term=rename_in(check.term, old, new)[0],
                    edited_chapter=check.edited_chapter,
                    before=changed[0],
                    after=changed[1],
                    chapter=check.chapter,
                    paragraph=check.paragraph,
                    passage=changed[2],
                )
            )
    work.checks.add(renamed)


def _rename_plan(
    work: UnitOfWork, branch_id: str, old: str, new: str
) -> tuple[str | None, str | None]:
    """Identities of the plan before and after; None twice where it does not hold the name."""
    plan = work.plans.current(branch_id)
    if plan is None or not occurrences("\n".join(_plan_texts(work, plan)), old):
        return None, None

    def changed(text: str) -> str:
        return rename_in(text, old, new)[0]

    added = work.plans.add(branch_id, plan.structure)
    for chapter in work.plans.chapters(plan.id):
        work.plans.add_chapter(
            added.id,
            replace(_as_new(chapter), title=changed(chapter.title), brief=changed(chapter.brief)),
        )
        beats = work.plans.beats(plan.id, chapter.number)
        if beats is not None:
            renamed = tuple(
                replace(beat, title=changed(beat.title), brief=changed(beat.brief))
                for beat in beats.beats
            )
            work.plans.add_beats(added.id, chapter.number, PlannedBeats(renamed, beats.origin))
    return plan.identity, added.identity


def _plan_texts(work: UnitOfWork, plan: PlanRecord) -> list[str]:
    texts: list[str] = []
    for chapter in work.plans.chapters(plan.id):
        texts += [chapter.title, chapter.brief]
        beats = work.plans.beats(plan.id, chapter.number)
        if beats is not None:
            texts += [text for beat in beats.beats for text in (beat.title, beat.brief)]
    return texts


def _as_new(chapter: PlannedChapterRecord) -> NewPlannedChapter:
    return NewPlannedChapter(
        number=chapter.number,
        part=chapter.part,
        title=chapter.title,
        brief=chapter.brief,
        target_words=chapter.target_words,
        role=chapter.role,
        origin=chapter.origin,
        provenance=chapter.provenance,
    )


def _require_name(name: str) -> None:
    if not any(character.isalnum() for character in name):
        raise UsageError(f"{name!r} is no name.", "Give one with a letter in it.")
