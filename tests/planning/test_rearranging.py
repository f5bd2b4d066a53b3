"""Moving, splitting, merging and adding in a plan: the words always add up, the written stays."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from novelgen.errors import UsageError
from novelgen.planning.budget_preview import previewed
from novelgen.planning.budgets import beat_words
from novelgen.planning.content import PlanContent
from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentPart,
    PlanDocument,
    document_of,
)
from novelgen.planning.plan_differences import plan_differences
from novelgen.planning.rearranging import (
    merged_chapter,
    moved_beat,
    moved_chapter,
    split_chapter,
    with_beat,
    with_chapter,
    with_new_beat,
    with_new_chapter,
    with_part,
    without_beat,
    without_chapter,
)
from tests.planning.test_revising import planned, require_sums, revised


@pytest.fixture
def content() -> PlanContent:
    """Five chapters of 2,000 words; the first two have beats."""
    return planned()


def titles(document: PlanDocument) -> list[str]:
    return [chapter.title for chapter in document.chapters]


def in_parts(*sizes: int) -> PlanDocument:
    numbers = iter(range(1, sum(sizes) + 1))
    parts = tuple(
        DocumentPart(
            f"P{at}",
            "",
            tuple(
                DocumentChapter(number, f"C{number}", 500, "Goes on.")
                for number in [next(numbers) for _ in range(size)]
            ),
        )
        for at, size in enumerate(sizes, 1)
    )
    return PlanDocument(parts)


def shape(document: PlanDocument) -> list[list[int | None]]:
    return [[chapter.number for chapter in part.chapters] for part in document.parts]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: moved_chapter(told, 2, 1, 1),
        lambda told: split_chapter(told, 2, 2, 1),
        lambda told: split_chapter(told, 3, 0, 1),
        lambda told: merged_chapter(told, 2, 1),
        lambda told: merged_chapter(told, 4, 1),
        lambda told: without_chapter(told, 3, 1),
        lambda told: with_new_chapter(told, 1, DocumentChapter(None, "New", 900, "It rains."), 1),
        lambda told: with_beat(told, 2, 0, replace(told.chapters[1].beats[0], words=700)),
        lambda told: with_new_beat(told, 2, 0, DocumentBeat("A door opens.", 300)),
        lambda told: without_beat(told, 2, 0),
        lambda told: moved_beat(told, 2, 0, 1),
    ],
)
def test_every_change_can_be_stored_and_is_what_the_preview_showed(
    content: PlanContent, change: Callable[[PlanDocument], PlanDocument]
) -> None:
    document = change(document_of(content))
    after = revised(content, document, written=1)
    require_sums(after)
    assert after.cards[1] == content.cards[1]
    shown = previewed(content, document, 1, content.structure.target_words)
    stored = document_of(after).chapters
    assert [each.words for each in shown.chapters] == [each.words for each in stored]
    for one, other in zip(shown.chapters, stored, strict=True):
        assert [beat.words for beat in one.beats] == [beat.words for beat in other.beats]
        assert [beat.brief for beat in one.beats] == [beat.brief for beat in other.beats]


def test_new_words_of_one_chapter_are_shared_by_the_other_unwritten_ones(
    content: PlanContent,
) -> None:
    document = document_of(content)
    longer = with_chapter(document, 3, replace(document.chapters[2], words=3_000))
    shown = previewed(content, longer, 1, 10_000)
    assert [each.words for each in shown.chapters] == [2_000, 1_667, 3_000, 1_666, 1_667]
    assert previewed(content, document, 1, 14_000).chapters[0].words == 2_000


def test_a_chapter_goes_over_the_edge_of_its_part_and_an_empty_part_goes() -> None:
    document = in_parts(2, 1, 2)
    assert shape(moved_chapter(document, 2, 1, 0)) == [[1], [2, 3], [4, 5]]
    assert shape(moved_chapter(document, 4, -1, 0)) == [[1, 2], [3, 4], [5]]
    assert shape(moved_chapter(document, 3, -1, 0)) == [[1, 2, 3], [4, 5]]
    assert shape(moved_chapter(document, 1, 1, 0)) == [[2, 1], [3], [4, 5]]
    assert shape(without_chapter(document, 3, 0)) == [[1, 2], [4, 5]]


def test_a_part_is_called_otherwise() -> None:
    document = with_part(in_parts(1, 1), 2, "Mine", "All ends.")
    assert [(part.title, part.brief) for part in document.parts] == [
        ("P1", ""),
        ("Mine", "All ends."),
    ]


def test_what_is_written_is_neither_moved_nor_split_nor_deleted(content: PlanContent) -> None:
    document = document_of(content)
    for attempt in (
        lambda: moved_chapter(document, 2, 1, 2),
        lambda: moved_chapter(document, 3, -1, 2),
        lambda: moved_chapter(document, 1, -1, 0),
        lambda: moved_chapter(document, 5, 1, 2),
        lambda: split_chapter(document, 2, 1, 2),
        lambda: merged_chapter(document, 2, 2),
        lambda: merged_chapter(document, 5, 2),
        lambda: without_chapter(document, 1, 2),
        lambda: with_new_chapter(document, 1, DocumentChapter(title="New"), 2),
        lambda: split_chapter(document, 2, 0, 1),
        lambda: moved_beat(document, 1, 0, -1),
    ):
        with pytest.raises(UsageError):
            attempt()


def test_a_split_shares_beats_and_words(content: PlanContent) -> None:
    document = document_of(content)
    before = document.chapters[1]
    first, second = split_chapter(document, 2, 2, 0).chapters[1:3]
    assert (first.beats, second.beats) == (before.beats[:2], before.beats[2:])
    assert (first.words or 0) + (second.words or 0) == before.words
    assert second.title == f"{before.title} (2)"
    assert second.brief.startswith(before.beats[2].brief)


def test_merged_chapters_keep_all_that_was_to_happen(content: PlanContent) -> None:
    document = document_of(content)
    merged = merged_chapter(document, 2, 0).chapters[1]
    second, third = document.chapters[1:3]
    assert merged.words == (second.words or 0) + (third.words or 0)
    assert [beat.brief for beat in merged.beats] == [
        *(beat.brief for beat in second.beats),
        third.brief,
    ]
    assert titles(merged_chapter(document, 2, 0)) == [
        each.title for each in document.chapters if each.number != 3
    ]


def test_other_words_of_a_beat_are_taken_from_the_others() -> None:
    assert beat_words(400, [100, 100, 100, 100], 1, 190) == [70, 190, 70, 70]
    assert beat_words(400, [400], 0, 400) == [400]
    with pytest.raises(UsageError, match="left for 3 other beats"):
        beat_words(400, [100] * 4, 1, 390)
    with pytest.raises(UsageError, match="one beat"):
        beat_words(400, [400], 0, 300)


def test_differences_are_told_with_the_chapter_they_are_in(content: PlanContent) -> None:
    old = document_of(content)
    new = with_chapter(old, 3, replace(old.chapters[2], brief="Nobody comes."))
    went, came = plan_differences(old, new)
    assert (went.is_new, came.is_new, came.text) == (False, True, "Nobody comes.")
    assert went.heading == came.heading
    assert came.heading.startswith("Chapter 3")
    assert plan_differences(old, old) == []
