"""A whole training: from a model and a folder of books to an adapter with its control.

    control   LoRA alone, without memory: what tuning on such books is worth
    memory    from the end of `control`: LoRA and the memory, over windows of many segments
    rival     from the end of `control`: LoRA alone again, over the same windows as `memory`

The adapter is what `memory` ends with; the control it is judged against is what `rival` ends
with, tuned on the same tokens. Work in progress lies beside the adapter, in `OUTPUT.training`,
and a training that was stopped goes on from there.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from filelock import FileLock, Timeout

from novelgen.errors import ModelError, StorageError, UsageError
from novelgen.modeling.adapter_config import CONFIG_NAME, CONTROL_FOLDER, RECORD_NAME
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.causal_lm import embedding_of
from novelgen.modeling.folders import require_place
from novelgen.modeling.out_of_memory import translated_out_of_memory
from novelgen.modeling.torch_engine import tokenization_of
from novelgen.text.books import Book
from novelgen.training.assembly import assemble, make_record
from novelgen.training.checkpoint import PhaseState, read_state
from novelgen.training.config import Phase, TrainingConfig
from novelgen.training.coverage import rare_word_weights
from novelgen.training.model_building import Base, build_model, require_context
from novelgen.training.module import TrainingModule
from novelgen.training.phase import (
    CHECKPOINT_NAME,
    SECONDS_BETWEEN_CHECKPOINTS,
    PhasePlan,
    run_phase,
)
from novelgen.training.processes import is_first_process
from novelgen.training.progress import OnStep
from novelgen.training.record import differences, read_record
from novelgen.training.windows import WindowSampler

_LOCK_NAME = ".lock"
_SAMPLED_WINDOWS = 240
_OUT_OF_MEMORY_REMEDY = (
    "Go on with --gradient-checkpointing, which takes about a third more time and much less "
    "memory; or, to another --output, lower --batch-size, then --max-segment-tokens."
)


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training has made."""

    adapter: Path
    phases: Mapping[str, PhaseState]
    """How far each phase that ran is."""
    unfinished: Mapping[str, tuple[int, int]]
    """Steps done and steps due of every phase that is not at its end, whether it ran or not."""

    @property
    def is_written(self) -> bool:
        """Whether there is an adapter yet."""
        return (self.adapter / CONFIG_NAME).is_file()

    def as_json(self) -> dict[str, Any]:
        phases = {name: asdict(state) for name, state in self.phases.items()}
        written = str(self.adapter) if self.is_written else None
        return {"adapter": written, "has_control": self.has_control, "phases": phases}

    @property
    def has_control(self) -> bool:
        return (self.adapter / CONTROL_FOLDER).is_dir()


def train(
    base: Base,
    books: Sequence[Book],
    config: TrainingConfig,
    output: Path,
    phases: Sequence[Phase],
    accelerator: Accelerator,
    on_step: OnStep,
    seconds_between_checkpoints: float = SECONDS_BETWEEN_CHECKPOINTS,
) -> Trained:
    """Run `phases` as far as they are not done, and write the adapter to `output`.

    Whatever their order in `phases`, they run in their own; memory and rival may also run beside
    each other, in two calls. Raises `UsageError` when `output` was
    trained with other settings or a phase cannot begin, `ModelError` when the model does not fit or
    its loss breaks, `StorageError` for the disk, and `KeyboardInterrupt` when `on_step` does, with
    that step saved.
    """
    require_replaceable(output)
    work = work_folder(output)
    record = make_record(base, config, books)
    with _claimed(work, waits=True):
        if is_first_process():
            _require_same_training(work, record)
    accelerator.wait_for_everyone()  # the other processes hold their record against this one
    if not is_first_process():
        _require_same_training(work, record)
    settings = (base, books, config, work, accelerator, on_step, seconds_between_checkpoints)
    states = {}
    try:
        for phase in Phase:
            if phase in phases:
                with _claimed(work / phase, waits=False):
                    states[phase.value] = _run(phase, *settings)
    except (UsageError, ModelError):
        _clear_unbegun(work)
        raise
    with _claimed(work, waits=True):
        if is_first_process():
            checkpoints = {
                phase: plan_of(phase, config, work).checkpoint
                for phase in (Phase.MEMORY, Phase.RIVAL)
            }
            assemble(base, books, config, checkpoints, work, output)
        accelerator.wait_for_everyone()
    return Trained(output, states, _unfinished(config, work))


def work_folder(output: Path) -> Path:
    """Where a training keeps its checkpoints and logs."""
    return output.with_name(output.name + ".training")


def plan_of(phase: Phase, config: TrainingConfig, work: Path) -> PhasePlan:
    """What a phase does."""
    start = work / Phase.CONTROL
    control = PhasePlan(Phase.CONTROL, config.control_steps, Phase.CONTROL, False, start)
    if phase is Phase.CONTROL:
        return control
    starts_from = control.checkpoint if Phase.CONTROL in config.phases else None
    return PhasePlan(phase, config.memory_steps, Phase.MEMORY, True, work / phase, starts_from)


