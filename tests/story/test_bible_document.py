"""The bible as a document: what a person changes is theirs, what they leave out counts no more."""

from dataclasses import replace

import pytest
import yaml

from novelgen.errors import UsageError
from novelgen.generation.editing import undo_change
from novelgen.story.bible_document import as_document, bible_of
from novelgen.story.bible_editing import add_fact, apply_document
from novelgen.story.planned_entries import PlannedEntry, keep_planned_entries
from storage.story_records import StoryOrigin, ThreadState
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf


@pytest.fixture
def read(shelf: Shelf) -> Shelf:
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2)
    list(shelf.keeper().catch_up(3))
    return shelf


def document(shelf: Shelf) -> str:
    with shelf.store.reading() as work:
        return as_document(bible_of(work, shelf.branch_id), "The Lighthouse")


def apply(shelf: Shelf, raw: str) -> bool:
    with shelf.store.writing() as work:
        return apply_document(work, shelf.branch_id, raw) is not None


def test_a_document_that_says_nothing_new_changes_nothing(read: Shelf) -> None:
    before = document(read)
    assert not apply(read, before)
    assert document(read) == before


def test_an_edit_changes_adds_and_takes_out_and_undo_takes_it_back(read: Shelf) -> None:
    before = document(read)
    edited = yaml.safe_load(before)
    anna = next(each for each in edited["entries"] if each["name"] == "Anna Reed")
    anna["facts"] = [fact for fact in anna["facts"] if "24" not in fact["text"]]
    anna["facts"][0]["text"] = "Anna Reed has hazel eyes."
    anna["facts"].append({"text": "is afraid of deep water", "from": 2})
    edited["entries"] = [each for each in edited["entries"] if each["name"] != "Mr Voss"]
    edited["entries"].append({"name": "Lena Marsh", "description": "a diver"})
    edited["promises"][0]["due"] = 9
    edited["promises"].append({"text": "The lamp is to burn.", "kind": "goal", "due": 4})
    assert apply(read, yaml.safe_dump(edited))
    facts = read.facts()
    assert "Anna Reed is 24 years old." not in facts
    assert "Anna Reed has green eyes." not in facts
    assert "Anna Reed has hazel eyes." in facts
    assert "Anna Reed is afraid of deep water." in facts
    assert "Anna Reed is afraid of deep water." not in read.facts(chapter=1)
    assert "Mr Voss" not in read.names()
    assert "Lena Marsh" in read.names()
    with read.store.reading() as work:
        eyes = [each for each in work.facts.of_branch(read.branch_id) if each.value == "hazel"]
        threads = work.threads.of_branch(read.branch_id)
    assert [(each.attribute, each.origin) for each in eyes] == [("eyes", StoryOrigin.AUTHOR)]
    assert sorted(each.due_chapter or 0 for each in threads) == [4, 9]
    undo_change(read.store, read.fresh())
    assert document(read) == before


def test_what_was_added_since_is_left_alone(read: Shelf) -> None:
    old = document(read)
    read.write(3, "Tom had blue eyes. Tom smiled. Lady Brandt met Tom in Lisbon.")
    read.keeper().read_chapter(3)
    edited = yaml.safe_load(old)
    edited["promises"] = []
    assert apply(read, yaml.safe_dump(edited))
    assert "Tom has blue eyes." in read.facts()
    assert "Lady Brandt" in read.names()
    with read.store.reading() as work:
        states = [each.state for each in work.threads.of_branch(read.branch_id)]
    assert states == [ThreadState.DROPPED]


def test_an_entry_that_a_run_changed_since_takes_what_the_document_changes(read: Shelf) -> None:
    old = yaml.safe_load(document(read))
    read.write(3, "Thomas Reed had blue eyes. Tom Reed smiled. Tom met Miss Anna Reed. Tom sat.")
    read.keeper().read_chapter(3)
    with read.store.writing() as work:
        (tom,) = work.entries.named(read.branch_id, "Tom")
        work.entries.revise(tom.id, replace(tom, aliases=["Tommy"]))
        (voss,) = work.entries.named(read.branch_id, "Mr Voss")
        work.entries.revise(voss.id, replace(voss, aliases=["Voss"]))
    assert not apply(read, yaml.safe_dump(old))
    next(each for each in old["entries"] if each["name"] == "Tom")["description"] = "a baker"
    old["entries"] = [each for each in old["entries"] if each["name"] != "Mr Voss"]
    assert apply(read, yaml.safe_dump(old))
    with read.store.reading() as work:
        (tom,) = work.entries.named(read.branch_id, "Tom")
    assert (tom.aliases, tom.description) == (["Tommy"], "a baker")
    assert tom.origin is StoryOrigin.AUTHOR
    assert "Mr Voss" not in read.names()


