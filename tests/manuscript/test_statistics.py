"""What a novel took and whose words it has, out of a real database."""

import pytest

from novelgen.generation.editing import restore_revision
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.regeneration import Redraft
from novelgen.manuscript.novel_sections import NovelSections
from novelgen.manuscript.origins import WordOrigin, words_by_origin
from novelgen.manuscript.statistics import NovelStatistics, read_statistics
from novelgen.text.words import count_words
from tests.generation.conftest import Desk, Desks

AUTHOR, EDITED, MACHINE = WordOrigin.AUTHOR, WordOrigin.EDITED, WordOrigin.MACHINE


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(1_500)
    made.write()
    return made


def statistics(desk: Desk) -> NovelStatistics:
    return read_statistics(desk.store, desk.fresh())


def origins(desk: Desk, number: int) -> dict[WordOrigin, int]:
    with desk.store.reading() as work:
        chapter = work.chapters.get(desk.fresh().active_branch_id, number)
        assert chapter is not None
        counts = words_by_origin(work, chapter)
    assert counts.total() == chapter.revision.words
    return dict(counts)


def test_a_machine_s_words_stay_its_own(desk: Desk) -> None:
    found = statistics(desk)
    assert found.origins == {MACHINE: sum(map(count_words, desk.chapters()))}
    assert found.shares_by_origin() == {"author": 0, "edited": 0, "machine": 1}


def test_words_put_in_for_others_are_edited_and_added_ones_the_author_s(desk: Desk) -> None:
    words = desk.text(2).split(" ")
    words[40:43] = ["Zebras", "never", "slept."]
    desk.edit(2, " ".join(words) + "\n\nAnd a new day came over all of them.")
    assert origins(desk, 2) == {
        AUTHOR: 9,
        EDITED: 3,
        MACHINE: count_words(desk.text(2)) - 12,
    }
    found = statistics(desk).origins
    assert (found[AUTHOR], found[EDITED]) == (9, 3)


def test_a_second_edit_leaves_the_words_of_the_first_whose_they_were(desk: Desk) -> None:
    text = desk.text(1)
    desk.edit(1, f"A page that a person wrote.\n\n{text}")
    desk.edit(1, f"A page that a person wrote.\n\n{text}\n\nThe end of it.")
    assert origins(desk, 1) == {AUTHOR: 10, MACHINE: count_words(text)}
    with desk.store.reading() as work:
        first = work.chapters.revision_numbered(desk.novel.id, 1, 1)
    restore_revision(desk.store, desk.seen(1), first)
    assert origins(desk, 1) == {MACHINE: count_words(text)}


def test_a_draft_keeps_whose_the_paragraphs_before_it_were(desk: Desk) -> None:
    desk.edit(2, f"A page that a person wrote.\n\n{desk.text(2)}")
    desk.redraft(Redraft(2, from_paragraph=2))
    assert origins(desk, 2)[AUTHOR] == 6
    desk.redraft(Redraft(2))
    assert set(origins(desk, 2)) == {MACHINE}


def test_a_run_goes_on_from_a_person_s_words(desks: Desks) -> None:
    desk = desks.desk(1_500)
    desk.edit(1, "Nobody had been to the tower since the war ended.", ends_chapter=False)
    desk.write(limits=RunLimits(until_words=300))
    assert origins(desk, 1)[AUTHOR] == 10
    assert origins(desk, 1)[MACHINE] > 50


def test_tokens_drawn_and_kept(desk: Desk) -> None:
    drawing = statistics(desk).drawing
    with desk.store.reading() as work:
        segments = [each for _, each in work.segments.of_branch(desk.novel.active_branch_id)]
        figures = list(work.segments.figures_of_branch(desk.novel.active_branch_id))
    assert [(each.words, each.provenance) for each in figures] == [
        (each.words, each.provenance) for each in segments
    ]
    passages = [passage for each in segments for passage in each.provenance["passages"]]
    assert drawing.tokens_kept == sum(each.tokens for each in segments)
    assert drawing.tokens_drawn == sum(passage["tokens_drawn"] for passage in passages)
    assert drawing.passages == len(passages) > 0
    assert drawing.seconds == pytest.approx(sum(each.elapsed_seconds for each in segments))
    assert drawing.share_kept is not None and 0 < drawing.share_kept < 1
    assert drawing.kept_per_second is not None and drawing.drawn_per_second is not None
    assert drawing.drawn_per_second > drawing.kept_per_second


def test_text_that_was_kept_or_written_by_a_person_was_not_drawn(desk: Desk) -> None:
    before = statistics(desk).drawing
    desk.edit(1, desk.text(1) + " So it was.")
    without = statistics(desk).drawing
    assert without.passages < before.passages and without.tokens_kept < before.tokens_kept


def test_a_novel_without_text_has_no_speed(desks: Desks) -> None:
    found = statistics(desks.desk())
    assert (found.drawing.share_kept, found.drawing.kept_per_second) == (None, None)
    assert found.shares_by_origin() == {"author": 0, "edited": 0, "machine": 0}


def test_sections_are_the_chapters_with_text(desk: Desk) -> None:
    sections = NovelSections(desk.store, desk.fresh())
    read = list(sections())
    assert [each.chapter for each in read] == list(range(1, len(read) + 1))
    assert [each.text.rstrip() for each in read] == desk.chapters()
    assert list(sections()) == read, "it can be read again"
    assert read[0].title


def test_a_novel_without_text_has_no_sections(desks: Desks) -> None:
    desk = desks.desk()
    assert list(NovelSections(desk.store, desk.novel)()) == []


def test_a_rewritten_passage_leaves_the_words_after_it_whose_they_were(desk: Desk) -> None:
    from novelgen.text.paragraph_spans import paragraph_spans
    from storage.records import NewRevision, RevisionOrigin, RevisionState

    desk.edit(2, f"{desk.text(2)}\n\nA page that a person wrote.")
    text = desk.text(2)
    start, end = paragraph_spans(text)[0]
    rewritten = f"{text[:start]}Quite another beginning was drawn.{text[end:]}"
    with desk.store.writing() as work:
        stands = work.chapters.get(desk.fresh().active_branch_id, 2)
        assert stands is not None
        revision = work.chapters.add_revision(
            desk.novel.id,
            NewRevision(
                2,
                "",
                RevisionOrigin.REPAIRED,
                stands.revision.id,
                RevisionState.COMPLETE,
                rewritten,
                count_words(rewritten),
            ),
        )
        work.chapters.point_at(desk.fresh().active_branch_id, 2, revision.id)
    assert origins(desk, 2) == {AUTHOR: 6, MACHINE: count_words(rewritten) - 6}
