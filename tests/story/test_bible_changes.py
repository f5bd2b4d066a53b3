"""Single changes to the bible: each is one change, the person's own, and undo takes it back."""

import pytest

from novelgen.errors import UsageError
from novelgen.generation.editing import undo_change
from novelgen.story.bible_changes import (
    add_entry,
    add_fact_to,
    add_promise,
    change_entry,
    change_fact,
    change_promise,
    form_of,
    retract_fact,
    take_out_entry,
)
from novelgen.story.bible_document import Bible, as_document, bible_of, parse_document
from storage.story_records import EntryKind, StoryOrigin, ThreadState
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf


@pytest.fixture
def read(shelf: Shelf) -> Shelf:
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2)
    list(shelf.keeper().catch_up(3))
    return shelf


def bible(shelf: Shelf) -> Bible:
    with shelf.store.reading() as work:
        return bible_of(work, shelf.branch_id)


def entry_id(shelf: Shelf, name: str) -> int:
    return next(entry.id for entry in bible(shelf).entries if entry.name == name)


def facts_of(shelf: Shelf, name: str) -> list[str]:
    found = next(facts for entry, facts in bible(shelf).with_facts() if entry.name == name)
    return [fact.text for fact in found]


def test_the_form_of_a_bible_is_its_document(read: Shelf) -> None:
    assert form_of(bible(read)) == parse_document(as_document(bible(read), "T"))


def test_an_entry_is_added_changed_and_taken_out(read: Shelf) -> None:
    with read.store.writing() as work:
        add_entry(work, read.branch_id, {"name": "Lena Marsh", "kind": EntryKind.CHARACTER})
    id_ = entry_id(read, "Lena Marsh")
    with read.store.writing() as work:
        change_entry(work, read.branch_id, id_, {"name": "Lena Moor", "description": "a diver"})
    entry = next(each for each in bible(read).entries if each.name == "Lena Moor")
    assert (entry.description, list(entry.aliases)) == ("a diver", ["Lena Marsh"])
    with read.store.writing() as work:
        take_out_entry(work, read.branch_id, entry.id)
    assert "Lena Moor" not in {each.name for each in bible(read).entries}
    undo_change(read.store, read.fresh())
    assert "Lena Moor" in {each.name for each in bible(read).entries}


def test_a_fact_is_added_changed_and_retracted(read: Shelf) -> None:
    before = facts_of(read, "Anna Reed")
    with read.store.writing() as work:
        values = {"text": "is afraid of deep water", "valid_from": 2}
        add_fact_to(work, read.branch_id, entry_id(read, "Anna Reed"), values)
    added = next(fact for fact in bible(read).facts if "deep water" in fact.text)
    assert (added.origin, added.valid_from_chapter) == (StoryOrigin.AUTHOR, 2)
    with read.store.writing() as work:
        change_fact(work, read.branch_id, added.id, {"text": "swims well", "until": 4})
    changed = next(fact for fact in bible(read).facts if "swims" in fact.text)
    assert (changed.valid_from_chapter, changed.valid_until_chapter) == (2, 4)
    with read.store.writing() as work:
        retract_fact(work, read.branch_id, changed.id)
    assert facts_of(read, "Anna Reed") == before


def test_a_promise_is_added_and_kept(read: Shelf) -> None:
    with read.store.writing() as work:
        add_promise(work, read.branch_id, {"text": "Tom will come back", "due": 5})
    promise = next(each for each in bible(read).threads if "Tom will" in each.text)
    with read.store.writing() as work:
        change_promise(work, read.branch_id, promise.id, {"state": ThreadState.PAID})
    promise = next(each for each in bible(read).threads if "Tom will" in each.text)
    assert promise.state is ThreadState.PAID


def test_what_cannot_be_is_told_in_words(read: Shelf) -> None:
    with read.store.writing() as work, pytest.raises(UsageError, match="The name cannot be used"):
        add_entry(work, read.branch_id, {"name": ""})
    with read.store.writing() as work, pytest.raises(UsageError, match="meanwhile"):
        retract_fact(work, read.branch_id, 10_000)
    with read.store.writing() as work, pytest.raises(UsageError, match="From chapter"):
        add_fact_to(
            work, read.branch_id, entry_id(read, "Anna Reed"), {"text": "runs", "valid_from": -1}
        )
