"""The live stream: whole lines or nothing, over new passages, and never at a run's expense."""

import os
from pathlib import Path

import pytest

from novelgen.generation.stop import RunObserver, StopSignal, Struck
from novelgen.runs.live import (
    AttemptOpened,
    DraftChosen,
    LiveBroadcast,
    LiveNews,
    LiveReader,
    PassageOpened,
    PieceDrawn,
    RowStruck,
    RowVoided,
)


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


def texts(news: LiveNews) -> list[str]:
    return [item.text for item in news.items if isinstance(item, PieceDrawn) and item.row == 0]


def opened(news: LiveNews) -> bool:
    return any(isinstance(item, PassageOpened) for item in news.items)


def test_a_reader_sees_the_text_and_counts_what_it_missed(tmp_path: Path) -> None:
    file = tmp_path / "runs" / "a.live"
    reader = LiveReader(file)
    assert reader.news().pieces == 0
    with LiveBroadcast(RunObserver(StopSignal())) as live:
        live.open(file)
        draw(live, 0, "One ", "two ")
        live.on_text(1, "other ")
        news = reader.news()
        assert (news.pieces, texts(news), opened(news)) == (3, ["One ", "two "], True)
        live.on_text(0, "three")
        news = reader.news()
        assert (news.pieces, texts(news), opened(news)) == (1, ["three"], False)
        live.on_text(0, "missed")
        draw(live, 1, "also missed")
        draw(live, 2, "Four")
        news = reader.news()
        assert (news.pieces, texts(news), opened(news)) == (3, ["Four"], True)
        assert reader.news().pieces == 0
    assert not file.exists()
    assert reader.news().pieces == 0


def test_what_became_of_the_rows_is_told_in_order(tmp_path: Path) -> None:
    file = tmp_path / "a.live"
    reader = LiveReader(file)
    struck = Struck("He went. ", "He went. He went.", "loop", "3 times")
    with LiveBroadcast(RunObserver(StopSignal())) as live:
        live.open(file)
        live.on_passage(2, 5, 1, "Open text.")
        live.on_attempt(0, "")
        live.on_text(0, "He went. He went. He went.")
        live.on_struck(0, struck)
        assert reader.news().items == (
            PassageOpened(2, 5, 1, "Open text."),
            AttemptOpened(0, ""),
            PieceDrawn(0, "He went. He went. He went."),
            RowStruck(0, struck),
        )
        live.on_attempt(1, "He went. ")
        live.on_text(0, "She")
        live.on_void(0)
        live.on_text(0, "She stayed.")
        live.on_chosen(" He went. She stayed.")
        assert reader.news().items == (
            AttemptOpened(1, "He went. "),
            PieceDrawn(0, "She"),
            RowVoided(0),
            PieceDrawn(0, "She stayed."),
            DraftChosen(" He went. She stayed."),
        )
        assert reader.news() == LiveNews(0)


def test_who_comes_late_counts_from_then(tmp_path: Path) -> None:
    file = tmp_path / "a.live"
    with LiveBroadcast(RunObserver(StopSignal())) as live:
        live.open(file)
        draw(live, 0, "a", "b", "c")
        draw(live, 1, "d", "e")
        assert LiveReader(file).news().pieces == 2


def test_a_line_that_is_cut_short_is_read_when_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.live"
    first = b'{"passage": [1, 0, 0], "before": 0}\n'
    file.write_bytes(first + b'{"row": 0, "text": "a"}\n{"row": 0, "te')
    reader = LiveReader(file)
    assert texts(reader.news()) == ["a"]
    file.write_bytes(first + b'{"row": 0, "text": "a"}\n{"row": 0, "text": "b"}\n')
    assert texts(reader.news()) == ["b"]


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
