"""The benchmarks measure what they say; how fast anything is, no test asks."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from sqlalchemy.engine import make_url

from novelgen.bench.bandwidth import BandwidthProbe, DeviceBandwidthProbe
from novelgen.bench.decode import DecodePlan, DecodeReport, bench_decode
from novelgen.bench.decode_plot import plot_decode
from novelgen.bench.loading import BenchChoice, BenchModel, load_bench_model
from novelgen.bench.memory import bench_memory
from novelgen.bench.memory_plot import plot_memory_bench
from novelgen.bench.rounds import Spread, measure_in_turn
from novelgen.bench.shapes import SHAPES
from novelgen.bench.storage import bench_storage
from novelgen.cli.commands.bench_decode import Shape, _document
from novelgen.engine.protocol import Engine
from novelgen.engine.values import SamplingParams
from novelgen.errors import UsageError
from novelgen.generation.retention import Retention
from tests.conftest import CommandLine
from tests.postgresql import on_server

_PNG = b"\x89PNG"


def test_subjects_are_measured_in_turn_after_a_warm_up() -> None:
    calls: list[str] = []
    figures = iter(range(100))

    def subject(name: str) -> Callable[[], float]:
        def call() -> float:
            calls.append(name)
            return float(next(figures))

        return call

    seen: list[tuple[int, int]] = []
    spreads = measure_in_turn(
        {"a": subject("a"), "b": subject("b")}, 3, lambda done, total: seen.append((done, total))
    )
    assert calls == ["a", "b"] * 4
    assert spreads == {"a": Spread(4.0, 2.0, 6.0), "b": Spread(5.0, 3.0, 7.0)}
    assert seen[-1] == (8, 8)


def test_bandwidth_is_a_number_of_bytes() -> None:
    probes = (BandwidthProbe(2), DeviceBandwidthProbe(torch.device("cpu"), items=2**20))
    assert all(0 < probe() < math.inf for probe in probes)


def test_shapes_are_those_the_command_offers() -> None:
    assert [shape.value for shape in Shape] == list(SHAPES)


def test_a_shape_is_drawn_from_without_memory(model_dir: Path) -> None:
    choice = BenchChoice(model_dir, "", None, "cpu", "float32", shape="135m")
    loaded = load_bench_model(choice, 16)
    assert loaded.weight_bytes > 135e6
    report = bench_decode(loaded, plan(batches=[1], rounds=1), lambda done, total: None, no_file)
    assert report.segment.write_share == 0
    assert report.ratios[1] > 0


def no_file(file: Path) -> Engine:
    """No GGUF file is named in these plans."""
    raise AssertionError(file)


def plan(**changes: object) -> DecodePlan:
    settings: dict[str, object] = {
        "batches": [1, 3], "prompt_tokens": 10, "new_tokens": 8, "tail_tokens": 20, "rounds": 2,
        "sampling": SamplingParams(1.1, 16, 3, 0.8, 0, 0.95, 0.05),
    }  # fmt: skip
    return DecodePlan(**settings | changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def report(loaded: BenchModel) -> DecodeReport:
    return bench_decode(loaded, plan(), lambda done, total: None, no_file)


def test_decode_compares_with_generate(report: DecodeReport) -> None:
    rows = {(row.engine, row.batch): row.tokens_per_second for row in report.rows}
    assert set(rows) == {
        ("generate float32", 1), ("generate bfloat16", 1), ("novelgen", 1), ("novelgen", 3),
    }  # fmt: skip
    assert all(0 < speed.lowest <= speed.median <= speed.highest for speed in rows.values())
    best = max(rows["generate float32", 1].median, rows["generate bfloat16", 1].median)
    assert report.ratios == {
        1: rows["novelgen", 1].median / best,
        3: rows["novelgen", 3].median / best,
    }
    segment = report.segment
    assert 0 < segment.write_share < 1
    assert segment.words_per_hour > 0
    assert report.hours()["The Lord of the Rings"] == pytest.approx(
        550_000 / segment.words_per_hour
    )
    drawn = (segment.new_tokens - 1) / segment.draw_seconds.median
    assert report.roofline_fraction == drawn * report.weight_bytes / report.bandwidth.median
    assert segment.first_token_seconds.median > 0


def test_the_document_is_json(report: DecodeReport) -> None:
    document = json.loads(json.dumps(_document(report), allow_nan=False))
    assert set(document["ratio_to_hf_generate"]) == {"1", "3"}
    assert {"device", "dtype", "rows", "roofline_fraction"} <= set(document)


def test_plots_are_pictures(report: DecodeReport, loaded: BenchModel, tmp_path: Path) -> None:
    plot_decode(report, tmp_path / "decode.png")
    written = bench_memory(loaded, 6, 30, SamplingParams(), lambda done, total: None)
    plot_memory_bench(written, tmp_path / "memory.png")
    for name in ("decode.png", "memory.png"):
        assert (tmp_path / name).read_bytes().startswith(_PNG)
    assert len(written.tokens) == len(written.peak_mib) == 6
    assert list(written.tokens) == sorted(written.tokens)


def test_a_prompt_too_long_is_refused(loaded: BenchModel) -> None:
    with pytest.raises(UsageError, match="attends to 256"):
        bench_decode(loaded, plan(tail_tokens=300), lambda done, total: None, no_file)


def test_storage_commits_lists_shows_and_exports(tmp_path: Path) -> None:
    seen: list[int] = []
    report = bench_storage(
        tmp_path, 9_000, 200, 500, 4, Retention(4), lambda done, total: seen.append(total)
    )
    assert (report.words, report.segments, report.num_listed) == (9_000, 45, 4)
    assert seen == [45] * 45
    assert report.database_bytes > 9_000 * 4
    assert (tmp_path / "saga.md").read_text().count("\n# Chapter ") == 3
    assert report.found_to_check > 0
    assert min(report.commit_at_start, report.commit_at_end, report.export_seconds) > 0


def test_bench_storage_on_the_command_line(novelgen: CommandLine, tmp_path: Path) -> None:
    plot = tmp_path / "s.png"
    done = novelgen(
        "bench", "storage", "--words", "3000", "--novels", "3", "--snapshot-bytes", "100",
        "--directory", str(tmp_path), "--plot", str(plot),
    )  # fmt: skip
    document = json.loads(done.stdout.splitlines()[-1])
    assert document["novels_listed"] == 3
    assert plot.read_bytes().startswith(_PNG)
    assert not list(tmp_path.glob("novelgen-bench-*")), "the measured database is removed"
    only = novelgen("bench", "storage", "--words", "3000", "--novels", "1", "--json")
    assert json.loads(only.stdout)["words"] == document["words"]


def test_writers_of_their_own_novels_are_measured(novelgen: CommandLine, tmp_path: Path) -> None:
    arguments = (
        "bench", "storage", "--writers", "2,1", "--seconds", "0.2", "--rounds", "1",
        "--snapshot-bytes", "1000", "--directory", str(tmp_path),
    )  # fmt: skip
    document = json.loads(novelgen(*arguments, "--json").stdout)
    assert [(row["turn"], row["writers"]) for row in document["rows"]] == [
        ("novel", 1), ("novel", 2),
    ]  # fmt: skip
    assert document["round_trips"] == {}
    for row in document["rows"]:
        assert 0 < row["commit_ms"] <= row["commit_p95_ms"]
        assert row["commits_per_second"] > 0
        assert row["server_cpu_ms"] is row["wal_bytes"] is row["connections"] is None
    assert document["segment_bytes"] > 1000
    assert not list(tmp_path.glob("novelgen-bench-*")), "the measured database is removed"


def test_writers_are_measured_on_a_server(novelgen: CommandLine, postgresql_url: str) -> None:
    before = on_server(make_url(postgresql_url), "SELECT datname FROM pg_database")
    done = novelgen(
        "bench", "storage", "--writers", "2", "--turn", "both", "--seconds", "0.2", "--rounds",
        "1", "--snapshot-bytes", "20000", "--db", postgresql_url,
    )  # fmt: skip
    *table, last = done.stdout.splitlines()
    document = json.loads(last)
    assert [row["turn"] for row in document["rows"]] == ["novel", "database"]
    assert document["round_trips"] == {"novel": 11, "database": 11}
    assert document["server"]["synchronous_commit"] == "on"
    for row in document["rows"]:
        assert row["wal_bytes"] > 20_000
        assert row["connections"] == 1
    assert "Commits/s" in table[3]
    assert on_server(make_url(postgresql_url), "SELECT to_regclass('novels')") == [(None,)]
    after = on_server(make_url(postgresql_url), "SELECT datname FROM pg_database")
    assert set(after) <= set(before) | {row for row in after if "bench" not in str(row)}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["storage", "--writers", "1,0"], "--writers"),
        (["fleet", "--workers", "1,0"], "--workers"),
        (["decode", "--batches", "1,x"], "--batches"),
        (["decode", "--gguf", "missing.gguf"], "missing.gguf"),
        (["decode", "--plot", "a.txt"], "a.txt"),
        (["storage", "--directory", "/nowhere/at/all"], "/nowhere/at/all"),
        (["memory", "--segments", "1"], "--segments"),
    ],
)
def test_bad_options_are_refused(novelgen: CommandLine, arguments: list[str], word: str) -> None:
    done = novelgen("bench", *arguments, expect=2)
    assert word in done.stderr


def test_the_wait_for_the_co_writer_is_measured(novelgen: CommandLine) -> None:
    novel = novelgen(
        "new", "--premise", "A keeper.", "--target-words", "900", "--model", "scripted"
    )
    arguments = ("bench", "cowriting", novel.stdout.strip(), "--repeat", "2", "--words", "20")
    measured = json.loads(novelgen(*arguments).stdout.splitlines()[-1])
    assert measured["repeats"] == 2
    assert 0 < measured["first_text"]["median"] <= measured["whole"]["median"]
    assert measured["words_per_second"]["lowest"] > 0
    assert "has no text yet" in novelgen(*arguments, "--chapter", "99", expect=3).stderr
