"""The guard ends rows and has passages drawn again; drafts are ranked; every decision is stored."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import DecodeRequest, DecodeResult, MemoryState
from novelgen.errors import ModelError
from novelgen.generation.drafts import Draft, Wanted
from novelgen.generation.guard import StreamGuard
from novelgen.generation.novel_context import RunLimits
from novelgen.generation.novel_settings import PROSE_SAMPLING, WritingPart
from novelgen.generation.ranking import Ranker
from novelgen.generation.stop import RunObserver, StopSignal, Struck
from novelgen.manuscript.passages_seen import SeenPassage, passages_seen
from tests.generation.conftest import Desk, Desks


class Spoiling(ScriptedEngine):
    """Spoils what it draws; keeps what it was asked for prose."""

    def __init__(self, spoil: Callable[[DecodeRequest, int, str], str]) -> None:
        super().__init__()
        self._spoil = spoil
        self.asked: list[DecodeRequest] = []

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        result = super().decode(request, observer)
        if request.memory is None:
            return result
        self.asked.append(request)
        candidates = tuple(
            replace(candidate, text=self._spoil(request, row, candidate.text))
            for row, candidate in enumerate(result.candidates)
        )
        return replace(result, candidates=candidates)


def is_first_attempt(request: DecodeRequest) -> bool:
    return request.sampling.temperature == PROSE_SAMPLING.temperature


def with_a_footnote(text: str) -> str:
    """A mark of a web page after the first sentence."""
    end = text.find(".") + 1
    return f"{text[:end]} It was[edit] late.{text[end:]}"


def seen(desk: Desk, chapter: int = 1) -> list[SeenPassage]:
    with desk.store.reading() as work:
        return passages_seen(work, desk.fresh().active_branch_id, chapter)


def test_a_spoilt_passage_is_drawn_again_from_its_last_clean_sentence(desks: Desks) -> None:
    desk = desks.desk(900)
    engine = Spoiling(lambda r, _, text: with_a_footnote(text) if is_first_attempt(r) else text)
    desk.write(engine=engine)
    assert "[edit]" not in "".join(desk.chapters())
    first = seen(desk)[0]
    attempts = first.seen["attempts"]
    assert attempts[0]["stopped_by"] == {"litter": 1}
    assert first.provenance["attempts"] == len(attempts) == 2
    assert first.provenance["tokens_redrawn"] == attempts[1]["tokens"] > 0
    kept = first.seen["candidates"][0]["text"]
    again = engine.asked[1]
    assert attempts[1]["kept_words"] > 0
    assert kept.startswith(again.tail[len(engine.asked[0].tail) :])
    assert again.sampling.repetition_penalty > PROSE_SAMPLING.repetition_penalty
    assert set(again.stream_keys).isdisjoint(engine.asked[0].stream_keys)


def test_without_the_guard_it_stays(desks: Desks) -> None:
    desk = desks.desk(900, without=(WritingPart.GUARD,))
    desk.write(engine=Spoiling(lambda _r, _n, text: with_a_footnote(text)))
    assert "[edit]" in "".join(desk.chapters())
    assert all(len(each.seen["attempts"]) == 1 for each in seen(desk))


def test_what_is_never_clean_is_taken_and_marked(desks: Desks) -> None:
    desk = desks.desk(300)
    desk.write(engine=Spoiling(lambda _r, _n, text: with_a_footnote(text)))
    passages = seen(desk)
    assert "[edit]" not in "".join(desk.chapters())
    assert any(each.provenance.get("fell_short") for each in passages)
    assert max(each.provenance["attempts"] for each in passages) == 4


def test_what_must_not_stand_in_a_book_is_never_taken(desks: Desks) -> None:
    desk = desks.desk(300)
    with pytest.raises(ModelError, match="nothing usable in chapter 1"):
        desk.write(engine=Spoiling(lambda _r, _n, _t: "As an AI, I cannot write. " * 40))
    assert desk.chapters() in ([], [""])


def test_a_model_that_only_repeats_is_taken_and_marked(desks: Desks) -> None:
    desk = desks.desk(300)
    said = "He looked at her very strangely for a while and then went home."
    desk.write(engine=Spoiling(lambda _r, _n, text: f"{said} {said} {said}"))
    assert said in "".join(desk.chapters())
    assert any(each.provenance.get("fell_short") for each in seen(desk))


def test_without_ranking_the_first_draft_is_kept(desks: Desks) -> None:
    desk = desks.desk(600, candidates=3, without=(WritingPart.RANKING,))
    desk.write()
    assert {passage.provenance["candidate"] for passage in seen(desk)} == {0}


def test_a_resumed_run_draws_from_the_same_material(desks: Desks) -> None:
    """What is known, the voice and the index of the book depend on the text alone."""
    whole, pieces = desks.desk(1_500, chapters=2), desks.desk(1_500, chapters=2)
    whole.write()
    for words in range(100, 1_500, 100):
        pieces.write(limits=RunLimits(until_words=words))
    pieces.write()
    assert pieces.chapters() == whole.chapters()
    told = [[(p.seen["brief"], p.seen["tail"]) for p in seen(desk, 2)] for desk in (whole, pieces)]
    assert told[0] == told[1]


def test_what_only_the_whole_chapter_shows_is_found_in_it(desks: Desks) -> None:
    desk = desks.desk(600, without=(WritingPart.GUARD,))
    desk.write(engine=Spoiling(lambda _r, _n, text: with_a_footnote(text)))
    with desk.store.reading() as work:
        findings = work.findings.standing(desk.fresh().active_branch_id)
    litter = [finding for finding in findings if finding.kind == "litter"]
    assert litter
    paragraphs = [line for line in desk.text(litter[0].chapter).split("\n") if line.strip()]
    assert "[edit]" in paragraphs[litter[0].paragraph - 1]
    assert "[edit]" in litter[0].passage


def test_what_is_stored_is_what_the_model_saw(desks: Desks) -> None:
    desk = desks.desk(900, candidates=3)
    engine = Spoiling(lambda _r, _n, text: text)
    desk.write(engine=engine)
    passages = [each for number in range(1, 3) for each in seen(desk, number)]
    firsts = [request for request in engine.asked if is_first_attempt(request)]
    assert [(p.seen["brief"], p.seen["tail"]) for p in passages] == [
        (request.brief, request.tail) for request in firsts
    ]
    for passage, request in zip(passages, firsts, strict=True):
        parts = {part["name"]: part["tokens"] for part in passage.seen["parts"]}
        spent = sum(n for name, n in parts.items() if name not in ("memory", "new text"))
        assert spent == engine.count_prompt_tokens(request.brief, request.tail)
        assert len(request.stream_keys) == 3  # one batch
        assert len(passage.seen["candidates"]) == 3


def test_the_kept_draft_is_the_one_that_least_speaks_against(desks: Desks) -> None:
    desk = desks.desk(600, candidates=4)
    desk.write()
    for passage in seen(desk):
        costs = [draft["cost"] for draft in passage.seen["candidates"]]
        assert costs[0] == min(costs[:2])
        assert sorted(costs[2:]) == costs[2:]
        assert passage.provenance["cost"] == costs[0]
        asked = [draft for draft in passage.seen["candidates"] if "beat" in draft["terms"]]
        assert len(asked) == 2


def _struck_where(is_bad: Callable[[str], bool]) -> Callable[[str], Struck | None]:
    return lambda text: Struck("", text, "loop", "") if is_bad(text) else None


def test_a_row_is_ended_where_it_raises_the_alarm() -> None:
    guard = StreamGuard(RunObserver(StopSignal()), _struck_where(lambda text: "[edit]" in text))
    for row in range(2):
        guard.on_text(row, "He went home. " * 20)
    guard.on_text(1, "It was[edit] late.\n" * 20)
    assert guard.rejected_rows() == {1}
    guard.on_text(1, " Drawn before the engine heard of it.")
    assert guard.text_of(1, "whatever").endswith("late.\n")
    assert guard.text_of(0, "all that was drawn") == "all that was drawn"


def test_a_row_that_begins_anew_is_judged_by_its_new_text_alone() -> None:
    guard = StreamGuard(
        RunObserver(StopSignal()), _struck_where(lambda text: text.count("home") > 15)
    )
    guard.on_text(0, "He went home. " * 10)
    guard.on_void(0)
    guard.on_text(0, "He went home. " * 10)
    assert not guard.rejected_rows()
    guard.on_text(0, "He went home. " * 30)
    assert guard.rejected_rows() == {0}
    kept = guard.text_of(0, "whatever")
    guard.on_void(0)  # too late: what it held is what is judged
    assert guard.text_of(0, "whatever") == kept


class Unscored(ScriptedEngine):
    """Gives no scores, as a server."""

    def __init__(self) -> None:
        super().__init__()
        self._info = replace(self._info, can_score=False)

    def scores(
        self, memory: MemoryState, brief: str, tail: str, texts: Sequence[str]
    ) -> tuple[float, ...]:
        raise ModelError("no scores")


def test_an_engine_without_scores_is_asked_for_none(desks: Desks) -> None:
    desk = desks.desk(600, candidates=3)
    desk.write(engine=Unscored())
    for passage in seen(desk):
        for each in passage.seen["candidates"]:
            assert not {"beat", "memory"} & set(each["terms"])
            assert each["terms"]["likelihood"] == 0
        assert "mean_logprob" not in passage.provenance


def draft(number: int, text: str, mean_logprob: float | None = -2.0) -> Draft:
    return Draft(0, number, text, len(text.split()), mean_logprob)


def ranker(recent: str = "", **how: object) -> Ranker:
    return Ranker(recent.split(), frozenset(["Mara"]), lambda _: 0.0, **how)  # type: ignore[arg-type]


FRESH = "Outside the snow lay on every roof of the town and nothing moved."
STALE = "She went up the stair and opened the door to the lamp."
WANTED = Wanted(13, starts_paragraph=True)


@pytest.mark.parametrize("first", [0, 1])
def test_a_draft_that_says_something_new_is_kept(first: int) -> None:
    drafts = [draft(0, STALE), draft(1, FRESH)]
    ranked = ranker("she went up the stair and opened the door to the lamp").rank(
        drafts if first == 0 else drafts[::-1], WANTED
    )
    assert ranked[0].draft.candidate == 1
    assert ranked[1].terms.repeats == 1.0


def test_the_metrics_of_a_draft_are_held_against_those_of_people() -> None:
    drafts = [draft(0, FRESH), draft(1, FRESH.replace("snow", "rain"))]
    by_text = {FRESH: 3.0}
    ranked = Ranker([], frozenset(), lambda text: by_text.get(text, 0.0)).rank(drafts, WANTED)
    assert [each.terms.bands for each in ranked] == [0.0, 3.0]
    assert Ranker([], frozenset(), lambda _: 3.0).rank(drafts[:1], WANTED)[0].terms.bands is None


def test_a_draft_keeps_the_voice_of_the_book() -> None:
    drafts = [draft(0, FRESH), draft(1, FRESH.replace("snow", "rain"))]
    by_text = {FRESH: 0.8}
    ranked = ranker(voice_distance=lambda text: by_text.get(text, 0.0)).rank(drafts, WANTED)
    assert [each.terms.voice for each in ranked] == [0.0, 0.8]
    assert ranker().rank(drafts, WANTED)[0].terms.voice is None


def test_a_draft_neither_turns_around_the_same_things_nor_leaves_them() -> None:
    recent = (
        "The lamp on the stair burned. The keeper trimmed the lamp while the wind shook it. " * 70
    )
    around = "A lamp, thought the keeper, is a lamp, and the stair is a stair."
    beside = "Her sister wrote that the harbour had frozen and that a keeper was wanted there."
    away = "Bankers in a distant capital argued about railways, tariffs, cotton, sugar and tea."
    ranked = ranker(recent).rank(
        [draft(0, around), draft(1, away), draft(2, beside)], Wanted(14, starts_paragraph=True)
    )
    matter = {each.draft.candidate: each.terms.matter for each in ranked}
    assert ranked[0].draft.candidate == 2
    assert matter[0] > matter[1] > matter[2]
    begun = ranker(recent[:200]).rank([draft(0, away), draft(1, around)], WANTED)
    assert [each.terms.matter == 0.0 for each in begun] == [True, False]
    assert ranker().rank([draft(0, around), draft(1, away)], WANTED)[0].terms.matter is None


def test_names_that_nobody_has_heard_of_speak_against_a_draft() -> None:
    known, invented = (
        f"That evening the wind fell and old {n} went home." for n in ("Mara", "Bob")
    )
    ranked = ranker().rank([draft(0, invented), draft(1, known)], WANTED)
    assert [each.terms.names for each in ranked] == [0.0, 1.0]


def test_length_counts_more_at_the_end_of_a_chapter() -> None:
    near, likely = draft(0, FRESH, -5.0), draft(1, " ".join(FRESH.split()[:9]), -2.0)
    inside = ranker().rank([near, likely], WANTED)
    at_the_end = ranker().rank([near, likely], replace(WANTED, tolerance=8))
    assert inside[0].draft is likely
    assert at_the_end[0].draft is near


def test_the_model_is_asked_about_the_best_two() -> None:
    asked: list[list[int]] = []

    def ask(drafts: Sequence[Draft]) -> list[tuple[float, float | None]]:
        asked.append([each.candidate for each in drafts])
        return [(5.0, None) if each.candidate == 0 else (0.0, -0.5) for each in drafts]

    drafts = [draft(0, FRESH), draft(1, f"{FRESH} And so."), draft(2, "Short.")]
    ranked = ranker(ask=ask).rank(drafts, WANTED)
    assert asked == [[0, 1]]
    assert [each.draft.candidate for each in ranked] == [1, 0, 2]
    assert ranked[2].terms.beat is None
