"""The skeleton's plan is of use, and says nothing twice."""

import string
from dataclasses import replace

import pytest

from novelgen.planning import skeleton_phrases as phrases
from novelgen.planning.cast_planner import cast_sizes, filled_cast
from novelgen.planning.premise_names import cast_of
from novelgen.planning.roles import role_at
from novelgen.planning.skeleton import Skeleton, short_name
from novelgen.planning.structure import Structure, outline
from storage.records import Beat

PREMISE = "Mara Hale, a lighthouse keeper, finds a letter in Port Sorrow."


def skeleton_of(structure: Structure, seed: int) -> Skeleton:
    return Skeleton(seed, structure, filled_cast(cast_of(PREMISE), seed, 550_000), PREMISE)


def whole_plan(structure: Structure, seed: int) -> tuple[list[str], list[str], list[list[Beat]]]:
    skeleton = skeleton_of(structure, seed)
    titles: list[str] = []
    briefs, beats = [], []
    for slot in structure.chapters:
        role = structure.role_of(slot.number)
        taken = {title.casefold() for title in titles}
        titles.append(skeleton.chapter_title(slot.number, role, taken))
        briefs.append(skeleton.chapter_brief(slot.number, role))
        beats.append(skeleton.beats(slot.number, role, 8))
    return titles, briefs, beats


@pytest.mark.parametrize("seed", [1, 2, 2**40])
@pytest.mark.parametrize("chapters", [3, 47, 1_000])
def test_no_brief_and_no_title_stands_twice(chapters: int, seed: int) -> None:
    titles, briefs, beats = whole_plan(outline(5_000 * chapters, chapters), seed)
    said = [*briefs, *(beat.brief for listed in beats for beat in listed)]
    assert len({text.casefold() for text in said}) == len(said) == 9 * chapters
    assert len({title.casefold() for title in titles}) == chapters


def test_no_beat_stands_twice_in_the_longest_plan_there_may_be() -> None:
    structure = outline(5_000_000, 5_000)
    skeleton = skeleton_of(structure, 4)
    said = [
        text
        for slot in structure.chapters
        for role in [role_at(slot.position)]
        for text in (
            skeleton.chapter_brief(slot.number, role),
            *(beat.brief for beat in skeleton.beats(slot.number, role, 8)),
        )
    ]
    assert len(set(said)) == len(said)


def test_planned_anew_nothing_of_an_earlier_round_comes_back() -> None:
    rounds = [replace(outline(300_000), round=number) for number in range(4)]
    said = [text for each in rounds for text in whole_plan(each, 7)[1]]
    assert len(set(said)) == len(said)


def test_what_is_taken_is_not_said_again() -> None:
    structure = outline(30_000)
    skeleton, role = skeleton_of(structure, 1), structure.role_of(2)
    first = skeleton.chapter_brief(2, role)
    again = skeleton.chapter_brief(2, role, {first.casefold()})
    assert again != first
    beats = [beat.brief for beat in skeleton.beats(2, role, 8)]
    others = skeleton.beats(2, role, 8, {brief.casefold() for brief in beats})
    assert not {beat.brief for beat in others} & set(beats)


def test_every_brief_names_somebody_and_every_beat_says_who_is_there() -> None:
    structure = outline(550_000)
    _, briefs, beats = whole_plan(structure, 3)
    skeleton = skeleton_of(structure, 3)
    for number, brief in enumerate(briefs, start=1):
        scene = skeleton.scene(number)
        assert short_name(scene.focus) in brief
        assert scene.focus != scene.other
    assert all(beat.characters and beat.place for listed in beats for beat in listed)
    assert {listed[-1].closes for listed in beats} == {"chapter", "part", "novel"}
    assert beats[-1][-1].closes == "novel"


def test_the_cast_is_heard_of_all_over_the_book() -> None:
    structure = outline(550_000)
    skeleton = skeleton_of(structure, 3)
    scenes = [skeleton.scene(slot.number) for slot in structure.chapters]
    people, places = cast_sizes(550_000)
    assert len({name for scene in scenes for name in scene.characters}) == people
    assert len({scene.place for scene in scenes}) == places
    assert sum(scene.focus == "Mara Hale" for scene in scenes) >= 40
    assert scenes[0].thing == "the letter"  # the premise speaks of it


@pytest.mark.parametrize("count", range(1, 9))
def test_the_closing_beat_is_always_there_and_always_last(count: int) -> None:
    structure = outline(30_000)
    beats = skeleton_of(structure, 1).beats(1, structure.role_of(1), count)
    assert len(beats) == count
    assert [bool(beat.closes) for beat in beats] == [False] * (count - 1) + [True]
    assert len({beat.brief for beat in beats}) == count


def test_every_sentence_names_its_thing_and_its_circumstance() -> None:
    groups = [
        *phrases.CHAPTER_BRIEFS.values(), *phrases.TURNS.values(), *phrases.MIDDLE_BEATS,
        phrases.OPENING_BEATS, phrases.CHAPTER_ENDINGS, phrases.PART_ENDINGS,
        phrases.NOVEL_ENDINGS, tuple(phrases.PART_BRIEFS.values()),
    ]  # fmt: skip
    for sentence in (sentence for group in groups for sentence in group):
        fields = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        assert {"t", "d"} <= fields <= set("abptd"), sentence
    listed = (phrases.THINGS, phrases.CIRCUMSTANCES, phrases.FIRST_NAMES, phrases.PLACES)
    assert all(len(set(each)) == len(each) for each in listed)


def test_the_lead_is_in_three_chapters_of_four_and_more() -> None:
    skeleton = skeleton_of(outline(500_000, 100), 5)
    lead = filled_cast(cast_of(PREMISE), 5, 550_000).characters[0].name
    count = sum(lead in skeleton.scene(number).characters for number in range(1, 101))
    assert 75 <= count < 90
