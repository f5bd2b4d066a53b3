"""What a plan names is in the bible before the text is, and is no stranger's name."""

import yaml

from novelgen.story.bible_document import as_document, bible_of
from novelgen.story.bible_editing import apply_document
from novelgen.story.known_entries import known_name_words
from novelgen.story.planned_entries import PlannedEntry, keep_planned_entries
from novelgen.text.invented_names import invented_names
from storage.story_records import EntryKind, StoryOrigin
from tests.story.conftest import CHAPTER_1, Shelf


def test_planned_entries_are_added_once_and_met_in_the_text(shelf: Shelf) -> None:
    planned = [
        PlannedEntry("Anna Reed", description="looks for a letter"),
        PlannedEntry("Skerry Point", EntryKind.PLACE),
    ]
    for expected in (2, 0):
        with shelf.store.writing() as work:
            assert keep_planned_entries(work, shelf.branch_id, planned) == expected
    shelf.write(1, CHAPTER_1)
    shelf.keeper().read_chapter(1)
    with shelf.store.reading() as work:
        (anna,) = work.entries.named(shelf.branch_id, "Anna Reed")
        entries = work.entries.of_branch(shelf.branch_id)
    assert (anna.origin, anna.first_chapter) == (StoryOrigin.PLAN, 1)
    assert (anna.description, list(anna.aliases)) == ("looks for a letter", ["Anna"])
    known = known_name_words(entries, "A letter comes from Lisbon.")
    assert invented_names("Then Anna wrote to Pencroff in Lisbon.", known) == ["Pencroff"]


def test_who_was_renamed_does_not_come_back_by_the_name_of_the_plan(shelf: Shelf) -> None:
    planned = [PlannedEntry("Anna Reed"), PlannedEntry("Tom")]
    with shelf.store.writing() as work:
        keep_planned_entries(work, shelf.branch_id, planned)
        edited = yaml.safe_load(as_document(bible_of(work, shelf.branch_id), "X"))
        edited["entries"][0]["name"] = "Hanna Reed"
        edited["entries"][1]["name"] = "Thomas"
        edited["entries"].append({"name": "Tom", "description": "another one"})
        apply_document(work, shelf.branch_id, yaml.safe_dump(edited))
        assert keep_planned_entries(work, shelf.branch_id, planned) == 0
    assert shelf.names() == {"Hanna Reed": ("Anna Reed",), "Thomas": (), "Tom": ()}
