"""Checkpoints that do not fit what is trained, and files that an interrupt leaves."""

import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from novelgen.cli.output import Output
from novelgen.cli.training_progress import StopAfterStep
from novelgen.errors import StorageError
from novelgen.text.books import Book
from novelgen.training import checkpoint as checkpoint_module
from novelgen.training.checkpoint import PhaseState, load_checkpoint, read_state, save_checkpoint
from novelgen.training.config import Phase
from novelgen.training.model_building import Base
from novelgen.training.trainer import work_folder
from tests.training.tiny_training import TINY, nothing, train_tiny

STATE = PhaseState(3, 40, 2.0)


def parameters(**shapes: tuple[int, ...]) -> dict[str, nn.Parameter]:
    return {name: nn.Parameter(torch.ones(shape)) for name, shape in shapes.items()}


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A checkpoint of the parameters `lora` and `cell`."""
    held = parameters(lora=(2,), cell=(3,))
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(path, STATE, held, torch.optim.AdamW(held.values()))
    return path


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ({"lora": (2,)}, "it holds cell, which is not trained here"),
        ({"lora": (2,), "cell": (3,), "more": (1,)}, "it lacks more"),
        ({"lora": (4,), "cell": (3,)}, "a shape of"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    saved: Path, shapes: dict[str, tuple[int, ...]], message: str
) -> None:
    due = parameters(**shapes)
    with pytest.raises(StorageError, match=message) as caught:
        load_checkpoint(saved, due, torch.optim.AdamW(due.values()))
    assert "name a new --output" in caught.value.remedy


def test_only_what_a_phase_starts_fresh_may_be_missing(saved: Path) -> None:
    due = parameters(lora=(2,), cell=(3,), fresh=(1,))
    assert load_checkpoint(saved, due, None, may_lack="fresh") == STATE
    with pytest.raises(StorageError, match="it lacks fresh"):
        load_checkpoint(saved, due, None, may_lack="other")
    with pytest.raises(StorageError, match="it holds cell"):
        load_checkpoint(saved, parameters(lora=(2,)), None, may_lack="cell")


@pytest.mark.parametrize(
    ("phase", "then", "part"),
    [
        (Phase.CONTROL, Phase.CONTROL, "lora_A"),  # to go on with it
        (Phase.CONTROL, Phase.MEMORY, "lora_A"),  # to start from it
        (Phase.MEMORY, None, "model.cell.gate_weight"),  # to make the adapter of it
    ],
)
def test_no_phase_goes_on_from_half_of_the_weights(
    base: Base, books: list[Book], tmp_path: Path, phase: Phase, then: Phase | None, part: str
) -> None:
    output = tmp_path / "adapter"
    work = work_folder(output)

    def stop(done: Any) -> None:
        if done.phase == phase and (then is not phase or done.step == 1):
            raise KeyboardInterrupt

    begun = [Phase.CONTROL, phase] if phase is not Phase.CONTROL else [phase]
    with pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, output, phases=begun, on_step=stop)
    if then is Phase.MEMORY:
        train_tiny(base, books, output, phases=begun)
    path = work / phase / "checkpoint.safetensors"
    remove(path, part)
    with pytest.raises(StorageError, match=f"it lacks .*{part}"):
        train_tiny(base, books, output, phases=[] if then is None else [then])
    assert not output.exists()


def remove(path: Path, part: str) -> None:
    """Leave the first parameter whose name holds `part` out of a checkpoint."""
    tensors = load_file(path)
    gone = next(name for name in tensors if name.startswith("parameter/") and part in name)
    tensors.pop(gone)
    with checkpoint_module.safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    save_file(tensors, path, metadata=metadata)


@pytest.mark.parametrize("num_signals", [1, 2])
def test_an_interrupt_waits_for_the_last_save(
    base: Base,
    books: list[Book],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    num_signals: int,
) -> None:
    """Only the second signal breaks it off, and then without half a file."""
    write = checkpoint_module.save_file

    def interrupted(tensors: Any, path: Path, **options: Any) -> None:
        write(tensors, path, **options)
        for _ in range(num_signals):
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(checkpoint_module, "save_file", interrupted)
    output = tmp_path / "adapter"
    with StopAfterStep(nothing, Output()) as on_step, pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, output, TINY, [Phase.CONTROL], on_step)
    folder = work_folder(output) / Phase.CONTROL
    done = read_state(folder / "checkpoint.safetensors").step
    assert done == (TINY.control_steps if num_signals == 1 else 0)
    assert not list(folder.glob("*.partial"))
