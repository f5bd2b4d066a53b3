"""Chapters are read once, anew when they change, and what they no longer say counts no more."""

from dataclasses import replace

import pytest

from novelgen.errors import UsageError
from novelgen.generation.branching import branch_after
from novelgen.generation.editing import undo_change
from novelgen.story.story_overview import (
    StoryOverview,
    overview_of,
    reset_summary,
    set_summary,
)
from storage.errors import HeadMoved
from storage.story_records import (
    FactState,
    NewSummary,
    StoryOrigin,
    SummaryKind,
    SummaryOrigin,
    ThreadState,
    source_key_of,
)
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf


def test_a_chapter_is_read_into_entries_facts_threads_and_a_summary(shelf: Shelf) -> None:
    revision_id = shelf.write(1, CHAPTER_1)
    read = shelf.keeper().read_chapter(1)
    assert read is not None
    assert read.origin is SummaryOrigin.EXTRACT
    assert set(shelf.names()) >= {"Anna Reed", "Tom", "Captain Hale", "Mr Voss", "the lighthouse"}
    assert shelf.names()["Anna Reed"] == ("Anna",)
    assert shelf.facts() == [
        "Anna Reed is 24 years old.",
        "Anna Reed has green eyes.",
        "Tom is a baker.",
        "Tom is Anna Reed's brother.",
        "Captain Hale lives in the old lighthouse at Skerry Point.",
        "Captain Hale is a tall man with red hair.",
        "Captain Hale has red hair.",
        "The lighthouse stands on the black rocks beyond the harbour.",
        "Mr Voss is dead.",
    ]
    assert shelf.facts(chapter=1) == []
    with shelf.store.reading() as work:
        eyes = work.facts.of_revision(shelf.branch_id, revision_id)[1]
        threads = work.threads.of_branch(shelf.branch_id)
        summary = work.summaries.of_revision(shelf.novel.id, revision_id)
    assert eyes.source_passage.startswith("She had green eyes")
    assert (eyes.valid_from_chapter, eyes.valid_from_paragraph) == (1, 1)
    assert eyes.origin is StoryOrigin.TEXT
    assert ["forged letter from Lisbon" in thread.text for thread in threads] == [True]
    assert summary is not None
    assert summary.text in " ".join(CHAPTER_1.split()) or "Anna Reed" in summary.text


