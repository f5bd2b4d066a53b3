"""New versions of a plan: what is written stays, words add up, origins are kept."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelgen.errors import UsageError
from novelgen.planning.budgets import chapter_words
from novelgen.planning.cards import Cast
from novelgen.planning.cast_planner import filled_cast
from novelgen.planning.content import PlanContent
from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentPart,
    PlanDocument,
    PlanMistake,
    document_of,
)
from novelgen.planning.frame import PlanFrame
from novelgen.planning.outline_reading import read_outline
from novelgen.planning.planner import Planner
from novelgen.planning.replanning import anew_from, brought_back, with_target
from novelgen.planning.revising import from_outline, with_document
from novelgen.planning.structure import outline
from novelgen.prompting.library import PromptLibrary
from tests.planning.answering import Answering

PREMISE = "Mara Hale finds a letter."


def frame_of(content: PlanContent) -> PlanFrame:
    cast = content.structure.cast
    assert cast is not None
    return PlanFrame("T", PREMISE, 3, content.structure, cast)


def planned(words: int = 10_000, chapters: int = 5) -> PlanContent:
    """A plan of the skeleton, with the beats of its first two chapters."""
    structure = replace(outline(words, chapters), cast=filled_cast(Cast(), 3, words))
    content = PlanContent(structure)
    planner = Planner(Answering([""]), PromptLibrary(), seed=3, branch="main")
    of = frame_of(content)
    cards: dict[int, object] = {}
    for slot in structure.chapters:
        cards[slot.number] = planner.plan_chapter(slot, of, list(cards.values()))  # type: ignore[arg-type]
    beats = {
        number: planner.plan_beats(structure.slot(number), cards[number], of)  # type: ignore[arg-type]
        for number in (1, 2)
    }
    return PlanContent(structure, cards, beats)  # type: ignore[arg-type]


def revised(
    content: PlanContent, document: PlanDocument, written: int = 0, words: int | None = None
) -> PlanContent:
    target = words or content.structure.target_words
    return with_document(content, content, document, written, target, frame_of(content))


def changed(content: PlanContent, at: int, **how: object) -> PlanDocument:
    """The document of the plan with one chapter changed."""
    chapters = list(document_of(content).chapters)
    chapters[at] = replace(chapters[at], **how)  # type: ignore[arg-type]
    return PlanDocument((DocumentPart(chapters=tuple(chapters)),))


def require_sums(content: PlanContent) -> None:
    structure = content.structure
    assert sum(slot.target_words for slot in structure.chapters) == structure.target_words
    assert sum(structure.part_words().values()) == structure.target_words
    for number, card in content.cards.items():
        assert card.target_words == structure.slot(number).target_words
    for number, beats in content.beats.items():
        assert sum(beat.words for beat in beats.beats) == structure.slot(number).target_words
        assert beats.beats[-1].closes == structure.closes(number)


def test_a_document_that_changes_nothing_changes_nothing() -> None:
    content = planned()
    again = revised(content, document_of(content))
    assert again == replace(content, structure=replace(content.structure, made="edited"))


def test_what_a_person_changed_is_the_authors_and_the_rest_keeps_its_origin() -> None:
    content = planned()
    content = revised(content, changed(content, 2, title="Mine", brief="Mara Hale goes."))
    assert [content.cards[number].origin for number in (2, 3, 4)] == [
        "skeleton", "author", "skeleton",
    ]  # fmt: skip
    beats = document_of(content).chapters[1].beats
    mine = (*beats[:-1], DocumentBeat("Odo sails."))
    content = revised(content, changed(content, 1, beats=mine))
    assert [beat.origin for beat in content.beats[2].beats] == ["skeleton"] * (len(mine) - 1) + [
        "author"
    ]
    require_sums(content)


def test_words_that_a_person_changed_stay_and_others_share_the_rest() -> None:
    content = planned()
    content = revised(content, changed(content, 2, words=5_000), written=1)
    assert [slot.target_words for slot in content.structure.chapters] == [
        2_000, 1_000, 5_000, 1_000, 1_000,
    ]  # fmt: skip
    require_sums(content)
    with pytest.raises(UsageError, match="at least 40"):
        revised(content, changed(content, 2, words=7_990), written=1)


def test_chapters_may_come_go_and_move_behind_what_is_written() -> None:
    content = planned()
    one, two, three, _, five = document_of(content).chapters
    new = DocumentChapter(None, "New", 3_000, "Something new happens.")
    again = revised(
        content, PlanDocument((DocumentPart(chapters=(one, two, five, new, three)),)), 2
    )
    assert [again.cards[number].title for number in (1, 2, 3, 4, 5)] == [
        one.title, two.title, five.title, "New", three.title,
    ]  # fmt: skip
    assert again.structure.slot(4).target_words == 3_000
    assert [again.cards[number].origin for number in (3, 4)] == ["skeleton", "author"]
    require_sums(again)


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ((0, 2, 3, 4), "chapter 2 .* is written and cannot be deleted"),
        ((1, 0, 2, 3, 4), "chapter 1 .* cannot be deleted or moved"),
        ((0,), "found nothing"),
    ],
)
def test_written_chapters_stay(kept: tuple[int, ...], message: str) -> None:
    content = planned()
    chapters = document_of(content).chapters
    document = PlanDocument((DocumentPart(chapters=tuple(chapters[at] for at in kept)),))
    with pytest.raises(PlanMistake, match=message):
        revised(content, document, written=2)


def test_a_written_chapter_may_be_called_another_thing_but_keeps_its_words() -> None:
    content = planned()
    again = revised(content, changed(content, 0, title="Other"), written=2)
    assert (again.cards[1].title, again.cards[1].origin) == ("Other", "author")
    with pytest.raises(PlanMistake, match="cannot be planned any more"):
        revised(content, changed(content, 0, words=1_999), written=2)


def test_a_chapter_with_half_a_card_is_planned_when_it_is_reached() -> None:
    content = planned()
    again = revised(content, changed(content, 3, brief="", beats=(DocumentBeat("mara swims"),)))
    assert 4 not in again.cards
    slot = again.structure.slot(4)
    assert slot.title == content.cards[4].title
    assert [beat.brief for beat in slot.beats] == ["mara swims"]
    assert document_of(again).chapters[3].title == slot.title


def test_what_was_planned_while_a_person_edited_is_kept() -> None:
    now = planned()
    seen = PlanContent(now.structure, {1: now.cards[1]}, {})
    again = with_document(now, seen, document_of(seen), 1, 10_000, frame_of(now))
    assert again.cards == now.cards
    assert again.beats == now.beats


def test_planned_anew_keeps_what_stands_before() -> None:
    content = planned(60_000, 45)
    assert content.structure.total_parts == 2
    again = anew_from(content, 3, 1)
    assert set(again.cards) == set(again.beats) == {1, 2}
    assert again.structure.round == 1
    require_sums(again)
    longer = anew_from(content, 3, 1, 200_000)
    assert longer.structure.total_chapters > 45
    assert longer.structure.slot(1).target_words == content.structure.slot(1).target_words
    require_sums(longer)
    with pytest.raises(UsageError, match="Chapter 1 cannot be"):
        anew_from(content, 1, 1)
    with pytest.raises(UsageError, match="Chapter 46 cannot be"):
        anew_from(content, 46, 45)


@pytest.mark.parametrize("words", [None, 6_000, 4_300_000])
def test_planned_anew_keeps_what_an_outline_says(words: int | None) -> None:
    outlined = read_outline(
        "# Part 1: Out\n\n## One\n\nMara goes.\n\n# Part 2: Home\n\n## Two\n\nMara comes home.\n\n"
        "- she rows\n- she sleeps\n\n## Three (900 words)\n"
    )
    content = PlanContent(from_outline(outlined, 3_000, 3, PREMISE))
    said = [(slot.title, slot.brief, slot.beats) for slot in content.structure.chapters]
    assert [title for title, _, _ in said] == ["One", "Two", "Three"]
    again = anew_from(content, 2, 0, words)
    assert [(slot.title, slot.brief, slot.beats) for slot in again.structure.chapters] == said
    assert again.structure.parts == content.structure.parts
    assert sum(slot.target_words for slot in again.structure.chapters) == (words or 3_000)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4), st.integers(5_000, 4_300_000))
def test_another_target_is_shared_by_what_is_unwritten(written: int, words: int) -> None:
    content = _CONTENT
    least = sum(slot.target_words for slot in content.structure.chapters[:written]) + 40 * 5
    if words < least:
        return
    again = with_target(content, words, written)
    require_sums(again)
    assert again.structure.chapters[:written] == content.structure.chapters[:written]


_CONTENT = planned()


def test_an_older_version_comes_back_behind_what_is_written() -> None:
    old = planned()
    now = revised(old, changed(old, 0, title="First now"))
    now = revised(now, changed(now, 3, title="Fourth now", brief="It all goes wrong."))
    back = brought_back(now, old, 1, 1)
    assert back.cards[1].title == "First now"
    assert back.cards[4] == old.cards[4]
    require_sums(back)
    with pytest.raises(UsageError, match="has 5 chapters, and 6 are written"):
        brought_back(now, old, 1, 6)


def test_budgets_are_exact() -> None:
    assert chapter_words(1_000, [None, 300, None]) == [350, 300, 350]
    assert chapter_words(1_000, [500, 500]) == [500, 500]
    assert chapter_words(100, [None, None], [1.0, 9.0]) == [42, 58]
    with pytest.raises(UsageError, match="900 words together"):
        chapter_words(1_000, [500, 400])
