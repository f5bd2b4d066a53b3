"""What the bible shows, section by section, each read in one go."""

from dataclasses import dataclass
from enum import Enum

from novelgen.bootstrap import Workbench
from novelgen.generation.consequences import standing_checks
from novelgen.story.bible_document import bible_of
from novelgen.story.open_matters import open_matters
from novelgen.story.story_overview import StoryOverview, overview_of
from novelgen.story.voice_keeper import Voice, voice_of
from novelgen.text.paragraph_spans import paragraph_spans
from storage.change_records import CheckRecord
from storage.records import RevisionState
from storage.story_records import (
    EntryKind,
    EntryRecord,
    FactRecord,
    FindingRecord,
    ThreadRecord,
    VoiceSheetRecord,
)

_CHANGED = {
    "name": "the name",
    "number": "the number",
    "fact": "the fact",
    "event": "what happens:",
}


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """Somebody or something, and what is true of it."""

    entry: EntryRecord
    facts: tuple[FactRecord, ...]


@dataclass(frozen=True, slots=True)
class KnownBible:
    """Who and what there is, and the complete chapters that nobody has read for it yet."""

    entries: tuple[KnownEntry, ...]
    unread: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises of the story, those that wait longest first."""

    threads: tuple[ThreadRecord, ...]
    last_chapter: int
    """The last one that was begun; what was due before it and is open is overdue."""

    def is_overdue(self, thread: ThreadRecord) -> bool:
        is_due = thread.due_chapter is not None and thread.due_chapter < self.last_chapter
        return thread.state.value == "open" and is_due


class MatterKind(Enum):
    """What kind of thing is to check; its value begins the matter's id."""

    CHECK = "check"
    CONTRADICTION = "contradiction"
    ODDITY = "oddity"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage, with where it stands; chapter 0 is before the story."""

    chapter: int
    paragraph: int
    passage: str


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to check: a passage, and what it may not fit."""

    kind: MatterKind
    id: int
    why: str
    here: Passage
    """The passage in question."""
    other: Passage | None
    """What it may contradict; None of an oddity."""
    before: str = ""
    """What stood at the other place when the passage was written; empty where that is the same."""

    @property
    def key(self) -> str:
        return f"{self.kind.value}.{self.id}"


@dataclass(frozen=True, slots=True)
class SheetVersions:
    """The voice as it stands, and the versions of its sheet, the newest first."""

    voice: Voice
    versions: tuple[VoiceSheetRecord, ...]


def read_bible(workbench: Workbench, novel_id: str) -> KnownBible:
    """Who and what there is."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        bible = bible_of(work, branch_id)
        summaries = work.summaries.of_chapters(branch_id)
        unread = tuple(
            each.number
            for each in work.chapters.of_branch(branch_id)
            if each.revision.state is RevisionState.COMPLETE and each.number not in summaries
        )
    known = [KnownEntry(entry, tuple(facts)) for entry, facts in bible.with_facts()]
    kinds = list(EntryKind)
    known.sort(key=lambda each: kinds.index(each.entry.kind))
    return KnownBible(tuple(known), unread)


def read_voice(workbench: Workbench, novel_id: str) -> SheetVersions:
    """How the book is to sound."""
    with workbench.store.reading() as work:
        novel = work.novels.get(novel_id)
        versions = work.voices.versions(novel.active_branch_id)
        return SheetVersions(voice_of(work, novel), tuple(versions))


def read_promises(workbench: Workbench, novel_id: str) -> Promises:
    """The promises: overdue, open, then what was settled."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        threads = bible_of(work, branch_id).threads
        last = work.chapters.last(branch_id)
    found = Promises(threads, 0 if last is None else last.number)
    order = sorted(
        threads,
        key=lambda one: (
            not found.is_overdue(one),
            one.state.value != "open",
            one.due_chapter is None,
            one.due_chapter or 0,
            one.opened_chapter,
            one.id,
        ),
    )
    return Promises(tuple(order), found.last_chapter)


def read_matters(workbench: Workbench, novel_id: str) -> tuple[Matter, ...]:
    """What is to check, in the order of the book."""
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        checks = [_check(each) for each in standing_checks(work, branch_id)]
        matters = open_matters(work, branch_id)
    found = [_finding(each, MatterKind.CONTRADICTION) for each in matters.contradictions]
    found += [_finding(each, MatterKind.ODDITY) for each in matters.oddities]
    order = list(MatterKind)
    return tuple(
        sorted(
            [*checks, *found],
            key=lambda one: (order.index(one.kind), one.here.chapter, one.here.paragraph, one.id),
        )
    )


def read_story(workbench: Workbench, novel_id: str) -> StoryOverview:
    """The story so far, in summaries."""
    with workbench.store.reading() as work:
        novel = work.novels.get(novel_id)
        return overview_of(work, novel, novel.active_branch_id)


def find_passage(workbench: Workbench, novel_id: str, chapter: int, passage: str) -> int | None:
    """The paragraph of a chapter that holds a passage, from 1; None where none does."""
    wanted = " ".join(passage.split())
    if not wanted:
        return None
    with workbench.store.reading() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        found = work.chapters.get(branch_id, chapter)
        text = "" if found is None else work.texts.of_revision(found.revision.id)
    for number, (start, end) in enumerate(paragraph_spans(text), 1):
        if wanted in " ".join(text[start:end].split()):
            return number
    return None


def _check(check: CheckRecord) -> Matter:
    what = f"{_CHANGED.get(check.kind, '')} “{check.term}”".strip()
    return Matter(
        MatterKind.CHECK,
        check.id,
        f"chapter {check.edited_chapter} changed {what}",
        Passage(check.chapter, check.paragraph, check.passage),
        Passage(check.edited_chapter, 0, check.after),
        check.before,
    )


def _finding(finding: FindingRecord, kind: MatterKind) -> Matter:
    other = None
    if kind is MatterKind.CONTRADICTION:
        other = Passage(
            finding.other_chapter or 0, finding.other_paragraph or 0, finding.other_passage
        )
    here = Passage(finding.chapter, finding.paragraph, finding.passage)
    return Matter(kind, finding.id, finding.message, here, other)
