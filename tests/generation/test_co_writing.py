"""Ghost text and rewritten selections over text that is not saved, by the scripted engine."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import (
    Candidate,
    ChatMessage,
    DecodeRequest,
    DecodeResult,
    EngineInfo,
    FinishReason,
    MemoryState,
)
from novelgen.errors import ModelError, UsageError
from novelgen.generation.co_writing import CoWriter, DrawingCancelled
from novelgen.generation.co_writing_values import (
    Continuation,
    Cursor,
    Instruction,
    Ready,
    Selection,
    WordRange,
    can_follow,
    why_not,
)
from novelgen.generation.editing import chapter_text
from novelgen.generation.passage_locks import lock_passage, locked_spans
from novelgen.generation.retention import Retention
from novelgen.prompting.library import PromptLibrary
from novelgen.text.joins import sentence_ends
from novelgen.text.words import count_words
from tests.generation.conftest import Desk, Desks


class Listening(ScriptedEngine):
    """Remembers what it was asked."""

    def __init__(self, segment_size: int = 64) -> None:
        super().__init__(segment_size)
        self.requests: list[DecodeRequest] = []
        self.writes = 0

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        self.requests.append(request)
        return super().decode(request, observer)

    def write(self, memory: MemoryState, segment: str) -> MemoryState:
        self.writes += 1
        return super().write(memory, segment)


class Saying(Listening):
    """Draws what it is told to, one call after another; a call's rows are the same."""

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self._texts = list(texts)

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        self.requests.append(request)
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        shown = ""
        for row in range(len(request.stream_keys)):
            for piece in text.split(" "):
                if observer is not None:
                    observer.on_text(row, piece if not shown else f" {piece}")
                shown += piece
            shown = ""
        rows = (Candidate(text, 9, -3.0, FinishReason.STOP_TOKEN) for _ in request.stream_keys)
        return DecodeResult(tuple(rows), 50, 0.1)


class Chat(Saying):
    """Large enough to be told what to change."""

    def __init__(self, *texts: str) -> None:
        super().__init__(*texts)
        self._info = replace(self._info, has_chat_template=True, device="server")
        self.told: list[str] = []

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        self.told.append(messages[-1].content)
        return "<chat>" + messages[-1].content


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(900, segment_size=64, chapters=3)
    made.write(engine=ScriptedEngine(64))
    return made


def co_writer(desk: Desk, engine: ScriptedEngine | None = None) -> CoWriter:
    return CoWriter(desk.store, engine or ScriptedEngine(64), PromptLibrary(), desk.novel.id)


def ghost(desk: Desk, said: str, before: str, after: str = "", chapter: int = 2) -> str:
    """Ghost text by an engine that says that."""
    cursor = Cursor(chapter, before, after)
    return co_writer(desk, Saying(said)).continue_at(cursor).text


def test_ghost_text_is_shown_as_it_comes_and_is_the_same_again(desk: Desk) -> None:
    writer, text = co_writer(desk), desk.text(2)
    shown: list[str] = []
    first = writer.continue_at(Cursor(2, text, ""), on_text=shown.append)
    assert len(shown) > 10
    assert all(late.startswith(early[:-1]) for early, late in pairwise(shown[:-1]))
    assert shown[-1] == first.text
    assert first.text[0].isspace() and first.text.strip()
    assert first.words == count_words(first.text)
    assert first.seconds_to_first_text is not None
    other = writer.continue_at(Cursor(2, text, ""), attempt=1)
    assert other.text != first.text
    again = writer.continue_at(Cursor(2, text, ""), attempt=0)
    assert again.text == first.text
    assert co_writer(desk).continue_at(Cursor(2, text, "")).text == first.text


def test_ghost_text_has_about_the_wanted_words(desk: Desk) -> None:
    for least, most in ((10, 20), (40, 60), (90, 120)):
        drawn = co_writer(desk).continue_at(
            Cursor(2, desk.text(2), ""), words=WordRange(least, most)
        )
        assert least * 0.4 <= drawn.words <= most + 14


def test_it_goes_on_exactly_from_the_cursor(desk: Desk) -> None:
    said = " door and went out into the rain. Nobody saw her go, and nobody asked."
    assert ghost(desk, said, "She opened the ") == said[1:]
    assert ghost(desk, said, "She opened the") == said
    assert ghost(desk, " the door at once.", "She opened the ") == "door at once."
    assert ghost(desk, "\n\nHe went home, and it rained.", "She left.").startswith("\n\nHe went")
    assert ghost(desk, "\nHe went home, and it rained.", "She left.\n\n").startswith("He went")
    assert ghost(desk, "He went home, and it rained.", "She left.\n") == (
        "\nHe went home, and it rained."
    )
    assert ghost(desk, '" he said, and left.', '"I know').startswith('" he said')


