"""The passage that is rewritten, and a rewriting put into its place.

What was drawn is kept with the revision that it made, so another candidate can be taken later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.consequences import checks_after
from novelgen.generation.events import PassageRewritten
from novelgen.generation.passage_locks import passage_span, require_unlocked
from novelgen.text.words import count_words
from storage.change_records import ChangeKind, NewChange, NewCheck, Pointers
from storage.records import (
    ChapterRecord,
    NewRevision,
    NovelRecord,
    RevisionOrigin,
    RevisionRecord,
    RevisionState,
)
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_PROVENANCE = "infill"
"""Where a revision keeps what was drawn for it."""


@dataclass(frozen=True, slots=True)
class StandingPassage:
    """A passage of a chapter as it stands, or stood when it was rewritten."""

    chapter: ChapterRecord
    text: str
    """Of the whole chapter."""
    start: int
    end: int

    @property
    def before(self) -> str:
        return self.text[: self.start]

    @property
    def after(self) -> str:
        return self.text[self.end :]

    def with_text(self, passage: str) -> str:
        return self.before + passage + self.after


def standing_passage(
    work: UnitOfWork, novel: NovelRecord, number: int, first: int, last: int
) -> StandingPassage:
    """Paragraphs `first` to `last` of a chapter. Raises `NotFoundError` and `UsageError`."""
    chapter = work.chapters.get(novel.active_branch_id, number)
    if chapter is None or not chapter.revision.words:
        raise NotFoundError(
            f"Chapter {number} has no text yet.",
            f"Write it with `novelgen resume {novel.id}`.",
        )
    text = work.texts.of_revision(chapter.revision.id)
    start, end = passage_span(text, number, first, last)
    return StandingPassage(chapter, text, start, end)


def take_candidate(store: Store, novel: NovelRecord, chapter: int, number: int) -> PassageRewritten:
    """Take another rewriting of the passage that was rewritten last in a chapter.

    Raises `NotFoundError` when the chapter's text is not the outcome of a rewriting, or had no such
    candidate; `UsageError`; `HeadMoved`.
    """
    with store.reading() as work:
        standing = work.chapters.get(novel.active_branch_id, chapter)
        provenance = {} if standing is None else standing.revision.provenance.get(_PROVENANCE, {})
        if standing is None or not provenance:
            raise NotFoundError(
                f"The text of chapter {chapter} is not that of an infill.",
                "Draw rewritings with `novelgen infill NOVEL --chapter K --paragraphs A-B`.",
            )
        text = work.texts.of_revision(provenance["rewritten"])
        passage = StandingPassage(standing, text, provenance["start"], provenance["end"])
    if number == provenance["chosen"]:
        raise UsageError(f"Candidate {number} stands there already.", "Choose another one.")
    candidates = {each["number"]: each["text"] for each in provenance["candidates"]}
    if number not in candidates:
        raise NotFoundError(
            f"The infill of chapter {chapter} has no candidate {number}.",
            f"It has {len(candidates)}; `--keep` takes one of them.",
        )
    checks = checks_of(store, novel.active_branch_id, passage, candidates[number])
    with store.writing() as work:
        revision = keep_candidate(
            work, novel.active_branch_id, passage, standing.revision, provenance, number
        )
        work.checks.add(checks)
    return rewritten(revision, len(checks))


def keep_candidate(
    work: UnitOfWork,
    branch_id: str,
    passage: StandingPassage,
    stands: RevisionRecord,
    provenance: Mapping[str, Any],
    number: int,
) -> RevisionRecord:
    """Add the revision with candidate `number`, in place of the chapter's text `stands`.

    Raises `HeadMoved` when that is not the chapter's text any more, `UsageError` for a lock.
    """
    chosen = next(each for each in provenance["candidates"] if each["number"] == number)
    text = passage.with_text(chosen["text"])
    old = work.texts.of_revision(stands.id)
    require_unlocked(work, branch_id, stands.chapter_number, old, [text])
    is_complete = stands.state is RevisionState.COMPLETE
    new = NewRevision(
        stands.chapter_number,
        stands.title,
        RevisionOrigin.REPAIRED,
        parent_id=stands.id,
        state=RevisionState.COMPLETE if is_complete else RevisionState.PARTIAL,
        text=text,
        words=count_words(text),
        provenance={_PROVENANCE: {**provenance, "chosen": number}},
    )
    revision = work.chapters.add_revision(stands.novel_id, new)
    first, last = provenance["paragraphs"]
    where = f"paragraph {first}" if first == last else f"paragraphs {first}-{last}"
    work.changes.make(
        NewChange(
            stands.novel_id,
            branch_id,
            ChangeKind.INFILL,
            f"chapter {stands.chapter_number}, {where} rewritten",
            Pointers({stands.chapter_number: stands.id}),
            Pointers({stands.chapter_number: revision.id}),
        )
    )
    return revision


def checks_of(store: Store, branch_id: str, passage: StandingPassage, text: str) -> list[NewCheck]:
    """What to check in later chapters once the passage is that text."""
    number = passage.chapter.number
    with store.reading() as work:
        chapter = work.chapters.get(branch_id, number)
        old = "" if chapter is None else work.texts.of_revision(chapter.revision.id)
    return checks_after(store, branch_id, number, old, passage.with_text(text))


def rewritten(revision: RevisionRecord, to_check: int) -> PassageRewritten:
    """The event of a revision that `keep_candidate` made."""
    infill = revision.provenance[_PROVENANCE]
    return PassageRewritten(
        revision.chapter_number,
        revision.number,
        revision.words,
        infill["chosen"],
        tuple(infill["candidates"]),
        to_check,
    )
