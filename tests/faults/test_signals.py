"""SIGTERM and SIGHUP while a novel is made, drawn and committed: a word, and nothing lost."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import CommandLine
from tests.faults.conftest import NEW, Writers, copied, integrity, text_of

WORDS = 4_000
ROUNDS = 2

pytestmark = [pytest.mark.faults]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_writing_command(
    environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    """Each round it is told at another moment: after one more segment than the round before."""
    database = tmp_path / "home" / "data" / "novels.db"
    url = f"sqlite:///{database}"
    arguments = [*NEW, "--seed", "9", "--target-words", "400000"]
    stored = 0
    for segments in range(1, ROUNDS + 1):
        process = subprocess.Popen(
            [sys.executable, "-m", "novelgen", "--db", url, *arguments],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while process.poll() is None:
            if database.exists() and segments_in(database) >= stored + segments:
                process.send_signal(number)
                break
        output, narration = process.communicate(timeout=120)
        assert process.returncode == 130, narration
        assert f"Go on with `novelgen resume {output.strip()}`" in narration
        assert "nothing is lost" in narration
        text = text_of(database)
        assert len(text) >= stored + segments
        assert integrity(database) == "ok"
        stored = len(text)
        arguments = ["resume", "The Keeper"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_command_that_is_still_creating(
    environment: dict[str, str], novelgen: CommandLine, tmp_path: Path, number: signal.Signals
) -> None:
    database = tmp_path / "home" / "data" / "novelgen.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", *NEW, "--target-words", str(WORDS)],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None:
        if database.exists():
            process.send_signal(number)
            break
    assert process.wait() in (-number, 130)
    novelgen("list")
    assert integrity(database) == "ok"
    novelgen(*NEW, "--target-words", str(WORDS))


def test_a_writer_without_handlers(writers: Callable[..., Writers], tmp_path: Path) -> None:
    """The signals end it at once, wherever it is; then it is as after a kill."""
    writer = writers(WORDS)
    (tmp_path / "whole").mkdir()
    assert writer.write(tmp_path / "whole" / "novels.db").code == 0
    expected = text_of(tmp_path / "whole" / "novels.db")
    database = tmp_path / "novels.db"
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        process_id = writer.begin(database)
        commits = 0
        for event in writer.events():
            commits += event == "SegmentCommitted"
            if commits == 2 and event == "SegmentCommitted":
                subprocess.run(["kill", f"-{number.value}", str(process_id)], check=True)
        assert writer.code == -number
        text = text_of(copied(database, tmp_path / "look"))
        assert text == expected[: len(text)]
        assert len(text) >= commits
    assert writer.write(database).code == 0
    assert text_of(database) == expected


def segments_in(database: Path) -> int:
    import sqlite3
    from contextlib import closing

    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM segments").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
