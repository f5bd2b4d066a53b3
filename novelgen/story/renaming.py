"""A name changes in all that is known of a story: entries, facts, threads, findings, summaries.

New versions are added that are not current yet: the change that moves the chapters makes them so,
and its undo takes them back. A chapter's new revision keeps its summary and facts under the new
name, so that it need not be read again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from novelgen.story.parts import Parts
from novelgen.text.renaming import occurrences, rename_in
from storage.story_records import (
    EntryRecord,
    FactRecord,
    FindingRecord,
    NewFinding,
    NewSummary,
    SummaryKind,
    ThreadRecord,
    source_key_of,
)
from storage.unit_of_work import UnitOfWork

_T = TypeVar("_T")


@dataclass(slots=True)
class RenamedStory:
    """The versions that the renaming replaces, and those that it puts in their place."""

    entries: dict[int, int] = field(default_factory=dict)
    facts: dict[int, int] = field(default_factory=dict)
    threads: dict[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entries or self.facts or self.threads)


def count_in_story(work: UnitOfWork, branch_id: str, name: str) -> int:
    """How often a name stands in entries, facts and threads."""
    texts = [text for entry in _entries(work, branch_id) for text in _texts_of_entry(entry)]
    texts += [fact.text for fact in work.facts.of_branch(branch_id)]
    texts += [thread.text for thread in work.threads.of_branch(branch_id)]
    return len(occurrences("\n".join(texts), name))


def rename_story(
    work: UnitOfWork, branch_id: str, old: str, new: str, revisions: Mapping[str, str]
) -> RenamedStory:
    """Add the renamed versions. `revisions` has the new revision for each that is replaced."""
    renamer = _Renamer(work, branch_id, old, new, revisions)
    renamer.rename_summaries()
    renamer.rename_findings()
    return renamer.rename_versions()


class _Renamer:
    def __init__(
        self, work: UnitOfWork, branch_id: str, old: str, new: str, revisions: Mapping[str, str]
    ) -> None:
        self._work = work
        self._branch_id = branch_id
        self._novel_id = work.branches.get(branch_id).novel_id
        self._names = (old, new)
        self._revisions = revisions

    def rename_versions(self) -> RenamedStory:
        done = RenamedStory()
        work = self._work
        for entry in _entries(work, self._branch_id):
            changed = self._entry(entry)
            if changed != entry:
                done.entries[entry.id] = work.entries.revise(entry.id, changed, is_current=False).id
        for fact in self._facts():
            told = self._fact(fact)
            if told != fact:
                done.facts[fact.id] = work.facts.revise(fact.id, told, is_current=False).id
        for thread in self._threads():
            spun = self._thread(thread)
            if spun != thread:
                done.threads[thread.id] = work.threads.revise(thread.id, spun, is_current=False).id
        return done

    def rename_summaries(self) -> None:
        for before, after in self._revisions.items():
            self._copy_summary(SummaryKind.CHAPTER, before, after)
        parts = Parts.of_branch(self._work, self._branch_id)
        ids: dict[int, list[str]] = {}
        for chapter in self._work.chapters.of_branch(self._branch_id):
            ids.setdefault(parts.part_of(chapter.number), []).append(chapter.revision.id)
        whole = [each for members in ids.values() for each in members]
        for kind, members in [
            *((SummaryKind.PART, each) for each in ids.values()),
            (SummaryKind.BOOK, whole),
        ]:
            moved = [self._revisions.get(each, each) for each in members]
            if moved != members:
                self._copy_summary(kind, source_key_of(members), source_key_of(moved))

    def rename_findings(self) -> None:
        """They stand for the new texts under the new name, and for the old ones after `undo`."""
        found = self._work.findings.standing(self._branch_id)
        moved = [self._finding(finding) for finding in found]
        self._work.findings.add(new for new in moved if new is not None)

    def _copy_summary(self, kind: SummaryKind, before: str, after: str) -> None:
        """The summary that stands, and under a person's own the machine's."""
        summaries = self._work.summaries
        standing = summaries.of_source(self._novel_id, kind, before)
        by_machine = summaries.by_machine(self._novel_id, kind, before)
        for summary in dict.fromkeys(one for one in (by_machine, standing) if one is not None):
            text = self._changed(summary.text)
            summaries.add(
                NewSummary(self._novel_id, kind, after, text, summary.origin), over_author=True
            )

    def _changed(self, text: str) -> str:
        return rename_in(text, *self._names)[0]

    def _revision(self, revision_id: str | None) -> str | None:
        return None if revision_id is None else self._revisions.get(revision_id, revision_id)

    def _facts(self) -> Iterator[FactRecord]:
        """Those that count, and all of the chapters that change, each once."""
        facts = self._work.facts
        yield from _each_once(
            facts.of_branch(self._branch_id),
            facts.retracted(self._branch_id),
            *(facts.of_revision(self._branch_id, each) for each in self._revisions),
            key=lambda fact: fact.id,
        )

    def _threads(self) -> Iterator[ThreadRecord]:
        threads = self._work.threads
        yield from _each_once(
            threads.of_branch(self._branch_id),
            *(threads.of_revision(self._branch_id, each) for each in self._revisions),
            key=lambda thread: thread.id,
        )

    def _entry(self, entry: EntryRecord) -> EntryRecord:
        aliases = [self._changed(alias) for alias in entry.aliases]
        return replace(
            entry,
            name=self._changed(entry.name),
            aliases=aliases if aliases != list(entry.aliases) else entry.aliases,
            description=self._changed(entry.description),
        )

    def _fact(self, fact: FactRecord) -> FactRecord:
        return replace(
            fact,
            value=self._changed(fact.value),
            text=self._changed(fact.text),
            source_passage=self._changed(fact.source_passage),
            source_revision_id=self._revision(fact.source_revision_id),
        )

    def _thread(self, thread: ThreadRecord) -> ThreadRecord:
        return replace(
            thread,
            text=self._changed(thread.text),
            opened_passage=self._changed(thread.opened_passage),
            opened_revision_id=self._revision(thread.opened_revision_id),
            closed_passage=self._changed(thread.closed_passage),
            closed_revision_id=self._revision(thread.closed_revision_id),
        )

    def _finding(self, finding: FindingRecord) -> NewFinding | None:
        """The finding as it will stand; None where the renaming leaves it."""
        revision_id = self._revision(finding.revision_id)
        assert revision_id is not None
        moved = NewFinding(
            finding.branch_id,
            finding.kind,
            self._changed(finding.message),
            finding.chapter,
            finding.paragraph,
            revision_id,
            self._changed(finding.passage),
            finding.other_chapter,
            finding.other_paragraph,
            self._revision(finding.other_revision_id),
            self._changed(finding.other_passage),
        )
        is_left = (moved.revision_id, moved.other_revision_id) == (
            finding.revision_id,
            finding.other_revision_id,
        )
        return None if is_left else moved


def _entries(work: UnitOfWork, branch_id: str) -> list[EntryRecord]:
    return work.entries.of_branch(branch_id, with_hidden=True)


def _texts_of_entry(entry: EntryRecord) -> list[str]:
    return [entry.name, *entry.aliases, entry.description]


def _each_once(*groups: list[_T], key: Callable[[_T], int]) -> Iterator[_T]:
    seen: set[int] = set()
    for group in groups:
        for one in group:
            if key(one) not in seen:
                seen.add(key(one))
                yield one
