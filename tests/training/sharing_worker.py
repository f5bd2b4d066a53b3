"""One of two processes that share a batch, under DDP and under FSDP2.

python -m tests.training.sharing_worker RANK MODEL CORPUS FOLDER: rank 0 leaves gradients and
losses in FOLDER.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import FullyShardedDataParallelPlugin
from safetensors.torch import save_file
from torch import Tensor, distributed
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.causal_lm import unwrap_peft
from novelgen.modeling.memory_cell import MemoryUpdate
from novelgen.modeling.torch_engine import tokenization_of
from novelgen.training.checkpoint import PhaseState, load_checkpoint, save_checkpoint
from novelgen.training.corpus import read_corpus
from novelgen.training.model_building import build_model
from novelgen.training.module import TrainingModule, make_optimizer
from novelgen.training.objective import Objective
from novelgen.training.processes import sharding_plugin
from novelgen.training.windows import Shape, WindowBatch, WindowSampler
from tests.training.tiny_training import TINY

NUM_PROCESSES = 2
STEP = PhaseState(1, 20, 3.0)
# Read-only segments, a cut, a brief, a tail, a stretch to rebuild: every way through the loss.
SHAPE = Shape(5, 12, False, True, 15, True, burn_in=1)
BRIEFS = ([5, 6, 7], [8, 9, 10, 11, 12])


def make_module(model_dir: Path, seed: int = 5) -> TrainingModule:
    """A module whose every part has a gradient."""
    torch.manual_seed(seed)
    backbone = load_backbone(model_dir, "cpu", "float32")
    model = build_model(backbone, tokenization_of(backbone), TINY, has_memory=True)
    assert model.cell is not None
    with torch.no_grad():
        model.cell.projection_up.normal_(std=0.1)
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)
    return TrainingModule(model, TINY, torch.ones(model.lm.get_input_embeddings().num_embeddings))


def make_batch(model_dir: Path, corpus: Path) -> WindowBatch:
    """Two windows of `SHAPE`."""
    tokenization = tokenization_of(load_backbone(model_dir, "cpu", "float32"))
    books = read_corpus(corpus, TINY.max_window_chars)
    sampler = WindowSampler(books, tokenization, TINY, "memory", 10)
    drawn = next(
        batch
        for batch in map(sampler.batch, range(1_000))
        if batch.shape.num_tokens >= SHAPE.num_tokens
    )
    return WindowBatch(SHAPE, drawn.windows, 7)


def measure_share(
    module: torch.nn.Module, batch: WindowBatch, rank: int, num_processes: int
) -> Objective:
    """The objective of the windows of one process."""
    rows = [list(window.token_ids[: SHAPE.num_tokens]) for window in batch.windows]
    shared = slice(rank, None, num_processes)
    objective: Objective = module(batch.shape, rows[shared], BRIEFS[shared], batch.seed)
    return objective


def gradients_of(module: TrainingModule) -> dict[str, Tensor]:
    found = {}
    for name, parameter in module.trainable().items():
        assert parameter.grad is not None, name
        gradient = parameter.grad
        found[name] = gradient.full_tensor() if hasattr(gradient, "full_tensor") else gradient
    return found


def shard(module: TrainingModule, **options: Any) -> TrainingModule:
    for layer in unwrap_peft(module.model.lm).model.layers:
        fully_shard(layer, **options)
    fully_shard(module, **options)
    return module


def main() -> None:
    rank = int(sys.argv[1])
    model_dir, corpus, folder = (Path(argument) for argument in sys.argv[2:])
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=NUM_PROCESSES
    )
    batch = make_batch(model_dir, corpus)
    copied = make_module(model_dir)
    leave(folder / "ddp", copied, DistributedDataParallel(copied), batch, rank)
    sharded = shard(make_module(model_dir))
    leave(folder / "fsdp", sharded, sharded, batch, rank)
    come_back(folder, model_dir, sharded)
    train_in_two_precisions(folder, model_dir, batch, rank)
    distributed.destroy_process_group()
    # torch's threads sometimes outlive the interpreter, which aborts it after all is done.
    os._exit(0)


def leave(
    path: Path, module: TrainingModule, shared: torch.nn.Module, batch: WindowBatch, rank: int
) -> None:
    """Two passes: a wrapper that lost count of parameters fails at the second."""
    for _ in range(2):
        shared.zero_grad()
        objective = measure_share(shared, batch, rank, NUM_PROCESSES)
        objective.loss.backward()
    loss = objective.loss.detach().clone()
    distributed.all_reduce(loss)
    rows = objective.num_coverage_rows
    coverage = torch.tensor([(objective.coverage or 0.0) * rows, rows])
    distributed.all_reduce(coverage)
    found = gradients_of(module)
    if rank == 0:
        figures = {"loss": loss / NUM_PROCESSES, "coverage": coverage[0] / coverage[1]}
        save_file({**found, **figures}, path)


def train_in_two_precisions(folder: Path, model_dir: Path, batch: WindowBatch, rank: int) -> None:
    """A step in bfloat16 with the trainer's own plugin, and with accelerate's."""
    os.environ |= {"ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2"}
    ours = sharding_plugin()
    assert ours is not None
    said = {
        "ours": train_in_bfloat16(ours, model_dir, batch, rank),
        "accelerate's": train_in_bfloat16(FullyShardedDataParallelPlugin(), model_dir, batch, rank),
    }
    if rank == 0:
        (folder / "precision.json").write_text(json.dumps(said))


def train_in_bfloat16(
    plugin: FullyShardedDataParallelPlugin, model_dir: Path, batch: WindowBatch, rank: int
) -> list[str]:
    """What the memory cell's parameters were at its updates, and the error that came of it."""
    plugin.set_mixed_precision("bf16")  # as an accelerator on a GPU does
    module = shard(make_module(model_dir), mp_policy=plugin.mixed_precision_policy)
    cell = module.model.cell
    assert cell is not None
    update = cell.update
    seen: set[str] = set()

    def follow(*arguments: Any, **options: Any) -> MemoryUpdate:
        seen.update(str(parameter.dtype) for parameter in cell.parameters())
        return update(*arguments, **options)

    cell.update = follow  # type: ignore[method-assign]
    optimizer = make_optimizer(module, TINY)
    try:
        with torch.autocast("cpu", torch.bfloat16):
            objective = measure_share(module, batch, rank, NUM_PROCESSES)
        objective.loss.backward()
        optimizer.step()
    except RuntimeError as error:
        seen.add(str(error))
    return sorted(seen)


def come_back(folder: Path, model_dir: Path, module: TrainingModule) -> None:
    """Save a sharded step and load it into another sharded module."""
    optimizer = make_optimizer(module, TINY)
    optimizer.step()
    path = folder / "step.safetensors"
    save_checkpoint(path, STEP, module.trainable(), optimizer)
    distributed.barrier()
    other = shard(make_module(model_dir, seed=6))
    restored = make_optimizer(other, TINY)
    assert load_checkpoint(path, other.trainable(), restored) == STEP
    for name, parameter in module.trainable().items():
        twin = other.trainable()[name]
        assert torch.equal(parameter.full_tensor(), twin.full_tensor()), name  # type: ignore[attr-defined]
        for part, value in optimizer.state[parameter].items():
            found = restored.state[twin][part]
            if part == "step":
                assert value == found
            else:
                assert torch.equal(value.full_tensor(), found.full_tensor()), (name, part)
                assert found.placements == value.placements
    save_checkpoint(folder / "again.safetensors", STEP, other.trainable(), restored)


if __name__ == "__main__":
    main()
