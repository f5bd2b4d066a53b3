"""The command line on a warm engine: the same novel, no second load, and `novelgen engine`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.paths import Paths
from novelgen.resident.rendezvous import read_rendezvous
from tests.cli.test_kill_and_resume import progress_of
from tests.conftest import CommandLine

WARM = {"NOVELGEN_KEEP_WARM_MINUTES": "5"}
NEW = ("new", "--title", "Tiny", "--premise", "A keeper.", "--seed", "3")  # fmt: skip


def manuscript(novelgen: CommandLine, **extra: str) -> str:
    return novelgen("export", "Tiny", "--output", "-", **extra).stdout


def test_novels_are_the_same_warm_or_not(
    novelgen: CommandLine, tiny_model: Path, paths: Paths, tmp_path: Path
) -> None:
    arguments = (*NEW, "--model", str(tiny_model), "--target-words", "160")
    cold = {"NOVELGEN_HOME": str(tmp_path / "cold")}
    novelgen(*arguments, **cold)
    first = novelgen(*arguments, "--plan-only", **WARM)
    assert "Fits" in first.stderr
    second = novelgen("resume", "Tiny", **WARM)
    assert "still loaded" in second.stderr
    assert manuscript(novelgen) == manuscript(novelgen, **cold)
    status = json.loads(novelgen("engine", "status", "--json").stdout)
    assert status["is_running"] and status["models"] == [str(tiny_model)]
    assert status["connections"] == 0
    assert "idle for" in novelgen("engine", "status").stdout
    assert novelgen("engine", "stop").stdout.strip() == "Stopped."
    assert json.loads(novelgen("engine", "status", "--json").stdout) == {"is_running": False}
    assert novelgen("engine", "stop").stdout.strip() == "No engine is kept warm."


def test_an_engine_that_dies_under_a_run_costs_no_word(
    novelgen: CommandLine,
    environment: dict[str, str],
    tiny_model: Path,
    paths: Paths,
    home: Path,
    tmp_path: Path,
) -> None:
    arguments = (*NEW, "--model", str(tiny_model), "--target-words", "800")
    cold = {"NOVELGEN_HOME": str(tmp_path / "cold")}
    novelgen(*arguments, **cold)
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", *arguments], env=environment | WARM,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for segments in progress_of(process, home):
        if segments >= 2:
            break
    used = novelgen("engine", "stop", expect=2)
    assert "in use" in used.stderr
    engine = read_rendezvous(paths)
    assert engine is not None
    os.kill(engine.pid, signal.SIGKILL)
    _, narration = process.communicate(timeout=120)
    assert process.returncode == 5, narration
    assert "process ended" in narration and "novelgen resume" in narration
    novelgen("resume", "Tiny", **WARM)
    assert manuscript(novelgen) == manuscript(novelgen, **cold)
    novelgen("verify", "Tiny")


@pytest.mark.parametrize("minutes", ["-1", "soon"])
def test_bad_minutes_are_refused(novelgen: CommandLine, minutes: str) -> None:
    refused = novelgen("list", expect=2, NOVELGEN_KEEP_WARM_MINUTES=minutes)
    assert "keep_warm_minutes" in refused.stderr


def test_a_change_is_read_by_a_warm_engine_that_stands_idle(
    novelgen: CommandLine, tiny_model: Path, paths: Paths, home: Path
) -> None:
    novelgen(*NEW, "--model", str(tiny_model), "--target-words", "200", **WARM)
    text = manuscript(novelgen).split("\n# ", 1)[1].split("\n", 1)[1].strip()
    assert json.loads(novelgen("verify", "Tiny", "--json").stdout)["memory_behind"] == []
    novelgen("edit", "Tiny", "--chapter", "1", stdin=f"It began.\n\n{text}",
             NOVELGEN_REREAD_WHEN_IDLE="false", **WARM)  # fmt: skip
    assert json.loads(novelgen("verify", "Tiny", "--json").stdout)["memory_behind"] == [1]
    novelgen("edit", "Tiny", "--chapter", "1", stdin=f"It began again.\n\n{text}", **WARM)
    while json.loads(novelgen("verify", "Tiny", "--json").stdout)["memory_behind"]:
        pass  # the suite's time limit ends it if nothing reads
    verified = json.loads(novelgen("verify", "Tiny", "--memory", "--json", **WARM).stdout)
    assert verified["ok"] and verified["memory"]["compared"] >= 1
