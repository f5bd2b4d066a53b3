"""Two processes on the CPU that share a batch measure and learn what one does."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate.utils import FullyShardedDataParallelPlugin
from accelerate.utils.fsdp_utils import fsdp2_prepare_auto_wrap_policy
from safetensors.torch import load_file

from novelgen.text.books import Book
from novelgen.training.config import Phase
from novelgen.training.model_building import Base
from tests.conftest import REPOSITORY
from tests.training.sharing_worker import (
    NUM_PROCESSES,
    gradients_of,
    make_batch,
    make_module,
    measure_share,
)
from tests.training.tiny_training import TINY, logged, options_of, train_tiny


@pytest.fixture(scope="module")
def shared(model_dir: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes left behind."""
    folder = tmp_path_factory.mktemp("shared")
    program = [sys.executable, "-W", "ignore", "-m", "tests.training.sharing_worker"]
    processes = [
        subprocess.Popen(
            [*program, str(rank), model_dir, corpus, folder],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(NUM_PROCESSES)
    ]
    for process in processes:
        said = process.communicate()[0]
        assert process.returncode == 0, said
    return folder


@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_loss_and_gradients_are_those_of_one_process(
    way: str, shared: Path, model_dir: Path, corpus: Path
) -> None:
    module = make_module(model_dir)
    objective = measure_share(module, make_batch(model_dir, corpus), 0, 1)
    objective.loss.backward()
    found = load_file(shared / way)
    torch.testing.assert_close(found.pop("loss"), objective.loss.detach(), atol=1e-5, rtol=1e-5)
    assert objective.coverage is not None
    assert found.pop("coverage").item() == pytest.approx(objective.coverage, 1e-5)
    alone = gradients_of(module)
    assert found.keys() == alone.keys()
    assert sum(gradient.abs().max() > 1e-4 for gradient in alone.values()) > 0.9 * len(alone)
    for name, gradient in alone.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-4, msg=name)


def test_sharded_parameters_come_back_from_a_checkpoint(shared: Path) -> None:
    """The worker compared the parts; here both files are whole tensors, and the same."""
    one, other = (load_file(shared / f"{name}.safetensors") for name in ("step", "again"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    parameter = next(name for name in one if name.startswith("parameter/"))
    name = parameter.removeprefix("parameter/")
    assert one[f"exp_avg/{name}"].shape == one[parameter].shape


def test_the_cell_stays_float32_where_the_rest_computes_in_bfloat16(shared: Path) -> None:
    said = json.loads((shared / "precision.json").read_text())
    assert said["ours"] == ["torch.float32"]
    assert "torch.bfloat16" in said["accelerate's"]
    assert len(said["accelerate's"]) == 2, "and a step breaks"


def test_accelerate_finds_the_layers_to_shard(model_dir: Path) -> None:
    module = make_module(model_dir)
    assert module._no_split_modules == ["LlamaDecoderLayer"]
    plugin = FullyShardedDataParallelPlugin(
        fsdp_version=2, auto_wrap_policy="transformer_based_wrap"
    )
    plugin.set_auto_wrap_policy(module)
    policy = fsdp2_prepare_auto_wrap_policy(plugin, module)
    assert policy is not None
    assert sum(map(policy, module.modules())) == len(module.model.lm.get_base_model().model.layers)


def test_a_launched_training_logs_the_losses_of_one_process(
    base: Base,
    books: list[Book],
    model_dir: Path,
    corpus: Path,
    tmp_path: Path,
    environment: dict[str, str],
) -> None:
    # Small rates, so that differences in rounding do not grow from step to step.
    rates = {"lora_learning_rate": 1e-4, "memory_learning_rate": 1e-4}
    config = replace(TINY, control_steps=1, memory_steps=4, **rates)  # type: ignore[arg-type]
    train_tiny(base, books, tmp_path / "one", config, [Phase.CONTROL, Phase.MEMORY])
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = ["--nproc_per_node", "2", "-m", "novelgen", "train", "--model", model_dir]
    options = ["--corpus", corpus, "--output", tmp_path / "two", "--device", "cpu", "--json"]
    phases = ["--phase", "control", "--phase", "memory"]
    added = {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    finished = subprocess.run(
        [*launcher, *command, *options, *phases, *options_of(config)],
        capture_output=True,
        text=True,
        env=environment | added,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["phases"]["memory"]["step"] == 4, "one document"
    assert finished.stderr.count("Training ") == 1, "one process narrates"
    for phase in (Phase.CONTROL, Phase.MEMORY):
        one, two = logged(tmp_path / "one", phase), logged(tmp_path / "two", phase)
        assert len(one) == len(two) > 0
        for alone, together in zip(one, two, strict=True):
            known = {name: value for name, value in alone.items() if value is not None}
            assert {name for name, value in together.items() if value is not None} == known.keys()
            for name, value in known.items():
                assert together[name] == pytest.approx(value, abs=1e-4, rel=1e-4), name


def test_a_batch_that_cannot_be_shared_is_refused(
    environment: dict[str, str], base: Base, books: list[Book], tmp_path: Path
) -> None:
    from accelerate import Accelerator

    from novelgen.errors import UsageError
    from novelgen.training import phase

    class Three(Accelerator):  # type: ignore[misc]
        num_processes = 3

    with pytest.raises(UsageError, match="2 windows cannot be shared evenly by 3 processes"):
        phase.run_phase(
            phase.PhasePlan("control", 1, "control", False, tmp_path),
            make_module(base.directory),
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            Three(cpu=True),
            lambda _done: None,
        )
    assert not list(tmp_path.iterdir())
