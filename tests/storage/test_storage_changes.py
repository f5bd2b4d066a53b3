"""Changes: made, undone and redone whole, in the order of a stack, or refused and nothing moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from storage import (
    Beat,
    BranchFork,
    ChangeKind,
    ChangeRecord,
    HeadMoved,
    NewChange,
    NewPlannedChapter,
    NewRevision,
    NovelChanges,
    NovelRecord,
    PlannedBeats,
    PlanOrigin,
    Pointers,
    RecordNotFound,
    RevisionOrigin,
    RevisionState,
    StorageFailure,
)
from storage.store import Store

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe

NOTHING: Mapping[int, str] = {}


@dataclass
class Editor:
    """Changes a branch the way a person does."""

    store: Store
    novel_id: str
    branch_id: str

    def revision(self, number: int, prose: str) -> str:
        """The id of a text that no chapter points at."""
        new = NewRevision(
            chapter_number=number,
            title=f"Chapter {number}",
            origin=RevisionOrigin.EDITED,
            state=RevisionState.COMPLETE,
            text=prose,
            words=len(prose.split()),
        )
        with self.store.writing() as work:
            return work.chapters.add_revision(self.novel_id, new).id

    def standing(self, number: int) -> str:
        with self.store.reading() as work:
            chapter = work.chapters.get(self.branch_id, number)
        return "" if chapter is None else chapter.revision.id

    def change(self, before: Pointers, after: Pointers, label: str = "an edit") -> NewChange:
        return NewChange(self.novel_id, self.branch_id, ChangeKind.EDIT, label, before, after)

    def edit(self, texts: Mapping[int, str]) -> ChangeRecord:
        """Give chapters another text, in one change that is called like its texts."""
        before = {number: self.standing(number) for number in texts}
        after = {number: self.revision(number, prose) for number, prose in texts.items()}
        change = self.change(Pointers(before), Pointers(after), " ".join(texts.values()))
        return self.make(change)

    def make(self, change: NewChange) -> ChangeRecord:
        with self.store.writing() as work:
            return work.changes.make(change)

    def undo(self) -> str:
        with self.store.writing() as work:
            return work.changes.undo(self.branch_id).label

    def redo(self) -> str:
        with self.store.writing() as work:
            return work.changes.redo(self.branch_id).label

    def prose(self) -> str:
        with self.store.reading() as work:
            return " ".join(prose for _, prose in work.texts.of_branch(self.branch_id))

    def add_plan(self, title: str) -> str:
        """A new current plan with one chapter; its id."""
        with self.store.writing() as work:
            plan = work.plans.add(self.branch_id, {"title": title})
            work.plans.add_chapter(plan.id, NewPlannedChapter(1, 1, title, "", 100))
            beats = (Beat(title, "", 100),)
            work.plans.add_beats(plan.id, 1, PlannedBeats(beats, PlanOrigin.MODEL))
        return plan.id

    def plan(self) -> tuple[int, str, str, list[str]]:
        """Version, identity, title and chapter titles of the current plan."""
        with self.store.reading() as work:
            plan = work.plans.current(self.branch_id)
            assert plan is not None
            titles = [each.title for each in work.plans.chapters(plan.id)]
        return plan.version, plan.identity, str(plan.structure["title"]), titles


@pytest.fixture
def editor(store: Store, novel: NovelRecord) -> Editor:
    """A novel with two chapters, "a1" and "b1"."""
    made = Editor(store, novel.id, novel.active_branch_id)
    for number, prose in ((1, "a1"), (2, "b1")):
        revision_id = made.revision(number, prose)
        with store.writing() as work:
            work.chapters.point_at(made.branch_id, number, revision_id)
    return made


def everything(editor: Editor) -> object:
    """All that a change could move."""
    with editor.store.reading() as work:
        return (
            work.novels.summaries(),
            work.chapters.of_branch(editor.branch_id),
            work.plans.current(editor.branch_id),
            work.changes.of_branch(editor.branch_id),
        )


def test_a_change_is_made_undone_and_redone(store: Store, editor: Editor) -> None:
    old, new = editor.standing(1), editor.revision(1, "a2")
    change = editor.change(Pointers({1: old}), Pointers({1: new}))
    made = editor.make(change)
    assert editor.prose() == "a2 b1"
    assert (made.before, made.after) == (Pointers({1: old}), Pointers({1: new}))
    assert (made.kind, made.label, made.undone_at) == (ChangeKind.EDIT, "an edit", None)
    with store.writing() as work:
        undone = work.changes.undo(editor.branch_id)
    assert editor.prose() == "a1 b1"
    assert undone == replace(made, undone_at=undone.undone_at)
    assert undone.undone_at is not None
    with store.writing() as work:
        assert work.changes.redo(editor.branch_id) == made
    assert editor.prose() == "a2 b1"
    with store.reading() as work:
        assert work.changes.of_branch(editor.branch_id) == [made]
        assert len(work.chapters.revisions(editor.novel_id, 1)) == 2


def test_changes_are_a_stack(store: Store, editor: Editor) -> None:
    for texts in ({1: "a2"}, {1: "a3", 2: "b2"}, {2: "b3"}):
        editor.edit(texts)
    seen = [editor.prose()]
    for _ in range(3):
        editor.undo()
        seen.append(editor.prose())
    assert seen == ["a3 b3", "a3 b2", "a2 b1", "a1 b1"]
    with pytest.raises(RecordNotFound, match="no change to undo"):
        editor.undo()
    assert [editor.redo(), editor.redo(), editor.undo(), editor.redo(), editor.redo()] == [
        "a2",
        "a3 b2",
        "a3 b2",
        "a3 b2",
        "b3",
    ]
    with pytest.raises(RecordNotFound, match="no change to redo"):
        editor.redo()
    assert editor.prose() == "a3 b3"
    with store.reading() as work:
        labels = [each.label for each in work.changes.of_branch(editor.branch_id)]
    assert labels == ["b3", "a3 b2", "a2"]


def test_nothing_is_redone_after_a_new_change(editor: Editor) -> None:
    editor.edit({1: "a2"})
    editor.edit({1: "a3"})
    editor.undo()
    editor.undo()
    editor.edit({1: "a4"})
    with pytest.raises(RecordNotFound, match="no change to redo"):
        editor.redo()
    assert editor.prose() == "a4 b1"


def test_what_a_new_change_replaced_stays_gone_when_that_is_undone(editor: Editor) -> None:
    for label in ("a2", "a3", "a4"):
        editor.edit({1: label})
    editor.undo()
    editor.undo()
    editor.edit({1: "a5"})  # in place of a3 and a4, from the same text as a3
    editor.undo()
    editor.undo()
    assert editor.prose() == "a1 b1"
    assert [editor.redo(), editor.redo()] == ["a2", "a5"]
    with pytest.raises(RecordNotFound, match="no change to redo"):
        editor.redo()
    assert editor.prose() == "a5 b1"


def test_a_rename_moves_text_plan_title_and_premise_at_once(store: Store, editor: Editor) -> None:
    old_plan = editor.add_plan("Anna")
    new_plan = editor.add_plan("Berta")
    old = Pointers({1: editor.standing(1)}, old_plan, "The Lamp", "A lamp goes out.")
    new = Pointers({1: editor.revision(1, "Berta")}, new_plan, "The Lamps", "")
    editor.make(replace(editor.change(old, new), kind=ChangeKind.RENAME))

    def names() -> tuple[str, str, str, str]:
        with store.reading() as work:
            novel = work.novels.get(editor.novel_id)
        return novel.title, novel.premise, editor.prose(), editor.plan()[2]

    assert names() == ("The Lamps", "", "Berta b1", "Berta")
    editor.undo()
    assert names() == ("The Lamp", "A lamp goes out.", "a1 b1", "Anna")
    editor.redo()
    assert names() == ("The Lamps", "", "Berta b1", "Berta")


def test_copies_of_a_plan_keep_its_identity(store: Store, editor: Editor) -> None:
    first, second = editor.add_plan("Anna"), editor.add_plan("Berta")
    editor.make(editor.change(Pointers(NOTHING, plan_id=first), Pointers(NOTHING, plan_id=second)))
    seen = [editor.plan()]
    for move in (editor.undo, editor.redo, editor.undo):
        move()
        seen.append(editor.plan())
    assert seen == [
        (2, second, "Berta", ["Berta"]),
        (3, first, "Anna", ["Anna"]),
        (4, second, "Berta", ["Berta"]),
        (5, first, "Anna", ["Anna"]),
    ]
    with store.reading() as work:
        plan = work.plans.current(editor.branch_id)
        assert plan is not None
        assert (plan.id != first, plan.origin_id) == (True, first)
        assert work.plans.beats(plan.id, 1) == work.plans.beats(first, 1) is not None


def test_a_plan_comes_back_with_what_was_planned_since(store: Store, editor: Editor) -> None:
    plans = [editor.add_plan(title) for title in ("Anna", "Berta")]
    sides = [Pointers(NOTHING, plan_id=plan_id) for plan_id in plans]
    editor.make(editor.change(sides[0], sides[1]))
    editor.undo()
    with store.writing() as work:
        copy = work.plans.current(editor.branch_id)
        assert copy is not None
        work.plans.add_chapter(copy.id, NewPlannedChapter(2, 1, "Later", "", 100))
    third = editor.add_plan("Clara")
    # A copy stands for the plan that it is a copy of.
    editor.make(editor.change(Pointers(NOTHING, plan_id=copy.id), Pointers(NOTHING, plan_id=third)))
    editor.undo()
    assert editor.plan() == (5, plans[0], "Anna", ["Anna", "Later"])
    editor.redo()
    assert editor.plan() == (6, third, "Clara", ["Clara", "Later"])


def test_an_undo_in_a_fork_copies_the_plan_of_the_branch_it_left(
    store: Store, editor: Editor
) -> None:
    first, second = editor.add_plan("Anna"), editor.add_plan("Berta")
    with store.writing() as work:
        branch = work.branches.fork(BranchFork(editor.novel_id, "what if", editor.branch_id, 2))
    fork = replace(editor, branch_id=branch.id)
    assert fork.plan() == (1, second, "Berta", ["Berta"])
    third = fork.add_plan("Clara")
    fork.make(fork.change(Pointers(NOTHING, plan_id=second), Pointers(NOTHING, plan_id=third)))
    fork.undo()
    assert fork.plan() == (3, second, "Berta", ["Berta"])
    fork.make(fork.change(Pointers(NOTHING, plan_id=second), Pointers(NOTHING, plan_id=first)))
    assert fork.plan() == (4, first, "Anna", ["Anna"])
    assert editor.plan() == (2, second, "Berta", ["Berta"])


def test_a_chapter_that_was_not_there_goes_again(editor: Editor) -> None:
    editor.edit({3: "c1", 4: "d1"})
    assert editor.prose() == "a1 b1 c1 d1"
    editor.undo()
    assert editor.prose() == "a1 b1"
    assert editor.standing(3) == ""
    editor.redo()
    assert editor.prose() == "a1 b1 c1 d1"


def test_a_chapter_does_not_go_from_under_a_later_one(store: Store, editor: Editor) -> None:
    editor.edit({3: "c1"})
    with store.writing() as work:
        work.chapters.begin_chapter(editor.branch_id, 4, "Four", RevisionOrigin.GENERATED)
    before = everything(editor)
    with pytest.raises(HeadMoved, match="Chapter 3 cannot go: chapter 4 follows it"):
        editor.undo()
    assert everything(editor) == before


def test_changes_of_two_branches_do_not_mix(store: Store, editor: Editor) -> None:
    with store.writing() as work:
        branch = work.branches.fork(BranchFork(editor.novel_id, "what if", editor.branch_id, 2))
    other = replace(editor, branch_id=branch.id)
    editor.edit({1: "a2"})
    other.edit({1: "a3"})
    editor.edit({2: "b2"})
    assert (editor.prose(), other.prose()) == ("a2 b2", "a3 b1")
    assert other.undo() == "a3"
    with pytest.raises(RecordNotFound, match="no change to undo"):
        other.undo()
    with pytest.raises(RecordNotFound, match="no change to redo"):
        editor.redo()
    assert (editor.prose(), other.prose()) == ("a2 b2", "a1 b1")
    assert [editor.undo(), editor.undo(), other.redo()] == ["b2", "a2", "a3"]
    assert (editor.prose(), other.prose()) == ("a1 b1", "a3 b1")


def other_text(editor: Editor) -> None:
    stray = editor.revision(1, "stray")
    with editor.store.writing() as work:
        work.chapters.point_at(editor.branch_id, 1, stray)


def other_title(editor: Editor) -> None:
    with editor.store.writing() as work:
        work.novels.update(editor.novel_id, NovelChanges(title="Stray"))


def other_premise(editor: Editor) -> None:
    with editor.store.writing() as work:
        work.novels.update(editor.novel_id, NovelChanges(premise="Stray"))


def other_plan(editor: Editor) -> None:
    editor.add_plan("Stray")


@pytest.mark.parametrize(
    ("meanwhile", "message"),
    [
        (other_text, "Chapter 1 was changed"),
        (other_title, "title was changed"),
        (other_premise, "premise was changed"),
        (other_plan, "plan was changed"),
    ],
)
@pytest.mark.parametrize("step", ["make", "undo", "redo"])
def test_a_step_from_where_things_do_not_stand_moves_nothing(
    store: Store, editor: Editor, meanwhile: Callable[[Editor], None], message: str, step: str
) -> None:
    plan_ids = [editor.add_plan(title) for title in ("Berta", "Anna")][::-1]
    before = Pointers(
        {2: editor.standing(2), 1: editor.standing(1)}, plan_ids[0], "The Lamp", "A lamp goes out."
    )
    texts = {2: editor.revision(2, "b2"), 1: editor.revision(1, "a2")}
    change = editor.change(before, Pointers(texts, plan_ids[1], "The Lamps", "Lamps."))
    if step != "make":
        editor.make(change)
    if step == "redo":
        editor.undo()
    meanwhile(editor)
    standing = everything(editor)
    # Caught inside the unit of work, which then commits: what was refused has written nothing.
    with store.writing() as work, pytest.raises(HeadMoved, match=message) as error:
        if step == "make":
            work.changes.make(change)
        elif step == "undo":
            work.changes.undo(editor.branch_id)
        else:
            work.changes.redo(editor.branch_id)
    assert "nothing was changed" in error.value.remedy
    assert everything(editor) == standing


def test_a_change_to_what_does_not_exist_moves_nothing(
    store: Store, editor: Editor, add_novel: Callable[..., NovelRecord]
) -> None:
    other = add_novel("Other")
    foreign = replace(editor, novel_id=other.id).revision(1, "foreign")
    one, two = editor.standing(1), editor.standing(2)
    new = editor.revision(1, "a2")
    fine = editor.change(Pointers({1: one, 2: two}), Pointers({1: new, 2: two}))
    before = everything(editor)
    for wrong in (
        replace(fine, novel_id="nope"),
        replace(fine, branch_id="nope"),
        replace(fine, novel_id=other.id),
        replace(fine, after=Pointers({1: new, 2: "nope"})),
        replace(fine, after=Pointers({1: new, 2: one})),
        replace(fine, after=Pointers({1: foreign, 2: two})),
        editor.change(Pointers({}, plan_id="nope"), Pointers({}, plan_id="nope")),
    ):
        with store.writing() as work, pytest.raises(RecordNotFound):
            work.changes.make(wrong)
    assert everything(editor) == before
    editor.make(fine)
    assert editor.prose() == "a2 b1"


def test_a_change_that_could_not_be_undone_is_refused(store: Store, editor: Editor) -> None:
    one, new = editor.standing(1), editor.revision(1, "a2")
    before = everything(editor)
    for wrong in (
        editor.change(Pointers({}), Pointers({1: new})),
        editor.change(Pointers({1: one}), Pointers({})),
        editor.change(Pointers({}), Pointers({}, title="The Lamps")),
        editor.change(Pointers({}, premise="A lamp goes out."), Pointers({})),
    ):
        with store.writing() as work, pytest.raises(StorageFailure, match="how things stood"):
            work.changes.make(wrong)
    assert everything(editor) == before


def test_a_run_does_not_write_into_a_chapter_that_was_changed_back(
    store: Store, scribe: "Scribe"
) -> None:
    editor = Editor(store, scribe.novel.id, scribe.branch_id)
    editor.edit({1: "a1"})
    with store.writing() as work:
        draft = NewRevision(1, "Anew", RevisionOrigin.GENERATED)
        revision = work.chapters.add_revision(scribe.novel.id, draft)
    editor.make(
        editor.change(Pointers({1: editor.standing(1)}), Pointers({1: revision.id}), "anew")
    )
    scribe.write(scribe.commit_of(revision, 0, "It was dark. "))
    assert editor.undo() == "anew"
    with store.writing() as work, pytest.raises(HeadMoved, match="was changed while"):
        work.commit_segment(scribe.commit_of(revision, 1, "Then: light."))
    assert editor.prose() == "a1"
    assert editor.redo() == "anew"
    assert editor.prose() == "It was dark. and then"
