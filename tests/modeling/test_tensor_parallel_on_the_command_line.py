"""`torchrun -m novelgen` with `placement` tensor: one voice, and the words of one process."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from tests.conftest import CommandLine
from tests.modeling.tiny_models import CONFIGS

TORCHRUN = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
NEW = (
    "new", "--title", "Tiny", "--premise", "A keeper.", "--seed", "3", "--target-words", "100",
    "--adapter", "none", "--plan-only",
)  # fmt: skip


@pytest.fixture
def model(tokenizer: Any, tmp_path: Path) -> Path:
    """A tiny Llama with room for a brief."""
    config = CONFIGS["llama"](len(tokenizer))
    config.max_position_embeddings = 4096
    config.eos_token_id = tokenizer.eos_token_id
    torch.manual_seed(7)
    folder = tmp_path / "model"
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def together(environment: dict[str, str], tmp_path: Path) -> Any:
    """Run `novelgen ARGUMENTS` as two processes that share the model."""

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: value for name, value in environment.items() if name != "PYTHONWARNINGS"}
        settings = {
            "NOVELGEN_PLACEMENT": "tensor",
            "NOVELGEN_DTYPE": "float32",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        return subprocess.run(
            [*TORCHRUN, "-m", "novelgen", *arguments],
            capture_output=True,
            text=True,
            input="",
            cwd=tmp_path,
            env=kept | settings,
            timeout=280,
            check=False,
        )

    return call


def test_two_processes_write_the_words_of_one(
    novelgen: CommandLine, together: Any, model: Path, home: Path, tmp_path: Path
) -> None:
    novelgen(*NEW, "--model", str(model), NOVELGEN_SEGMENT_SIZE="48")
    shutil.copytree(home, tmp_path / "alone")
    alone = {"NOVELGEN_HOME": str(tmp_path / "alone"), "NOVELGEN_DTYPE": "float32"}
    limit = ("--until-words", "10")
    novelgen("resume", "Tiny", *limit, NOVELGEN_QUANTIZATION="none", expect=6, **alone)
    ran = together("resume", "Tiny", *limit, "--json")
    assert "exitcode  : 6" in ran.stderr  # as torchrun reports it
    assert json.loads(ran.stdout)["words"] >= 10  # one process spoke
    assert ran.stderr.count("Memory is off") == 1
    manuscripts = [novelgen("export", "Tiny", "--output", "-", **e).stdout for e in (alone, {})]
    assert manuscripts[0] == manuscripts[1]


def test_the_other_process_ends_where_no_model_was_loaded(
    novelgen: CommandLine, together: Any
) -> None:
    ran = together("new", "--model", "scripted", "--target-words", "200", "--seed", "3")
    assert ran.returncode == 0, ran.stderr
    novels = json.loads(novelgen("list", "--json").stdout)["novels"]
    assert [novel["id"] for novel in novels] == ran.stdout.split()


def test_several_processes_do_not_write_by_themselves(novelgen: CommandLine) -> None:
    several = {"RANK": "0", "WORLD_SIZE": "2"}
    ran = novelgen("new", "--target-words", "200", "--model", "scripted", expect=2, **several)
    assert "NOVELGEN_PLACEMENT=tensor" in ran.stderr
    assert json.loads(novelgen("list", "--json").stdout)["novels"] == []


def test_an_error_of_the_first_process_ends_both(together: Any) -> None:
    ran = together("resume", "nothing")
    assert ran.returncode != 0
    assert ran.stderr.count("There is no novel") == 1
