"""A training goes on with another number of processes than it was begun with."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.training.checkpoint import read_state
from novelgen.training.config import Phase
from novelgen.training.trainer import work_folder
from tests.conftest import REPOSITORY
from tests.training.resuming_worker import CALM, PHASES, train_until
from tests.training.tiny_training import logged

STOPPED_AFTER = 2


@pytest.fixture(scope="module")
def undisturbed(model_dir: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("undisturbed") / "adapter"
    train_until(model_dir, corpus, output, 0)
    return output


def train_with(processes: int, model_dir: Path, corpus: Path, output: Path, last_step: int) -> None:
    if processes == 1:
        train_until(model_dir, corpus, output, last_step)
        return
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    program = ["--nproc-per-node", str(processes), "-m", "tests.training.resuming_worker"]
    arguments = [str(model_dir), str(corpus), str(output), str(last_step)]
    finished = subprocess.run(
        [*launcher, *program, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(("first", "then"), [(1, 2), (2, 1)])
def test_the_losses_are_those_of_one_undisturbed_process(
    first: int, then: int, model_dir: Path, corpus: Path, tmp_path: Path, undisturbed: Path
) -> None:
    output = tmp_path / "adapter"
    train_with(first, model_dir, corpus, output, STOPPED_AFTER)
    assert not output.exists()
    stopped = read_state(work_folder(output) / Phase.MEMORY / "checkpoint.safetensors").step
    assert stopped == STOPPED_AFTER
    train_with(then, model_dir, corpus, output, 0)
    for phase in PHASES:
        alone, together = logged(undisturbed, phase), logged(output, phase)
        assert len(alone) == len(together)
        for one, two in zip(alone, together, strict=True):
            for name, value in one.items():
                assert two[name] == pytest.approx(value, abs=1e-4, rel=1e-4), (phase, name)
    assert len(logged(output, Phase.MEMORY)) == CALM.memory_steps
