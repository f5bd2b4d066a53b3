"""Planning is seeded, and a plan exists for any model."""

from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import Candidate, DecodeRequest, DecodeResult, FinishReason
from novelgen.planning.planner import ChapterCard, Planner
from novelgen.planning.structure import outline
from novelgen.prompting.library import PromptLibrary


class Answering(ScriptedEngine):
    """A scripted engine with fixed answers, one a call."""

    def __init__(self, answers: list[str]) -> None:
        super().__init__()
        self.answers = answers
        self.requests: list[DecodeRequest] = []

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        self.requests.append(request)
        text = self.answers.pop(0)
        return DecodeResult((Candidate(text, 9, -1.0, FinishReason.STOP_TOKEN),), 9, 0.0)


def planner(engine: ScriptedEngine, seed: int = 3) -> Planner:
    return Planner(engine, PromptLibrary(), seed=seed, branch="main")


def card_of(engine: ScriptedEngine) -> ChapterCard:
    slot = outline(1_500).slot(1)
    return planner(engine).plan_chapter(slot, 3, "The Keeper", "A keeper finds a letter.", [])


def test_the_first_usable_answer_is_taken_with_a_stream_of_its_own() -> None:
    engine = Answering(["", " Mara finds a bottle on the rocks.\nTitle: The Bottle"])
    card = card_of(engine)
    assert (card.title, card.origin) == ("The Bottle", "model")
    assert card.target_words == 500
    assert len({request.stream_keys for request in engine.requests}) == 2
    assert "A keeper finds a letter." in engine.requests[0].brief


def test_without_a_usable_answer_the_skeleton_speaks() -> None:
    card = card_of(Answering(["", "no", "nothing"]))
    assert card.origin == "skeleton"
    assert card.title
    assert card.brief.endswith(".")


def test_two_chapters_never_share_a_title() -> None:
    answer = " Mara finds a bottle on the rocks.\nTitle: The Bottle"
    first = card_of(Answering([answer]))
    second = planner(Answering([answer] * 3)).plan_chapter(
        outline(1_500).slot(2), 3, "The Keeper", "p", [first]
    )
    assert second.title != first.title


def test_beats_share_the_words_of_the_chapter() -> None:
    listed = " Mara finds the bottle.\n2. She reads the old letter.\n3. He comes back at last."
    card = card_of(Answering([" Mara finds a bottle on the rocks.\nTitle: The Bottle"]))
    beats, origin = planner(Answering([listed])).plan_beats(
        outline(1_500).slot(1), card, "The Keeper", "p"
    )
    assert origin == "model"
    assert next(beat.brief for beat in beats) == "Mara finds the bottle."
    assert sum(beat.words for beat in beats) == card.target_words


def test_the_same_seed_plans_the_same() -> None:
    def plan(seed: int) -> list[str]:
        made = planner(ScriptedEngine(), seed)
        return [made.plan_premise(), made.plan_title("A premise."), card_of(ScriptedEngine()).brief]

    assert plan(5) == plan(5)
    assert plan(5)[0] != plan(6)[0]
