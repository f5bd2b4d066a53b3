"""A training that was stopped or killed goes on to the very losses and weights of a whole one."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from novelgen.text.books import Book
from novelgen.training.checkpoint import read_state
from novelgen.training.config import Phase
from novelgen.training.model_building import Base
from novelgen.training.module import TrainingModule
from novelgen.training.objective import Objective
from novelgen.training.progress import StepDone
from novelgen.training.trainer import work_folder
from tests.conftest import REPOSITORY
from tests.training.tiny_training import TINY, checkpoint, logged, same_tensors, train_tiny


@pytest.fixture(scope="module")
def whole(model_dir: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nothing stopped."""
    from novelgen.training.corpus import read_corpus
    from tests.training.tiny_training import base_of

    output = tmp_path_factory.mktemp("whole") / "adapter"
    train_tiny(base_of(model_dir), read_corpus(corpus, TINY.max_window_chars), output)
    return output


def require_same(one: Path, other: Path) -> None:
    for phase in Phase:
        assert logged(one, phase) == logged(other, phase)
        assert same_tensors(checkpoint(one, phase), checkpoint(other, phase))
    for name in ("memory.safetensors", "adapter_model.safetensors", "control/adapter.json"):
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_stopped_in_every_phase(base: Base, books: list[Book], tmp_path: Path, whole: Path) -> None:
    output = tmp_path / "adapter"
    stops = [("control", 1), ("memory", 3), ("memory", 4), ("memory", 6), ("rival", 2)]
    for name, step in stops:

        def stop(done: StepDone, name: str = name, step: int = step) -> None:
            if (done.phase, done.step) == (name, step):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train_tiny(base, books, output, on_step=stop)
        assert read_state(work_folder(output) / name / "checkpoint.safetensors").step == step
        assert not output.exists()
    seen: list[tuple[str, int]] = []
    train_tiny(base, books, output, on_step=lambda done: seen.append((done.phase, done.step)))
    assert seen == [("rival", step) for step in (3, 4, 5, 6)]
    require_same(output, whole)


def test_killed_between_two_checkpoints_cuts_the_log(
    base: Base, books: list[Book], tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is as sudden as a kill: what was logged after the last checkpoint goes."""
    output = tmp_path / "adapter"

    def stop(done: StepDone) -> None:
        if done.phase == "memory" and done.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, output, on_step=stop)

    def fail(done: StepDone) -> None:
        if done.step == 5:
            raise RuntimeError("sudden")

    with pytest.raises(RuntimeError, match="sudden"):
        train_tiny(base, books, output, on_step=fail)
    assert len(logged(output, Phase.MEMORY)) == 5
    assert read_state(work_folder(output) / "memory" / "checkpoint.safetensors").step == 2
    with (work_folder(output) / "memory" / "log.jsonl").open("a") as log:
        log.write('{"step": 6, "lo')
    train_tiny(base, books, output)
    require_same(output, whole)


def test_killed_as_a_process(model_dir: Path, corpus: Path, tmp_path: Path, whole: Path) -> None:
    output = tmp_path / "adapter"
    command = [sys.executable, "-m", "tests.training.tiny_training", model_dir, corpus, output]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # A step is told before it is saved, so this one may be lost and the one before is not.
        assert any(line == "memory 3\n" for line in process.stdout)
        process.kill()
    assert process.returncode == -9
    saved = read_state(work_folder(output) / "memory" / "checkpoint.safetensors").step
    assert 2 <= saved < TINY.memory_steps
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    require_same(output, whole)


def test_a_broken_step_is_broken_again(
    base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that changed nothing counts for the batches and not for AdamW, also on resume."""
    forward = TrainingModule.forward
    calls = 0

    def break_the_second(self: TrainingModule, *arguments: object) -> Objective:
        nonlocal calls
        calls += 1
        objective = forward(self, *arguments)  # type: ignore[arg-type]
        return replace(objective, loss=objective.loss * float("nan")) if calls == 2 else objective

    config = replace(TINY, control_steps=5)
    monkeypatch.setattr(TrainingModule, "forward", break_the_second)
    train_tiny(base, books, tmp_path / "whole", config, [Phase.CONTROL])

    def stop(done: StepDone) -> None:
        if done.step == 3:
            raise KeyboardInterrupt

    calls = 0
    with pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, tmp_path / "cut", config, [Phase.CONTROL], stop)
    train_tiny(base, books, tmp_path / "cut", config, [Phase.CONTROL])
    one, other = (checkpoint(tmp_path / name, Phase.CONTROL) for name in ("whole", "cut"))
    assert same_tensors(one, other)
    assert {float(one[name]) for name in one if name.startswith("step/")} == {4.0}


def test_a_backbone_with_dropout_follows_the_same_curve(
    tokenizer: object, make_lm: object, books: list[Book], tmp_path: Path
) -> None:
    make_lm("gpt2").save_pretrained(tmp_path / "gpt2")  # type: ignore[operator]
    tokenizer.save_pretrained(tmp_path / "gpt2")  # type: ignore[attr-defined]
    config = replace(TINY, control_steps=3, lora_modules=("c_attn",), context_share=0.0)
    base = Base(tmp_path / "gpt2", "tiny", "e" * 64, "cpu", "float32")
    train_tiny(base, books, tmp_path / "whole", config, [Phase.CONTROL])

    def stop(_done: StepDone) -> None:
        torch.rand(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, tmp_path / "cut", config, [Phase.CONTROL], stop)
    train_tiny(base, books, tmp_path / "cut", config, [Phase.CONTROL])
    assert logged(tmp_path / "whole", Phase.CONTROL) == logged(tmp_path / "cut", Phase.CONTROL)


def test_a_loss_that_stays_broken_is_an_error(
    base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from novelgen.errors import ModelError

    forward = TrainingModule.forward

    def broken(self: TrainingModule, *arguments: object) -> Objective:
        objective = forward(self, *arguments)  # type: ignore[arg-type]
        return replace(objective, loss=objective.loss * float("inf"))

    monkeypatch.setattr(TrainingModule, "forward", broken)
    config = replace(TINY, control_steps=9)
    with pytest.raises(ModelError, match="no longer a number, 5 steps in a row up to step 5"):
        train_tiny(base, books, tmp_path / "adapter", config, [Phase.CONTROL])
    assert len(logged(tmp_path / "adapter", Phase.CONTROL)) == 4
