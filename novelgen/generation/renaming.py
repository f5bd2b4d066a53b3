"""Changes a name through a novel: prose, plan, bible, titles, premise, as one change."""

from dataclasses import dataclass

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.chapter_texts import (
    change_checks,
    changed_chapters,
    changed_check,
    require_unlocked_chapters,
)
from novelgen.generation.plan_texts import change_plan, plan_texts
from novelgen.story.renaming import count_in_story, rename_story
from novelgen.text.renaming import Occurrence, occurrences, rename_in
from storage.change_records import ChangeKind, ChangeRecord, NewChange, Pointers
from storage.records import NovelRecord
from storage.store import Store


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
        texts = [] if plan is None else [text for _, text in plan_texts(work, plan)]
        plan_text = "\n".join(texts)
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

    def renamed(text: str) -> str:
        return rename_in(text, old, new)[0]

    with store.reading() as work:
        chapters = list(
            changed_chapters(
                work,
                branch_id,
                lambda _, title, text: (renamed(title), renamed(text)),
                {"renamed": [old, new]},
            )
        )
    with store.writing() as work:
        fresh = work.novels.get(novel.id)
        require_unlocked_chapters(work, branch_id, chapters)
        before = {each.chapter.number: each.chapter.revision.id for each in chapters}
        after = {
            each.chapter.number: work.chapters.add_revision(novel.id, each.new).id
            for each in chapters
        }
        made = f"{old} renamed to {new}"
        old_plan, new_plan = change_plan(work, branch_id, lambda _, text: renamed(text), made)
        change_checks(work, branch_id, lambda check: changed_check(check, renamed, renamed))
        revisions = {before[number]: after[number] for number in before}
        story = rename_story(work, branch_id, old, new, revisions)
        title, premise = renamed(fresh.title), renamed(fresh.premise)
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
                made,
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


def _require_name(name: str) -> None:
    if not any(character.isalnum() for character in name):
        raise UsageError(f"{name!r} is no name.", "Give one with a letter in it.")
