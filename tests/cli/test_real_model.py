"""The default model itself: provisioned, written with, killed, resumed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_kill_and_resume import progress_of
from tests.conftest import CommandLine

NEW = (
    "new", "--title", "The Keeper", "--premise", "A lighthouse keeper finds a letter.",
    "--target-words", "150", "--chapters", "2", "--seed", "5",
)  # fmt: skip


@pytest.mark.real_model
@pytest.mark.timeout(1500)
def test_a_killed_run_of_the_real_model_writes_the_same_manuscript(
    novelgen: CommandLine, environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    models = os.environ.get("NOVELGEN_MODELS", str(tmp_path / "models"))
    environment["NOVELGEN_MODELS"] = models
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
