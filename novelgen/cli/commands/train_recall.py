"""`novelgen train-recall`: the small backbone that `novelgen eval recall` judges."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import Output
from novelgen.cli.path_options import existing_path, new_path
from novelgen.cli.seeds import LARGEST_SEED
from novelgen.cli.step_progress import duration

if TYPE_CHECKING:
    from novelgen.evaluation.recall_training import TrainingStep

_SECONDS_BETWEEN_LINES = 15.0


def train_recall(
    context: typer.Context,
    corpus: Annotated[
        Path,
        typer.Option(
            metavar="DIR", parser=existing_path, help="Folder of .md or .txt books as noise."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="DIR", parser=new_path, help="Folder of the model that is made."),
    ],
    seed: Annotated[
        int,
        typer.Option(metavar="S", min=0, max=LARGEST_SEED, help="Draws weights and problems."),
    ] = 1,
) -> None:
    """Train the small recall backbone from scratch for all three tasks. Under an hour on a CPU.

    It is trained in one go: what is stopped begins anew.

    Example: novelgen train-recall --corpus books/ --output my-recall-backbone
    """
    invocation = invocation_of(context)
    from novelgen.evaluation.recall_curriculum import RecallTrainingConfig
    from novelgen.evaluation.recall_making import make_recall_model

    config = RecallTrainingConfig(seed=seed)
    display = _Lines(invocation.output, len(config.levels))
    with explained_interrupt(invocation.output, "Nothing is kept of it; it begins anew."):
        document = make_recall_model(config, corpus, output, display)
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.data(str(output))


class _Lines:
    """A line now and then; the time left is known once the last level is reached."""

    def __init__(self, output: Output, num_levels: int) -> None:
        self._output, self._num_levels, self._last = output, num_levels, 0.0

    def __call__(self, done: "TrainingStep") -> None:
        now = time.monotonic()
        if now - self._last < _SECONDS_BETWEEN_LINES:
            return
        self._last = now
        accuracy = ", ".join(f"{task} {share:.0%}" for task, share in done.accuracy.items())
        speed = done.tokens / max(done.elapsed_seconds, 1e-9)
        left = "" if done.seconds_left is None else f", {duration(done.seconds_left)} left"
        self._output.note(
            f"step {done.step:,}, level {done.level + 1} of {self._num_levels}, "
            f"loss {done.loss:.3f}, {accuracy}, {speed:,.0f} tokens/s{left}"
        )
