"""The shape of a novel of any length."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.planning.cards import Cast, CastMember, PartCard
from novelgen.planning.roles import role_at
from novelgen.planning.structure import GivenBeat, Structure, default_beats, outline


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


def test_every_part_has_an_arc_of_its_own() -> None:
    structure = outline(550_000)
    roles = [structure.role_of(number).name for number in range(1, 121)]
    assert {roles[20 * part] for part in range(6)} == {"opening"}
    assert {roles[20 * part + 19] for part in range(6)} == {"resolution"}
    assert [structure.role_of_part(part).name for part in (1, 6)] == ["opening", "resolution"]
    assert [structure.closes(number) for number in (1, 20, 120)] == ["chapter", "part", "novel"]


@pytest.mark.parametrize(
    ("words", "parts", "chapters"),
    [
        (1_000, 1, (2, 2)),
        (3_000, 1, (2, 3)),
        (550_000, 6, (110, 130)),
        (4_300_000, 47, (900, 1000)),
    ],
)
def test_the_shape_suits_the_length(words: int, parts: int, chapters: tuple[int, int]) -> None:
    structure = outline(words)
    assert structure.total_parts == parts
    assert chapters[0] <= structure.total_chapters <= chapters[1]
    assert sum(structure.part_words().values()) == words
    if words == 550_000:
        assert {default_beats(slot.target_words) for slot in structure.chapters} <= {5, 6, 7, 8}


def test_beats_grow_with_the_chapter() -> None:
    assert [default_beats(words) for words in (50, 170, 500, 1_000, 4_600)] == [1, 1, 3, 6, 8]


def test_a_structure_survives_json() -> None:
    structure = outline(30_000, chapters=7)
    assert structure.total_chapters == 7
    assert Structure.from_json(json.loads(json.dumps(structure.as_json()))) == structure
    told = replace(
        structure,
        parts=(PartCard(1, "The Letter", "It comes.", "model"),),
        cast=Cast((CastMember("Mara", "a keeper"),), (CastMember("the sea"),)),
        answers="json",
        made="edited",
        round=2,
        chapters=(
            replace(structure.chapters[0], title="One", beats=(GivenBeat("She goes.", 5),)),
            *structure.chapters[1:],
        ),
    )
    assert Structure.from_json(json.loads(json.dumps(told.as_json()))) == told


def test_a_structure_of_an_earlier_version_is_read() -> None:
    slot = {"number": 1, "part": 1, "position": 1.0, "target_words": 500}
    structure = Structure.from_json({"target_words": 500, "chapters": [slot]})
    assert (structure.cast, structure.parts, structure.slot(1).beats) == (None, (), ())
