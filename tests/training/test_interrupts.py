"""Signals to `novelgen train` as a real process: the step in hand is finished and saved."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.cli.output import Output
from novelgen.cli.training_progress import StopAfterStep
from novelgen.training.checkpoint import read_state
from novelgen.training.config import Phase
from novelgen.training.progress import StepDone
from tests.training.tiny_training import TINY, logged, options_of

# A test runner may have been started with SIGINT ignored, and children inherit that.
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, {handler})
from novelgen.cli.main import run
run()
"""
MANY_STEPS = 400


def start(
    environment: dict[str, str], folders: tuple[Path, Path, Path], steps: int, handler: str
) -> "subprocess.Popen[str]":
    model, corpus, output = folders
    program = PROGRAM.format(handler=handler)
    command = [sys.executable, "-c", program, "train", "--model", model, "--corpus", corpus]
    options = ["--output", output, "--device", "cpu", "--phase", "control"]
    recipe = [*options_of(TINY), "--control-steps", str(steps)]
    return subprocess.Popen(
        [*command, *options, *recipe],
        env=environment | {"OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def step_done(step: int, total_steps: int = 3) -> StepDone:
    return StepDone("memory", step, total_steps, 1.0, 1.0, None, None, 1.0, 10, 10, 5.0, 2.0)


def test_an_interrupt_saves_the_last_whole_step(
    environment: dict[str, str],
    model_dir: Path,
    corpus: Path,
    tmp_path: Path,
) -> None:
    output = tmp_path / "adapter"
    folders = (model_dir, corpus, output)
    with start(environment, folders, MANY_STEPS, "signal.default_int_handler") as process:
        assert process.stderr is not None
        assert any("control: step 1 of" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "Stopping after this step" in said
    assert "The same command goes on" in said
    assert "Traceback" not in said
    state = read_state(tmp_path / "adapter.training" / "control" / "checkpoint.safetensors")
    lines = logged(output, Phase.CONTROL)
    assert 1 <= state.step < MANY_STEPS
    assert (state.step, state.tokens) == (len(lines), lines[-1]["tokens"])


def test_an_ignored_interrupt_stays_ignored(
    environment: dict[str, str], model_dir: Path, corpus: Path, tmp_path: Path
) -> None:
    folders = (model_dir, corpus, tmp_path / "adapter")
    with start(environment, folders, 12, "signal.SIG_IGN") as process:
        assert process.stderr is not None
        assert any("control: step 1 of" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 0, said
    assert len(logged(tmp_path / "adapter", Phase.CONTROL)) == 12


def test_the_handlers_of_before_come_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with StopAfterStep(lambda _done: None, Output()):
        assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_only_a_step_in_hand_is_waited_for(capfd: pytest.CaptureFixture[str]) -> None:
    shown: list[int] = []
    with StopAfterStep(lambda done: shown.append(done.step), Output()) as on_step:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)  # nothing is done yet
        on_step(step_done(1))
        signal.raise_signal(signal.SIGTERM)
        assert "after this step" in capfd.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)  # the second one
        with pytest.raises(KeyboardInterrupt):
            on_step(step_done(2))
    assert shown == [1, 2]
    with StopAfterStep(lambda _done: None, Output()) as on_step:
        on_step(step_done(3))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)  # the phase is over


def test_one_of_several_processes_never_leaves_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with StopAfterStep(lambda _done: None, Output(is_quiet=True)) as on_step:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            on_step(step_done(1))
