"""A new name reaches everything that is known of the story, and one undo takes it back."""

from novelgen.generation.editing import redo_change, undo_change
from novelgen.generation.renaming import preview_rename, rename
from storage.story_records import (
    EntryKind,
    NewEntry,
    NewSummary,
    StoryOrigin,
    SummaryKind,
    SummaryOrigin,
)
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf


def everything(shelf: Shelf) -> list[str]:
    """All that is known, in words."""
    with shelf.store.reading() as work:
        branch = shelf.branch_id
        entries = work.entries.of_branch(branch)
        texts = [text for each in entries for text in (each.name, *each.aliases, each.description)]
        facts = work.facts.of_branch(branch)
        texts += [text for each in facts for text in (each.value, each.text, each.source_passage)]
        threads = work.threads.of_branch(branch)
        texts += [text for each in threads for text in (each.text, each.opened_passage)]
        findings = work.findings.standing(branch)
        texts += [t for each in findings for t in (each.message, each.passage, each.other_passage)]
        summaries = work.summaries.of_chapters(branch)
        return sorted(texts + [each.text for each in summaries.values()])


def test_a_rename_reaches_the_bible_and_comes_back(shelf: Shelf) -> None:
    shelf.plan(3)
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2 + "\n\nAnna Reed had brown eyes.")
    list(shelf.keeper().catch_up(3))
    with shelf.store.writing() as work:
        work.entries.add(
            NewEntry(
                shelf.branch_id,
                "Lena Marsh",
                EntryKind.CHARACTER,
                StoryOrigin.AUTHOR,
                description="Anna's rival",
            )
        )
    before = everything(shelf)
    assert sum("Anna" in text for text in before) >= 12
    preview = preview_rename(shelf.store, shelf.fresh(), "Anna")
    assert preview.story >= 8
    rename(shelf.store, shelf.fresh(), "Anna", "Ines")
    after = everything(shelf)
    assert not any("Anna" in text for text in after)
    assert sorted(text.replace("Anna", "Ines") for text in before) == after
    assert "Ines Reed has green eyes." in shelf.facts()
    assert list(shelf.keeper().catch_up(3)) == []  # nothing is read again for it
    undo_change(shelf.store, shelf.fresh())
    assert everything(shelf) == before
    redo_change(shelf.store, shelf.fresh())
    assert everything(shelf) == after


def test_a_name_that_stands_in_the_bible_alone_can_be_changed(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_2)
    with shelf.store.writing() as work:
        work.entries.add(
            NewEntry(shelf.branch_id, "Lena Marsh", EntryKind.CHARACTER, StoryOrigin.AUTHOR)
        )
    rename(shelf.store, shelf.fresh(), "Lena Marsh", "Ida Marsh")
    assert list(shelf.names()) == ["Ida Marsh"]
    undo_change(shelf.store, shelf.fresh())
    assert list(shelf.names()) == ["Lena Marsh"]


def test_the_authors_summary_is_renamed_as_their_own(shelf: Shelf) -> None:
    revision_id = shelf.write(1, CHAPTER_1)
    shelf.keeper().read_chapter(1)
    with shelf.store.writing() as work:
        work.summaries.add(
            NewSummary(
                shelf.novel.id,
                SummaryKind.CHAPTER,
                revision_id,
                "Anna walks.",
                SummaryOrigin.AUTHOR,
            )
        )
    rename(shelf.store, shelf.fresh(), "Anna", "Ines")
    with shelf.store.reading() as work:
        renamed = work.summaries.of_revision(shelf.novel.id, shelf.revision_id(1))
        by_machine = work.summaries.by_machine(
            shelf.novel.id, SummaryKind.CHAPTER, shelf.revision_id(1)
        )
    assert renamed is not None
    assert (renamed.text, renamed.origin) == ("Ines walks.", SummaryOrigin.AUTHOR)
    assert by_machine is not None
    assert "Ines" in by_machine.text
