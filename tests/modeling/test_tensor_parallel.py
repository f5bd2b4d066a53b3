"""Two processes that share a tiny model, started by torchrun, against one process alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from novelgen.engine.memory import memory_values, parse_memory
from novelgen.engine.values import FinishReason
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.adapter import describe_adapter, save_adapter
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.lora import add_lora
from novelgen.modeling.placed_weights import tensor_parallel_options
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.torch_engine import load_torch_engine
from tests.conftest import REPOSITORY
from tests.modeling.parallel_worker import SETTINGS, use
from tests.modeling.tiny_models import CONFIGS, LmFactory

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")


@pytest.fixture(scope="module")
def adapter_dir(make_lm: LmFactory, tmp_path_factory: Any) -> Path:
    """A memory with LoRA in layers that are shared out by outputs and by inputs."""
    torch.manual_seed(11)
    lm = add_lora(make_lm("llama"), LoraSettings(4, 8.0, ("q_proj", "o_proj", "down_proj")))
    model = add_memory(lm, 4, projection_rank=8)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.3)
    directory: Path = tmp_path_factory.mktemp("shared") / "adapter"
    save_adapter(model, describe_adapter(model, "tiny", "c" * 64, 24, 1), directory)
    return directory


def test_two_processes_draw_the_words_of_one(
    model_dir: Path, adapter_dir: Path, tmp_path: Path
) -> None:
    arguments = ["-m", "tests.modeling.parallel_worker", model_dir, adapter_dir, tmp_path]
    ran = subprocess.run(
        [*TORCHRUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert sorted(path.name for path in tmp_path.glob("*.done")) == ["0.done", "1.done"]
    said = json.loads((tmp_path / "said.json").read_text())
    alone = {**SETTINGS, "quantization": "none"}
    expected = use(load_torch_engine(model_dir, adapter_dir=adapter_dir, **alone))
    for name in ("drawn", "planned", "refused", "stopped", "shown", "rejected"):
        assert said[name] == expected[name], name
    assert said["refused"] and said["stopped"][1] == FinishReason.CANCELLED
    assert said["stopped"][0] == said["shown"]
    reasons = [FinishReason.LENGTH, FinishReason.REJECTED, FinishReason.LENGTH]
    assert [row[2] for row in said["rejected"]] == reasons
    assert said["scores"] == pytest.approx(expected["scores"], abs=1e-5)
    memories = [memory_values(parse_memory(bytes.fromhex(s["memory"]))) for s in (said, expected)]
    assert memories[0] == pytest.approx(memories[1], abs=1e-5)
    assert said["device"] == "cpu x 2"


@pytest.mark.parametrize(
    ("family", "processes", "error", "message"),
    [
        ("llama", "3", ModelError, "3 processes"),
        ("gpt2", "2", ModelError, "gpt2"),
        ("llama", "1", UsageError, "several processes"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(
    family: str, processes: str, error: type, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", processes)
    with pytest.raises(error, match=message):
        tensor_parallel_options(CONFIGS[family](400), torch.device("cpu"))


def test_quantised_weights_are_not_shared_out(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    options = {**SETTINGS, "quantization": "int8"}
    with pytest.raises(UsageError, match="int8"):
        load_torch_engine(model_dir, placement="tensor", **options)
