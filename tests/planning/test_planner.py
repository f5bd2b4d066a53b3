"""Planning is seeded, and a plan exists for any model."""

import json
from dataclasses import replace

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import EngineInfo
from novelgen.planning.cards import Cast, CastMember, ChapterCard, PartCard
from novelgen.planning.cast_planner import filled_cast
from novelgen.planning.frame import PlanFrame
from novelgen.planning.planner import Planner
from novelgen.planning.premise_names import cast_of
from novelgen.planning.structure import GivenBeat, Structure, outline
from novelgen.prompting.library import PromptLibrary
from tests.planning.answering import Answering

PREMISE = "Mara Hale, a lighthouse keeper, finds a letter dated tomorrow."
CHAPTER = " Mara finds a bottle on the rocks.\nTitle: The Bottle"


def planner(engine: ScriptedEngine, seed: int = 3, **how: object) -> Planner:
    return Planner(engine, PromptLibrary(), seed=seed, branch="main", **how)  # type: ignore[arg-type]


def frame(structure: Structure | None = None, premise: str = PREMISE, seed: int = 3) -> PlanFrame:
    structure = structure or outline(1_500)
    cast = filled_cast(cast_of(premise), seed, structure.target_words)
    return PlanFrame("The Keeper", premise, seed, structure, cast)


def card_of(engine: ScriptedEngine, number: int = 1, **how: object) -> ChapterCard:
    of = frame()
    return planner(engine, **how).plan_chapter(of.structure.slot(number), of, [])


def test_the_first_usable_answer_is_taken_with_a_stream_of_its_own() -> None:
    engine = Answering(["", CHAPTER])
    card = card_of(engine)
    assert (card.title, card.origin) == ("The Bottle", "model")
    assert card.target_words == 500
    assert card.characters == ("Mara Hale",)
    assert len({request.stream_keys for request in engine.requests}) == 2
    assert PREMISE in engine.requests[0].brief
    assert "Mara Hale, a lighthouse keeper;" in engine.requests[0].brief


def test_what_the_model_thinks_aloud_is_no_part_of_the_plan() -> None:
    thinks = "<think>\nMara finds a gun.\nTitle: The Gun\n</think>\n"
    assert card_of(Answering([thinks + CHAPTER])).title == "The Bottle"
    assert card_of(Answering(["Perhaps a gun.\n</think>\n" + CHAPTER])).title == "The Bottle"
    unclosed = Answering(["<think>" + CHAPTER, CHAPTER])
    assert card_of(unclosed).title == "The Bottle"
    assert len(unclosed.requests) == 2


def test_an_answer_that_had_to_be_mended_says_so() -> None:
    card = card_of(Answering([" Mara finds a bottle. And th\nTitle: The Bottle"]))
    assert (card.brief, card.origin) == ("Mara finds a bottle.", "repaired")


def test_without_a_usable_answer_the_skeleton_speaks() -> None:
    card = card_of(Answering(["", "no", "nothing"]))
    assert card.origin == "skeleton"
    assert card.title
    assert card.brief.endswith(".")
    assert card.characters
    assert any(name.split()[0] in card.brief for name in card.characters)
    assert card.places[0] in card.brief


def test_two_chapters_share_neither_title_nor_brief() -> None:
    first = card_of(Answering([CHAPTER]))
    for answer in (
        CHAPTER,
        CHAPTER.replace("The Bottle", "Other"),
        CHAPTER.replace("rocks", "sea"),
    ):
        of = frame()
        second = planner(Answering([answer])).plan_chapter(of.structure.slot(2), of, [first])
        assert (second.title, second.brief) != (first.title, first.brief)
        assert second.origin == "skeleton"


def test_what_the_author_said_of_a_chapter_is_kept() -> None:
    of = frame()
    slot = of.structure.slot(2)
    titled = replace(slot, title="Chapter Two, or: the Sea")
    card = planner(Answering([CHAPTER])).plan_chapter(titled, of, [])
    assert (card.title, card.brief) == (titled.title, "Mara finds a bottle on the rocks.")
    told = replace(slot, brief="mara goes to sea.")
    card = planner(Answering([" The Sea"])).plan_chapter(told, of, [])
    assert (card.title, card.brief, card.origin) == ("The Sea", "mara goes to sea.", "author")
    engine = Answering(["never asked"])
    card = planner(engine).plan_chapter(replace(titled, brief="she goes."), of, [])
    assert (card.brief, card.origin, engine.requests) == ("she goes.", "author", [])


