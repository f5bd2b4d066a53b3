"""Statistics, JSON and tables on scores whose answer is known."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from novelgen.cli.memory_tables import memory_tables
from novelgen.errors import StorageError, UsageError
from novelgen.evaluation.memory_document import memory_document
from novelgen.evaluation.memory_plot import plot_memory
from novelgen.evaluation.memory_readings import Reading
from novelgen.evaluation.memory_report import (
    MemoryReport,
    position_buckets,
    summarise,
    summarise_tail,
)
from novelgen.evaluation.memory_scoring import MemoryScores
from novelgen.evaluation.plot_files import require_plottable

BOOKS = ("a", "b", "c")
SIZE = 20
SEGMENTS = (2, 3)
# Gains of the three books over another book's memory: mean 0.2, standard error 0.057735.
GAINS = torch.tensor([0.1, 0.2, 0.3]).reshape(3, 1, 1)


def nats(value: float) -> Tensor:
    return torch.full((3, len(SEGMENTS), SIZE - 1), value)


def scores(tail: int = 0, **changed: Tensor) -> MemoryScores:
    """True memory at 3.0; the others above it by known amounts, wherever in the segment."""
    noise = torch.randn(3, len(SEGMENTS), SIZE - 1)  # shared by all: pairing takes it away
    readings = {
        Reading.TRUE: nats(3.0),
        Reading.RESET: nats(3.5),
        Reading.OTHER_BOOK: nats(3.0) + GAINS,
        Reading.CONTROL: nats(3.25),
        Reading.FULL_CONTEXT: nats(2.5),
    } | {Reading(name): value for name, value in changed.items()}
    paired = {reading: values + noise for reading, values in readings.items()}
    return MemoryScores(tail, SEGMENTS, paired)


@pytest.fixture
def report() -> MemoryReport:
    return summarise([scores(), scores(tail=64)], BOOKS, 16, SIZE)


def test_gains_are_paired_means_over_books() -> None:
    overall = summarise_tail(scores(), BOOKS).overall
    other = overall.gain[Reading.OTHER_BOOK]
    assert other.mean == pytest.approx(0.2, abs=1e-6)
    assert other.half_width == pytest.approx(4.303 * 0.0577350, abs=1e-5)
    assert overall.gain[Reading.RESET].mean == pytest.approx(0.5, abs=1e-6)
    assert overall.gain[Reading.RESET].half_width == pytest.approx(0, abs=1e-6)
    assert overall.gain[Reading.CONTROL].mean == pytest.approx(0.25, abs=1e-6)
    assert Reading.FULL_CONTEXT not in overall.gain


def test_the_share_of_the_gap() -> None:
    overall = summarise_tail(scores(), BOOKS).overall
    assert overall.gap_share == pytest.approx(0.5, abs=1e-5)  # (3.5 - 3.0) / (3.5 - 2.5)
    assert overall.gap_share_from_control == pytest.approx(1 / 3, abs=1e-5)
    worse = summarise_tail(scores(full_context=nats(4.0)), BOOKS).overall
    assert (worse.gap_share, worse.gap_share_from_control) == (None, None)


def test_a_gap_that_may_be_none_has_no_share() -> None:
    """Full context is better by 0.3 a token, with a 95 % interval of 0.3 ± 4.303 · 0.1."""
    unsure = 3.5 - torch.tensor([0.1267949, 0.3, 0.4732051]).reshape(3, 1, 1)
    tail = scores(64, full_context=nats(0) + unsure)
    report = summarise([scores(), tail], BOOKS, 16, SIZE)
    gap = report.requested.overall.gap[Reading.RESET]
    assert (gap.mean, gap.half_width) == pytest.approx((0.3, 0.4303), abs=1e-4)
    document = json.loads(json.dumps(memory_document(report, "tiny", "x", 0)))
    assert document["gap_share"] is None and document["gap_share_from_control"] is None
    assert document["by_segment"][0]["gap_share"] is None
    assert document["memory_alone"]["gap_share"] == pytest.approx(0.5, abs=1e-5)
    alone, behind = "\n".join(memory_tables(report)).split("verbatim tail")
    assert "memory closes: 50.0%" in alone and "distinguishable" not in alone
    assert behind.count("memory closes: gap not distinguishable from 0") == 2

    worse = summarise([scores(full_context=nats(4.0))], BOOKS, 16, SIZE)
    assert "memory closes: no gap, full context is worse" in "\n".join(memory_tables(worse))


def test_by_segment_and_by_position_find_where_the_gain_is() -> None:
    reset = nats(3.0)
    reset[:, 1, 6] += 19  # segment 3, its eighth token: 7 are scored up to there
    tail = summarise_tail(scores(reset=reset), BOOKS)
    by_segment = {p.number: p.comparison.gain[Reading.RESET].mean for p in tail.by_segment}
    assert by_segment == pytest.approx({2: 0, 3: 1}, abs=1e-5)
    by_position = {
        (p.first, p.last): p.comparison.gain[Reading.RESET].mean for p in tail.by_position
    }
    assert by_position == pytest.approx(
        {(2, 8): 19 / 14, (9, 16): 0, (17, 20): 0}, abs=1e-5
    )  # one of 7 tokens in one of 2 segments


def test_position_buckets_cover_every_scored_token_once() -> None:
    assert position_buckets(2) == [(2, 2)]
    assert position_buckets(128) == [(2, 8), (9, 16), (17, 32), (33, 64), (65, 128)]
    covered = [n for first, last in position_buckets(300) for n in range(first, last + 1)]
    assert covered == list(range(2, 301))


def test_books_are_reported_one_by_one() -> None:
    tail = summarise_tail(scores(), BOOKS)
    assert [book.name for book in tail.by_book] == ["a", "b", "c"]
    gains = [book.gain[Reading.OTHER_BOOK] for book in tail.by_book]
    assert gains == pytest.approx([0.1, 0.2, 0.3], abs=1e-6)


def test_the_json_contract(report: MemoryReport) -> None:
    document = json.loads(json.dumps(memory_document(report, "tiny", "adapters/x", 7)))
    assert {
        key: document[key]
        for key in ("model", "adapter", "num_mem_tokens", "segment_size", "books", "tail_tokens")
    } == {
        "model": "tiny", "adapter": "adapters/x", "num_mem_tokens": 16, "segment_size": SIZE,
        "books": 3, "tail_tokens": 64,
    }  # fmt: skip
    assert set(document["nats"]) == {"true", "reset", "other_book", "control", "full_context"}
    assert set(document["gain"]) == {"vs_reset", "vs_other_book", "vs_control"}
    low, high = document["gain"]["vs_other_book"]["ci95"]
    assert low < document["gain"]["vs_other_book"]["mean"] < high
    assert [part["segment"] for part in document["by_segment"]] == [2, 3]
    assert document["gain"] == document["with_tail"]["gain"], "the tail that was asked for"
    assert document["memory_alone"]["gain"] != document["gain"]
    assert document["by_position"][0]["last"] == 8
    assert document["by_book"][2]["gain"]["vs_other_book"] == pytest.approx(0.3, abs=1e-6)


def test_without_control_and_tail_both_are_null() -> None:
    bare = scores()
    without = {reading: v for reading, v in bare.nats.items() if reading is not Reading.CONTROL}
    report = summarise([MemoryScores(0, SEGMENTS, without)], BOOKS, 16, SIZE)
    document = memory_document(report, "tiny", "x", 0)
    assert document["nats"]["control"] is None
    assert document["gain"]["vs_control"] is None
    assert document["gap_share_from_control"] is None
    assert document["with_tail"] is None
    assert document["gain"] == document["memory_alone"]["gain"]
    assert "control" not in "\n".join(memory_tables(report))


def test_tables_hold_both_sets_and_the_numbers(report: MemoryReport) -> None:
    text = "\n".join(memory_tables(report))
    assert "16 memory slots, segments of 20 tokens, 3 books" in text
    assert "Memory alone" in text and "verbatim tail of 64 tokens" in text
    assert "another book's memory" in text and "+0.2000  -0.0484 to +0.4484" in text
    assert "from initial memory to full context that memory closes: 50.0%" in text


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_plot_is_drawn(report: MemoryReport, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"gains{suffix}"
    plot_memory(report, path)
    signature = {".png": b"\x89PNG", ".svg": b"<?xml"}[suffix]
    assert path.read_bytes().startswith(signature)
    assert path.stat().st_size > 10_000


def test_a_plot_that_cannot_be_written_is_refused(report: MemoryReport, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gains\.txt"):
        require_plottable(tmp_path / "gains.txt")
    with pytest.raises(UsageError, match="no folder"):
        require_plottable(tmp_path / "missing" / "gains.png")
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(StorageError, match=r"taken\.png could not be written"):
        require_plottable(tmp_path / "taken.png")
    with pytest.raises(StorageError, match="could not be written"):
        plot_memory(report, tmp_path / "taken.png")


def test_a_plot_is_tried_before_the_work_and_nothing_is_left_behind(tmp_path: Path) -> None:
    require_plottable(tmp_path / "new.png")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.png").write_bytes(b"drawn before")
    require_plottable(tmp_path / "old.png")
    assert (tmp_path / "old.png").read_bytes() == b"drawn before"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc on this system")
def test_a_folder_that_takes_no_files_is_refused_whatever_its_permissions() -> None:
    with pytest.raises(StorageError, match=r"/proc/gains\.png could not be written"):
        require_plottable(Path("/proc/gains.png"))
