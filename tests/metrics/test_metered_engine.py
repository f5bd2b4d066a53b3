"""An engine that is measured answers as the bare one does, and what it did is counted."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from novelgen.engine.protocol import DecodeObserver, QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.scripted import ScriptedEngine
from novelgen.engine.values import ChatMessage, DecodeRequest, DecodeResult, SamplingParams
from novelgen.errors import ModelError
from novelgen.metrics.worker_metrics import WorkerMetrics
from tests.metrics.scraping import Series, series_in, value


class Recorder(QuietObserver):
    """Keeps all that it is told; gives rows up and stops as it is made to."""

    def __init__(self, rejected: Collection[int] = (), stops_after: int = 10_000) -> None:
        self.told: list[tuple[object, ...]] = []
        self._rejected, self._stops_after = rejected, stops_after

    def on_text(self, row: int, text: str) -> None:
        self.told.append(("text", row, text))

    def on_void(self, row: int) -> None:
        self.told.append(("void", row))

    def on_wait(self, is_waiting: bool) -> None:
        self.told.append(("wait", is_waiting))

    def should_stop(self) -> bool:
        return len(self.told) >= self._stops_after

    def rejected_rows(self) -> Collection[int]:
        return self._rejected if len(self.told) > 3 else ()


class WaitingEngine(ScriptedEngine):
    """Has to wait for its turn, draws, and draws it all anew."""

    def __init__(self, metrics: WorkerMetrics) -> None:
        super().__init__()
        self._metrics = metrics
        self.while_waiting: Series = {}

    def decode(
        self, request: DecodeRequest, observer: DecodeObserver | None = None
    ) -> DecodeResult:
        assert observer is not None
        observer.on_wait(True)
        self.while_waiting = now(self._metrics)
        observer.on_wait(False)
        super().decode(request, observer)
        observer.on_void(0)
        return super().decode(request, observer)

    def close(self) -> str:
        return "closed"


def request(engine: ScriptedEngine, rows: int = 3) -> DecodeRequest:
    keys = tuple(stream_key(7, "prose", [row]) for row in range(rows))
    return DecodeRequest(
        engine.initial_memory(), "brief", "tail", SamplingParams(), keys, 400, max_words=60
    )


def now(metrics: WorkerMetrics) -> Series:
    return series_in(metrics.exposition().decode())


def bare_of_time(result: DecodeResult) -> DecodeResult:
    return replace(result, elapsed_seconds=0.0)


@pytest.mark.parametrize(
    "watching", [{}, {"rejected": (1,)}, {"stops_after": 20}], ids=["all", "rejected", "stopped"]
)
def test_answers_and_what_the_observer_hears_are_the_same(watching: dict[str, object]) -> None:
    bare = ScriptedEngine()
    metered = WorkerMetrics(worker="w").engine(ScriptedEngine())
    first, second = Recorder(**watching), Recorder(**watching)  # type: ignore[arg-type]
    results = [bare.decode(request(bare), first), metered.decode(request(bare), second)]
    assert bare_of_time(results[0]) == bare_of_time(results[1])
    assert first.told == second.told and first.told
    assert bare_of_time(metered.decode(request(bare))) == bare_of_time(bare.decode(request(bare)))
    memory = bare.initial_memory()
    assert metered.initial_memory() == memory
    assert metered.write(memory, "A letter.") == bare.write(memory, "A letter.")
    weighed = (memory, "brief", "tail", ["one", "two"])
    assert metered.scores(*weighed) == bare.scores(*weighed)
    assert metered.count_tokens("A letter.") == bare.count_tokens("A letter.")
    assert metered.count_prompt_tokens("a b", "c") == bare.count_prompt_tokens("a b", "c")
    assert metered.info is metered.info and metered.info == bare.info


def test_every_row_is_a_request_and_the_prompt_is_counted_once() -> None:
    metrics, engine = WorkerMetrics(worker="w"), ScriptedEngine()
    metered = metrics.engine(engine)
    prose = metered.decode(request(engine), Recorder())
    question = metered.decode(replace(request(engine, 1), memory=None), Recorder())
    series = now(metrics)
    for purpose, result in (("prose", prose), ("question", question)):
        drawn = value(series, "generation_tokens_total", purpose=purpose)
        assert drawn == result.num_tokens > 0
        read = value(series, "prompt_tokens_total", purpose=purpose)
        assert read == result.prompt_tokens > 0
        ended = value(series, "request_success_total", purpose=purpose, finished_reason="words")
        assert ended == len(result.candidates)
    assert value(series, "request_params_n_count") == 2
    assert value(series, "request_params_n_sum") == 4
    assert value(series, "request_generation_tokens_sum") == prose.num_tokens + question.num_tokens
    for timed in ("time_to_first_token", "request_time_per_output_token", "e2e_request_latency"):
        assert value(series, f"{timed}_seconds_count") == 4
    slowest = value(series, "e2e_request_latency_seconds_sum")
    assert 0 < value(series, "time_to_first_token_seconds_sum") < slowest
    assert value(series, "num_requests_running") == value(series, "num_requests_waiting") == 0


def test_rows_that_the_guard_ended_are_counted_also_where_the_engine_heard_of_it_too_late() -> None:
    metrics, engine = WorkerMetrics(worker="w"), ScriptedEngine()
    metrics.engine(engine).decode(request(engine), Recorder(rejected=(0, 1)))
    series = now(metrics)
    assert value(series, "candidates_discarded_total") == 2
    rejected = {"purpose": "prose", "finished_reason": "rejected"}
    assert value(series, "request_success_total", **rejected) == 2
    late = Recorder(rejected=(2,))
    metrics.engine(engine).decode(replace(request(engine, 3), max_new_tokens=3), late)
    assert value(now(metrics), "candidates_discarded_total") == 3


def test_rows_that_wait_are_no_running_rows() -> None:
    metrics = WorkerMetrics(worker="w")
    engine = WaitingEngine(metrics)
    watching = Recorder()
    metrics.engine(engine).decode(request(engine), watching)
    assert value(engine.while_waiting, "num_requests_waiting") == 3
    assert value(engine.while_waiting, "num_requests_running") == 0
    series = now(metrics)
    assert value(series, "num_requests_waiting") == value(series, "num_requests_running") == 0
    assert value(series, "request_queue_time_seconds_sum") > 0
    assert ("void", 0) in watching.told and ("wait", True) in watching.told


def test_what_is_no_part_of_the_protocol_is_the_inner_engines_own() -> None:
    metrics = WorkerMetrics(worker="w")
    metered = metrics.engine(WaitingEngine(metrics))
    assert metered.close() == "closed"  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="open_again"):
        metered.open_again()  # type: ignore[attr-defined]


def test_an_error_is_the_engines_own_and_leaves_no_row_running() -> None:
    metrics, engine = WorkerMetrics(worker="w"), ScriptedEngine()
    metered = metrics.engine(engine)
    with pytest.raises(ModelError, match="no chat template"):
        metered.render_chat([ChatMessage("user", "Who?")])
    foreign = replace(engine.initial_memory(), model_fingerprint="0" * 64)
    with pytest.raises(ModelError):
        metered.decode(replace(request(engine), memory=foreign), Recorder())
    series = now(metrics)
    assert value(series, "request_failures_total") == 3
    assert value(series, "num_requests_running") == 0
    assert value(series, "request_params_n_count") == 0


def test_the_memory_and_the_scores_are_timed() -> None:
    metrics, engine = WorkerMetrics(worker="w"), ScriptedEngine()
    metered = metrics.engine(engine)
    memory = metered.write(metered.initial_memory(), "A letter.")
    metered.write(memory, "Another one.")
    metered.scores(memory, "", "", ["one"])
    series = now(metrics)
    assert value(series, "memory_write_seconds_count") == 2
    assert value(series, "memory_write_seconds_sum") > 0
    assert value(series, "score_seconds_count") == 1
