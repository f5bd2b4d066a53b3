"""`novelgen train`: a memory adapter of one's own."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.dataclass_options import from_options, with_options_of
from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import Output, columns
from novelgen.cli.path_options import existing_path, new_path
from novelgen.errors import UsageError
from novelgen.training.config import Phase, TrainingConfig

if TYPE_CHECKING:
    from novelgen.config import Settings
    from novelgen.training.model_building import Base
    from novelgen.training.trainer import Trained


@with_options_of(TrainingConfig, "Recipe")
def train(
    context: typer.Context,
    corpus: Annotated[
        Path,
        typer.Option(
            metavar="DIR", parser=existing_path, help="Folder of .md or .txt books to train on."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            metavar="ADAPTER", parser=new_path, help="Folder of the adapter that is made."
        ),
    ],
    model: Annotated[
        str | None, typer.Option(metavar="M", help="Model to adapt; default smollm2-135m.")
    ] = None,
    hold_out: Annotated[
        int, typer.Option(metavar="N", min=0, help="Leave N books out, to judge on later.")
    ] = 0,
    phase: Annotated[
        list[Phase] | None,
        typer.Option(
            metavar="PHASE",
            help="Run control, memory or rival alone; may be repeated. Default: all.",
        ),
    ] = None,
    device: Annotated[str | None, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = None,
    **options: Any,
) -> None:
    """Train a memory adapter for a model on a folder of books, and the control it is judged by.

    A training that was stopped goes on when it is started again with the same options.

    On several GPUs: accelerate launch --multi_gpu -m novelgen train ...

    Example: novelgen train --corpus books/ --output my-adapter --hold-out 4
    """
    invocation = invocation_of(context)
    config: TrainingConfig = from_options(TrainingConfig, options)
    config.require_valid()
    from novelgen.config import load_settings
    from novelgen.training.corpus import hold_out as split_books
    from novelgen.training.corpus import read_corpus

    copies: list[tuple[str, str]] = []
    found = read_corpus(
        corpus, config.max_window_chars, lambda copy, kept: copies.append((copy.name, kept.name))
    )
    books, held = split_books(found, hold_out, config.seed)
    if not books:
        raise UsageError(f"All {len(held)} books are held out.", "Lower --hold-out.")
    settings = load_settings(invocation.paths, invocation.config_file, model=model, device=device)
    from novelgen.cli.training_progress import StopAfterStep, training_display
    from novelgen.training.processes import is_first_process, start_processes
    from novelgen.training.trainer import require_replaceable
    from novelgen.training.trainer import train as train_adapter

    require_replaceable(output)
    said = Output(invocation.output.as_json, invocation.output.is_quiet or not is_first_process())
    base = _base(invocation, settings, said)
    said.note(f"Training {base.name} on {len(books)} books, {len(held)} held out.")
    for book in held:
        said.note(f"  held out: {book.name}")
    for name, kept in copies:
        said.note(f"  left out: {name}, the same text as {kept}")
    with (
        explained_interrupt(said, "The same command goes on from the last checkpoint."),
        training_display(said) as show,
        StopAfterStep(show, said) as on_step,
    ):
        trained = train_adapter(
            base,
            books,
            config,
            output,
            phase or config.phases,
            start_processes(settings.device),
            on_step,
        )
    if is_first_process():
        _report(invocation.output, config, trained)


def _base(invocation: Invocation, settings: "Settings", said: Output) -> "Base":
    """The model to adapt; fetched if it is not here."""
    from novelgen.bootstrap import dtype_of
    from novelgen.cli.progress import pull_display
    from novelgen.modeling.catalog import DEFAULT_MODEL
    from novelgen.modeling.provisioning import pull
    from novelgen.resident.launch import release_unused
    from novelgen.training.model_building import Base

    name = settings.model or DEFAULT_MODEL
    with pull_display(said) as on_progress:
        local = pull(name, invocation.paths.models, on_progress)
    release_unused(invocation.paths)
    return Base(local.directory, name, local.fingerprint, settings.device, dtype_of(settings))


def _report(output: Output, config: TrainingConfig, trained: "Trained") -> None:
    from novelgen.cli.step_progress import duration

    if trained.is_written:
        for name, (done, due) in trained.unfinished.items():
            if done:
                output.note(
                    f"The adapter holds the phase {name} as it is at step {done:,} of {due:,}; "
                    f"run it to its end before you judge it."
                )
    if output.as_json:
        output.document(trained.as_json())
        return
    rows = [
        [name, f"{state.step:,}", f"{state.tokens:,}", duration(state.seconds)]
        for name, state in trained.phases.items()
    ]
    output.data(columns(["phase", "steps", "tokens", "time"], rows, right=(1, 2, 3)))
    if not trained.is_written:
        output.note("No adapter yet: the phase memory has not run.")
        return
    output.data(str(trained.adapter))
    if Phase.RIVAL not in config.phases:
        output.note("Its control is the plain model: the model was not tuned.")
    elif not trained.has_control:
        output.note("It has no control yet: run the phase rival to judge it against one.")