def test_beats_share_the_words_of_the_chapter_and_the_last_one_closes_it() -> None:
    listed = " Mara finds the bottle.\n2. She reads the old letter."
    of = frame()
    card = card_of(Answering([CHAPTER]))
    planned = planner(Answering([listed])).plan_beats(of.structure.slot(1), card, of)
    assert planned.origin == "model"
    assert [beat.origin for beat in planned.beats] == ["model", "model", "skeleton"]
    assert planned.beats[0].brief == "Mara finds the bottle."
    assert planned.beats[0].characters == ("Mara Hale",)
    assert [beat.closes for beat in planned.beats] == ["", "", "chapter"]
    assert sum(beat.words for beat in planned.beats) == card.target_words


def test_what_a_list_lacks_is_filled_and_what_was_told_before_is_not_told_again() -> None:
    of = frame(outline(3_000))
    card = planner(Answering([CHAPTER])).plan_chapter(of.structure.slot(3), of, [])
    listed = " Mara finds the bottle.\n2. She reads the old letter.\n3. She burns the letter."
    told = {"she burns the letter."}
    planned = planner(Answering([listed])).plan_beats(of.structure.slot(3), card, of)
    again = planner(Answering([listed])).plan_beats(of.structure.slot(3), card, of, told)
    assert [beat.origin for beat in planned.beats] == ["repaired"] * 3 + ["skeleton"] * 3
    assert planned.origin == "repaired"
    assert {beat.origin for beat in again.beats} == {"skeleton"}  # two of five are no list
    assert planned.beats[-1].closes == "novel"


def test_the_authors_beats_are_taken_to_the_letter() -> None:
    of = frame()
    given = (GivenBeat("mara swims", 100), GivenBeat("and sinks"))
    slot = replace(of.structure.slot(2), title="T", brief="B b b b.", beats=given)
    engine = Answering(["never asked"])
    card = planner(engine).plan_chapter(slot, of, [])
    planned = planner(engine).plan_beats(slot, card, of)
    assert [beat.brief for beat in planned.beats] == ["mara swims", "and sinks"]
    assert (planned.origin, engine.requests) == ("author", [])
    assert sum(beat.words for beat in planned.beats) == 500


def test_beats_are_planned_between_the_authors_where_they_are_too_few() -> None:
    of = frame(outline(9_000, chapters=2))
    given = (GivenBeat("mara swims"), GivenBeat("she sinks"))
    slot = replace(of.structure.slot(1), title="T", brief="B b b b.", beats=given)
    card = planner(Answering([""])).plan_chapter(slot, of, [])
    planned = planner(Answering([""])).plan_beats(slot, card, of)
    assert len(planned.beats) == 8
    assert (planned.beats[0].brief, planned.beats[-1].brief) == ("mara swims", "she sinks")
    assert [beat.origin for beat in planned.beats].count("author") == 2
    assert planned.beats[-1].closes == "chapter"
    assert sum(beat.words for beat in planned.beats) == 4_500


def test_the_same_seed_plans_the_same() -> None:
    def plan(seed: int) -> list[str]:
        made = planner(ScriptedEngine(), seed)
        return [made.plan_premise(), made.plan_title("A premise."), card_of(ScriptedEngine()).brief]

    assert plan(5) == plan(5)
    assert plan(5)[0] != plan(6)[0]


def test_another_round_draws_other_numbers_and_fills_with_other_sentences() -> None:
    keys, briefs = [], []
    for round_ in (0, 1):
        engine = Answering([""])
        of = frame(replace(outline(1_500), round=round_))
        card = planner(engine, round_=round_).plan_chapter(of.structure.slot(1), of, [])
        keys.append({request.stream_keys for request in engine.requests})
        briefs.append(card.brief)
    assert not keys[0] & keys[1]
    assert briefs[0] != briefs[1]


def test_the_premises_names_come_first_then_the_models_then_others() -> None:
    def answer(prompt: str) -> str:
        if prompt.endswith("people of the story.\n\n1."):
            return (
                " Tobias Wren, her brother\n2. Mara Hale, a widow\n3. the main character, x\n4. Ann"
            )
        return " the cellar, dark\n2. Port Sorrow\n3. I counted them twice"

    made = planner(Answering(answer))
    cast = made.plan_cast(PREMISE, 3_000)
    assert [(m.name, m.origin) for m in cast.characters[:3]] == [
        ("Mara Hale", "author"), ("Tobias Wren", "model"), ("Ann", "model"),
    ]  # fmt: skip
    assert cast.characters[0].description == "a lighthouse keeper"
    assert cast.characters[3].origin == "skeleton"
    assert [m.name for m in cast.places[:2]] == ["the cellar", "Port Sorrow"]
    assert made.answers == "labelled"


def test_a_part_is_planned_or_filled() -> None:
    structure = outline(550_000)
    of = PlanFrame("T", PREMISE, 3, structure, frame(structure).cast)
    told = planner(Answering([CHAPTER])).plan_part(2, of)
    assert told == PartCard(2, "The Bottle", "Mara finds a bottle on the rocks.", "model")
    filled = planner(Answering([""])).plan_part(2, replace(of, parts={1: told}))
    assert filled.origin == "skeleton"
    assert filled.brief.endswith(".")


