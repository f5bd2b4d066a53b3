"""Stores what a chapter tells: entries, facts, threads, findings and its summary, all or nothing.

The summary is the mark that a chapter was read: it is stored last, in the same transaction. A
chapter that changed while it was read, or that was read already, is left alone. What a person
wrote, retracted or hid is never touched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from novelgen.story.chapter_reading import ChapterReading, ReadFact, ReadThread
from novelgen.story.contradiction_search import ContradictionSearch
from novelgen.story.parts import Parts
from novelgen.text.content_words import stem
from novelgen.text.known_names import folded, split_titles
from novelgen.text.mentions import EntityKind, Mentioned
from novelgen.text.passages import fold
from novelgen.text.promises import ReadSentences
from storage.records import ChapterRecord
from storage.story_records import (
    EntryKind,
    EntryRecord,
    FactRecord,
    NewEntry,
    NewFact,
    NewSummary,
    NewThread,
    StoryOrigin,
    SummaryKind,
    ThreadRecord,
    ThreadState,
)
from storage.unit_of_work import UnitOfWork

_ANCESTORS = 8
"""So many revisions before the present one are looked into for threads that live on in it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How much a chapter added. Entries are those that were new."""

    entries: int = 0
    facts: int = 0
    threads: int = 0
    closed_threads: int = 0
    findings: int = 0


def is_read(work: UnitOfWork, chapter: ChapterRecord, other_branches: Iterable[str]) -> bool:
    """Whether the present revision of a chapter was read for its branch.

    A summary is shared by all branches; what it came with is not, so a revision that says
    something in another branch must say it in this one too.
    """
    revision = chapter.revision
    if work.summaries.of_revision(revision.novel_id, revision.id) is None:
        return False
    return _says_something(work, chapter.branch_id, revision.id) or not any(
        _says_something(work, branch_id, revision.id) for branch_id in other_branches
    )


def record_reading(
    work: UnitOfWork, chapter: ChapterRecord, reading: ChapterReading
) -> Recorded | None:
    """Store a reading. None when the chapter has another text by now."""
    now = work.chapters.get(chapter.branch_id, chapter.number)
    if now is None or now.revision.id != chapter.revision.id:
        return None
    recorded = _Recorder(work, chapter, reading).record()
    revision = chapter.revision
    work.summaries.add(
        NewSummary(
            revision.novel_id,
            SummaryKind.CHAPTER,
            revision.id,
            reading.summary,
            reading.summary_origin,
        )
    )
    return recorded


class _Recorder:
    def __init__(self, work: UnitOfWork, chapter: ChapterRecord, reading: ChapterReading) -> None:
        self._work = work
        self._branch_id = chapter.branch_id
        self._number = chapter.number
        self._revision = chapter.revision
        self._reading = reading
        self._entries = {
            entry.name: entry for entry in work.entries.of_branch(self._branch_id, with_hidden=True)
        }

    def record(self) -> Recorded:
        new_entries = self._record_entries()
        facts = self._record_facts()
        threads = self._record_threads()
        closed = self._close_threads()
        search = ContradictionSearch(self._work, self._branch_id, self._number, self._entries)
        findings = search.search(facts, self._reading, self._revision.id)
        return Recorded(new_entries, len(facts), threads, closed, findings)

    def _record_entries(self) -> int:
        count = 0
        for mentioned in self._reading.entries:
            entry = self._entries.get(mentioned.name)
            if entry is not None:
                self._entries[entry.name] = self._met_again(entry, mentioned)
            elif self._is_worth_it(mentioned):
                self._entries[mentioned.name] = self._work.entries.add(
                    NewEntry(
                        self._branch_id,
                        mentioned.name,
                        EntryKind(mentioned.kind.value),
                        StoryOrigin.TEXT,
                        mentioned.aliases,
                        first_chapter=self._number,
                        first_paragraph=mentioned.paragraph,
                    )
                )
                count += 1
        self._forget_vanished()
        return count

    def _is_worth_it(self, mentioned: Mentioned) -> bool:
        """Whether it is more than named in passing: again, with a title, or with a fact."""
        told = {fact.entry for fact in self._reading.facts}
        is_titled = bool(split_titles(mentioned.name)[0])
        return mentioned.count > 1 or is_titled or mentioned.name in told

    def _met_again(self, entry: EntryRecord, mentioned: Mentioned) -> EntryRecord:
        place = (self._number, mentioned.paragraph)
        first = (entry.first_chapter, entry.first_paragraph)
        is_first = entry.first_chapter is None or entry.first_chapter >= self._number
        have = {folded(name) for name in (entry.name, *entry.aliases)}
        more = [alias for alias in mentioned.aliases if folded(alias) not in have]
        if entry.origin is StoryOrigin.AUTHOR:
            more = []  # how somebody is called is the person's to say
        if not more and (not is_first or first == place):
            return entry
        changed = replace(entry, aliases=[*entry.aliases, *more])
        if is_first:
            changed = replace(changed, first_chapter=place[0], first_paragraph=place[1])
        return self._work.entries.revise(entry.id, changed)

    def _forget_vanished(self) -> None:
        """Entries that this chapter named first, in another text of it, and names no more."""
        named = {mentioned.name for mentioned in self._reading.entries}
        for name, entry in self._entries.items():
            if entry.first_chapter == self._number and name not in named:
                changed = replace(entry, first_chapter=None, first_paragraph=None)
                self._entries[name] = self._work.entries.revise(entry.id, changed)

    def _record_facts(self) -> list[FactRecord]:
        settled = self._settled()
        stored = self._work.facts.of_revision(self._branch_id, self._revision.id)
        have = {(fact.entry_key, fact.attribute, fact.value.casefold()) for fact in stored}
        made: dict[tuple[str, str, str], FactRecord] = {}
        for fact in self._reading.facts:
            entry = self._entry_of(fact)
            if entry is None:
                continue
            key = (entry.key, fact.attribute, fold(fact.passage))
            same = (entry.key, fact.attribute, fact.value.casefold())
            if key not in settled and same not in have and same not in made:
                made[same] = self._work.facts.add(self._new_fact(entry, fact))
        return list(made.values())

    def _entry_of(self, fact: ReadFact) -> EntryRecord | None:
        """The entry of a fact; of a house that nobody gave a name a new one."""
        entry = self._entries.get(fact.entry)
        if entry is None and fact.entry.startswith("the "):
            entry = self._work.entries.add(
                NewEntry(
                    self._branch_id,
                    fact.entry,
                    EntryKind.PLACE,
                    StoryOrigin.TEXT,
                    first_chapter=self._number,
                    first_paragraph=fact.paragraph,
                )
            )
            self._entries[entry.name] = entry
        return entry

    def _settled(self) -> set[tuple[str, str, str]]:
        """What a person has changed or retracted, by the passage that it was read from."""
        told = {fact.entry for fact in self._reading.facts}
        keys = [entry.key for name, entry in self._entries.items() if name in told]
        facts = self._work.facts.of_branch(self._branch_id, entry_keys=keys) if keys else []
        by_author = [fact for fact in facts if fact.origin is StoryOrigin.AUTHOR]
        return {
            (fact.entry_key, fact.attribute, fold(fact.source_passage))
            for fact in [*by_author, *self._work.facts.retracted(self._branch_id)]
        }

    def _new_fact(self, entry: EntryRecord, fact: ReadFact) -> NewFact:
        return NewFact(
            self._branch_id,
            entry.key,
            fact.attribute,
            fact.value,
            fact.text,
            fact.origin,
            valid_from_chapter=self._number,
            valid_from_paragraph=fact.paragraph,
            source_chapter=self._number,
            source_revision_id=self._revision.id,
            source_passage=fact.passage,
        )

    def _record_threads(self) -> int:
        """New ones; one that an earlier text of this chapter opened too lives on."""
        old = {fold(thread.opened_passage): thread for thread in self._threads_of_ancestors()}
        stored = self._work.threads.of_revision(self._branch_id, self._revision.id)
        have = {fold(thread.opened_passage) for thread in stored}
        parts = Parts.of_branch(self._work, self._branch_id)
        count = 0
        for thread in self._reading.threads:
            if fold(thread.passage) in have:
                continue
            before = old.get(fold(thread.passage))
            if before is not None:
                moved = replace(
                    before,
                    opened_paragraph=thread.paragraph,
                    opened_revision_id=self._revision.id,
                )
                self._work.threads.revise(before.id, moved)
                continue
            due = self._number + 1 if thread.is_due_soon else parts.last_of_part(self._number)
            self._work.threads.add(self._new_thread(thread, due))
            count += 1
        return count

    def _threads_of_ancestors(self) -> list[ThreadRecord]:
        found: list[ThreadRecord] = []
        parent_id = self._revision.parent_id
        for _ in range(_ANCESTORS):
            if parent_id is None:
                break
            found += self._work.threads.of_revision(self._branch_id, parent_id)
            parent_id = self._work.chapters.revision(parent_id).parent_id
        return found

    def _new_thread(self, thread: ReadThread, due: int | None) -> NewThread:
        return NewThread(
            self._branch_id,
            thread.kind,
            thread.text,
            thread.origin,
            opened_chapter=self._number,
            opened_paragraph=thread.paragraph,
            opened_revision_id=self._revision.id,
            opened_passage=thread.passage,
            due_chapter=due,
        )

    def _close_threads(self) -> int:
        """Closes what this text keeps, and opens again what another text of it kept."""
        told = [each.told for each in self._reading.sentences]
        read = ReadSentences([one.text for one in told], self._names_of_people())
        count = 0
        before = self._number - 1
        for thread in self._work.threads.of_branch(self._branch_id, through_chapter=before):
            if thread.origin is StoryOrigin.AUTHOR or thread.state not in _MOVED_BY_TEXT:
                continue
            was_here = thread.closed_chapter == self._number
            if thread.state is ThreadState.PAID and not was_here:
                continue
            at = read.find_kept(thread.opened_passage or thread.text)
            if at is not None:
                closed = replace(
                    thread,
                    state=ThreadState.PAID,
                    closed_chapter=self._number,
                    closed_paragraph=told[at].paragraph,
                    closed_revision_id=self._revision.id,
                    closed_passage=told[at].text,
                )
                self._work.threads.revise(thread.id, closed)
                count += not was_here
            elif was_here:
                self._work.threads.revise(thread.id, reopened(thread))
        return count

    def _names_of_people(self) -> frozenset[str]:
        return frozenset(
            stem(word)
            for mentioned in self._reading.entries
            if mentioned.kind is EntityKind.CHARACTER
            for name in (mentioned.name, *mentioned.aliases)
            for word in name.split()
        )


_MOVED_BY_TEXT = (ThreadState.OPEN, ThreadState.PAID)


def reopened(thread: ThreadRecord) -> ThreadRecord:
    """A thread as it stands when the place where it was kept is gone."""
    return replace(
        thread,
        state=ThreadState.OPEN,
        closed_chapter=None,
        closed_paragraph=None,
        closed_revision_id=None,
        closed_passage="",
    )


def _says_something(work: UnitOfWork, branch_id: str, revision_id: str) -> bool:
    return bool(
        work.facts.of_revision(branch_id, revision_id)
        or work.threads.of_revision(branch_id, revision_id)
    )
