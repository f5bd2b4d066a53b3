"""A passage rewritten between the text before and the text after."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

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
from novelgen.errors import ModelError, NotFoundError, UsageError
from novelgen.generation.editing import redo_change, undo_change
from novelgen.generation.events import (
    Event,
    PassageRewritten,
    RunStopped,
    StopReason,
    event_as_json,
    event_from_json,
)
from novelgen.generation.infill import Infill, Infiller, require_passage
from novelgen.generation.infill_keeping import take_candidate
from novelgen.generation.infill_ranking import Rewriting, Surroundings, best, judged
from novelgen.generation.memory_head import stored_memory
from novelgen.generation.novel_context import NovelContext, RunLimits
from novelgen.generation.novel_settings import WritingPart
from novelgen.generation.passage_locks import lock_passage
from novelgen.generation.run import RunTerms
from novelgen.generation.stop import StopSignal
from novelgen.generation.verification import verify_branch
from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_keeper import keep_voice
from novelgen.text.paragraph_spans import paragraph_spans
from novelgen.text.words import count_words
from storage.records import NovelStatus, RevisionOrigin, RevisionState
from storage.run_records import RunPurpose, RunStatus
from tests.generation.conftest import Desk, Desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    made = desks.desk(900, segment_size=64, chapters=3)
    made.write(engine=ScriptedEngine(64))
    return made


def infilled(desk: Desk, infill: Infill, engine: ScriptedEngine | None = None) -> list[Event]:
    def job(context: NovelContext) -> Iterator[Event]:
        return Infiller(context, infill).run()

    run = desk.run(engine=engine or ScriptedEngine(64), job=job, purpose=RunPurpose.INFILL)
    return list(run.events())


def rewritten(events: Sequence[Event]) -> PassageRewritten:
    event = events[-1]
    assert isinstance(event, PassageRewritten)
    return event


def paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraph_spans(text)]


class Listening(ScriptedEngine):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(64)
        self.requests: list[DecodeRequest] = []
        self.scored: list[tuple[bytes, str, str, Sequence[str]]] = []

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        self.requests.append(request)
        return super().decode(request, observer)  # type: ignore[arg-type]

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        self.scored.append((memory.data, brief, tail, texts))
        return super().scores(memory, brief, tail, texts)


def test_a_passage_is_replaced_and_nothing_else(desk: Desk) -> None:
    before, old = desk.chapters(), paragraphs(desk.text(2))
    event = rewritten(infilled(desk, Infill(2, 2, 3)))
    new = paragraphs(desk.text(2))
    assert (new[0], new[-len(old[3:]) :]) == (old[0], old[3:])
    passage = desk.text(2)[len(old[0]) + 2 :].removesuffix("\n\n".join(["", "", *old[3:]])[2:])
    chosen = event.candidates[event.chosen - 1]
    assert passage.strip() == chosen["text"]
    assert chosen["text"] not in before[1]
    assert [desk.chapters()[0], desk.chapters()[2]] == [before[0], before[2]]
    assert len({each["text"] for each in event.candidates}) == 4
    wanted = count_words("\n\n".join(old[1:3]))
    assert all(abs(each["words"] - wanted) <= max(20, wanted // 2) for each in event.candidates)


def test_it_is_a_revision_that_undo_takes_back(desk: Desk) -> None:
    before = desk.chapters()
    event = rewritten(infilled(desk, Infill(2, 2, 2, instruction="Let it rain.")))
    revision = desk.seen(2).revision
    assert revision is not None
    assert (revision.number, event.revision, event.words) == (2, 2, revision.words)
    assert (revision.origin, revision.state) == (RevisionOrigin.REPAIRED, RevisionState.COMPLETE)
    assert revision.provenance["infill"]["instruction"] == "Let it rain."
    assert revision.provenance["infill"]["candidates"] == list(event.candidates)
    assert desk.behind() == (2, 3)
    assert desk.fresh().status is NovelStatus.FINISHED
    after = desk.chapters()
    undone = undo_change(desk.store, desk.fresh())
    assert undone.change.label == "chapter 2, paragraph 2 rewritten"
    assert desk.chapters() == before
    assert desk.behind() == ()
    redo_change(desk.store, desk.fresh())
    assert desk.chapters() == after
    list(desk.reader(ScriptedEngine(64)).read_all())
    with desk.store.reading() as work:
        assert verify_branch(work, desk.fresh()).is_sound
        run = work.runs.latest(desk.novel.id)
    assert run is not None
    assert (run.purpose, run.status) == (RunPurpose.INFILL, RunStatus.FINISHED)


def test_another_infill_draws_other_numbers(desk: Desk) -> None:
    first = rewritten(infilled(desk, Infill(1, 1, 1)))
    undo_change(desk.store, desk.fresh())
    with desk.store.reading() as work:
        number = len(work.chapters.revisions(desk.novel.id, 1))
    assert number == 2
    second = rewritten(infilled(desk, Infill(1, 1, 1)))
    texts = [{each["text"] for each in event.candidates} for event in (first, second)]
    assert not texts[0] & texts[1]


def test_the_memory_is_that_before_the_segment_of_the_passage(desk: Desk) -> None:
    text = desk.text(2)
    spans = paragraph_spans(text)
    links = [link for link in desk.links() if link.chapter == 2]
    with desk.store.reading() as work:
        revision = desk.seen(2).revision
        assert revision is not None
        pieces = work.segments.texts_of_revision(revision.id)
    ends = [sum(map(len, pieces[: number + 1])) for number in range(len(pieces))]
    engine = Listening()
    infilled(desk, Infill(2, len(spans), len(spans)), engine)
    segment = next(number for number, end in enumerate(ends) if end > spans[-1][0])
    assert segment > 0
    with desk.store.reading() as work:
        head = stored_memory(work, links[segment].parent_key, engine.info)
    assert {request.memory.data for request in engine.requests if request.memory} == {
        head.memory.data
    }


def test_a_memory_that_is_not_stored_is_read_from_the_text(desk: Desk) -> None:
    desk.edit(2, "It had begun before.\n\n" + desk.text(2))
    engine, other = Listening(), Listening()
    last = len(paragraph_spans(desk.text(2)))
    infilled(desk, Infill(2, last, last), engine)
    undo_change(desk.store, desk.fresh())
    list(desk.reader(ScriptedEngine(64)).read_all())
    infilled(desk, Infill(2, last, last), other)
    memories = [
        {request.memory.data for request in each.requests if request.memory is not None}
        for each in (engine, other)
    ]
    assert memories[0] == memories[1]
    assert len(memories[0]) == 1


def test_the_text_before_is_read_and_the_text_after_is_the_judge(desk: Desk) -> None:
    old = paragraphs(desk.text(2))
    engine = Listening()
    event = rewritten(infilled(desk, Infill(2, 2, 2, "Let it rain.", candidates=3), engine))
    assert all("Let it rain." in request.brief for request in engine.requests)
    assert all(request.tail.endswith("\n\n") for request in engine.requests[:1])
    assert old[0] in engine.requests[0].tail
    assert not any(old[1] in request.tail for request in engine.requests)
    alone, *with_candidates = engine.scored[-4:]
    assert alone[2].endswith(old[0] + "\n\n")
    for scored, candidate in zip(with_candidates, event.candidates, strict=True):
        assert scored[2] == f"{alone[2]}{candidate['text']}\n\n"
        assert scored[3] == alone[3]
        assert "\n\n".join(old[2:]).startswith(scored[3][0])


def test_the_end_of_a_chapter_leads_to_the_next_one(desk: Desk) -> None:
    last = len(paragraph_spans(desk.text(1)))
    engine = Listening()
    infilled(desk, Infill(1, last, last), engine)
    assert desk.text(2).startswith(engine.scored[-1][3][0])
    final = len(paragraph_spans(desk.text(3)))
    engine = Listening()
    event = rewritten(infilled(desk, Infill(3, final, final, candidates=1), engine))
    assert engine.scored == []
    assert event.candidates[0]["leads"] == 0.0


def test_more_words_than_a_passage_are_drawn_in_several(desk: Desk) -> None:
    engine = Listening()
    event = rewritten(infilled(desk, Infill(2, 1, 1, words=500, candidates=1), engine))
    assert 450 <= event.candidates[0]["words"] <= 550
    assert len(engine.requests) >= 3
    assert not any(each != each.strip() for each in desk.text(2).split("\n\n"))


class Chat(Listening):
    """Has a chat template."""

    def __init__(self) -> None:
        super().__init__()
        self._info = replace(self._info, has_chat_template=True)
        self.told: list[str] = []

    def render_chat(self, messages: Sequence[ChatMessage], reply_start: str = "") -> str:
        self.told.append(messages[-1].content)
        return "<chat>" + messages[-1].content


def test_a_chat_model_is_told_what_follows(desk: Desk) -> None:
    engine = Chat()
    after = paragraphs(desk.text(2))[2]
    infilled(desk, Infill(2, 2, 2, "Let it rain.", words=90, candidates=1), engine)
    assert "Let it rain." in engine.told[0]
    assert "about 90 words" in engine.told[0]
    assert after.split(".")[0] in engine.told[0]
    assert not engine.requests[0].tail.startswith(desk.text(1)[:20])


def test_rewritings_of_one_passage_are_one_batch(desk: Desk) -> None:
    engine = Listening()
    event = rewritten(infilled(desk, Infill(2, 2, 2, candidates=5), engine))
    assert [len(request.stream_keys) for request in engine.requests] == [5]
    assert len({each["text"] for each in event.candidates}) == 5


STORY = """
Jonas Reed was the harbour master of Skerry. He was a widower, and he had one daughter.

