"""The keeper plans what is reached, stores it piece by piece, and plans the same however often it
is interrupted."""

from dataclasses import replace
from datetime import datetime

import pytest

from novelgen.engine.protocol import Engine
from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.events import ChapterPlanned
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.plan_editing import see_plan, store_outline
from novelgen.generation.plan_keeper import PlanKeeper
from novelgen.generation.renaming import preview_rename, rename
from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.planning.cards import PartCard
from novelgen.planning.outline_reading import read_outline
from novelgen.prompting.library import PromptLibrary
from storage.records import NewPlannedChapter, NovelChanges, PlannedBeats
from storage.run_records import NewRun, RunPurpose
from tests.generation.conftest import Desk, Desks
from tests.planning.answering import Answering


def context_of(desk: Desk, engine: Engine | None = None) -> NovelContext:
    novel = desk.fresh()
    with desk.store.writing() as work:
        run = work.runs.start(
            NewRun(
                novel_id=novel.id, pid=1, host="here", device="cpu", dtype="float32", versions={},
                branch_id=novel.active_branch_id, purpose=RunPurpose.WRITE, is_unattended=False,
            )
        )  # fmt: skip
    return NovelContext(
        desk.store, engine or ScriptedEngine(), PromptLibrary(), novel, novel.active_branch_id,
        "main", run, desk.stop,
    )  # fmt: skip


def keeper_of(desk: Desk, engine: Engine | None = None) -> PlanKeeper:
    return PlanKeeper(context_of(desk, engine))


def version_of(desk: Desk) -> int:
    return see_plan(desk.store, desk.fresh()).version


def parts_of(desk: Desk) -> dict[int, PartCard]:
    parts = see_plan(desk.store, desk.fresh()).content.structure.parts
    return {part.number: part for part in parts}


def everything(desk: Desk) -> list[object]:
    """The whole plan as it is stored, without ids and times."""
    with desk.store.reading() as work:
        plan = work.plans.current(desk.fresh().active_branch_id)
        assert plan is not None
        chapters = [
            replace(each, plan_id="", created_at=datetime.min)
            for each in work.plans.chapters(plan.id)
        ]
        return [plan.structure, chapters, work.plans.all_beats(plan.id)]


def test_the_cast_is_planned_first_then_a_part_then_beats(desks: Desks) -> None:
    desk = desks.desk(550_000)
    keeper = keeper_of(desk)
    keeper.ensure_premise_and_title()
    assert version_of(desk) == 1
    assert len(keeper.cast.characters) == 11
    events = list(keeper.ensure_part(1))
    assert [event.number for event in events] == list(range(1, 21))
    assert {event.origin for event in events} <= {"skeleton", "repaired", "model"}
    with pytest.raises(LookupError):
        keeper.card(21)
    beats = keeper.beats(20)
    assert 5 <= len(beats) <= 8
    assert [beat.closes for beat in beats] == [""] * (len(beats) - 1) + ["part"]
    assert sum(beat.words for beat in beats) == keeper.card(20).target_words
    parts = parts_of(desk)
    assert parts[1].brief
    assert 2 not in parts
    assert list(keeper.ensure_part(7)) == []
    again = keeper_of(desk)
    assert parts_of(desk) == parts
    assert again.card(7) == keeper.card(7)
    assert again.card(7).characters
    assert again.beats(20) == beats


def test_a_plan_is_the_same_made_at_once_or_with_interruptions(desks: Desks) -> None:
    whole, pieces = desks.desk(60_000), desks.desk(60_000)
    keeper = keeper_of(whole)
    keeper.ensure_premise_and_title()
    list(keeper.ensure_all())
    for number in range(1, 6):
        keeper.beats(number)
    while True:  # a new process after every chapter
        keeper = keeper_of(pieces)
        keeper.ensure_premise_and_title()
        if next(keeper.ensure_all(), None) is None:
            break
    for number in range(1, 6):
        keeper_of(pieces).beats(number)
    assert everything(pieces) == everything(whole)


