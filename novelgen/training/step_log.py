"""The log of a phase: one JSON line a step for programs, TensorBoard scalars for eyes."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from novelgen.training.progress import StepDone

LOG_NAME = "log.jsonl"
TENSORBOARD_NAME = "tensorboard"
_SCALARS = (
    "loss",
    "nats",
    "reconstruction",
    "coverage",
    "gradient_norm",
    "tokens_per_second",
)


class StepLog:
    """Writes on from `steps_done`; what a killed run logged beyond its checkpoint is cut off."""

    def __init__(self, folder: Path, steps_done: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / LOG_NAME
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = path.with_suffix(".partial")
        kept.write_text("".join(line + "\n" for line in lines[:steps_done]), encoding="utf-8")
        kept.replace(path)
        self._file = path.open("a", encoding="utf-8")
        self._scalars = SummaryWriter(str(folder / TENSORBOARD_NAME), purge_step=steps_done + 1)

    def write(self, done: StepDone) -> None:
        """Log one step."""
        figures = {name: _known(value) for name, value in asdict(done).items()}
        self._file.write(json.dumps(figures) + "\n")
        self._file.flush()
        for name in _SCALARS:
            if figures[name] is not None:
                self._scalars.add_scalar(name, figures[name], done.step)

    def close(self) -> None:
        """Close both files."""
        self._file.close()
        self._scalars.close()


def _known(value: Any) -> Any:
    """None for a broken figure; JSON has no number for it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