Anna Reed had green eyes, and she kept the ledger that nobody else on the whole of the island could
read.
""".strip().replace("could\nread", "could read")


def test_the_brief_tells_of_the_story_and_its_voice(desk: Desk) -> None:
    desk.edit(1, STORY)
    sheet = VoiceSheet(genre="gothic mystery", style=("Dry humour",))
    with desk.store.writing() as work:
        keep_voice(work, desk.fresh().active_branch_id, sheet)
    engine = Listening()
    infilled(desk, Infill(3, 2, 2, "Anna Reed comes in."), engine)
    brief = engine.requests[-1].brief
    assert "Gothic mystery" in brief
    assert "Dry humour." in brief
    assert "green eyes" in brief
    assert "[The story so far: " in brief


class Saying(Listening):
    """Says a sentence after the first one of whatever it draws."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        result = super().decode(request, observer)
        if request.memory is None:
            return result
        drawn = [
            replace(each, text=each.text.replace(". ", f". {self._sentence} ", 1))
            for each in result.candidates
        ]
        return replace(result, candidates=tuple(drawn))


def says(desk: Desk, sentence: str, **how: object) -> bool:
    """Whether a rewriting in chapter 3 may say that."""

    def job(context: NovelContext) -> Iterator[Event]:
        infill = Infill(3, 2, 2, "Pavla finds the letter that was meant for her brother.", words=90)
        return Infiller(context, infill).run()

    run = desk.run(engine=Saying(sentence), job=job, purpose=RunPurpose.INFILL, **how)
    return sentence in str(rewritten(list(run.events())).candidates)


