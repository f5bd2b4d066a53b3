"""All that is known of a story takes a change of its texts: a name, or words that were replaced.

Entries, facts, threads, findings and summaries go along. New versions are added that are not
current yet: the change that moves the chapters makes them so, and its undo takes them back. A
chapter's new revision keeps its summary and facts under the new words, so that it need not be read
again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from novelgen.story.parts import Parts
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


class StoryChange(Protocol):
    """What becomes of the texts."""

    def told(self, place: str, text: str) -> str:
        """A text of the bible; `place` is one of those of `story_texts`."""

    def passage(self, text: str, chapter: int | None) -> str:
        """What was quoted from a chapter."""

    def summary(self, text: str, chapters: Collection[int]) -> str:
        """What was told of chapters."""


@dataclass(slots=True)
class ChangedStory:
    """The versions that a change replaces, and those that it puts in their place."""

    entries: dict[int, int] = field(default_factory=dict)
    facts: dict[int, int] = field(default_factory=dict)
    threads: dict[int, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entries or self.facts or self.threads)


def story_texts(work: UnitOfWork, branch_id: str) -> Iterator[tuple[str, str]]:
    """The texts of the bible that a person may change, each with its place.

    A place is a kind, a key and a field: `entry.KEY.name`, `entry.KEY.alias.0`, `fact.KEY.text`,
    `thread.KEY.text`.
    """
    for entry in work.entries.of_branch(branch_id, with_hidden=True):
        yield f"entry.{entry.key}.name", entry.name
        yield from (
            (f"entry.{entry.key}.alias.{at}", alias) for at, alias in enumerate(entry.aliases)
        )
        yield f"entry.{entry.key}.description", entry.description
    for fact in work.facts.of_branch(branch_id):
        yield f"fact.{fact.key}.text", fact.text
    for thread in work.threads.of_branch(branch_id):
        yield f"thread.{thread.key}.text", thread.text


def change_story(
    work: UnitOfWork, branch_id: str, change: StoryChange, revisions: Mapping[str, str]
) -> ChangedStory:
    """Add the changed versions. `revisions` has the new revision for each that is replaced."""
    changer = _Changer(work, branch_id, change, revisions)
    changer.change_summaries()
    changer.change_findings()
    return changer.change_versions()


class _Changer:
    def __init__(
        self, work: UnitOfWork, branch_id: str, change: StoryChange, revisions: Mapping[str, str]
    ) -> None:
        self._work = work
        self._branch_id = branch_id
        self._novel_id = work.branches.get(branch_id).novel_id
        self._change = change
        self._revisions = revisions

    def change_versions(self) -> ChangedStory:
        done = ChangedStory()
        work = self._work
        for entry in work.entries.of_branch(self._branch_id, with_hidden=True):
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

    def change_summaries(self) -> None:
        chapters = self._work.chapters.of_branch(self._branch_id)
        numbers = {chapter.revision.id: chapter.number for chapter in chapters}
        for before, after in self._revisions.items():
            self._copy_summary(SummaryKind.CHAPTER, before, after, {numbers[before]})
        parts = Parts.of_branch(self._work, self._branch_id)
        ids: dict[int, list[str]] = {}
        for chapter in chapters:
            ids.setdefault(parts.part_of(chapter.number), []).append(chapter.revision.id)
        whole = [each for members in ids.values() for each in members]
        for kind, members in [
            *((SummaryKind.PART, each) for each in ids.values()),
            (SummaryKind.BOOK, whole),
        ]:
            moved = [self._revisions.get(each, each) for each in members]
            if moved != members:
                told = {numbers[each] for each in members}
                self._copy_summary(kind, source_key_of(members), source_key_of(moved), told)

    def change_findings(self) -> None:
        """They stand for the new texts under the new words, and for the old ones after `undo`."""
        found = self._work.findings.standing(self._branch_id)
        moved = [self._finding(finding) for finding in found]
        self._work.findings.add(new for new in moved if new is not None)

    def _copy_summary(
        self, kind: SummaryKind, before: str, after: str, chapters: Collection[int]
    ) -> None:
        """The summary that stands, and under a person's own the machine's."""
        summaries = self._work.summaries
        standing = summaries.of_source(self._novel_id, kind, before)
        by_machine = summaries.by_machine(self._novel_id, kind, before)
        for summary in dict.fromkeys(one for one in (by_machine, standing) if one is not None):
            text = self._change.summary(summary.text, chapters)
            summaries.add(
                NewSummary(self._novel_id, kind, after, text, summary.origin), over_author=True
            )

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
        told, place = self._change.told, f"entry.{entry.key}"
        aliases = [told(f"{place}.alias.{at}", alias) for at, alias in enumerate(entry.aliases)]
        return replace(
            entry,
            name=told(f"{place}.name", entry.name),
            aliases=aliases if aliases != list(entry.aliases) else entry.aliases,
            description=told(f"{place}.description", entry.description),
        )

    def _fact(self, fact: FactRecord) -> FactRecord:
        told, place = self._change.told, f"fact.{fact.key}"
        return replace(
            fact,
            value=told(f"{place}.value", fact.value),
            text=told(f"{place}.text", fact.text),
            source_passage=self._change.passage(fact.source_passage, fact.source_chapter),
            source_revision_id=self._revision(fact.source_revision_id),
        )

    def _thread(self, thread: ThreadRecord) -> ThreadRecord:
        passage = self._change.passage
        return replace(
            thread,
            text=self._change.told(f"thread.{thread.key}.text", thread.text),
            opened_passage=passage(thread.opened_passage, thread.opened_chapter),
            opened_revision_id=self._revision(thread.opened_revision_id),
            closed_passage=passage(thread.closed_passage, thread.closed_chapter),
            closed_revision_id=self._revision(thread.closed_revision_id),
        )

    def _finding(self, finding: FindingRecord) -> NewFinding | None:
        """The finding as it will stand; None where the change leaves it."""
        revision_id = self._revision(finding.revision_id)
        assert revision_id is not None
        moved = NewFinding(
            finding.branch_id,
            finding.kind,
            self._change.passage(finding.message, None),
            finding.chapter,
            finding.paragraph,
            revision_id,
            self._change.passage(finding.passage, finding.chapter),
            finding.other_chapter,
            finding.other_paragraph,
            self._revision(finding.other_revision_id),
            self._change.passage(finding.other_passage, finding.other_chapter),
        )
        is_left = (moved.revision_id, moved.other_revision_id) == (
            finding.revision_id,
            finding.other_revision_id,
        )
        return None if is_left else moved


def _each_once(*groups: list[_T], key: Callable[[_T], int]) -> Iterator[_T]:
    seen: set[int] = set()
    for group in groups:
        for one in group:
            if key(one) not in seen:
                seen.add(key(one))
                yield one
