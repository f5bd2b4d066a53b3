"""The default model itself: provisioned, written with, killed, resumed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_kill_and_resume import progress_of, stored_segments
from tests.conftest import ENV_MODELS, CommandLine

NEW = (
    "new", "--title", "The Keeper", "--premise", "A lighthouse keeper finds a letter.",
    "--target-words", "150", "--chapters", "2", "--seed", "5",
)  # fmt: skip


@pytest.mark.real_model
@pytest.mark.timeout(1500)
def test_a_killed_run_of_the_real_model_writes_the_same_manuscript(
    novelgen: CommandLine, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    environment["NOVELGEN_MODELS"] = os.environ.get(ENV_MODELS, str(tmp_path / "models"))
    environment.pop("PYTHONWARNINGS")
    novelgen("models", "pull", "smollm2-135m")
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", *NEW], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for segments in progress_of(process, home):
        if segments >= 1:
            process.send_signal(signal.SIGKILL)
            break
    _, narration = process.communicate(timeout=900)
    assert process.returncode == -signal.SIGKILL, narration
    killed_at = json.loads(novelgen("list", "--json").stdout)["novels"][0]["words"]
    assert 0 < killed_at < 140
    novelgen("resume", "The Keeper")
    resumed = novelgen("export", "The Keeper", "--output", "-").stdout
    whole = {"NOVELGEN_HOME": str(tmp_path / "whole")}
    made = json.loads(novelgen(*NEW, "--json", **whole).stdout)
    assert novelgen("export", "The Keeper", "--output", "-", **whole).stdout == resumed
    assert abs(made["words"] - 150) <= 15
    novelgen("verify", "The Keeper")
    _edit_and_read_again(novelgen)
    _kill_a_redraft(novelgen, environment, home)


def _edit_and_read_again(novelgen: CommandLine) -> None:
    """Memory read again from a person's text is what the model computes from it, to the byte."""
    novelgen("edit", "The Keeper", "--chapter", "1", stdin="It rained.\n\nShe read the letter.\n")
    assert json.loads(novelgen("verify", "The Keeper", "--json").stdout)["memory_behind"] == [1, 2]
    novelgen("reread", "The Keeper")
    verified = json.loads(novelgen("verify", "The Keeper", "--memory", "--json").stdout)
    assert verified["memory_behind"] == verified["problems"] == []
    assert verified["memory"]["equal"] == verified["memory"]["compared"] >= 2


def _kill_a_redraft(novelgen: CommandLine, environment: dict[str, str], home: Path) -> None:
    """A killed redraft leaves the chapter as it was; what it drafted is kept beside it."""
    before = novelgen("export", "The Keeper", "--output", "-").stdout
    process = subprocess.Popen(
        [sys.executable, "-m", "novelgen", "regenerate", "The Keeper", "--chapter", "2",
         "--candidates", "4"], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stored = stored_segments(home)
    for segments in progress_of(process, home):
        if segments > stored:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait() == -signal.SIGKILL
    assert novelgen("export", "The Keeper", "--output", "-").stdout == before
    novelgen("verify", "The Keeper")
