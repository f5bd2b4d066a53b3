"""What a worker is told becomes figures; their names are as Prometheus wants them."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from novelgen.engine.scripted import ScriptedEngine
from novelgen.generation.events import (
    ChapterFinished,
    ChapterPlanned,
    ChapterRedrafted,
    Event,
    MemoryReread,
    NovelFinished,
    PassageRewritten,
    RunStopped,
    SegmentCommitted,
    StopReason,
)
from novelgen.metrics.model_label import model_label
from novelgen.metrics.standing import MeasuredState, TaskEnding
from novelgen.metrics.worker_metrics import WorkerMetrics
from tests.metrics.scraping import Series, series_in, value

SECRET = "Aurelia Vance"
UNITS = ("seconds", "bytes")
NOT_IN_NAMES = re.compile(r"(^|_)(ms|milliseconds|minutes|kb|mb|gauge|counter|histogram)(_|$)")


def now(metrics: WorkerMetrics) -> Series:
    return series_in(metrics.exposition().decode())


def told_everything() -> WorkerMetrics:
    metrics = WorkerMetrics(worker="node-1/3", model_name="scripted")
    engine = metrics.engine(ScriptedEngine())
    engine.write(engine.initial_memory(), SECRET)
    for event in (
        ChapterPlanned(1, 2, SECRET, "skeleton"),
        SegmentCommitted(1, 0, 200, 256, 700, 200, 1_200, 3.5),
        SegmentCommitted(1, 1, 100, 128, 128, 300, 1_300, 1.5),
        MemoryReread(1, 1, 2),
        MemoryReread(1, 2, 2),
        ChapterFinished(1, 300, 310, 1_300),
        PassageRewritten(1, 2, 300, 1, ({"text": SECRET},), 0),
        ChapterRedrafted(1, 3, 300, (3, 4), 1),
        NovelFinished(1_300, 1_300),
        RunStopped(StopReason.WORD_LIMIT, 1_300, SECRET),
    ):
        metrics.note(event)
    metrics.set_task("write")
    metrics.count_task(TaskEnding.DONE)
    return metrics


def test_events_become_figures() -> None:
    series = now(told_everything())
    expected = {
        "segments_committed_total": 2, "words_committed_total": 300, "tokens_kept_total": 384,
        "tokens_drawn_total": 828, "novel_words": 1_300, "chapters_finished_total": 1,
        "memory_reread_segments_total": 2, "segment_seconds_sum": 5.0, "segment_seconds_count": 2,
        # One memory was written, so the time of one commit is known.
        "segment_commit_seconds_count": 1,
    }  # fmt: skip
    assert {name: value(series, name) for name in expected} == expected
    assert value(series, "chapters_planned_total", origin="skeleton") == 1
    endings = ("finished", "redrafted", "rewritten", "word_limit")
    assert [value(series, "runs_total", ending=ending) for ending in endings] == [1, 1, 1, 1]
    assert sum(number for (name, _), number in series.items() if "runs_total" in name) == 4
    assert value(series, "last_segment_timestamp_seconds") > 1_700_000_000


def test_a_run_that_an_error_ends_is_counted_and_the_error_goes_on() -> None:
    metrics = WorkerMetrics(worker="w")

    def events() -> Iterator[Event]:
        yield SegmentCommitted(1, 0, 200, 256, 700, 200, 1_200, 3.5)
        raise ValueError("torn")

    seen = []
    with pytest.raises(ValueError, match="torn"):
        seen += [value(now(metrics), "words_committed_total") for _ in metrics.noting(events())]
    assert value(now(metrics), "words_committed_total") == 200
    assert value(now(metrics), "runs_total", ending="failed") == 1


def test_each_run_of_a_worker_is_its_own_models() -> None:
    metrics = WorkerMetrics(worker="w")
    assert b"novelgen:words_committed_total{" not in metrics.exposition()
    for model, words in (("first", 200), ("/models/second.gguf", 30), ("first", 4)):
        metrics.set_model(model)
        metrics.note(SegmentCommitted(1, 0, words, 256, 700, 200, 1_200, 3.5))
    text = metrics.exposition().decode()
    assert 'novelgen:words_committed_total{model_name="first",worker="w"} 204.0' in text
    assert 'novelgen:words_committed_total{model_name="second.gguf",worker="w"} 30.0' in text
    assert 'ending="failed",model_name="second.gguf",worker="w"} 0.0' in text
    assert 'novelgen:runs_total{ending="finished",model_name=""' not in text


def test_a_worker_is_in_one_state_and_has_one_task_at_most() -> None:
    metrics = WorkerMetrics(worker="w")

    def stands() -> list[dict[str, str]]:
        held = [
            dict(labels)
            for (name, labels), number in now(metrics).items()
            if number and name.startswith(("novelgen:worker_state", "novelgen:worker_task"))
        ]
        return sorted(held, key=str)

    assert stands() == [{"state": "starting"}]
    metrics.set_state(MeasuredState.WRITING)
    metrics.set_task("write")
    assert stands() == [{"state": "writing"}, {"task": "write"}]
    metrics.set_task("draft")
    assert stands() == [{"state": "writing"}, {"task": "draft"}]
    metrics.set_task(None)
    metrics.set_state(MeasuredState.PAUSED)
    assert stands() == [{"state": "paused"}]
    metrics.count_task(TaskEnding.LOST)
    counted = {each: value(now(metrics), "tasks_total", ending=each) for each in TaskEnding}
    assert counted == {"done": 0, "failed": 0, "lost": 1, "returned": 0}


def test_names_are_as_prometheus_wants_them() -> None:
    """The rules of `promtool check metrics`, save that vLLM's names and ours have a colon."""
    text = told_everything().exposition().decode()
    families = [each for each in text_string_to_metric_families(text) if ":" in each.name]
    assert len(families) > 30
    for family in families:
        name = family.name.removeprefix("novelgen:")
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        assert family.documentation.endswith("."), name
        assert not NOT_IN_NAMES.search(name), name
        assert not name.endswith(("_count", "_sum", "_bucket")), name
        if family.type == "counter":
            assert {sample.name for sample in family.samples} <= {f"{family.name}_total"}
        else:
            assert not name.endswith("_total"), name
        for unit in UNITS:
            assert unit not in name.removesuffix(f"_{unit}"), name


