"""`kill -9` at random moments, then `resume`: byte for byte the uninterrupted manuscript."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CommandLine

WORDS = "20000"
NEW = ("--title", "The Keeper", "--premise", "A letter.", "--seed", "9", "--candidates", "2")


def manuscript(novelgen: CommandLine) -> str:
    return novelgen("export", "The Keeper", "--output", "-").stdout


def keys(novelgen: CommandLine, **extra: str) -> list[str]:
    """The keys of all memory snapshots: they name every text and memory on the way."""
    listed = json.loads(novelgen("snapshots", "The Keeper", "--json", **extra).stdout)
    return [snapshot["key"] for snapshot in listed["snapshots"]]


def stored_segments(home: Path) -> int:
    try:
        database = sqlite3.connect(f"file:{home}/data/novelgen.db?mode=ro", uri=True)
        try:
            return int(database.execute("SELECT count(*) FROM segments").fetchone()[0])
        finally:
            database.close()
    except sqlite3.OperationalError:
        return 0


def progress_of(process: "subprocess.Popen[bytes]", home: Path) -> Iterator[int]:
    """The number of stored segments, again and again while the process lives."""
    while process.poll() is None:
        yield stored_segments(home)


def start(environment: dict[str, str], *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "novelgen", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_novel_survives_being_killed_at_many_points(
    novelgen: CommandLine, environment: dict[str, str], home: Path, tmp_path: Path, seed: int
) -> None:
    novelgen("new", "--model", "scripted", *NEW, "--target-words", WORDS,
             NOVELGEN_HOME=str(tmp_path / "whole"))  # fmt: skip
    expected = novelgen(
        "export", "The Keeper", "--output", "-", NOVELGEN_HOME=str(tmp_path / "whole")
    ).stdout
    chance = random.Random(seed)
    kills = 0
    arguments: tuple[str, ...] = ("new", "--model", "scripted", *NEW, "--target-words", WORDS)
    while True:
        process = start(environment, *arguments)
        goal = stored_segments(home) + chance.randint(1, 15)
        for segments in progress_of(process, home):
            if segments >= goal:
                os.kill(process.pid, signal.SIGKILL)
                break
        if process.wait() == 0:
            break
        assert process.returncode == -signal.SIGKILL
        kills += 1
        arguments = ("resume", "The Keeper")
    assert kills >= 5
    assert manuscript(novelgen) == expected
    assert keys(novelgen) == keys(novelgen, NOVELGEN_HOME=str(tmp_path / "whole"))
    novelgen("verify", "The Keeper")


def test_ctrl_c_stops_after_the_segment_and_says_how_to_go_on(
    environment: dict[str, str], novelgen: CommandLine, home: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "new", "--model", "scripted", *NEW,
         "--target-words", "400000"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for segments in progress_of(process, home):
        if segments >= 3:
            process.send_signal(signal.SIGINT)
            break
    output, narration = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Stopping after this segment" in narration
    assert f"Go on with `novelgen resume {output.strip()}`" in narration
    novelgen("verify", "The Keeper")
    novelgen("resume", "The Keeper", "--until-chapter", "2", expect=6)


def test_two_processes_do_not_write_one_novel(
    environment: dict[str, str], novelgen: CommandLine, home: Path
) -> None:
    process = start(environment, "new", "--model", "scripted", *NEW, "--target-words", "4000000")
    for segments in progress_of(process, home):
        if segments >= 1:
            break
    refused = novelgen("resume", "The Keeper", expect=2)
    assert "being written by another process" in refused.stderr
    assert process.poll() is None
    process.kill()
    process.wait()
    novelgen("resume", "The Keeper", "--until-words", "1500", expect=6)
