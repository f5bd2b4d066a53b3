"""What a person's edit of the bible changes, as one change that `undo` takes back.

What is left out of the document is taken out of the bible, what has no id is new, what reads
otherwise than before is the person's own from then on. What a run added since is left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from novelgen.errors import UsageError
from novelgen.story.bible_document import (
    Bible,
    DocumentForm,
    EntryForm,
    FactForm,
    PromiseForm,
    bible_of,
    parse_document,
)
from novelgen.story.fact_sentences import stated_fact
from novelgen.text.sanitize import clean_line
from storage.change_records import ChangeKind, ChangeRecord, NewChange, Pointers
from storage.story_records import (
    EntryRecord,
    FactRecord,
    FactState,
    NewEntry,
    NewFact,
    NewThread,
    StoryOrigin,
    ThreadRecord,
    ThreadState,
)
from storage.unit_of_work import UnitOfWork

_T = TypeVar("_T")


def apply_document(work: UnitOfWork, branch_id: str, raw: str) -> ChangeRecord | None:
    """Make the bible what the document says, as one change; None when it says nothing new.

    Raises `UsageError` for a document that cannot be read, and `HeadMoved` when what it changes
    was changed since it was made.
    """
    edit = _Edit(work, branch_id, parse_document(raw))
    return edit.make()


def add_fact(
    work: UnitOfWork, branch_id: str, name: str, text: str, from_chapter: int
) -> ChangeRecord:
    """Add a fact of the person's own; of somebody unknown, with a new entry.

    Raises `UsageError` when the name could mean several entries.
    """
    found = work.entries.named(branch_id, name)
    if len(found) > 1:
        names = ", ".join(f"“{entry.name}”" for entry in found)
        raise UsageError(f"{name!r} may be {names}.", "Give the full name.")
    edit = _Edit(work, branch_id, None)
    key = found[0].key if found else edit.add_entry(EntryForm(name=name))
    edit.add_fact(
        key,
        found[0].name if found else name,
        FactForm.model_validate({"text": text, "from": from_chapter}),
    )
    change = edit.make()
    assert change is not None  # a fact was added
    return change


@dataclass(slots=True)
class _Moves:
    left: list[int] = field(default_factory=list)
    stands: list[int] = field(default_factory=list)


class _Edit:
    """Compares a document with what is stored, and makes the versions that it asks for."""

    def __init__(self, work: UnitOfWork, branch_id: str, document: DocumentForm | None) -> None:
        self._work = work
        self._branch_id = branch_id
        self._document = document
        self._entries, self._facts, self._threads = _Moves(), _Moves(), _Moves()

    def make(self) -> ChangeRecord | None:
        if self._document is not None:
            self._compare(self._document, bible_of(self._work, self._branch_id))
        moves = (self._entries, self._facts, self._threads)
        if not any(each.left or each.stands for each in moves):
            return None
        return self._work.changes.make(
            NewChange(
                self._work.branches.get(self._branch_id).novel_id,
                self._branch_id,
                ChangeKind.BIBLE,
                "bible edited",
                Pointers(
                    entries=tuple(self._entries.left),
                    facts=tuple(self._facts.left),
                    threads=tuple(self._threads.left),
                ),
                Pointers(
                    entries=tuple(self._entries.stands),
                    facts=tuple(self._facts.stands),
                    threads=tuple(self._threads.stands),
                ),
            )
        )

    def add_entry(self, entry: EntryForm) -> str:
        """Add an entry; its key."""
        added = self._work.entries.add(
            NewEntry(
                self._branch_id,
                entry.name,
                entry.kind,
                StoryOrigin.AUTHOR,
                tuple(entry.aliases),
                entry.description,
            )
        )
        self._entries.stands.append(added.id)
        return added.key

    def add_fact(self, key: str, name: str, fact: FactForm) -> None:
        attribute, value, text = stated_fact(name, fact.text)
        added = self._work.facts.add(
            NewFact(
                self._branch_id,
                key,
                attribute,
                value,
                text,
                StoryOrigin.AUTHOR,
                valid_from_chapter=fact.valid_from or 0,
                valid_until_chapter=fact.until,
            )
        )
        self._facts.stands.append(added.id)

    def _compare(self, document: DocumentForm, bible: Bible) -> None:
        entries = {each.id: each for each in bible.entries}
        facts = {each.id: each for each in bible.facts}
        seen_facts: set[int] = set()
        for entry in document.entries:
            key = self._entry(entry, entries)
            for fact in entry.facts:
                seen_facts |= self._fact(key, entry.name, fact, facts)
        kept = {entry.id for entry in document.entries}
        for stored in bible.entries:
            if stored.id not in kept and stored.id <= document.latest.entries:
                self._revise_entry(stored, replace(stored, is_hidden=True))
        gone_keys = {each.key for each in bible.entries if each.id not in kept}
        for fact_record in bible.facts:
            is_shown = fact_record.id <= document.latest.facts
            is_orphan = fact_record.entry_key in gone_keys
            if fact_record.id not in seen_facts and is_shown and not is_orphan:
                self._revise_fact(fact_record, replace(fact_record, state=FactState.RETRACTED))
        self._compare_promises(document, bible)

    def _entry(self, entry: EntryForm, stored: Mapping[int, EntryRecord]) -> str:
        if entry.id is None:
            return self.add_entry(entry)
        before = _known(stored, entry.id, "entry")
        after = replace(
            before,
            name=entry.name,
            kind=entry.kind,
            aliases=before.aliases if entry.aliases == list(before.aliases) else entry.aliases,
            description=entry.description,
        )
        if after != before:
            self._revise_entry(before, replace(after, origin=StoryOrigin.AUTHOR))
        return before.key

    def _fact(
        self, key: str, name: str, fact: FactForm, stored: Mapping[int, FactRecord]
    ) -> set[int]:
        if fact.id is None:
            self.add_fact(key, name, fact)
            return set()
        before = _known(stored, fact.id, "fact")
        after = replace(
            before,
            entry_key=key,
            valid_from_chapter=before.valid_from_chapter
            if fact.valid_from is None
            else fact.valid_from,
            valid_until_chapter=fact.until,
        )
        if after.valid_from_chapter != before.valid_from_chapter:
            after = replace(after, valid_from_paragraph=0)
        if fact.text != clean_line(before.text):
            attribute, value, text = stated_fact(name, fact.text)
            after = replace(after, attribute=attribute, value=value, text=text)
        if after != before:
            self._revise_fact(before, replace(after, origin=StoryOrigin.AUTHOR))
        return {fact.id}

    def _compare_promises(self, document: DocumentForm, bible: Bible) -> None:
        stored = {each.id: each for each in bible.threads}
        for promise in document.promises:
            if promise.id is None:
                self._add_promise(promise)
                continue
            before = _known(stored, promise.id, "promise")
            after = replace(
                before,
                kind=promise.kind,
                due_chapter=promise.due,
                state=promise.state,
                opened_chapter=promise.opened,
            )
            if promise.text != clean_line(before.text):
                after = replace(after, text=promise.text, origin=StoryOrigin.AUTHOR)
            if after != before:
                self._revise_thread(before, after)
        kept = {each.id for each in document.promises}
        for thread in bible.threads:
            if thread.id not in kept and thread.id <= document.latest.promises:
                self._revise_thread(thread, replace(thread, state=ThreadState.DROPPED))

    def _add_promise(self, promise: PromiseForm) -> None:
        added = self._work.threads.add(
            NewThread(
                self._branch_id,
                promise.kind,
                promise.text,
                StoryOrigin.AUTHOR,
                promise.opened,
                due_chapter=promise.due,
                state=promise.state,
            )
        )
        self._threads.stands.append(added.id)

    def _revise_entry(self, before: EntryRecord, after: EntryRecord) -> None:
        new = self._work.entries.revise(before.id, after, is_current=False)
        self._entries.left.append(before.id)
        self._entries.stands.append(new.id)

    def _revise_fact(self, before: FactRecord, after: FactRecord) -> None:
        new = self._work.facts.revise(before.id, after, is_current=False)
        self._facts.left.append(before.id)
        self._facts.stands.append(new.id)

    def _revise_thread(self, before: ThreadRecord, after: ThreadRecord) -> None:
        new = self._work.threads.revise(before.id, after, is_current=False)
        self._threads.left.append(before.id)
        self._threads.stands.append(new.id)


def _known(stored: Mapping[int, _T], id_: int, what: str) -> _T:
    if id_ not in stored:
        raise UsageError(
            f"There is no {what} with the id {id_} any more.",
            "It was changed since the document was made: begin with a fresh one.",
        )
    return stored[id_]
