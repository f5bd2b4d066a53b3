"""A long novel is written in memory that does not grow."""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.cli.test_kill_and_resume import progress_of
from tests.conftest import CommandLine

WORDS = 120_000
GROWTH_MIB = 12
FULL = 460
"""Segments after which as much of the book is kept in memory as ever is: 80,000 words of it."""


@pytest.mark.scale
def test_memory_stays_flat_while_a_long_novel_is_written(
    novelgen: CommandLine, environment: dict[str, str], home: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "new", "--model", "scripted", "--title", "Saga",
         "--premise", "A saga.", "--target-words", str(WORDS), "--seed", "1", "--quiet"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    watched = psutil.Process(process.pid)
    early = late = 0
    for segments in progress_of(process, home):
        try:
            resident = watched.memory_info().rss
        except psutil.NoSuchProcess:
            break
        if segments < FULL:
            early = max(early, resident)
        late = max(late, resident)
    assert process.wait() == 0
    assert early > 0
    assert (late - early) / 2**20 < GROWTH_MIB
    shown = json.loads(novelgen("show", "Saga", "--json").stdout)
    assert abs(shown["words"] - WORDS) <= 0.01 * WORDS
    assert sum(chapter["words"] for chapter in shown["chapters"]) == shown["words"]
    assert novelgen("resume", "Saga").stderr.count("Nothing is left") == 1