def test_names_of_this_novel_are_nobody_elses(desk: Desk) -> None:
    desk.edit(1, STORY)
    names = frozenset(["jonas", "pavla", "pencroff"])
    terms = RunTerms(borrowed_names=names, retention=desk.retention)
    assert says(desk, "There stood Jonas again.", terms=terms)
    undo_change(desk.store, desk.fresh())
    assert says(desk, "There stood Pavla again.", terms=terms)
    undo_change(desk.store, desk.fresh())
    assert not says(desk, "There stood Pencroff again.", terms=terms)


def test_neither_the_book_nor_the_brief_is_said_again(desk: Desk) -> None:
    desk.edit(1, STORY)
    assert not says(desk, STORY.rsplit("\n\n", 1)[1])
    undo_change(desk.store, desk.fresh())
    assert not says(desk, "Now Pavla finds the letter that was meant for her brother.")


def test_memory_can_be_left_out(desks: Desks) -> None:
    desk = desks.desk(900, segment_size=64, chapters=3, without=(WritingPart.MEMORY,))
    desk.write(engine=ScriptedEngine(64))
    engine = Listening()
    infilled(desk, Infill(2, 2, 2, candidates=2), engine)
    memories = {request.memory.data for request in engine.requests if request.memory}
    assert memories | {memory for memory, *_ in engine.scored} == {engine.initial_memory().data}


def test_a_chat_model_is_told_all_of_the_voice(desk: Desk) -> None:
    sheet = VoiceSheet(banned=("a testament to",), sample="The lamp went out. It was late.")
    with desk.store.writing() as work:
        keep_voice(work, desk.fresh().active_branch_id, sheet)
    engine = Chat()
    infilled(desk, Infill(2, 2, 2, words=90, candidates=1), engine)
    assert "Never write: a testament to" in engine.told[0]
    assert "The lamp went out. It was late." in engine.told[0]


