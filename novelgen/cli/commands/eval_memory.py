"""`novelgen eval memory`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.path_options import existing_path
from novelgen.cli.seeds import LARGEST_SEED
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.config import Settings
    from novelgen.evaluation.memory_evaluation import ModelChoice
    from novelgen.text.books import BookFile


class Quantization(StrEnum):
    """Weights that predict."""

    NONE = "none"
    INT8 = "int8"


def memory(
    context: typer.Context,
    corpus: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            parser=existing_path,
            help="Folder of .md or .txt books never trained on.",
        ),
    ],
    model: Annotated[
        str | None, typer.Option(metavar="M", help="Model; default smollm2-135m.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option(metavar="A", help="Memory adapter: a shipped name or a directory.")
    ] = None,
    segment_size: Annotated[
        int | None,
        typer.Option(metavar="L", min=2, help="Tokens in a segment; default the adapter's own."),
    ] = None,
    books: Annotated[
        int, typer.Option(metavar="N", min=2, help="At most so many books, drawn by the seed.")
    ] = 20,
    segments_per_book: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=2,
            help="Segments read of a book. Scored are 2 to 8, 15, 16, 31, 32, 63, 64 and so on.",
        ),
    ] = 8,
    tail_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="T",
            min=0,
            help="Also score behind T tokens of verbatim tail; default as in writing, 0 for none.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", parser=existing_path, help="Draw the gains into a file."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="S", min=0, max=LARGEST_SEED, help="Draws books and places.")
    ] = 0,
    device: Annotated[str | None, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = None,
    quantization: Annotated[
        Quantization, typer.Option(help="Predict with rounded weights, as novels are drawn.")
    ] = Quantization.NONE,
) -> None:
    """Measure what memory is worth on unseen books: against none, another book's, and a control.

    Example: novelgen eval memory --corpus books/ --adapter my-adapter --segment-size 256
    """
    invocation = invocation_of(context)
    from novelgen.cli.memory_tables import memory_tables
    from novelgen.cli.step_progress import step_display
    from novelgen.config import load_settings
    from novelgen.evaluation.memory_document import memory_document
    from novelgen.evaluation.memory_plot import plot_memory
    from novelgen.evaluation.memory_readings import Reading
    from novelgen.evaluation.plot_files import require_plottable
    from novelgen.text.books import find_books

    output = invocation.output
    settings = load_settings(
        invocation.paths, invocation.config_file, model=model, adapter=adapter, device=device
    )
    if plot is not None:
        require_plottable(plot)
    found = find_books(corpus)
    adapter_dir = _adapter_dir(settings)
    from novelgen.evaluation.memory_evaluation import (  # torch, only when all else is right
        StretchChoice,
        evaluate_adapter,
    )
    from novelgen.modeling.adapter_config import CONTROL_FOLDER

    name, chosen = _choose_model(invocation, settings, adapter_dir, quantization)

    left_out = []

    def on_skipped(book: "BookFile", why: str) -> None:
        output.note(f"{book.name} is left out: {why}.")
        left_out.append({"book": book.name, "why": why})

    tail = settings.tail_tokens if tail_tokens is None else tail_tokens
    stretch = StretchChoice(segment_size, segments_per_book, tail, books, seed)
    with (
        explained_interrupt(output, "Nothing is kept of it; fewer --books take less time."),
        step_display(output, "Scoring") as on_progress,
    ):
        report = evaluate_adapter(chosen, found, stretch, on_skipped, on_progress)
    if Reading.CONTROL not in report.requested.overall.nats:
        output.note(
            f"No control is compared: there is none in {chosen.adapter_dir / CONTROL_FOLDER}."
        )
    if output.as_json:
        output.document(memory_document(report, name, str(chosen.adapter_dir), seed, left_out))
    else:
        for line in memory_tables(report):
            output.data(line)
    if plot is not None:
        plot_memory(report, plot)
        output.note(f"Plotted in {plot}.")


def _adapter_dir(settings: "Settings") -> Path:
    """The adapter in force. Raises `UsageError` for none, `ModelError` for one that is broken."""
    from novelgen.bootstrap import adapter_name
    from novelgen.engine.values import NO_MEMORY_ADAPTER
    from novelgen.modeling.adapter_config import CONFIG_NAME, parse_adapter_config
    from novelgen.modeling.catalog import DEFAULT_MODEL
    from novelgen.modeling.shipped_adapters import adapter_directory

    adapter = adapter_name(settings.adapter, settings.model or DEFAULT_MODEL)
    if adapter == NO_MEMORY_ADAPTER:
        raise UsageError(
            "There is no memory to judge: no adapter is set, and none is shipped for this model.",
            "Name the directory of one: --adapter DIR.",
        )
    directory = adapter_directory(adapter)
    parse_adapter_config(directory / CONFIG_NAME)  # before a model is fetched in vain
    return directory


def _choose_model(
    invocation: Invocation, settings: "Settings", adapter_dir: Path, quantization: Quantization
) -> "tuple[str, ModelChoice]":
    """The model's name and all that is needed to load it; fetches it if it is not here."""
    from novelgen.bootstrap import dtype_of
    from novelgen.cli.progress import pull_display
    from novelgen.evaluation.memory_evaluation import ModelChoice
    from novelgen.modeling.catalog import DEFAULT_MODEL
    from novelgen.modeling.provisioning import pull
    from novelgen.resident.launch import release_unused

    name = settings.model or DEFAULT_MODEL
    with pull_display(invocation.output) as on_progress:
        local = pull(name, invocation.paths.models, on_progress)
    release_unused(invocation.paths)
    return name, ModelChoice(
        local.directory,
        local.fingerprint,
        adapter_dir,
        settings.device,
        dtype_of(settings),
        quantization.value,
    )
