"""One of the processes that share a model, as torchrun starts it.

torchrun --nproc-per-node 2 -m tests.modeling.parallel_worker MODEL ADAPTER FOLDER: the first leaves
what it drew, wrote and scored in FOLDER, and every process how it ended.
"""

import json
import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from novelgen.engine.protocol import Engine, QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.errors import UsageError
from novelgen.modeling.placement import process_rank
from novelgen.modeling.tensor_parallel import (
    dismiss_followers,
    follow,
    load_tensor_parallel_engine,
)
from tests.modeling.tiny_models import PROSE

SETTINGS: dict[str, Any] = {
    "model_name": "tiny",
    "model_fingerprint": "c" * 64,
    "segment_size": 24,
    "brief_version": 1,
    "device": "cpu",
    "dtype": "float32",
    "quantization": "auto",
}


class StopAfter(QuietObserver):
    """Stops every row after so many pieces of text."""

    def __init__(self, pieces: int) -> None:
        self.left = pieces
        self.shown: list[str] = []

    def on_text(self, row: int, text: str) -> None:
        self.left -= 1
        self.shown.append(text)

    def should_stop(self) -> bool:
        return self.left <= 0


class RejectAfter(QuietObserver):
    """Rejects row 1 after so many of its pieces of text."""

    def __init__(self, pieces: int) -> None:
        self.left = pieces

    def on_text(self, row: int, text: str) -> None:
        self.left -= row == 1

    def rejected_rows(self) -> Collection[int]:
        return {1} if self.left <= 0 else ()


def use(engine: Engine) -> dict[str, Any]:
    """Every call of an engine, a refused one and a cancelled one among them."""
    memory = engine.initial_memory()
    for start in range(0, 200, 50):
        memory = engine.write(memory, PROSE[start : start + 50])
    keys = tuple(stream_key(1, "prose", [row]) for row in range(3))
    request = DecodeRequest(
        memory, "", PROSE[:60], SamplingParams(1.1, 32, 0, 0.9, 50, 0.95), keys, 40,
        stop_strings=("e", "x"),
    )  # fmt: skip
    drawn = [row.text for row in engine.decode(request).candidates]
    plan = DecodeRequest(None, "", PROSE[:60], SamplingParams(), keys[:1], 20)
    planned = [row.text for row in engine.decode(plan).candidates]
    try:
        engine.decode(DecodeRequest(memory, "", PROSE * 9, SamplingParams(), keys, 40))
        refused = ""
    except UsageError as error:
        refused = error.message
    observer = StopAfter(4)
    stopped = engine.decode(plan, observer).candidates[0]
    free = replace(request, stop_strings=(), min_new_tokens=40)
    rejected = engine.decode(free, RejectAfter(6)).candidates
    return {
        "drawn": drawn,
        "planned": planned,
        "refused": refused,
        "stopped": [stopped.text, stopped.finish_reason],
        "shown": "".join(observer.shown),
        "rejected": [[row.text, row.num_tokens, row.finish_reason] for row in rejected],
        "scores": engine.scores(memory, "A brief.", PROSE[:40], [PROSE[40:90], PROSE[:30]]),
        "memory": memory.data.hex(),
        "device": engine.info.device,
    }


def main() -> None:
    model_dir, adapter_dir, folder = (Path(argument) for argument in sys.argv[1:])
    torch.set_num_threads(1)
    if process_rank() > 0:
        follow("cpu")
    else:
        engine = load_tensor_parallel_engine(model_dir, adapter_dir=adapter_dir, **SETTINGS)
        (folder / "said.json").write_text(json.dumps(use(engine)))
        dismiss_followers("cpu")
    (folder / f"{process_rank()}.done").touch()


if __name__ == "__main__":
    main()
