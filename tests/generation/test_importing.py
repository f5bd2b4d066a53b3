"""A manuscript becomes a novel that can be written on, and read by everything else."""

from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.generation.author_marks import marks_of
from novelgen.generation.importing import store_import
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.plan_editing import change_length, see_plan
from novelgen.manuscript.importing.typed_notes import with_notes_beside
from novelgen.manuscript.importing.values import (
    ImportedChapter,
    ImportedManuscript,
    ImportedNote,
)
from novelgen.manuscript.origins import WordOrigin
from novelgen.manuscript.statistics import read_statistics
from novelgen.manuscript.tree import read_manuscript
from novelgen.text.words import count_words
from storage.mark_records import MarkKind
from storage.records import NewNovel, NovelRecord, NovelStatus, RevisionOrigin, RevisionState
from storage.store import Store, open_store
from tests.generation.conftest import Desk

SENTENCE = "That day Anna Reed walked along the river to Hartford with her brother Tom. "


def chapter(title: str, sentences: int = 12, **more: object) -> ImportedChapter:
    told = f"It was {title.lower() or 'a day'}"
    paragraphs = [f"{SENTENCE * 2}{told} {number}." for number in range(sentences // 2)]
    return ImportedChapter(title, "\n\n".join(paragraphs), **more)  # type: ignore[arg-type]


MANUSCRIPT = ImportedManuscript(
    (
        chapter("Prologue"),
        chapter("The River", part="Part One: Water"),
        chapter(""),
        chapter("The Sea", part="Part Two"),
    ),
    title="Reed",
    author="A. B.",
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'novels.db'}")


def new_novel(words: int) -> NewNovel:
    settings = NovelSettings().as_json()
    return NewNovel("Reed", "", 7, words, "scripted", author="A. B.", settings=settings)


def imported(store: Store, words: int = 0, **how: bool) -> NovelRecord:
    return store_import(store, new_novel(max(words, MANUSCRIPT.words)), MANUSCRIPT, **how)


def test_chapters_are_stored_as_the_authors(store: Store) -> None:
    novel = imported(store)
    with store.reading() as work:
        chapters = work.chapters.of_branch(novel.active_branch_id)
        texts = [work.texts.of_revision(each.revision.id) for each in chapters]
        assert texts == [each.text for each in MANUSCRIPT.chapters]
        assert [each.revision.title for each in chapters] == [
            each.title for each in MANUSCRIPT.chapters
        ]
        assert {each.revision.origin for each in chapters} == {RevisionOrigin.IMPORTED}
        assert {each.revision.state for each in chapters} == {RevisionState.COMPLETE}
        manuscript = read_manuscript(work, work.novels.summary(novel.id))
    assert novel.status is NovelStatus.FINISHED
    assert [heading.part for heading in manuscript.contents] == [
        None, "Part One: Water", None, "Part Two",
    ]  # fmt: skip
    assert [heading.text for heading in manuscript.contents] == [
        "Prologue", "Chapter 1: The River", "Chapter 2", "Chapter 3: The Sea",
    ]  # fmt: skip
    assert set(read_statistics(store, novel).origins) == {WordOrigin.AUTHOR}


def test_the_plan_has_what_is_written_and_what_is_to_come(store: Store) -> None:
    words = MANUSCRIPT.words
    novel = imported(store, words * 2)
    seen = see_plan(store, novel)
    structure = seen.content.structure
    assert seen.written == 4
    assert structure.target_words == words * 2
    assert sum(slot.target_words for slot in structure.chapters) == words * 2
    assert structure.total_chapters == 8
    assert [seen.content.cards[n].target_words for n in range(1, 5)] == [
        each.words for each in MANUSCRIPT.chapters
    ]
    assert "Anna" in seen.content.cards[2].brief
    assert structure.cast is not None
    people = [member.name for member in structure.cast.characters]
    assert "Anna Reed" in people
    assert all(name in SENTENCE for name in people), "nobody is invented"


def test_resume_goes_on_behind_it(store: Store) -> None:
    novel = imported(store, MANUSCRIPT.words + 400)
    desk = Desk(store, novel)
    before = desk.chapters()
    desk.write()
    after = desk.chapters()
    assert after[:4] == before
    assert len(after) > 4
    assert desk.fresh().status is NovelStatus.FINISHED
    assert "Anna Reed" in novel.premise
    assert desk.fresh().premise == novel.premise, "nothing is invented"
    with store.reading() as work:
        names = {entry.name for entry in work.entries.of_branch(novel.active_branch_id)}
    assert "Anna Reed" in names


def test_an_unfinished_last_chapter_is_written_on(store: Store) -> None:
    novel = imported(store, is_unfinished=True)
    desk = Desk(store, novel)
    before = desk.chapters()
    assert novel.status is NovelStatus.PAUSED
    desk.write()
    after = desk.chapters()
    assert len(after) == 4
    assert after[3].startswith(before[3])
    assert count_words(after[3]) > count_words(before[3])


def test_a_finished_novel_can_be_made_longer(store: Store) -> None:
    novel = imported(store)
    words = MANUSCRIPT.words + 500
    with store.writing() as work:
        change_length(work, novel, words)
    seen = see_plan(store, novel)
    assert seen.content.structure.target_words == words
    assert seen.content.structure.total_chapters > 4
    with store.reading() as work:
        assert work.novels.get(novel.id).status is NovelStatus.PAUSED
    desk = Desk(store, novel)
    desk.write()
    assert abs(sum(map(count_words, desk.chapters())) - words) < 0.05 * words


def test_notes_stand_beside_the_text(store: Store) -> None:
    text = "She went [[which way?]] to the sea.\n\n* * *\n\nIt was cold."
    at = text.index("the sea")
    note = ImportedNote(at, at + 7, "Eva Editor", "A lake?")
    noted = replace(MANUSCRIPT.chapters[0], text=text, notes=(note,))
    manuscript = with_notes_beside(replace(MANUSCRIPT, chapters=(noted,)))
    assert "1 note in [[brackets]]" in manuscript.remarks[0]
    novel = store_import(store, new_novel(40), manuscript)
    with store.reading() as work:
        chapter_one = work.chapters.get(novel.active_branch_id, 1)
        assert chapter_one is not None
        prose = work.texts.of_revision(chapter_one.revision.id)
        marks = marks_of(work, novel.active_branch_id)
    assert prose == "She went to the sea.\n\n* * *\n\nIt was cold."
    kinds = {mark.record.kind: mark for mark in marks}
    assert kinds[MarkKind.NOTE].record.body == "which way?"
    comment = kinds[MarkKind.COMMENT]
    assert comment.record.body == "Eva Editor: A lake?"
    assert prose[comment.offset : comment.end] == "the sea"


def test_brackets_that_nothing_closes_in_their_paragraph_are_prose() -> None:
    text = "He [[saw] it.\n\nShe [[did]] not.\n\nIt [[was\n\nlate]]."
    read = with_notes_beside(ImportedManuscript((ImportedChapter("", text),)))
    assert read.chapters[0].text == "He [[saw] it.\n\nShe not.\n\nIt [[was\n\nlate]]."
    assert [note.body for note in read.chapters[0].typed_notes] == ["did"]


def test_a_chapter_of_notes_alone_is_left_out_and_counted_nowhere() -> None:
    chapters = (
        ImportedChapter("A", "Some [[many more words]] words."),
        ImportedChapter("B", "[[x]]"),
    )
    read = with_notes_beside(ImportedManuscript(chapters))
    assert [(each.title, each.words) for each in read.chapters] == [("A", 2)]
    assert any("nothing but notes" in told for told in read.remarks)
