"""A chat model's answers are checked against the text, mended once, and done without."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import (
    Candidate,
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    FinishReason,
)
from novelgen.prompting.library import PromptLibrary
from novelgen.story.model_answers import UnusableAnswer, parse_answer, place_of
from novelgen.story.model_reader import ReadingCancelled
from storage.story_records import (
    NewSummary,
    StoryOrigin,
    SummaryKind,
    SummaryOrigin,
    ThreadKind,
)
from tests.story.conftest import CHAPTER_1, CHAPTER_2, Shelf

SUMMARY = (
    "Anna Reed walked by the lighthouse where Captain Hale lived and swore to find the letter."
)
ANSWER = {
    "summary": SUMMARY,
    "facts": [
        {
            "about": "Captain Hale",
            "attribute": "Height",
            "value": "tall",
            "quote": "He was a tall man with red hair.",
        },
        {"about": "Anna", "attribute": "eye colour", "value": "violet", "quote": "Her eyes shone."},
        {
            "about": "Pencroff",
            "attribute": "work",
            "value": "sailor",
            "quote": "Old Mr. Voss had died in March.",
        },
    ],
    "threads": [
        {
            "kind": "goal",
            "text": "Anna wants to find the forged letter.",
            "quote": "I will find the forged letter from Lisbon before the herring fleet sails",
        }
    ],
}


class ChatEngine(ScriptedEngine):
    """Answers every call with the next of the texts it was given, the last one again and again."""

    def __init__(self, *answers: str, reason: FinishReason = FinishReason.STOP_TOKEN) -> None:
        super().__init__()
        self._answers = list(answers)
        self._reason = reason
        self.prompts: list[str] = []
        self.requests: list[DecodeRequest] = []

    @property
    def info(self) -> EngineInfo:
        return replace(super().info, has_chat_template=True)

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        return "\n".join(f"<{each.role}> {each.content}" for each in messages) + reply_start

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        self.prompts.append(request.brief)
        self.requests.append(request)
        text = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return DecodeResult((Candidate(text, 9, -1.0, self._reason),), 9, 0.1)


def answered(document: dict[str, object]) -> str:
    """The answer as the model goes on with it behind its beginning."""
    return json.dumps(document)[len('{"summary": "') :]


def test_a_chat_models_reading_is_stored_with_its_origin(shelf: Shelf) -> None:
    revision_id = shelf.write(1, CHAPTER_1)
    engine = ChatEngine(answered(ANSWER))
    read = shelf.keeper(engine=engine, library=PromptLibrary()).read_chapter(1)
    assert read is not None
    assert read.origin is SummaryOrigin.MODEL
    with shelf.store.reading() as work:
        facts = work.facts.of_revision(shelf.branch_id, revision_id)
        threads = work.threads.of_revision(shelf.branch_id, revision_id)
        summary = work.summaries.of_revision(shelf.novel.id, revision_id)
    assert summary is not None
    assert summary.text == SUMMARY
    by_model = [fact for fact in facts if fact.origin is StoryOrigin.MODEL]
    assert [(fact.text, fact.valid_from_paragraph) for fact in by_model] == [
        ("Captain Hale, height: tall.", 3)
    ]
    assert "Anna Reed has green eyes." in [fact.text for fact in facts]
    goal = next(thread for thread in threads if thread.kind is ThreadKind.GOAL)
    assert (goal.origin, goal.opened_paragraph) == (StoryOrigin.MODEL, 2)
    assert engine.requests[0].memory is None
    assert CHAPTER_1.split("\n\n", maxsplit=1)[0] in engine.prompts[0]


def test_an_answer_is_mended_once(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    engine = ChatEngine("nonsense", answered(ANSWER))
    read = shelf.keeper(engine=engine, library=PromptLibrary()).read_chapter(1)
    assert read is not None
    assert read.origin is SummaryOrigin.MODEL
    assert "there is no JSON object in it" in engine.prompts[1]
    keys = [request.stream_keys for request in engine.requests]
    assert keys[0] != keys[1]


def test_a_model_that_cannot_is_asked_less_and_less(shelf: Shelf) -> None:
    engine = ChatEngine("I think that Anna is very nice")
    for number in range(1, 9):
        shelf.write(number, CHAPTER_1 if number == 1 else f"{CHAPTER_2} Day {number}.")
    keeper = shelf.keeper(engine=engine, library=PromptLibrary())
    origins = [read.origin for read in keeper.catch_up(9)]
    assert origins == [SummaryOrigin.EXTRACT] * 8
    assert len(engine.requests) == 2 * 4  # twice each of chapters 1, 2, 4 and 8
    assert "Anna Reed has green eyes." in shelf.facts()


def test_summaries_of_ones_own_do_not_keep_the_model_from_being_asked(shelf: Shelf) -> None:
    engine = ChatEngine(answered(ANSWER | {"facts": [], "threads": []}))
    for number in range(1, 8):
        shelf.write(number, f"{CHAPTER_1} Day {number}.")
    keeper = shelf.keeper(engine=engine, library=PromptLibrary())
    list(keeper.catch_up(7))
    with shelf.store.writing() as work:
        for number in (4, 5, 6):
            key = shelf.revision_id(number)
            own = NewSummary(
                shelf.novel.id, SummaryKind.CHAPTER, key, "Mine.", SummaryOrigin.AUTHOR
            )
            work.summaries.add(own)
    read = keeper.read_chapter(7)
    assert read is not None
    assert read.origin is SummaryOrigin.MODEL


def test_a_long_chapter_is_read_piece_by_piece(shelf: Shelf) -> None:
    filler = "\n\n".join(f"Anna walked on, and the road went by house {n}." for n in range(400))
    shelf.write(1, f"{CHAPTER_1}\n\n{filler}")
    piece = {"summary": f"{SUMMARY} The road went by many a house that day.", "facts": [],
             "threads": []}  # fmt: skip
    joined = "Anna Reed walked on along the road, house after house, and Tom laughed at Anna."
    engine = ChatEngine(answered(piece), answered(piece), f"{joined}")
    shelf.keeper(engine=engine, library=PromptLibrary()).read_chapter(1)
    assert len(engine.requests) >= 2
    assert "piece 2 of" in engine.prompts[1]


def test_a_stop_keeps_nothing(shelf: Shelf) -> None:
    shelf.write(1, CHAPTER_1)
    engine = ChatEngine("x", reason=FinishReason.CANCELLED)
    with pytest.raises(ReadingCancelled):
        shelf.keeper(engine=engine, library=PromptLibrary()).read_chapter(1)
    assert shelf.facts() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"summary": "Too short."}, "2 words"),
        ({"summary": SUMMARY.replace("Anna Reed", "Captain Nemo")}, "Nemo does not occur"),
        ({"summary": SUMMARY + " As an AI, I read it."}, "not about the text"),
        ({"facts": "none"}, "facts"),
        ({"threads": [{"kind": "whim", "text": "x" * 20, "quote": "y" * 20}]}, "kind"),
    ],
)
def test_unusable_answers_say_what_is_wrong(change: dict[str, object], problem: str) -> None:
    with pytest.raises(UnusableAnswer, match=problem):
        parse_answer(json.dumps(ANSWER | change), CHAPTER_1)


def test_an_answer_is_found_among_thoughts_and_remarks() -> None:
    raw = f"<think>Is {{}} one?</think> Here it is: {json.dumps(ANSWER)} Is {{that}} enough?"
    assert parse_answer(raw, CHAPTER_1).summary == SUMMARY
    with pytest.raises(UnusableAnswer, match="it is no JSON"):
        parse_answer('{"summary": "a" "b"}', CHAPTER_1)


def test_a_quotation_is_found_whatever_its_marks() -> None:
    text = "First.\n\n“Well,” she said — “go   on, then.”"
    assert place_of('"Well," she said - "go on, then."', text) == 2
    assert place_of("Nothing of the kind here.", text) is None
    assert place_of("First.", text) is None  # too short to be sure of