def _run(
    phase: Phase,
    base: Base,
    books: Sequence[Book],
    config: TrainingConfig,
    work: Path,
    accelerator: Accelerator,
    on_step: OnStep,
    seconds_between_checkpoints: float,
) -> PhaseState:
    plan = plan_of(phase, config, work)
    state = read_state(plan.checkpoint)
    if state.step >= plan.total_steps:
        return state
    _require_begun_rightly(plan, config)
    torch.manual_seed(config.seed)
    backbone = load_backbone(base.directory, str(accelerator.device), base.dtype)
    tokenization = tokenization_of(backbone)
    model = build_model(backbone, tokenization, config, has_memory=phase is Phase.MEMORY)
    require_context(model, config)
    sample = WindowSampler(books, tokenization, config, "rare words", 1)
    rare_words = rare_word_weights(
        (
            id_
            for step in range(-(-_SAMPLED_WINDOWS // config.batch_size))
            for window in sample.batch(step).windows
            for id_ in window.token_ids
        ),
        embedding_of(model.lm).num_embeddings,
    )
    sampler = WindowSampler(books, tokenization, config, plan.batches_of, plan.total_steps)
    module = TrainingModule(model, config, rare_words, tokenization.with_start([]))
    try:
        with translated_out_of_memory(_OUT_OF_MEMORY_REMEDY):
            return run_phase(
                plan,
                module,
                sampler,
                tokenization,
                accelerator,
                on_step,
                seconds_between_checkpoints,
            )
    finally:
        accelerator.free_memory()  # it would keep the models of all phases


def _require_begun_rightly(plan: PhasePlan, config: TrainingConfig) -> None:
    if plan.name not in config.phases:
        raise UsageError(
            f"The phase {plan.name} trains LoRA alone, and --lora-rank 0 is none.",
            f"Leave out --phase {plan.name}, or set --lora-rank.",
        )
    if plan.starts_from is None:
        return
    if read_state(plan.starts_from).step < config.control_steps:
        raise UsageError(
            f"The phase {plan.name} starts from the end of the phase control, which has not run "
            f"that far.",
            "Run the phase control first.",
        )


def require_replaceable(output: Path) -> None:
    """Refuse an output that holds anything but an adapter of this very training.

    Raises `UsageError`, and `StorageError` where nothing can be written.
    """
    require_place(output)
    work = work_folder(output)
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not (output / CONFIG_NAME).is_file():
        raise UsageError(
            f"{output} holds something else than an adapter.", "Name a new folder for --output."
        )
    if not any(_checkpoint(phase, work).is_file() for phase in Phase):
        raise UsageError(
            f"{output} holds an adapter, and the checkpoints in {work}, which its training would "
            f"go on from, are gone.",
            "Name another --output, or move the adapter away.",
        )


@contextmanager
def _claimed(folder: Path, waits: bool) -> Iterator[None]:
    """Hold a phase or a whole training against other runs; its processes hold it together."""
    if not is_first_process():
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK_NAME, timeout=-1 if waits else 0):
            yield
    except BrokenPipeError:  # whoever read the progress is gone
        raise
    except Timeout as error:
        raise UsageError(
            f"Another process is training in {folder}.", "Wait for it, or name another --output."
        ) from error
    except OSError as error:
        raise StorageError(
            f"The training in {folder} cannot be kept: {error}.",
            "Check the free space and the permissions of the folder.",
        ) from error


def _require_same_training(work: Path, record: Mapping[str, Any]) -> None:
    """Begin the record of this training, or refuse to go on with another one.

    A training of which nothing is saved and that nobody runs gives way: its settings may be those
    that were refused.
    """
    path = work / RECORD_NAME
    different = differences(read_record(path), record) if path.exists() else []
    if different and _is_begun(work):
        raise UsageError(
            f"{work} holds a training with other settings ({', '.join(different)}).",
            "Give the same settings to go on with it, or another --output.",
        )
    if different or not path.exists():
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        partial.replace(path)


def _checkpoint(phase: Phase, work: Path) -> Path:
    return work / phase / CHECKPOINT_NAME


def _is_begun(work: Path) -> bool:
    """Whether a phase has saved a step, or is running."""
    if any(_checkpoint(phase, work).exists() for phase in Phase):
        return True
    for lock in work.glob(f"*/{_LOCK_NAME}"):
        try:
            with FileLock(lock, timeout=0):
                pass
        except Timeout:
            return True
    return False


def _clear_unbegun(work: Path) -> None:
    """Take away what a refused training has made, if no step of any was done."""
    made = {work / name for name in (RECORD_NAME, _LOCK_NAME, *Phase)}
    made |= {work / phase / _LOCK_NAME for phase in Phase}
    with _claimed(work, waits=True):
        if is_first_process() and not _is_begun(work) and set(work.rglob("*")) <= made:
            shutil.rmtree(work, ignore_errors=True)


def _unfinished(config: TrainingConfig, work: Path) -> dict[str, tuple[int, int]]:
    plans = [plan_of(phase, config, work) for phase in config.phases]
    steps = {plan.name: (read_state(plan.checkpoint).step, plan.total_steps) for plan in plans}
    return {name: (done, due) for name, (done, due) in steps.items() if done < due}