@pytest.mark.parametrize("seed", [1, 5])
def test_no_brief_stands_twice_whoever_made_it(desks: Desks, seed: int) -> None:
    """A model that says the same again and again."""

    def answer(prompt: str) -> str:
        if prompt.endswith("1."):
            return (
                " Mara goes to sea.\n2. Mara comes home late.\n3. Nobody waits for her.\n"
                "4. It rains a bit."
            )
        return " Mara finds a bottle on the rocks.\nTitle: The Bottle"

    desk = desks.desk(120_000, seed=seed)
    keeper = keeper_of(desk, Answering(answer))
    keeper.ensure_premise_and_title()
    list(keeper.ensure_all())
    briefs = [keeper.card(slot.number).brief for slot in keeper.structure.chapters]
    for slot in keeper.structure.chapters:
        briefs += [beat.brief for beat in keeper.beats(slot.number)]
    assert len({brief.casefold() for brief in briefs}) == len(briefs) > 200
    assert briefs.count("Mara finds a bottle on the rocks.") == 1
    assert briefs.count("Mara goes to sea.") == 1


def test_planning_can_be_stopped_between_tokens_and_keeps_nothing_of_the_call(
    desks: Desks,
) -> None:
    desk = desks.desk(3_000)
    stop = StopSignal()

    class Stopping(RunObserver):
        def on_text(self, row: int, text: str) -> None:
            stop.stop_now()

    events = list(desk.run(stop=stop, observer=Stopping(stop)).events())
    assert not [event for event in events if isinstance(event, ChapterPlanned)]
    with desk.store.reading() as work:
        assert work.plans.current(desk.fresh().active_branch_id) is None
    other = desks.desk(3_000)
    other.write(limits=RunLimits(plan_only=True))
    desk.write(limits=RunLimits(plan_only=True))
    assert everything(desk) == everything(other)


def test_a_model_that_answers_in_json_is_remembered_in_the_plan(desks: Desks) -> None:
    def answer(prompt: str) -> str:
        if 'characters": [{' in prompt:
            return '"characters": [{"name": "Odo Pike"}], "places": [{"name": "Ebb Quay"}]}'
        return "no JSON"

    desk = desks.desk(3_000)
    keeper = keeper_of(desk, Answering(answer, has_chat_template=True))
    keeper.ensure_premise_and_title()
    again = keeper_of(desk)
    assert again.structure.answers == "json"
    assert again.cast.characters[0].name == "Odo Pike"


OUTLINE = """# The Bottle (900 words)

Mara Hale finds it at Ebb Quay.

- she wades in
- she reads the letter

# After that
# The End (900 words)
"""


def outlined(desks: Desks, words: int = 3_000) -> Desk:
    desk = desks.desk(words)
    with desk.store.writing() as work:
        store_outline(work, desk.fresh(), read_outline(OUTLINE), words)
    return desk


def test_an_authors_outline_is_kept_to_the_letter_and_what_it_lacks_is_planned(
    desks: Desks,
) -> None:
    desk = outlined(desks)
    keeper = keeper_of(desk)
    keeper.ensure_premise_and_title()
    assert version_of(desk) == 1
    list(keeper.ensure_all())
    cards = [keeper.card(number) for number in (1, 2, 3)]
    assert [card.title for card in cards] == ["The Bottle", "After that", "The End"]
    assert [card.target_words for card in cards] == [900, 1_200, 900]
    assert (cards[0].brief, cards[0].origin) == ("Mara Hale finds it at Ebb Quay.", "author")
    assert cards[0].characters[0] == "Mara Hale"
    assert cards[1].brief
    assert cards[1].origin != "author"
    beats = keeper.beats(1)
    assert [beat.brief for beat in beats] == ["she wades in", "she reads the letter"]
    assert {beat.origin for beat in beats} == {"author"}
    assert len(keeper.beats(2)) == 7
    assert [beat.origin for beat in keeper.beats(2)].count("author") == 0


