"""The live stream: whole lines or nothing, over new passages, and never at a run's expense."""

import os
from pathlib import Path

import pytest

from novelgen.generation.stop import RunObserver, StopSignal
from novelgen.runs.live import LiveBroadcast, LiveReader


class Counting(RunObserver):
    """Counts what is passed on."""

    def __init__(self) -> None:
        super().__init__(StopSignal())
        self.pieces = 0

    def on_text(self, row: int, text: str) -> None:
        self.pieces += 1


def draw(live: LiveBroadcast, passage: int, *texts: str) -> None:
    live.on_passage(1, 0, passage)
    for text in texts:
        live.on_text(0, text)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("novelgen.runs.live._SECONDS_BETWEEN_WRITES", 0.0)


def test_a_reader_sees_the_text_and_counts_what_it_missed(tmp_path: Path) -> None:
    file = tmp_path / "runs" / "a.live"
    reader = LiveReader(file)
    assert reader.news().pieces == 0
    with LiveBroadcast(RunObserver(StopSignal())) as live:
        live.open(file)
        draw(live, 0, "One ", "two ")
        live.on_text(1, "other ")
        news = reader.news()
        assert (news.pieces, news.texts, news.is_new_passage) == (3, ("One ", "two "), True)
        live.on_text(0, "three")
        news = reader.news()
        assert (news.pieces, news.texts, news.is_new_passage) == (1, ("three",), False)
        live.on_text(0, "missed")
        draw(live, 1, "also missed")
        draw(live, 2, "Four")
        news = reader.news()
        assert (news.pieces, news.texts, news.is_new_passage) == (3, ("Four",), True)
        assert reader.news().pieces == 0
    assert not file.exists()
    assert reader.news().pieces == 0


def test_a_line_that_is_cut_short_is_read_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.live"
    first = b'{"passage": [1, 0, 0], "before": 0}\n'
    file.write_bytes(first + b'{"row": 0, "text": "a"}\n{"row": 0, "te')
    reader = LiveReader(file)
    assert reader.news().texts == ("a",)
    file.write_bytes(first + b'{"row": 0, "text": "a"}\n{"row": 0, "text": "b"}\n')
    assert reader.news().texts == ("b",)


@pytest.mark.parametrize("torn", [b"\x00\x00\n", b"[]\n", b'"text": "a"}\n', b"", b"\xff\n"])
def test_what_makes_no_sense_is_no_news(tmp_path: Path, torn: bytes) -> None:
    file = tmp_path / "a.live"
    file.write_bytes(torn)
    assert LiveReader(file).news().pieces == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_ends_the_stream_and_not_the_run() -> None:
    inner = Counting()
    with LiveBroadcast(inner) as live:
        live._file = os.open("/dev/full", os.O_WRONLY)
        draw(live, 0, "a", "b")
    assert inner.pieces == 2


def test_a_folder_that_cannot_be_made_costs_the_stream_alone(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    inner = Counting()
    with LiveBroadcast(inner) as live:
        live.open(tmp_path / "runs" / "a.live")
        draw(live, 0, "a", "b")
    assert inner.pieces == 2