def test_reading_twice_changes_nothing(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    keeper = shelf.keeper()
    assert keeper.read_chapter(1) is not None
    facts, names = shelf.facts(), shelf.names()
    assert keeper.read_chapter(1) is None
    assert shelf.keeper().read_chapter(1) is None
    assert list(shelf.keeper().catch_up(9)) == []
    assert (shelf.facts(), shelf.names()) == (facts, names)


def test_an_unfinished_chapter_is_not_read(shelf: Shelf) -> None:
    assert shelf.keeper().read_chapter(1) is None
    assert list(shelf.keeper().catch_up(3)) == []


def test_a_changed_chapter_is_read_anew_and_undo_brings_its_facts_back(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    shelf.write(2, CHAPTER_2)
    keeper = shelf.keeper()
    assert [read.chapter for read in keeper.catch_up(3)] == [1, 2]
    before = shelf.facts()
    shelf.write(1, CHAPTER_1.replace("green eyes", "blue eyes").replace("was a baker", "slept"))
    assert "Anna Reed has green eyes." not in shelf.facts()
    assert [read.chapter for read in keeper.catch_up(3)] == [1]
    assert "Anna Reed has blue eyes." in shelf.facts()
    assert "Tom is a baker." not in shelf.facts()
    undo_change(shelf.store, shelf.fresh())
    assert list(keeper.catch_up(3)) == []
    assert shelf.facts() == before


def test_a_name_that_left_the_text_is_no_longer_said_to_be_in_it(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    shelf.keeper().read_chapter(1)
    shelf.write(1, CHAPTER_1.replace("Old Mr. Voss had died in March.", "It rained."))
    shelf.keeper().read_chapter(1)
    with shelf.store.reading() as work:
        (voss,) = work.entries.named(shelf.branch_id, "Mr Voss")
    assert voss.first_chapter is None
    assert "Mr Voss is dead." not in shelf.facts()


def test_a_thread_lives_on_in_an_edited_chapter_and_is_closed_by_its_pay_off(shelf: Shelf) -> None:
    shelf.plan(6)
    shelf.write(1, CHAPTER_1)
    keeper = shelf.keeper()
    keeper.read_chapter(1)
    shelf.write(
        2,
        CHAPTER_2
        + "\n\nAnna held the forged letter from Lisbon, and the herring fleet was still there.",
    )
    keeper.read_chapter(2)
    with shelf.store.reading() as work:
        (paid,) = work.threads.of_branch(shelf.branch_id)
    assert (paid.state, paid.due_chapter, paid.closed_chapter) == (ThreadState.PAID, 3, 2)
    assert paid.closed_passage.startswith("Anna held the forged letter")
    shelf.write(1, CHAPTER_1 + "\n\nThe fog came in.")
    keeper.read_chapter(1)
    with shelf.store.reading() as work:
        (kept,) = work.threads.of_branch(shelf.branch_id)
    assert (kept.key, kept.state) == (paid.key, ThreadState.PAID)
    shelf.write(2, CHAPTER_2)
    keeper.read_chapter(2)
    with shelf.store.reading() as work:
        (opened,) = work.threads.of_branch(shelf.branch_id)
    assert (opened.state, opened.closed_passage) == (ThreadState.OPEN, "")


def test_contradictions_name_both_passages_and_go_when_one_is_mended(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    shelf.write(
        2, "Anna Reed had brown eyes that morning.\n\n“Go home,” said Mr. Voss. The rain went on."
    )
    keeper = shelf.keeper()
    assert sum(read.recorded.findings for read in keeper.catch_up(3)) == 2
    with shelf.store.reading() as work:
        eyes, speaks = work.findings.standing(shelf.branch_id)
    assert eyes.message == "Anna Reed: eyes green, then brown."
    assert (eyes.chapter, eyes.other_chapter) == (2, 1)
    assert eyes.passage == "Anna Reed had brown eyes that morning."
    assert eyes.other_passage.startswith("She had green eyes")
    assert speaks.message == "Mr Voss speaks after their death."
    assert speaks.other_passage == "Old Mr. Voss had died in March."
    shelf.write(2, CHAPTER_2)
    keeper.read_chapter(2)
    with shelf.store.reading() as work:
        assert work.findings.standing(shelf.branch_id) == []


def test_a_changed_early_chapter_is_held_against_later_ones(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_2)
    shelf.write(2, CHAPTER_1)
    keeper = shelf.keeper()
    list(keeper.catch_up(3))
    shelf.write(1, "Anna Reed had grey eyes. Anna Reed looked at the sea.")
    keeper.read_chapter(1)
    with shelf.store.reading() as work:
        (finding,) = work.findings.standing(shelf.branch_id)
    assert (finding.chapter, finding.other_chapter) == (2, 1)


def test_what_a_person_changed_or_retracted_is_not_read_again(shelf: Shelf) -> None:
    revision_id = shelf.write(1, CHAPTER_1)
    shelf.keeper().read_chapter(1)
    with shelf.store.writing() as work:
        facts = {each.text: each for each in work.facts.of_revision(shelf.branch_id, revision_id)}
        baker = facts["Tom is a baker."]
        work.facts.revise(baker.id, replace(baker, state=FactState.RETRACTED))
        eyes = facts["Anna Reed has green eyes."]
        changed = replace(eyes, value="hazel", text="Anna Reed has hazel eyes.")
        work.facts.revise(eyes.id, replace(changed, origin=StoryOrigin.AUTHOR))
    shelf.write(1, CHAPTER_1 + "\n\nThe fog came in.")
    shelf.keeper().read_chapter(1)
    assert "Tom is a baker." not in shelf.facts()
    assert "Anna Reed has green eyes." not in shelf.facts()
    assert "Anna Reed has hazel eyes." in shelf.facts()


def test_a_branch_reads_what_only_another_one_has_read(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_2)
    other = branch_after(shelf.store, shelf.fresh(), 1, "other")
    shelf.write(1, CHAPTER_1)
    shelf.keeper().read_chapter(1)
    with shelf.store.writing() as work:
        work.chapters.point_at(other.id, 1, shelf.revision_id(1))
        work.novels.set_active_branch(shelf.novel.id, other.id)
    assert shelf.facts() == []
    assert [read.chapter for read in shelf.keeper().catch_up(2)] == [1]
    assert "Tom is a baker." in shelf.facts()


def test_a_run_that_was_taken_over_stores_nothing(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    with pytest.raises(HeadMoved):
        shelf.keeper(run_epoch=shelf.fresh().run_epoch + 1).read_chapter(1)
    assert shelf.facts() == []
    with shelf.store.reading() as work:
        assert work.summaries.of_revision(shelf.novel.id, shelf.revision_id(1)) is None


def test_a_summary_of_ones_own_goes_and_what_was_there_before_stands(shelf: Shelf) -> None:
    revision_id = shelf.write(1, CHAPTER_1)

    def overview() -> StoryOverview:
        with shelf.store.reading() as work:
            return overview_of(work, shelf.fresh(), shelf.branch_id)

    def own(text: str) -> None:
        told = overview().find(SummaryKind.CHAPTER, 1)
        with shelf.store.writing() as work:
            set_summary(work, shelf.novel.id, told, text)

    def reset() -> None:
        seen = overview()
        told = seen.find(SummaryKind.CHAPTER, 1)
        with shelf.store.writing() as work:
            reset_summary(work, shelf.novel.id, shelf.branch_id, told, seen)

    with pytest.raises(UsageError, match="not read yet"):
        own("Anna swears.")
    reset()
    assert overview().unread == (1,)
    shelf.keeper().read_chapter(1)
    extract = overview().find(SummaryKind.CHAPTER, 1).text
    own("Anna swears.")
    reset()
    assert overview().find(SummaryKind.CHAPTER, 1).text == extract
    by_model = NewSummary(
        shelf.novel.id, SummaryKind.CHAPTER, revision_id, "Told.", SummaryOrigin.MODEL
    )
    with shelf.store.writing() as work:
        work.summaries.add(by_model)
    reset()
    own("Anna swears.")
    reset()
    told = overview().find(SummaryKind.CHAPTER, 1)
    assert (told.text, told.origin) == ("Told.", SummaryOrigin.MODEL)


def test_a_part_is_summed_up_when_its_last_chapter_is_read(shelf: Shelf) -> None:
    shelf.plan(4, chapters_a_part=2)
    ids = [shelf.write(1, CHAPTER_1), shelf.write(2, CHAPTER_2)]
    list(shelf.keeper().catch_up(3))
    with shelf.store.reading() as work:
        part = work.summaries.of_source(shelf.novel.id, SummaryKind.PART, source_key_of(ids))
    assert part is not None
    assert "Anna Reed" in part.text
