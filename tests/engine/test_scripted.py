"""The double obeys the contract of a real engine."""

import time
from dataclasses import replace

from novelgen.engine.protocol import QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import DecodeRequest, FinishReason, SamplingParams
from novelgen.text.words import count_words


class StopAfter(QuietObserver):
    def __init__(self, pieces: int) -> None:
        self.left = pieces
        self.seen: list[str] = []

    def on_text(self, row: int, text: str) -> None:
        self.left -= 1
        self.seen.append(text)

    def should_stop(self) -> bool:
        return self.left <= 0


def request(engine: ScriptedEngine, rows: int = 3) -> DecodeRequest:
    keys = tuple(stream_key(7, "prose", [row]) for row in range(rows))
    return DecodeRequest(
        engine.initial_memory(), "brief", "tail", SamplingParams(), keys, 400, max_words=60
    )


def test_rows_are_functions_of_their_keys() -> None:
    engine = ScriptedEngine()
    three = engine.decode(request(engine)).candidates
    alone = [
        engine.decode(replace(request(engine), stream_keys=(key,))).candidates[0]
        for key in request(engine).stream_keys
    ]
    assert list(three) == alone
    assert len({candidate.text for candidate in three}) == 3


def test_limits_are_kept() -> None:
    engine = ScriptedEngine()
    candidate = engine.decode(request(engine, 1)).candidates[0]
    assert candidate.finish_reason is FinishReason.WORDS
    assert count_words(candidate.text) == 60
    short = engine.decode(replace(request(engine, 1), max_new_tokens=20)).candidates[0]
    assert short.finish_reason is FinishReason.LENGTH
    assert short.num_tokens <= 20
    stop = candidate.text.split()[4]
    cut = engine.decode(replace(request(engine, 1), stop_strings=(stop,))).candidates[0]
    assert cut.finish_reason is FinishReason.STOP_STRING
    assert stop not in cut.text


def test_the_stop_signal_is_honoured_between_words() -> None:
    engine = ScriptedEngine()
    observer = StopAfter(5)
    candidate = engine.decode(request(engine, 1), observer).candidates[0]
    assert candidate.finish_reason is FinishReason.CANCELLED
    assert candidate.text == "".join(observer.seen)
    assert len(observer.seen) == 5


class RejectAfter(QuietObserver):
    """Rejects one row once it has so many pieces."""

    def __init__(self, row: int, pieces: int) -> None:
        self.row, self.pieces = row, pieces
        self.texts: dict[int, str] = {}
        self.seen = 0

    def on_text(self, row: int, text: str) -> None:
        self.texts[row] = self.texts.get(row, "") + text
        self.seen += row == self.row

    def rejected_rows(self) -> set[int]:
        return {self.row} if self.seen >= self.pieces else set()


def test_a_rejected_row_ends_and_the_others_go_on() -> None:
    engine = ScriptedEngine()
    whole = engine.decode(request(engine)).candidates
    observer = RejectAfter(1, 10)
    found = engine.decode(request(engine), observer).candidates
    assert (found[0], found[2]) == (whole[0], whole[2])
    assert found[1].finish_reason is FinishReason.REJECTED
    assert found[1].text == observer.texts[1]
    assert observer.seen == 10 and whole[1].text.startswith(found[1].text)


def test_scores_depend_on_all_that_is_given() -> None:
    engine = ScriptedEngine()
    memory = engine.initial_memory()
    scores = engine.scores(memory, "brief", "tail", ["one", "two", ""])
    assert scores[2] == 0.0 and len(set(scores)) == 3
    assert engine.scores(memory, "brief", "tail", ["two"]) == scores[1:2]
    others = [
        engine.scores(memory, "brieft", "ail", ["one"]),
        engine.scores(memory, "brief", "", ["one"]),
        engine.scores(engine.write(memory, "read"), "brief", "tail", ["one"]),
    ]
    assert len({scores[:1], *others}) == 4


def test_memory_depends_on_every_segment_and_their_order() -> None:
    engine = ScriptedEngine()
    start = engine.initial_memory()
    forward = engine.write(engine.write(start, "one"), "two")
    backward = engine.write(engine.write(start, "two"), "one")
    again = engine.write(engine.write(start, "one"), "two")
    assert forward == again
    assert len({start.data, forward.data, backward.data}) == 3


def test_a_set_pace_takes_its_time_and_changes_no_word() -> None:
    quick, slow = ScriptedEngine(), ScriptedEngine(tokens_per_second=1_000)
    started = time.monotonic()
    drawn = slow.decode(request(slow))
    seconds = time.monotonic() - started
    assert drawn.candidates == quick.decode(request(quick)).candidates
    assert slow.info == quick.info
    # Rows are drawn side by side: the first one's tokens take the time, and no less.
    assert drawn.elapsed_seconds >= drawn.candidates[0].num_tokens / 1_000
    assert seconds >= drawn.elapsed_seconds
    memory = quick.initial_memory()
    assert slow.write(memory, "one") == quick.write(memory, "one")


def test_a_slow_one_heeds_the_stop_between_tokens() -> None:
    """At an hour a token it would not end otherwise."""
    engine = ScriptedEngine(tokens_per_second=1 / 3_600)
    drawn = engine.decode(request(engine, 1), StopAfter(0)).candidates[0]
    assert (drawn.text, drawn.finish_reason) == ("", FinishReason.CANCELLED)
    observer = StopAfter(3)
    some = ScriptedEngine(tokens_per_second=1_000).decode(request(engine, 1), observer)
    assert some.candidates[0].finish_reason is FinishReason.CANCELLED
    assert some.candidates[0].text == "".join(observer.seen)
    assert len(observer.seen) == 3