CAST_JSON = json.dumps(
    {
        "characters": [{"name": "Mara Hale", "description": "a keeper"}, {"name": "Odo Pike"}],
        "places": [{"name": "Port Sorrow", "description": "a harbour"}],
    }
)


def instructed(*answers: object) -> Answering:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in answers]
    return Answering([text.removeprefix("{") for text in texts], has_chat_template=True)


def test_a_model_that_answers_in_json_is_asked_for_json() -> None:
    engine = instructed(CAST_JSON)
    made = planner(engine)
    cast = made.plan_cast(PREMISE, 1_000)
    assert made.answers == "json"
    assert [m.name for m in cast.characters[:2]] == ["Mara Hale", "Odo Pike"]
    assert len(engine.requests) == 1
    assert engine.requests[0].brief.endswith("{")
    chapter = {"title": "The Sea", "brief": "Odo Pike sails at dawn.", "characters": ["Mara"]}
    of = replace(frame(), cast=cast)
    card = planner(instructed(chapter), answers="json").plan_chapter(of.structure.slot(1), of, [])
    assert (card.title, card.brief, card.origin) == ("The Sea", "Odo Pike sails at dawn.", "model")
    assert card.characters == ("Mara Hale", "Odo Pike")


def test_json_beats_bring_their_own_ending() -> None:
    cast = Cast((CastMember("Mara Hale"), CastMember("Odo Pike")), (CastMember("the quay"),))
    of = replace(frame(), cast=cast)
    card = card_of(Answering([CHAPTER]))
    beats = [
        {"brief": "Mara waits for the boat.", "characters": ["Mara Hale"], "place": "the quay"},
        {"brief": "Odo does not come.", "characters": ["Nobody"]},
        {"brief": "Mara goes home alone."},
    ]
    planned = planner(instructed({"beats": beats}), answers="json").plan_beats(
        of.structure.slot(1), card, of
    )
    assert [beat.brief for beat in planned.beats] == [str(each["brief"]) for each in beats]
    assert {beat.origin for beat in planned.beats} == {"model"}
    assert planned.beats[0].place == "the quay"
    assert planned.beats[1].characters == ("Odo Pike",)
    assert planned.beats[-1].closes == "chapter"


@pytest.mark.parametrize("answer", ["no json", '{"title": 3}', "{" * 5_000, '{"title": "T"}'])
def test_a_model_that_fails_at_json_is_asked_the_other_way(answer: str) -> None:
    engine = Answering([answer, CHAPTER], has_chat_template=True)
    card = card_of(engine)
    assert (card.title, card.origin) == ("The Bottle", "model")
    assert len(engine.requests) == 2
    known = Answering([CHAPTER], has_chat_template=True)
    assert card_of(known, answers="labelled").title == "The Bottle"
    assert len(known.requests) == 1


def test_one_try_decides_how_a_model_is_asked() -> None:
    engine = Answering(["I would rather not."], has_chat_template=True)
    made = planner(engine)
    made.plan_cast(PREMISE, 1_000)
    assert made.answers == "labelled"
    assert sum(request.brief.endswith("{") for request in engine.requests) == 1


def test_a_part_and_a_chapter_with_a_title_are_asked_for_in_json_too() -> None:
    structure = outline(550_000)
    told = PartCard(1, "Ebb", "The sea goes out.", "author")
    of = PlanFrame("T", PREMISE, 3, structure, frame(structure).cast, {1: told})
    answer = {"title": "The Sea", "brief": "Mara sails at dawn. And then"}
    engine = instructed(answer)
    part = planner(engine, answers="json").plan_part(2, of)
    assert part == PartCard(2, "The Sea", "Mara sails at dawn.", "repaired")
    assert "The sea goes out." in engine.requests[0].brief
    engine = instructed(answer)
    slot = replace(structure.slot(2), title="Mine")
    card = planner(engine, answers="json").plan_chapter(slot, of, [])
    assert (card.title, card.brief) == ("Mine", "Mara sails at dawn.")
    assert 'called "Mine"' in engine.requests[0].brief
    assert "This part of the novel: The sea goes out." in engine.requests[0].brief


def test_a_question_that_does_not_fit_the_model_is_answered_by_the_skeleton() -> None:
    class Small(Answering):
        @property
        def info(self) -> EngineInfo:
            return replace(super().info, context_size=100)

    engine = Small(["never asked"])
    of = frame()
    card = planner(engine).plan_chapter(of.structure.slot(1), of, [])
    assert (card.origin, engine.requests) == ("skeleton", [])