def test_how_the_model_answers_is_found_out_once_for_an_outline(desks: Desks) -> None:
    desk = outlined(desks)
    engine = Answering(["I would rather not."], has_chat_template=True)
    keeper_of(desk, engine).ensure_premise_and_title()
    assert not engine.requests
    keeper = keeper_of(desk, engine)
    list(keeper.ensure_all())
    keeper.beats(2)
    keeper.beats(3)
    assert len(engine.requests) > 6
    in_json = [each for each in engine.requests if each.brief.endswith("{")]
    assert len(in_json) == 1


def test_an_outline_is_written_to_its_end(desks: Desks) -> None:
    desk = outlined(desks)
    desk.write()
    assert desk.complete_chapters() == 3
    with desk.store.reading() as work:
        chapters = work.chapters.of_branch(desk.fresh().active_branch_id)
    assert [chapter.revision.title for chapter in chapters] == [
        "The Bottle", "After that", "The End",
    ]  # fmt: skip
    assert abs(chapters[1].revision.words - 1_200) <= 120


def test_very_many_chapters_of_one_part_are_planned_a_stretch_at_a_time(desks: Desks) -> None:
    desk = desks.desk(50_000)
    text = "\n".join(f"# Chapter of {number}" for number in range(50))
    with desk.store.writing() as work:
        store_outline(work, desk.fresh(), read_outline(text), 50_000)
    keeper = keeper_of(desk)
    assert [event.number for event in keeper.ensure_part(45)] == list(range(41, 51))
    assert [event.number for event in keeper.ensure_part(1)] == list(range(1, 21))
    assert len(list(keeper.ensure_all())) == 20


def test_a_plan_of_an_earlier_version_is_gone_on_with(desks: Desks) -> None:
    desk = desks.desk(3_000)
    branch_id = desk.fresh().active_branch_id
    slots = [
        {"number": at, "part": 1, "position": (at - 1) / 2, "target_words": 1_000}
        for at in (1, 2, 3)
    ]
    with desk.store.writing() as work:
        work.novels.update(desk.novel.id, NovelChanges(premise="Mara Hale finds a letter."))
        plan = work.plans.add(branch_id, {"target_words": 3_000, "chapters": slots})
        work.plans.add_chapter(plan.id, NewPlannedChapter(1, 1, "Old", "Old brief.", 1_000))
    keeper = keeper_of(desk)
    assert keeper.card(1).characters == ()
    assert keeper.cast.characters[0].name == "Mara Hale"
    desk.write()
    assert desk.complete_chapters() == 3
    assert desk.seen(1).title == "Old"


def test_a_name_is_changed_in_the_cast_and_among_those_present_too(desks: Desks) -> None:
    desk = outlined(desks)
    desk.write(limits=RunLimits(until_chapter=1))
    assert preview_rename(desk.store, desk.fresh(), "Mara Hale").plan > 3
    rename(desk.store, desk.fresh(), "Mara Hale", "Ines Voss")
    keeper = keeper_of(desk)
    assert keeper.cast.characters[0].name == "Ines Voss"
    assert keeper.card(1).characters[0] == "Ines Voss"
    assert keeper.beats(1)[0].characters[0] == "Ines Voss"
    assert keeper.structure.made == "Mara Hale renamed to Ines Voss"
    assert "Mara Hale" not in repr(everything(desk)[1:]).replace("Mara Hale renamed", "")


def test_beats_of_an_earlier_version_load(desks: Desks) -> None:
    desk = outlined(desks)
    keeper = keeper_of(desk)
    list(keeper.ensure_part(1))
    stored = keeper.beats(1)
    assert isinstance(stored[0].characters, tuple)
    with desk.store.reading() as work:
        plan = work.plans.current(desk.fresh().active_branch_id)
        assert plan is not None
        planned = work.plans.beats(plan.id, 1)
    assert isinstance(planned, PlannedBeats)
    assert planned.beats == stored