def test_another_candidate_can_be_taken(desk: Desk) -> None:
    lead = paragraphs(desk.text(2))[0]
    event = rewritten(infilled(desk, Infill(2, 2, 2)))
    before = desk.text(2)
    other = next(each for each in event.candidates if each["number"] != event.chosen)
    taken = take_candidate(desk.store, desk.fresh(), 2, other["number"])
    assert (taken.revision, taken.chosen, taken.candidates) == (
        3,
        other["number"],
        event.candidates,
    )
    assert desk.text(2).startswith(f"{lead}\n\n{other['text']}\n\n")
    undo_change(desk.store, desk.fresh())
    assert desk.text(2) == before
    with pytest.raises(UsageError, match=f"Candidate {event.chosen} stands there already"):
        take_candidate(desk.store, desk.fresh(), 2, event.chosen)
    with pytest.raises(NotFoundError, match="has no candidate 9"):
        take_candidate(desk.store, desk.fresh(), 2, 9)
    with pytest.raises(NotFoundError, match="chapter 1 is not that of an infill"):
        take_candidate(desk.store, desk.fresh(), 1, 1)
    lock_passage(desk.store, desk.fresh(), 2, 2, 2)
    with pytest.raises(UsageError, match="is locked"):
        take_candidate(desk.store, desk.fresh(), 2, other["number"])


def test_a_locked_passage_is_never_touched(desk: Desk) -> None:
    lock_passage(desk.store, desk.fresh(), 2, 2, 2)
    for first, last in ((2, 2), (1, 3)):
        with pytest.raises(UsageError, match="A passage of chapter 2 is locked"):
            require_passage(desk.store, desk.fresh(), Infill(2, first, last))
    require_passage(desk.store, desk.fresh(), Infill(2, 3, 3, words=50))
    before = desk.text(2)
    with pytest.raises(UsageError, match="is locked"):
        infilled(desk, Infill(2, 1, 2))
    assert desk.text(2) == before


def test_what_cannot_be_rewritten(desk: Desk) -> None:
    novel = desk.fresh()
    with pytest.raises(NotFoundError, match="Chapter 9 has no text yet"):
        require_passage(desk.store, novel, Infill(9, 1, 1))
    with pytest.raises(UsageError, match="paragraphs, --paragraphs goes to 999"):
        require_passage(desk.store, novel, Infill(2, 1, 999))
    for words in (7, 2_001):
        with pytest.raises(UsageError, match=f"is to have {words:,} words"):
            require_passage(desk.store, novel, Infill(2, 1, 1, words=words))


def test_a_stopped_infill_changes_nothing(desk: Desk) -> None:
    before = desk.chapters()
    desk.stop.stop_after_segment()
    event = infilled(desk, Infill(2, 2, 2))[-1]
    assert isinstance(event, RunStopped)
    assert event.reason is StopReason.ASKED
    desk.stop.stop_now()
    assert isinstance(infilled(desk, Infill(2, 2, 2))[-1], RunStopped)
    assert desk.chapters() == before


class Stopping(ScriptedEngine):
    """Is stopped between two tokens of its second passages."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(64)
        self._desk = desk
        self._calls = 0

    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        self._calls += 1
        if self._calls == 2:
            self._desk.stop.stop_now()
        return super().decode(request, observer)  # type: ignore[arg-type]


def test_an_infill_stopped_while_it_draws_changes_nothing_and_draws_the_same_again(
    desk: Desk, desks: Desks
) -> None:
    before = desk.chapters()
    assert isinstance(infilled(desk, Infill(2, 2, 2, words=300), Stopping(desk))[-1], RunStopped)
    assert desk.chapters() == before
    with desk.store.reading() as work:
        assert len(work.chapters.revisions(desk.novel.id, 2)) == 1
    desk.stop = StopSignal()
    undisturbed = desks.desk(900, segment_size=64, chapters=3)
    undisturbed.write(engine=ScriptedEngine(64))
    events = [rewritten(infilled(each, Infill(2, 2, 2, words=300))) for each in (desk, undisturbed)]
    assert events[0] == events[1]


class Editing(ScriptedEngine):
    """The person edits the chapter while a rewriting is drawn."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(64)
        self._desk = desk

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        self._desk.edit(2, "I wrote it myself.")
        return super().scores(memory, brief, tail, texts)


