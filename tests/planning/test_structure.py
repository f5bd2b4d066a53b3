"""The shape of a novel of any length."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.planning.skeleton import role_at, skeleton_beats
from novelgen.planning.structure import Structure, default_beats, outline


@pytest.mark.parametrize(
    ("words", "chapters"),
    [(100, 1), (500, 1), (1_500, 3), (3_000, 3), (50_000, 17), (550_000, 120)],
)
def test_chapters_suit_the_length(words: int, chapters: int) -> None:
    assert outline(words).total_chapters == chapters


def test_a_long_novel_has_parts() -> None:
    structure = outline(550_000)
    assert {slot.part for slot in structure.chapters} == set(range(1, 7))
    assert {len(structure.part_of(number)) for number in (1, 60, 120)} == {20}
    assert outline(4_300_000).total_chapters > 900


@given(st.integers(min_value=100, max_value=10_000_000))
def test_chapter_budgets_add_up(words: int) -> None:
    structure = outline(words)
    assert sum(slot.target_words for slot in structure.chapters) == words
    assert [slot.number for slot in structure.chapters] == list(
        range(1, structure.total_chapters + 1)
    )
    parts = [slot.part for slot in structure.chapters]
    assert parts == sorted(parts)


def test_the_arc_runs_from_opening_to_resolution() -> None:
    roles = [role_at(slot.position).name for slot in outline(100_000).chapters]
    assert roles[0] == "opening"
    assert roles[-1] == "resolution"
    assert len(set(roles)) == 6
    assert role_at(outline(200).chapters[0].position).name == "resolution"


@pytest.mark.parametrize("count", range(1, 9))
def test_skeleton_beats_end_with_the_last(count: int) -> None:
    role = role_at(1.0)
    beats = skeleton_beats(role, count)
    assert len(beats) == count
    assert beats[-1] == role.beats[-1]


def test_beats_grow_with_the_chapter() -> None:
    assert [default_beats(words) for words in (50, 170, 500, 1_000, 4_600)] == [1, 1, 3, 6, 8]


def test_a_structure_survives_json() -> None:
    structure = outline(30_000, chapters=7)
    assert structure.total_chapters == 7
    assert Structure.from_json(json.loads(json.dumps(structure.as_json()))) == structure