def test_a_document_that_changes_what_was_taken_out_since_is_refused(read: Shelf) -> None:
    old = yaml.safe_load(document(read))
    now = yaml.safe_load(document(read))
    now["promises"] = []
    assert apply(read, yaml.safe_dump(now))
    assert not apply(read, yaml.safe_dump(old))
    old["promises"][0]["due"] = 7
    with pytest.raises(UsageError, match="no promise with the id"):
        apply(read, yaml.safe_dump(old))


def test_what_a_person_says_of_a_promise_no_run_changes(read: Shelf) -> None:
    kept = "Anna held the forged letter from Lisbon, and the herring fleet was still there."
    read.write(3, kept)
    read.keeper().read_chapter(3)
    edited = yaml.safe_load(document(read))
    assert edited["promises"][0]["state"] == "paid"
    edited["promises"][0]["state"] = "open"
    assert apply(read, yaml.safe_dump(edited))
    read.write(3, f"{kept}\n\nIt rained.")
    read.keeper().read_chapter(3)
    with read.store.reading() as work:
        (thread,) = work.threads.of_branch(read.branch_id)
    assert (thread.state, thread.origin) == (ThreadState.OPEN, StoryOrigin.AUTHOR)
    assert (thread.closed_chapter, thread.closed_passage) == (None, "")


def test_an_empty_line_of_the_document_is_empty(read: Shelf) -> None:
    raw = "entries:\n- name: 1984\n  description:\n  aliases:\n  -\n  facts:\n"
    assert apply(read, raw)
    with read.store.reading() as work:
        (added,) = work.entries.named(read.branch_id, "1984")
    assert (added.description, list(added.aliases)) == ("", [])


def test_a_fact_of_ones_own_holds_from_its_chapter(read: Shelf) -> None:
    with read.store.writing() as work:
        add_fact(work, read.branch_id, "Anna", "has a scar on her left hand", 2)
        add_fact(work, read.branch_id, "Lena Marsh", "is a diver", 0)
    assert "Anna has a scar on her left hand." in read.facts() or (
        "Anna Reed has a scar on her left hand." in read.facts()
    )
    assert not any("scar" in fact for fact in read.facts(chapter=1))
    assert "Lena Marsh is a diver." in read.facts(chapter=1)
    assert "Lena Marsh" in read.names()


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("entries: [", "no YAML: .* in line"),
        ("entries:\n- kind: character", "entries.0.name"),
        ("entries:\n- name: X\n  kind: ghost", "entries.0.kind"),
        ("entries:\n- id: 999\n  name: X", "no entry with the id 999"),
        ("entries:\n- name: X\n  colour: red", "colour"),
        ("entries:\n- name: No", "entries.0.name: False is no text"),
        ("entries:\n- name:", "entries.0.name"),
        ("entries:\n- name: X\n  description: [a]", "entries.0.description"),
        ("- 1", "the document"),
        ("[" * 3_000, "bible"),
    ],
)
def test_a_document_that_cannot_be_used_is_refused_and_changes_nothing(
    read: Shelf, raw: str, problem: str
) -> None:
    before = document(read)
    with pytest.raises(UsageError, match=problem):
        apply(read, raw)
    assert document(read) == before


def test_a_fact_about_a_first_name_is_about_the_one_who_bears_it(shelf: Shelf) -> None:
    with shelf.store.writing() as work:
        branch_id = shelf.branch_id
        keep_planned_entries(work, branch_id, [PlannedEntry("Anna Reed"), PlannedEntry("Tom Hale")])
        add_fact(work, branch_id, "Anna", "has green eyes", 0)
        add_fact(work, branch_id, "Mira", "is late", 0)
        names = {entry.key: entry.name for entry in work.entries.of_branch(branch_id)}
        facts = [names[fact.entry_key] for fact in work.facts.of_branch(branch_id)]
    assert sorted(names.values()) == ["Anna Reed", "Mira", "Tom Hale"]
    assert sorted(facts) == ["Anna Reed", "Mira"]
