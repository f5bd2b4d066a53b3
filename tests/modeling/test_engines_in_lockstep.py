"""Several engines that two processes share, what is refused, and what cannot go on."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from novelgen.modeling.torch_engine import load_torch_engine
from tests.conftest import REPOSITORY
from tests.modeling.engines_worker import draw
from tests.modeling.parallel_worker import SETTINGS
from tests.modeling.test_tensor_parallel import TORCHRUN
from tests.modeling.tiny_models import LmFactory


@pytest.fixture(scope="module")
def save(make_lm: LmFactory, tokenizer: Any, tmp_path_factory: Any) -> Any:
    """The folder of a tiny model of a family."""

    def save_one(family: str) -> Path:
        folder: Path = tmp_path_factory.mktemp(family)
        make_lm(family).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return save_one


def run_two(*arguments: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*TORCHRUN, "-m", "tests.modeling.engines_worker", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )


def test_each_engine_answers_for_itself_and_one_that_was_let_go_of_is_gone(
    model_dir: Path, save: Any, tmp_path: Path
) -> None:
    other, unsuitable = save("qwen3"), save("gpt2")
    ran = run_two(model_dir, other, unsuitable, tmp_path)
    assert ran.returncode == 0, ran.stderr
    said = json.loads((tmp_path / "said.json").read_text())
    alone = {**SETTINGS, "quantization": "none"}
    one, two = (load_torch_engine(model, **alone) for model in (model_dir, other))
    assert said["drawn"] == [draw(one, 0), draw(two, 1), draw(one, 2), draw(two, 3)]
    assert "gpt2" in said["refused"]
    assert "Another process could not load" in said["refused by the other"]
    assert (said["after"], said["third"]) == (draw(one, 9), draw(two, 2))
    # The writer, the planner beside it, two that are refused, and one after both are gone.
    assert json.loads((tmp_path / "held.json").read_text()) == [0, 1, 2, 2, 0]


def test_without_the_other_process_nothing_more_is_computed(
    model_dir: Path, tmp_path: Path
) -> None:
    ran = run_two(model_dir, tmp_path)
    assert ran.returncode != 0
    said = json.loads((tmp_path / "said.json").read_text())
    assert len(said) == 3, said
    assert "has ended" in said[0]
    assert ["out of step" in each for each in said] == [False, True, True]
