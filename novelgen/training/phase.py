"""One phase of training: steps from a checkpoint to the end, with a log and fresh checkpoints.

Guarantees: a phase that was killed goes on from its last checkpoint to the same loss curve; a
step whose gradient is not finite changes nothing. Runs in one process, or in several started by
`accelerate launch`, each reading its share of every batch.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import nn

from novelgen.errors import ModelError, UsageError
from novelgen.modeling.tokenization import Tokenization
from novelgen.training.batches import BatchMaker, ReadyBatch, batches, workers_beside
from novelgen.training.checkpoint import (
    PhaseState,
    load_checkpoint,
    save_checkpoint,
)
from novelgen.training.module import CELL_PREFIX, TrainingModule, make_optimizer, rate_scale
from novelgen.training.objective import Objective
from novelgen.training.processes import is_first_process
from novelgen.training.progress import OnStep, StepDone
from novelgen.training.step_log import StepLog
from novelgen.training.windows import WindowSampler

CHECKPOINT_NAME = "checkpoint.safetensors"
SECONDS_BETWEEN_CHECKPOINTS = 120.0
_MAX_BROKEN_STEPS = 5


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """What a phase is."""

    name: str
    total_steps: int
    batches_of: str
    """The name that draws its batches; two phases that share it read the same windows."""
    decays: bool
    """Whether the learning rate falls to 0 at the end."""
    folder: Path
    starts_from: Path | None = None
    """A checkpoint of another phase."""

    @property
    def checkpoint(self) -> Path:
        return self.folder / CHECKPOINT_NAME


def run_phase(
    plan: PhasePlan,
    module: TrainingModule,
    sampler: WindowSampler,
    tokenization: Tokenization,
    accelerator: Accelerator,
    on_step: OnStep,
    seconds_between_checkpoints: float = SECONDS_BETWEEN_CHECKPOINTS,
) -> PhaseState:
    """Train `module` to the end of the phase; returns how far it is.

    When `on_step` raises `KeyboardInterrupt`, in any process, the step it was told of is saved and
    the interrupt goes on in all of them. It is told of the last step once that is saved. Raises
    `ModelError` when the loss breaks, `StorageError` when a checkpoint cannot be written.
    """
    if module.config.batch_size % accelerator.num_processes:
        raise UsageError(
            f"A batch of {module.config.batch_size} windows cannot be shared evenly by "
            f"{accelerator.num_processes} processes.",
            f"Give a --batch-size that is a multiple of {accelerator.num_processes}.",
        )
    run = _PhaseRun(plan, module, accelerator)
    maker = BatchMaker(
        sampler,
        tokenization,
        module.brief_room,
        accelerator.process_index,
        accelerator.num_processes,
    )
    num_workers = workers_beside(accelerator.device.type)
    log = StepLog(plan.folder, run.state.step) if is_first_process() else None
    saved = time.monotonic()
    try:
        for batch in batches(maker, run.state.step, plan.total_steps, num_workers):
            done = run.step(batch)
            if log is not None:
                log.write(done)
            is_last = run.state.step == plan.total_steps
            if is_last:
                run.save()  # before the listener hears that no step is in hand any more
            wants_stop = _tell(on_step, done)
            is_due = time.monotonic() - saved >= seconds_between_checkpoints
            # Every process takes part in saving, so they must all want it.
            is_stopping, is_saving = run.agree(wants_stop), run.agree(is_due or wants_stop)
            if is_saving and not is_last:
                run.save()
                saved = time.monotonic()
            if is_stopping:
                raise KeyboardInterrupt
    finally:
        if log is not None:
            log.close()
    accelerator.wait_for_everyone()  # the next phase reads what the first process has saved
    return run.state


def _tell(on_step: OnStep, done: StepDone) -> bool:
    """Report a step; returns whether the listener wants to stop."""
    try:
        on_step(done)
    except KeyboardInterrupt:
        return True
    return False


class _PhaseRun:
    """The model and optimizer of a phase on the move, from one whole step to the next."""

    def __init__(
        self,
        plan: PhasePlan,
        module: TrainingModule,
        accelerator: Accelerator,
    ) -> None:
        self._plan, self._module, self._accelerator = plan, module, accelerator
        if plan.starts_from is not None and not plan.checkpoint.exists():
            # The control has no memory to start from.
            load_checkpoint(plan.starts_from, module.trainable(), None, may_lack=CELL_PREFIX)
        # Together, since FSDP2 puts sharded parameters in place of those the optimizer knows.
        self._prepared, self._optimizer = accelerator.prepare(
            module, make_optimizer(module, module.config)
        )
        self._peaks = [group["lr"] for group in self._optimizer.param_groups]
        self.state = PhaseState(0, 0, 0.0)
        if plan.checkpoint.exists():
            self.state = load_checkpoint(plan.checkpoint, self._trainable(), self._inner())
        self._broken_steps = 0
        # Dropout stays off: a step then follows from its batch alone, in any number of processes.
        self._prepared.eval()

    def step(self, batch: ReadyBatch) -> StepDone:
        """One optimizer step. Raises `ModelError` when the loss has been broken for a while."""
        started = time.monotonic()
        self._set_rates()
        objective = self._forward(batch)
        self._accelerator.backward(objective.loss)
        norm = self._accelerator.clip_grad_norm_(
            list(self._trainable().values()), self._module.config.max_gradient_norm
        )
        is_finite = bool(torch.isfinite(norm))
        if is_finite:
            self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._count_broken(is_finite)
        seconds = time.monotonic() - started
        num_tokens = batch.shape.num_trained_tokens * batch.num_windows
        self.state = PhaseState(
            self.state.step + 1, self.state.tokens + num_tokens, self.state.seconds + seconds
        )
        return StepDone(
            phase=self._plan.name,
            step=self.state.step,
            total_steps=self._plan.total_steps,
            loss=self._mean(float(objective.loss.detach())) or 0.0,
            nats=self._mean(objective.nats) or 0.0,
            reconstruction=self._mean(objective.reconstruction),
            coverage=self._mean(objective.coverage, objective.num_coverage_rows),
            gradient_norm=float(norm),
            num_tokens=num_tokens,
            tokens=self.state.tokens,
            tokens_per_second=num_tokens / seconds,
            seconds=self.state.seconds,
        )

    def save(self) -> None:
        """Write the checkpoint of the last whole step."""
        save_checkpoint(self._plan.checkpoint, self.state, self._trainable(), self._inner())

    def agree(self, wish: bool) -> bool:
        """Whether any of the processes has this wish."""
        return bool(self._mean(float(wish)))

    def _forward(self, batch: ReadyBatch) -> Objective:
        with self._accelerator.autocast():
            objective: Objective = self._prepared(
                batch.shape, batch.token_ids, batch.briefs, batch.seed
            )
        return objective

    def _mean(self, figure: float | None, weight: float = 1.0) -> float | None:
        """The mean of a figure over all processes that have it, each with its weight."""
        if self._accelerator.num_processes == 1:
            return figure
        pair = torch.tensor([0.0, 0.0] if figure is None else [figure * weight, weight])
        total, weights = self._accelerator.reduce(pair.to(self._accelerator.device)).tolist()
        return total / weights if weights else None

    def _set_rates(self) -> None:
        plan, warmup_steps = self._plan, self._module.config.warmup_steps
        scale = rate_scale(self.state.step, plan.total_steps, warmup_steps, plan.decays)
        for group, peak in zip(self._optimizer.param_groups, self._peaks, strict=True):
            group["lr"] = peak * scale

    def _count_broken(self, is_finite: bool) -> None:
        self._broken_steps = 0 if is_finite else self._broken_steps + 1
        if self._broken_steps >= _MAX_BROKEN_STEPS:
            raise ModelError(
                f"The loss of phase {self._plan.name} is no longer a number, "
                f"{_MAX_BROKEN_STEPS} steps in a row up to step {self.state.step + 1}.",
                "Train again with lower learning rates, to another --output.",
            )

    def _trainable(self) -> dict[str, nn.Parameter]:
        module: TrainingModule = self._accelerator.unwrap_model(self._prepared)
        return module.trainable()

    def _inner(self) -> torch.optim.Optimizer:
        inner: torch.optim.Optimizer = getattr(self._optimizer, "optimizer", self._optimizer)
        return inner
