"""A training of seconds, in this process or as a program that can be killed.

python -m tests.training.tiny_training MODEL CORPUS OUTPUT: tells every step on stdout and keeps a
checkpoint of each.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from safetensors.torch import load_file

from novelgen.text.books import Book
from novelgen.training.config import Phase, TrainingConfig
from novelgen.training.corpus import read_corpus
from novelgen.training.model_building import Base
from novelgen.training.progress import StepDone
from novelgen.training.trainer import Trained, train, work_folder

TINY = TrainingConfig(
    control_steps=2,
    memory_steps=6,
    segment_size=32,
    min_segment_tokens=10,
    max_segment_tokens=20,
    min_segments=2,
    max_segments=4,
    late_max_segments=6,
    late_max_tail_tokens=40,
    late_max_burn_in=2,
    late_gap_tokens=10,
    max_window_tokens=90,
    bptt_depth=2,
    max_tail_tokens=20,
    reconstruction_share=0.6,
    reconstruction_tokens=6,
    num_mem_tokens=4,
    projection_rank=8,
    lora_rank=4,
    lora_alpha=8.0,
    lora_modules=("down_proj", "q_proj", "v_proj"),
    lora_learning_rate=5e-3,
    memory_learning_rate=5e-3,
    warmup_steps=2,
    seed=3,
)
# What a step measured; the others tell the time.
MEASURED = ("loss", "nats", "reconstruction", "coverage", "gradient_norm", "num_tokens", "tokens")


def base_of(model_dir: Path) -> Base:
    return Base(model_dir, "tiny", "f" * 64, "cpu", "float32")


def options_of(config: TrainingConfig) -> list[str]:
    """`config` as options of `novelgen train`."""
    options: list[str] = []
    for name, value in asdict(config).items():
        option = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            options += [option] if value else []
        else:
            values = value if isinstance(value, tuple) else (value,)
            options += [part for one in values for part in (option, str(one))]
    return options


def nothing(_done: StepDone) -> None:
    """Listen to no step."""


def train_tiny(
    base: Base,
    books: Sequence[Book],
    output: Path,
    config: TrainingConfig = TINY,
    phases: Sequence[Phase] = tuple(Phase),
    on_step: Callable[[StepDone], None] = nothing,
) -> Trained:
    return train(base, books, config, output, phases, Accelerator(cpu=True), on_step)


def logged(output: Path, phase: Phase) -> list[dict[str, Any]]:
    """What every step of a phase measured."""
    lines = (work_folder(output) / phase / "log.jsonl").read_text().splitlines()
    return [{name: json.loads(line)[name] for name in MEASURED} for line in lines]


def checkpoint(output: Path, phase: Phase) -> dict[str, torch.Tensor]:
    """The tensors that a phase ended with."""
    return load_file(work_folder(output) / phase / "checkpoint.safetensors")


def same_tensors(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def main() -> None:
    model_dir, corpus, output = (Path(argument) for argument in sys.argv[1:])
    torch.set_num_threads(1)
    books = read_corpus(corpus, TINY.max_window_chars)
    phases = tuple(Phase)
    accelerator = Accelerator(cpu=True)

    def tell(done: StepDone) -> None:
        print(done.phase, done.step, flush=True)  # noqa: T201

    train(base_of(model_dir), books, TINY, output, phases, accelerator, tell, 0.0)


if __name__ == "__main__":
    main()
