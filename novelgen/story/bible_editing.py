"""What a person's edit of the bible changes, as one change that `undo` takes back.

What is left out of the document is taken out of the bible, what has no id is new, what reads
otherwise than before is the person's own from then on. What a run added or changed since the
document was made is left alone, where the document does not change just that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

from novelgen.errors import UsageError
from novelgen.story.bible_document import (
    Bible,
    DocumentForm,
    EntryForm,
    FactForm,
    PromiseForm,
    bible_of,
    is_forgotten,
    parse_document,
)
from novelgen.story.fact_sentences import stated_fact
from novelgen.story.known_entries import known_names_of
from novelgen.story.recording import reopened
from novelgen.text.known_names import KnownNames, folded, split_titles
from novelgen.text.name_phrases import NamePhrase
from novelgen.text.sanitize import clean_line
from storage.change_records import ChangeKind, ChangeRecord, NewChange, Pointers
from storage.errors import RecordNotFound
from storage.repositories.versions import VersionRepository
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

_V = TypeVar("_V", EntryRecord, FactRecord, ThreadRecord)


def apply_document(work: UnitOfWork, branch_id: str, raw: str) -> ChangeRecord | None:
    """Make the bible what the document says, as one change; None when it says nothing new.

    Raises `UsageError` for a document that cannot be read, and `HeadMoved` when what it changes
    was changed since it was made.
    """
    return apply_form(work, branch_id, parse_document(raw))


def apply_form(work: UnitOfWork, branch_id: str, form: DocumentForm) -> ChangeRecord | None:
    """The same for a document that is read already. Raises as `apply_document`."""
    return _Edit(work, branch_id, form).make()


def add_fact(
    work: UnitOfWork, branch_id: str, name: str, text: str, from_chapter: int
) -> ChangeRecord:
    """Add a fact of the person's own; of somebody unknown, with a new entry.

    Raises `UsageError` when the name could mean several entries.
    """
    found = work.entries.named(branch_id, name) or _meant(work, branch_id, name)
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


def _meant(work: UnitOfWork, branch_id: str, name: str) -> list[EntryRecord]:
    """The entry that a part of a name means, as "Anna" means Anna Reed where there is one Anna."""
    entries = work.entries.of_branch(branch_id)
    phrase = NamePhrase(0, len(name), *split_titles(name), is_possessive=False)
    meant = KnownNames.of(known_names_of(entries)).find(phrase)
    return [entry for entry in entries if entry.name == meant]


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
        entries = _Shown(
            self._work.entries, self._branch_id, bible.entries, document.latest.entries, "entry"
        )
        facts = _Shown(
            self._work.facts, self._branch_id, bible.facts, document.latest.facts, "fact"
        )
        for entry in document.entries:
            key = self._entry(entry, entries)
            for fact in entry.facts:
                self._fact(key, entry.name, fact, facts)
        gone = [each for each in entries.left_out() if not self._was_forgotten(each, document)]
        for stored in gone:
            self._revise_entry(stored, replace(stored, is_hidden=True))
        gone_keys = {each.key for each in gone}
        for fact_record in facts.left_out():
            if fact_record.entry_key not in gone_keys:
                self._revise_fact(fact_record, replace(fact_record, state=FactState.RETRACTED))
        self._compare_promises(document, bible)

    def _was_forgotten(self, entry: EntryRecord, document: DocumentForm) -> bool:
        """Whether the document did not show an entry, for the text did not name it then."""
        if entry.id <= document.latest.entries:
            return False
        versions = self._work.entries.history(self._branch_id, entry.key)
        return all(is_forgotten(each) for each in versions if each.id <= document.latest.entries)

    def _entry(self, entry: EntryForm, stored: "_Shown[EntryRecord]") -> str:
        if entry.id is None:
            return self.add_entry(entry)
        before = stored.seen(entry.id)
        wanted = replace(
            before,
            name=entry.name,
            kind=entry.kind,
            aliases=before.aliases if entry.aliases == list(before.aliases) else entry.aliases,
            description=entry.description,
        )
        now, after = stored.merged(before, wanted)
        if after.name != now.name:
            after = self._still_called(now.name, after)
        if after != now:
            self._revise_entry(now, replace(after, origin=StoryOrigin.AUTHOR))
        return before.key

    def _still_called(self, former: str, entry: EntryRecord) -> EntryRecord:
        """The entry with its former name as an alias, by which plan and text still call it.

        Not where another entry of the document bears that name.
        """
        assert self._document is not None
        borne = {folded(entry.name), *map(folded, entry.aliases)}
        for other in self._document.entries:
            if other.name != entry.name:
                borne |= {folded(other.name), *map(folded, other.aliases)}
        if folded(former) in borne:
            return entry
        return replace(entry, aliases=[*entry.aliases, former])

    def _fact(self, key: str, name: str, fact: FactForm, stored: "_Shown[FactRecord]") -> None:
        if fact.id is None:
            self.add_fact(key, name, fact)
            return
        before = stored.seen(fact.id)
        wanted = replace(
            before,
            entry_key=key,
            valid_from_chapter=before.valid_from_chapter
            if fact.valid_from is None
            else fact.valid_from,
            valid_until_chapter=fact.until,
        )
        if wanted.valid_from_chapter != before.valid_from_chapter:
            wanted = replace(wanted, valid_from_paragraph=0)
        if fact.text != clean_line(before.text):
            attribute, value, text = stated_fact(name, fact.text)
            wanted = replace(wanted, attribute=attribute, value=value, text=text)
        now, after = stored.merged(before, wanted)
        if after != now:
            self._revise_fact(now, replace(after, origin=StoryOrigin.AUTHOR))

    def _compare_promises(self, document: DocumentForm, bible: Bible) -> None:
        stored = _Shown(
            self._work.threads, self._branch_id, bible.threads, document.latest.promises, "promise"
        )
        for promise in document.promises:
            if promise.id is None:
                self._add_promise(promise)
            else:
                self._promise(promise, promise.id, stored)
        for thread in stored.left_out():
            self._revise_thread(thread, replace(thread, state=ThreadState.DROPPED))

    def _promise(self, promise: PromiseForm, id_: int, stored: "_Shown[ThreadRecord]") -> None:
        before = stored.seen(id_)
        wanted = replace(
            before,
            kind=promise.kind,
            due_chapter=promise.due,
            state=promise.state,
            opened_chapter=promise.opened,
        )
        if promise.text != clean_line(before.text):
            wanted = replace(wanted, text=promise.text)
        now, after = stored.merged(before, wanted)
        if after == now:
            return
        if after.state is not ThreadState.PAID:
            after = replace(reopened(after), state=after.state)
        self._revise_thread(now, replace(after, origin=StoryOrigin.AUTHOR))

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


class _Shown(Generic[_V]):
    """What the document showed when it was made, and what has become of it since.

    A version that is not current any more is found by its key.
    """

    def __init__(
        self,
        versions: "VersionRepository[Any, _V, Any]",
        branch_id: str,
        stored: Iterable[_V],
        latest: int,
        what: str,
    ) -> None:
        self._versions: VersionRepository[Any, _V, Any] = versions
        self._branch_id = branch_id
        self._stored: dict[str, _V] = {each.key: each for each in stored}
        self._by_id: dict[int, _V] = {each.id: each for each in self._stored.values()}
        self._latest = latest
        self._what = what
        self._seen_keys: set[str] = set()

    def seen(self, id_: int) -> _V:
        """The version that the document has. Raises `UsageError` when there is none."""
        try:
            found = self._by_id.get(id_) or self._versions.get(self._branch_id, id_)
        except RecordNotFound as error:
            raise self._is_gone(id_) from error
        self._seen_keys.add(found.key)
        return found

    def merged(self, before: _V, wanted: _V) -> tuple[_V, _V]:
        """The version that stands now, without and with what the document changes of `before`.

        Raises `UsageError` when the document changes what was taken out since.
        """
        changes = {
            each.name: getattr(wanted, each.name)
            for each in fields(before)
            if getattr(wanted, each.name) != getattr(before, each.name)
        }
        now = self._stored.get(before.key)
        if now is None and changes:
            raise self._is_gone(before.id)
        now = before if now is None else now
        return now, replace(now, **changes)

    def left_out(self) -> list[_V]:
        """What the document showed and shows no more, as it stands now."""
        return [
            each
            for key, each in self._stored.items()
            if key not in self._seen_keys and self._was_there(each)
        ]

    def _was_there(self, version: _V) -> bool:
        if version.id <= self._latest:
            return True
        versions = self._versions.history(self._branch_id, version.key)
        return versions[-1].id <= self._latest

    def _is_gone(self, id_: int) -> UsageError:
        return UsageError(
            f"There is no {self._what} with the id {id_} any more.",
            "It was taken out since the document was made: begin with a fresh one.",
        )