def test_it_is_not_told_when_each_series_was_made() -> None:
    assert b"_created" not in told_everything().exposition()


def test_nothing_of_a_book_is_told_and_every_series_names_model_and_worker() -> None:
    text = told_everything().exposition().decode()
    assert "Aurelia" not in text and "Vance" not in text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if family.name.startswith("novelgen:"):
                assert sample.labels["worker"] == "node-1/3"
                assert sample.labels["model_name"] == "scripted"


def test_two_workers_in_one_process_share_nothing() -> None:
    first, second = (WorkerMetrics(worker=name, model_name="scripted") for name in "ab")
    first.note(ChapterFinished(1, 300, 310, 1_300))
    assert value(now(first), "chapters_finished_total") == 1
    assert value(now(second), "chapters_finished_total") == 0


@pytest.mark.parametrize(
    ("model", "label"),
    [
        ("smollm2-135m", "smollm2-135m"),
        ("HuggingFaceTB/SmolLM2-135M", "HuggingFaceTB/SmolLM2-135M"),
        ("/home/anna/models/mine.gguf", "mine.gguf"),
        ("server:desk", "server:desk"),
        ("server:http://10.0.0.7:8080/v1#llama", "server:llama"),
        ("m" * 500, "m" * 80),
    ],
)
def test_a_label_says_neither_folder_nor_address(model: str, label: str) -> None:
    assert model_label(model) == label