def test_it_joins_what_follows_in_the_paragraph(desk: Desk) -> None:
    said = " He waited for a long while at the gate.\n\nThen he left the house."
    joined = ghost(desk, said, "She left. ", "Nobody saw it.")
    assert joined == "He waited for a long while at the gate. "
    assert ghost(desk, said, "She left.", "\n\nNobody saw it.").endswith("the house.")
    inside = ghost(desk, " old green and iron door of the house.", "She opened the ", "gate.")
    assert inside.endswith(" ") and not inside.strip().endswith(".")
    assert ghost(desk, said, "She left.\n", "\nNobody saw it.").endswith("\n")


def test_a_new_chapter_begins_with_a_sentence(desk: Desk) -> None:
    said = "of the sea, and so on. The rain had stopped before dawn, and she was awake."
    assert ghost(desk, said, "", chapter=4) == (
        "The rain had stopped before dawn, and she was awake."
    )


def test_quotations_are_closed(desk: Desk) -> None:
    said = ' "I saw it at the gate. It was there all night long. I am'
    assert ghost(desk, said, "She left.").endswith('all night long."')


def test_what_must_not_stand_is_drawn_again(desk: Desk) -> None:
    leak = " As an AI language model I cannot go on with this story for you."
    good = " He went home along the wet road, and it rained on him all of the way there."
    engine = Saying(leak, good)
    shown: list[str] = []
    drawn = co_writer(desk, engine).continue_at(Cursor(2, "She left.", ""), on_text=shown.append)
    assert drawn.text == good
    assert drawn.times_drawn == 2
    assert "" in shown
    assert len({key for each in engine.requests for key in each.stream_keys}) == 5
    assert "language model" not in ghost(desk, good + leak, "She left.")
    with pytest.raises(ModelError, match="nothing usable at this place of chapter 2"):
        ghost(desk, leak, "She left.")
    with pytest.raises(ModelError, match="nothing usable"):
        ghost(desk, "", "She left.")


def test_the_book_is_not_said_again(desk: Desk) -> None:
    book = desk.text(1)
    sentence = book[: sentence_ends("", book)[3]]
    good = " He went home along the wet road, and it rained on him all of the way there."
    assert sentence not in ghost(desk, f"{good} {sentence}", "She left.")


def test_it_ends_at_once_when_it_is_not_wanted(desk: Desk) -> None:
    engine, shown = Listening(), list[str]()
    with pytest.raises(DrawingCancelled):
        co_writer(desk, engine).continue_at(
            Cursor(2, desk.text(2), ""), on_text=shown.append, is_wanted=lambda: len(shown) < 3
        )
    assert len(shown) == 3
    with pytest.raises(DrawingCancelled):
        co_writer(desk, engine).continue_at(Cursor(2, "", ""), is_wanted=lambda: False)
    assert len(engine.requests) == 1


def test_what_happens_next_is_told(desk: Desk) -> None:
    engine = Listening()
    writer = co_writer(desk, engine)
    writer.continue_at(Cursor(2, desk.text(2), ""), next_line="Anna finds the key.")
    writer.continue_at(Cursor(2, desk.text(2), ""))
    assert "[Anna finds the key.]" in engine.requests[0].brief
    assert "Anna finds the key." not in engine.requests[-1].brief
    chat = Chat(" He went home along the wet road, and it rained all of the way there today.")
    co_writer(desk, chat).continue_at(
        Cursor(2, "She left.", "\n\nIt rained."), next_line="Anna finds the key."
    )
    assert "What happens next: Anna finds the key." in chat.told[0]
    assert "It rained." in chat.told[0]