def test_an_edit_in_the_meantime_stands(desk: Desk) -> None:
    event = infilled(desk, Infill(2, 2, 2, candidates=1), Editing(desk))[-1]
    assert isinstance(event, RunStopped)
    assert event.reason is StopReason.CHANGED
    assert desk.text(2) == "I wrote it myself."


class Mute(ScriptedEngine):
    def decode(self, request: DecodeRequest, observer: object = None) -> DecodeResult:
        rows = tuple(Candidate("", 0, 0.0, FinishReason.STOP_TOKEN) for _ in request.stream_keys)
        return DecodeResult(rows, 1, 0.0)


def test_a_model_that_writes_nothing_changes_nothing(desk: Desk) -> None:
    before = desk.chapters()
    with pytest.raises(ModelError, match="nothing usable for chapter 2"):
        infilled(desk, Infill(2, 2, 2), Mute(64))
    assert desk.chapters() == before
    assert desk.fresh().status is NovelStatus.FINISHED


def test_an_open_chapter_stays_to_be_written_on(desks: Desks) -> None:
    desk = desks.desk(900, segment_size=64, chapters=3)
    desk.write(engine=ScriptedEngine(64), limits=RunLimits(until_words=400))
    old = desk.text(2)
    infilled(desk, Infill(2, 1, 1))
    revision = desk.seen(2).revision
    assert revision is not None
    assert revision.state is RevisionState.PARTIAL
    desk.write(engine=ScriptedEngine(64))
    assert desk.fresh().status is NovelStatus.FINISHED
    kept = "\n\n".join(paragraphs(old)[1:])
    assert kept in desk.text(2)


def test_an_event_survives_its_json(desk: Desk) -> None:
    event = rewritten(infilled(desk, Infill(2, 2, 2, candidates=2)))
    document = event_as_json(event)
    assert event_from_json(document["kind"], document["data"]) == event


def rewriting(number: int, **marks: object) -> Rewriting:
    fine = Rewriting(number, "text", words=100, leads=0.0, repeats=0.0, leaks=0)
    return replace(fine, **marks)


def test_the_best_leads_to_what_follows() -> None:
    fine = rewriting(1, leads=0.2)
    assert best([fine, rewriting(2, leads=0.3), rewriting(3, leads=0.1)], 100).number == 2
    assert best([fine, rewriting(2, leads=9.0, leaks=1)], 100) == fine
    assert best([fine, rewriting(2, leads=9.0, repeats=0.3)], 100) == fine
    assert best([fine, rewriting(2, leads=9.0, words=20)], 100) == fine
    assert best([fine, rewriting(2, leads=0.2)], 100) == fine


class Judge(ScriptedEngine):
    """Finds the text after likely behind one word."""

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        return tuple(-1.0 if "bell" in tail else -3.0 for _ in texts)


class Unscored(ScriptedEngine):
    """Gives no scores, as a server."""

    @property
    def info(self) -> EngineInfo:
        return replace(super().info, can_score=False)

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        raise ModelError("no scores")


def test_without_scores_nobody_knows_how_well_a_candidate_leads() -> None:
    engine = Unscored()
    around = Surroundings(engine.initial_memory(), "Brief.", "He slept.", "It rang once more.")
    marks = judged(engine, around, ["A bell rang.", "[edit] He woke up."], 100)
    assert [each.leads for each in marks] == [None, None]
    assert [each.as_json()["leads"] for each in marks] == [None, None]
    assert best(marks, 3).number == 1
    nothing_follows = replace(around, after="")
    assert judged(engine, nothing_follows, ["A bell rang."], 100)[0].leads == 0.0


def test_marks_are_what_a_candidate_adds() -> None:
    engine = Judge()
    around = Surroundings(engine.initial_memory(), "Brief.", "He slept.", "It rang once more.")
    with_bell, without = judged(engine, around, ["A bell rang.", "He woke up."], 100)
    assert (with_bell.leads, without.leads) == (2.0, 0.0)
    assert (with_bell.number, without.number, with_bell.words) == (1, 2, 3)
    (repeating,) = judged(engine, around, ["It rang once more."], 100)
    assert repeating.repeats == 1.0
