"""A training that stops after a step of the memory phase, in one process or under torchrun.

python -m tests.training.resuming_worker MODEL CORPUS OUTPUT STEP: 0 goes on to the end.
"""

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch

from novelgen.training.config import Phase
from novelgen.training.corpus import read_corpus
from novelgen.training.progress import StepDone
from tests.training.tiny_training import TINY, base_of, train_tiny

PHASES = (Phase.CONTROL, Phase.MEMORY)
# Small rates, so that differences in rounding do not grow from step to step.
CALM = replace(
    TINY, control_steps=1, memory_steps=5, lora_learning_rate=1e-4, memory_learning_rate=1e-4
)


def train_until(model_dir: Path, corpus: Path, output: Path, last_step: int) -> None:
    """`last_step` is the one that is stopped after, in every process; 0 goes on to the end."""

    def stop(done: StepDone) -> None:
        if (done.phase, done.step) == (Phase.MEMORY, last_step):
            raise KeyboardInterrupt

    books = read_corpus(corpus, CALM.max_window_chars)
    with suppress(KeyboardInterrupt):
        train_tiny(base_of(model_dir), books, output, CALM, PHASES, stop)


def main() -> None:
    model_dir, corpus, output = (Path(argument) for argument in sys.argv[1:4])
    torch.set_num_threads(1)
    train_until(model_dir, corpus, output, int(sys.argv[4]))
    os._exit(0)  # torch's threads sometimes outlive the interpreter


if __name__ == "__main__":
    main()
