"""A person's changes to chapters: edits, restored revisions. Each can be undone.

A change adds a revision and moves a pointer, and only if the chapter still is what the person
saw. A text that comes too late is kept as a revision of its own, and nothing is overwritten.
"""

from dataclasses import dataclass, replace

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.consequences import checks_after
from novelgen.generation.note_keeping import keep_notes, notes_of_chapter
from novelgen.generation.novel_status import settle_status
from novelgen.planning.structure import Structure
from novelgen.text.author_notes import join_notes, note_spans, split_notes
from novelgen.text.machine_words import WordSpans
from novelgen.text.manuscript_text import HandedIn
from novelgen.text.words import count_words
from storage.change_records import ChangeKind, ChangeRecord, NewChange, NewCheck, Pointers
from storage.errors import HeadMoved
from storage.records import (
    MACHINE_WORDS,
    JsonObject,
    NewRevision,
    NovelRecord,
    RevisionOrigin,
    RevisionRecord,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChapterText:
    """A chapter as a person sees it before a change."""

    novel_id: str
    branch_id: str
    number: int
    revision: RevisionRecord | None
    """None for the next chapter, which has no text yet."""
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of a change."""

    revision: RevisionRecord
    """The chapter's text now; the old one where nothing was changed."""
    is_changed: bool
    to_check: int
    """Later passages that may no longer fit."""
    words_meanwhile: int = 0
    """Words that a run wrote at the chapter's end while the person edited; they stand behind."""
    has_other_notes: bool = False
    """Whether the author's notes in the chapter are others now, with its text or without."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A change that was taken back, or made once more."""

    change: ChangeRecord
    to_check: int
    """Later passages that may no longer fit."""


class TextKeptAside(UsageError):
    """The chapter changed while the person wrote; their text is kept and stands beside it."""


def chapter_text(store: Store, novel_id: str, branch_id: str, number: int) -> ChapterText:
    """A chapter of a branch, or the one that comes next. Raises `NotFoundError`."""
    with store.reading() as work:
        chapter = work.chapters.get(branch_id, number)
        if chapter is not None:
            text = work.texts.of_revision(chapter.revision.id)
            title = chapter.revision.title
            return ChapterText(novel_id, branch_id, number, chapter.revision, title, text)
        last = work.chapters.last(branch_id)
        title = _planned_title(work, branch_id, number)
    next_number = 1 if last is None else last.number + 1
    if number != next_number:
        raise NotFoundError(
            f"The novel has no chapter {number} yet; the next one is {next_number}.",
            "`novelgen show NOVEL` lists them.",
        )
    return ChapterText(novel_id, branch_id, number, None, title, "")


def buffer_of(store: Store, before: ChapterText) -> str:
    """A chapter as its author edits it: the prose, with their notes where they stand in it."""
    with store.reading() as work:
        notes = notes_of_chapter(work, before.branch_id, before.number)
    return join_notes(before.text.strip(), notes)


def edit_chapter(
    store: Store,
    before: ChapterText,
    handed_in: HandedIn,
    *,
    ends_chapter: bool | None = None,
    machine: WordSpans | None = None,
    replaces_notes: bool = False,
) -> Edited:
    """Make a text the chapter's. `before` is the chapter as the person saw it.

    `ends_chapter`: whether the chapter is written to its end with it; by default that stays as it
    was, and a new chapter is. `machine`: the words of the text that a model drew,
    all of them; None where nobody knows.
    `replaces_notes`: the person had `buffer_of` before them, so that notes which are not handed in
    are done with; otherwise those handed in come to the ones that stand.

    Raises `TextKeptAside` when the chapter was changed in the meantime, `UsageError` for an empty
    text.
    """
    handed_in = _without_notes(handed_in)
    if not handed_in.text.strip():
        raise UsageError(
            f"The text for chapter {before.number} is empty.",
            "An empty file is taken for a mistake, and notes alone are no text; nothing was "
            "changed.",
        )
    old = before.revision
    state = _state_after(old, ends_chapter)
    title = before.title if handed_in.title is None else handed_in.title
    if old is not None and handed_in.text == before.text.strip() and title == old.title:
        stays_open = old.state is RevisionState.OPEN and state is RevisionState.PARTIAL
        if stays_open or state is old.state:
            with store.writing() as work:
                has_other = _keep_notes(work, before, handed_in, replaces=replaces_notes)
            return Edited(old, is_changed=False, to_check=0, has_other_notes=has_other)
    checks = checks_after(store, before.branch_id, before.number, before.text, handed_in.text)
    new = NewRevision(
        before.number,
        title,
        RevisionOrigin.EDITED,
        parent_id=None if old is None else old.id,
        state=state,
        text=handed_in.text,
        words=count_words(handed_in.text),
        provenance=machine_provenance(machine),
    )
    try:
        with store.writing() as work:
            revision = _put_in_place(work, before, new, checks, ends_chapter=ends_chapter)
            has_other = _keep_notes(work, before, handed_in, replaces=replaces_notes)
    except HeadMoved as moved:
        raise _kept_aside(store, before, new, handed_in) from moved
    meanwhile = revision.words - new.words
    return Edited(revision, True, len(checks), meanwhile, has_other)


def machine_provenance(machine: WordSpans | None) -> JsonObject:
    """What a person's revision keeps of the words in it that a model drew."""
    if machine is None:
        return {}
    return {MACHINE_WORDS: [[first, count] for first, count in machine]}


def restore_revision(store: Store, before: ChapterText, revision: RevisionRecord) -> Edited:
    """Make an earlier revision the chapter's text again. Raises `HeadMoved` and `UsageError`.

    One that a run may still write on, perhaps for another branch, is copied as it stands.
    """
    if before.revision is not None and revision.id == before.revision.id:
        return Edited(revision, is_changed=False, to_check=0)
    with store.reading() as work:
        text = work.texts.of_revision(revision.id)
    if not text.strip():
        raise UsageError(
            f"Revision {revision.number} of chapter {revision.chapter_number} holds no text.",
            "Choose another one.",
        )
    number = before.number
    checks = checks_after(store, before.branch_id, number, before.text, text)
    label = f"chapter {number} back to revision {revision.number}"
    with store.writing() as work:
        if revision.state is RevisionState.OPEN:
            revision = work.chapters.add_revision(before.novel_id, _copy_of(revision, text))
        work.changes.make(_change(before, ChangeKind.RESTORE, label, revision))
        work.checks.add(checks)
        settle_status(work, before.novel_id)
    return Edited(revision, is_changed=True, to_check=len(checks))


def undo_change(store: Store, novel: NovelRecord) -> Undone:
    """Take the last change of the active branch back.

    Raises `RecordNotFound` when there is none, `HeadMoved` when something has moved since.
    """
    with store.writing() as work:
        change = work.changes.undo(novel.active_branch_id)
        settle_status(work, novel.id)
    return Undone(change, _check(store, change, change.after, change.before))


def redo_change(store: Store, novel: NovelRecord) -> Undone:
    """Make the change that was undone last once more. Raises as `undo_change` does."""
    with store.writing() as work:
        change = work.changes.redo(novel.active_branch_id)
        settle_status(work, novel.id)
    return Undone(change, _check(store, change, change.before, change.after))


def _put_in_place(
    work: UnitOfWork,
    before: ChapterText,
    new: NewRevision,
    checks: list[NewCheck],
    *,
    ends_chapter: bool | None,
) -> RevisionRecord:
    new = _with_words_meanwhile(work, before, new, ends_chapter)
    revision = work.chapters.add_revision(before.novel_id, new)
    done = "added" if before.revision is None else "edited"
    label = f"chapter {new.chapter_number} {done}"
    work.changes.make(_change(before, ChangeKind.EDIT, label, revision))
    work.checks.add(checks)
    settle_status(work, before.novel_id)
    return revision


def _without_notes(handed_in: HandedIn) -> HandedIn:
    """What is handed in with its notes beside the prose, also where nobody took them out."""
    if not note_spans(handed_in.text):
        return handed_in
    prose, notes = split_notes(handed_in.text)
    return replace(handed_in, text=prose, notes=(*handed_in.notes, *notes))


def _keep_notes(
    work: UnitOfWork, before: ChapterText, handed_in: HandedIn, *, replaces: bool
) -> bool:
    place = before.novel_id, before.branch_id, before.number
    return keep_notes(work, *place, handed_in.notes, replaces=replaces)


def _check(store: Store, change: ChangeRecord, left: Pointers, stands: Pointers) -> int:
    """Look for what may no longer fit a text that came back. Words changed everywhere fit."""
    if change.kind in (ChangeKind.RENAME, ChangeKind.REPLACE):
        return 0
    found: list[NewCheck] = []
    for number, revision_id in stands.chapters.items():
        if revision_id and left.chapters[number]:
            with store.reading() as work:
                old = work.texts.of_revision(left.chapters[number])
                new = work.texts.of_revision(revision_id)
            found += checks_after(store, change.branch_id, number, old, new)
    with store.writing() as work:
        work.checks.add(found)
    return len(found)


def _copy_of(revision: RevisionRecord, text: str) -> NewRevision:
    return NewRevision(
        revision.chapter_number,
        revision.title,
        revision.origin,
        parent_id=revision.id,
        state=RevisionState.PARTIAL,
        text=text,
        words=count_words(text),
    )


def _with_words_meanwhile(
    work: UnitOfWork, before: ChapterText, new: NewRevision, ends_chapter: bool | None
) -> NewRevision:
    """The person's text, and behind it what a run has added to the chapter since they saw it.

    Raises `HeadMoved` where that cannot be: the chapter is another one, or is to end with the text.
    """
    present = work.chapters.get(before.branch_id, before.number)
    if present is None or before.revision is None or present.revision.id != before.revision.id:
        return new  # the change itself finds out
    now = present.revision
    if (now.words, now.num_segments, now.state) == (
        before.revision.words,
        before.revision.num_segments,
        before.revision.state,
    ):
        return new
    text = work.texts.of_revision(now.id)
    if ends_chapter or not text.startswith(before.text):
        raise HeadMoved(f"Chapter {before.number} was written on in the meantime.")
    whole = (new.text or "") + text[len(before.text) :]
    words = count_words(whole)
    provenance = new.provenance
    if MACHINE_WORDS in provenance:
        drawn = [*provenance[MACHINE_WORDS], [new.words, words - new.words]]
        provenance = {**provenance, MACHINE_WORDS: drawn}
    is_whole = now.state is RevisionState.COMPLETE and ends_chapter is None
    state = RevisionState.COMPLETE if is_whole else new.state
    return replace(new, text=whole, words=words, state=state, provenance=provenance)


def _kept_aside(
    store: Store, before: ChapterText, new: NewRevision, handed_in: HandedIn
) -> TextKeptAside:
    with store.writing() as work:
        revision = work.chapters.add_revision(before.novel_id, new)
        _keep_notes(work, before, handed_in, replaces=False)
    number = new.chapter_number
    return TextKeptAside(
        f"Chapter {number} was changed while you wrote. Your text is kept as its revision "
        f"{revision.number}, and the chapter was left as it is.",
        f"Compare with `novelgen diff {before.novel_id} --chapter {number} --to "
        f"{revision.number}`, take it with `novelgen restore {before.novel_id} --chapter {number} "
        f"--revision {revision.number}`.",
    )


def _change(
    before: ChapterText, kind: ChangeKind, label: str, revision: RevisionRecord
) -> NewChange:
    old = "" if before.revision is None else before.revision.id
    return NewChange(
        before.novel_id,
        before.branch_id,
        kind,
        label,
        Pointers({before.number: old}),
        Pointers({before.number: revision.id}),
    )


def _state_after(old: RevisionRecord | None, ends_chapter: bool | None) -> RevisionState:
    if ends_chapter is not None:
        return RevisionState.COMPLETE if ends_chapter else RevisionState.PARTIAL
    if old is None:
        return RevisionState.COMPLETE
    return old.state if old.state is not RevisionState.OPEN else RevisionState.PARTIAL


def _planned_title(work: UnitOfWork, branch_id: str, number: int) -> str:
    plan = work.plans.current(branch_id)
    if plan is None:
        return ""
    planned = work.plans.chapter(plan.id, number)
    if planned is not None:
        return planned.title
    structure = Structure.from_json(plan.structure)  # an author's own title stands there
    return structure.slot(number).title if number <= structure.total_chapters else ""