def test_memory_is_the_deepest_that_is_stored(desk: Desk) -> None:
    engine = Listening()
    writer, text = co_writer(desk, engine), desk.text(2)
    links = [link for link in desk.links() if link.chapter == 2]
    assert len(links) > 2

    def upto(before: str, chapter: int = 2) -> str:
        return writer.continue_at(Cursor(chapter, before, "")).memory_upto

    assert upto(text) == f"chapter 2, segment {len(links)}"
    assert upto(f"{text}\n\nAnd it rained.") == f"chapter 2, segment {len(links)}"
    half = text[: len(text) // 2]
    assert upto(half) in {f"chapter 2, segment {number}" for number in range(1, len(links))}
    assert upto(f"It rained. {text}").startswith("chapter 1, segment ")
    assert upto(desk.text(1)[:20], chapter=1) == ""
    assert upto(text[: len(half) // 8], chapter=2).startswith("chapter 1")
    desk.edit(1, "Nothing is as it was. It rained.")
    assert upto(text) == ""
    assert engine.writes == 0
    assert {request.memory is None for request in engine.requests} == {False}


def test_memory_is_found_again_after_the_end_was_edited(desk: Desk) -> None:
    text = desk.text(2)
    desk.edit(2, f"{text}\n\nAnd then it rained.")
    upto = co_writer(desk).continue_at(Cursor(2, desk.text(2), "")).memory_upto
    assert upto.startswith("chapter 2, segment ")


def test_memory_that_is_given_up_is_passed_over(desks: Desks) -> None:
    desk = desks.desk(900, segment_size=64, chapters=3)
    desk.retention = Retention(4)
    desk.write(engine=ScriptedEngine(64))
    upto = co_writer(desk).continue_at(Cursor(3, "", "")).memory_upto
    assert upto.startswith("chapter 2, segment ")


def test_nothing_is_written_to_the_database(desk: Desk) -> None:
    before = (desk.chapters(), desk.fresh(), desk.keys())
    writer = co_writer(desk)
    writer.continue_at(Cursor(2, desk.text(2), ""))
    rewritten(writer, desk.text(2), 0, 80)
    assert (desk.chapters(), desk.fresh(), desk.keys()) == before


def test_calls_of_several_threads_take_turns(desk: Desk) -> None:
    writer, text = co_writer(desk), desk.text(2)
    found: dict[int, Continuation] = {}

    def draw(attempt: int) -> None:
        found[attempt] = writer.continue_at(Cursor(2, text, ""), attempt=attempt)

    threads = [threading.Thread(target=draw, args=(each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.text for each in found.values()}) == 4
    assert found[2].text == writer.continue_at(Cursor(2, text, ""), attempt=2).text


def rewritten(writer: CoWriter, text: str, start: int, end: int, **how: object) -> str:
    selection = Selection(2, text[:start], text[start:end], text[end:])
    instruction = how.pop("instruction", Instruction())
    return writer.rewrite(selection, instruction, **how).text  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_rewritten_selection_joins_on_both_sides(desk: Desk, data: st.DataObject) -> None:
    text = desk.text(2)
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, min(len(text), start + 200)))
    passage = text[start:end]
    if not passage.strip():
        return
    new = rewritten(co_writer(desk), text, start, end)
    whole = text[:start] + new + text[end:]
    assert new.strip()
    lead = len(passage) - len(passage.lstrip())
    assert new[:lead] == passage[:lead] and not new[lead].isspace()
    trail = passage[len(passage.rstrip()) :]
    assert new.endswith(trail) and not new[: len(new) - len(trail)][-1].isspace()
    assert "  " not in whole and "\n\n\n" not in whole


def test_lengths_are_those_of_the_instruction(desk: Desk) -> None:
    text = desk.text(2)
    end = sentence_ends("", text)[7]
    words = count_words(text[:end])
    writer = co_writer(desk)
    longer = rewritten(writer, text, 0, end, instruction=Instruction(Ready.EXPAND))
    shorter = rewritten(writer, text, 0, end, instruction=Instruction(Ready.SHORTEN))
    assert count_words(longer) > words * 1.3
    assert count_words(shorter) < words * 0.8
    assert rewritten(writer, text, 0, end) != rewritten(writer, text, 0, end, attempt=1)
    assert rewritten(writer, text, 0, end, attempt=1) == rewritten(writer, text, 0, end, attempt=1)


def test_what_can_be_told(desk: Desk) -> None:
    small = replace(ScriptedEngine().info, model="small", has_chat_template=True)
    assert not can_follow(small)
    assert can_follow(replace(small, hidden_size=2_048))
    assert can_follow(Chat("").info)
    tense = Instruction(Ready.PAST_TENSE)
    assert why_not(small, tense) == (
        "The model small cannot be told what to change; it draws the passage anew."
    )
    assert why_not(small, Instruction(Ready.EXPAND)).endswith("anew, longer.")
    assert why_not(small, Instruction()) == ""
    assert why_not(Chat("").info, tense) == ""
    assert len({ready.label for ready in Ready}) == len(Ready)
    assert Instruction(Ready.EXPAND, "Let it rain.").told.endswith(" Let it rain.")


def test_a_model_that_can_be_told_is_told(desk: Desk) -> None:
    chat = Chat('Here is the rewritten passage:\n\n"A far town, and Anna."')
    before, passage, after = "She went to ", "the far city ", "and left."
    selection = Selection(2, before, passage, after)
    shown: list[str] = []
    drawn = co_writer(desk, chat).rewrite(
        selection, Instruction(Ready.PLAINER, "Name Anna."), on_text=shown.append
    )
    assert drawn.text == "a far town, and Anna "
    assert shown[-1] == drawn.text
    (told,) = chat.told
    assert "PASSAGE:\nthe far city\n" in told
    assert "She went to" in told and "and left." in told
    assert "Say it more plainly" in told and "Name Anna." in told
    assert "It begins in the middle of a sentence" in told
    assert chat.requests[0].tail == ""


def test_an_answer_that_is_none_is_asked_for_again(desk: Desk) -> None:
    chat = Chat("As an AI language model I cannot do that.", "He went home in the rain.")
    drawn = co_writer(desk, chat).rewrite(
        Selection(2, "", "He went home.", ""), Instruction(Ready.MORE_VIVID)
    )
    assert drawn.text == "He went home in the rain."
    with pytest.raises(ModelError, match="nothing usable in the place of the selection"):
        co_writer(desk, Chat("")).rewrite(
            Selection(2, "", "He went home.", ""), Instruction(Ready.MORE_VIVID)
        )


def test_what_cannot_be_rewritten(desk: Desk) -> None:
    writer = co_writer(desk)
    with pytest.raises(UsageError, match="Nothing is selected"):
        writer.rewrite(Selection(2, "It rained.", "  ", "He left."), Instruction())
    with pytest.raises(UsageError, match="would become 1,440 words"):
        writer.rewrite(Selection(2, "", "rain " * 900, ""), Instruction(Ready.EXPAND))


def test_locked_passages_are_never_touched(desk: Desk) -> None:
    novel, engine = desk.fresh(), Listening()
    lock_passage(desk.store, novel, 2, 2, 2)
    text = f"It rained.\n\n{desk.text(2)}"  # the lock holds in text that is not saved, too
    seen = chapter_text(desk.store, novel.id, novel.active_branch_id, 2)
    with desk.store.reading() as work:
        ((start, end),) = locked_spans(work, novel.active_branch_id, 2, text)
        assert locked_spans(work, novel.active_branch_id, 2, "It rained.") == []
    assert text[start:end] in seen.text
    writer = co_writer(desk, engine)
    for first, last in ((start, end), (start - 5, start + 1), (end - 1, end + 9), (0, len(text))):
        with pytest.raises(UsageError, match="A passage of chapter 2 is locked"):
            rewritten(writer, text, first, last)
    with pytest.raises(UsageError, match="is locked"):
        writer.continue_at(Cursor(2, text[: start + 4], text[start + 4 :]))
    assert engine.requests == []
    assert writer.continue_at(Cursor(2, text[:end], text[end:])).text
    assert writer.continue_at(Cursor(2, text[:start], text[start:])).text
    assert rewritten(writer, text, 0, start)


class Locking(ScriptedEngine):
    """Somebody locks a passage while it draws."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(64)
        self._desk = desk

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        lock_passage(self._desk.store, self._desk.fresh(), 2, 1, 1)
        return super().decode(request, observer)


def test_a_lock_set_meanwhile_holds(desk: Desk) -> None:
    with pytest.raises(UsageError, match="is locked"):
        rewritten(co_writer(desk, Locking(desk)), desk.text(2), 0, 40)


class Unscored(ScriptedEngine):
    """Gives no scores, as a server."""

    @property
    def info(self) -> EngineInfo:
        return replace(super().info, can_score=False)

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        raise ModelError("no scores")


def test_it_works_without_scores(desk: Desk) -> None:
    writer, text = co_writer(desk, Unscored(64)), desk.text(2)
    middle = text.index(" ", len(text) // 2) + 1
    assert rewritten(writer, text, middle, middle + 12).strip()
    assert writer.continue_at(Cursor(2, text[:middle], text[middle:])).text.strip()


def test_a_place_that_nobody_planned(desks: Desks) -> None:
    desk = desks.desk(900, segment_size=64)
    assert co_writer(desk).continue_at(Cursor(1, "", "")).words > 10
