"""From the checkpoints of a training to an adapter with its control and its record.

Guarantees that an adapter appears wholly or not at all. Trains nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from novelgen.modeling.adapter import describe_adapter, save_adapter
from novelgen.modeling.adapter_config import CONTROL_FOLDER, NAMES_NAME, RECORD_NAME
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.folders import put_in_place
from novelgen.modeling.torch_engine import tokenization_of
from novelgen.prompting.brief import BRIEF_VERSION
from novelgen.text.alarms.borrowed_names import distinctive_names
from novelgen.text.books import Book
from novelgen.training.checkpoint import PhaseState, load_checkpoint, read_state
from novelgen.training.config import Phase, TrainingConfig
from novelgen.training.model_building import Base, build_model
from novelgen.training.module import TrainingModule
from novelgen.training.output_folder import carry_over, holds_adapter_of


def make_record(base: Base, config: TrainingConfig, books: Sequence[Book]) -> dict[str, Any]:
    """What tells one training from another, as JSON: base model, recipe and books."""
    return {
        "base_model": base.name,
        "base_model_fingerprint": base.fingerprint,
        "brief_version": BRIEF_VERSION,
        "config": config.as_json(),
        "books": [{"name": book.name, "sha256": book.sha256} for book in books],
    }


def assemble(
    base: Base,
    books: Sequence[Book],
    config: TrainingConfig,
    checkpoints: Mapping[Phase, Path],
    work: Path,
    output: Path,
) -> None:
    """Write the adapter of the phases that have begun; nothing before there is a memory.

    `checkpoints` says where memory and rival keep theirs; the adapter is put together in `work`.
    What nobody trained since is left alone, and so is what others put into `output`. Raises
    `OSError`, and `StorageError` for a damaged checkpoint.
    """
    checkpoints = {phase: path for phase, path in checkpoints.items() if path.exists()}
    if Phase.MEMORY not in checkpoints:
        return
    record = make_record(base, config, books)
    states = {phase.value: asdict(read_state(path)) for phase, path in checkpoints.items()}
    if holds_adapter_of(output, {**record, "phases": states}, base.fingerprint):
        return
    staging = work / "adapter"
    for phase, path in checkpoints.items():
        folder = staging if phase is Phase.MEMORY else staging / CONTROL_FOLDER
        # As it is by now: the phase may be going on in another process.
        states[phase.value] = asdict(_save(base, config, phase, path, folder))
    record = {**record, "phases": states}
    (staging / RECORD_NAME).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    names = distinctive_names(book.prose.split("\n\n") for book in books)
    (staging / NAMES_NAME).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    carry_over(output, staging)
    put_in_place(staging, output)


def _save(
    base: Base, config: TrainingConfig, phase: Phase, checkpoint: Path, folder: Path
) -> PhaseState:
    backbone = load_backbone(base.directory, "cpu", base.dtype)
    model = build_model(backbone, tokenization_of(backbone), config, phase is Phase.MEMORY)
    module = TrainingModule(model, config, torch.zeros(0))
    state = load_checkpoint(checkpoint, module.trainable(), None)
    described = describe_adapter(
        model, base.name, base.fingerprint, config.segment_size, BRIEF_VERSION
    )
    save_adapter(model, described, folder)
    return state
