"""What the bench commands share: their model, and how they speak."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation
from novelgen.cli.path_options import existing_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from novelgen.bench.loading import BenchModel
    from novelgen.cli.output import Output
    from novelgen.config import Settings

ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="M", help="Model; default smollm2-135m.")
]
AdapterOption = Annotated[
    str | None,
    typer.Option("--adapter", metavar="A", help="Memory adapter: shipped, a directory, or none."),
]
PlotOption = Annotated[
    Path | None,
    typer.Option(
        "--plot", metavar="FILE.png", parser=existing_path, help="Draw the figures into a file."
    ),
]


def load_model(
    invocation: Invocation, settings: "Settings", shape: str | None = None
) -> "BenchModel":
    """The model that a new novel would be written with; fetches it if it is not here.

    With a `shape`, random weights of that size with its tokenizer, and no memory.
    """
    from novelgen.bench.loading import BenchChoice, load_bench_model
    from novelgen.bootstrap import adapter_name
    from novelgen.cli.progress import pull_display
    from novelgen.engine.values import NO_MEMORY_ADAPTER
    from novelgen.modeling.catalog import DEFAULT_MODEL
    from novelgen.modeling.provisioning import pull
    from novelgen.modeling.shipped_adapters import adapter_directory
    from novelgen.modeling.threads import use_physical_cores
    from novelgen.resident.launch import release_unused

    name = settings.model or DEFAULT_MODEL
    adapter = adapter_name(settings.adapter, name)
    with pull_display(invocation.output) as on_progress:
        local = pull(name, invocation.paths.models, on_progress)
    release_unused(invocation.paths)
    use_physical_cores()
    choice = BenchChoice(
        local.directory,
        local.fingerprint,
        None if shape or adapter == NO_MEMORY_ADAPTER else adapter_directory(adapter),
        settings.device,
        settings.dtype,
        settings.quantization,
        settings.cuda_graphs,
        shape,
    )
    return load_bench_model(choice, settings.segment_size)


def say(output: "Output", lines: "Iterable[str]", document: "Mapping[str, Any]") -> None:
    """A table with the document as its last line; with `--json`, the document alone."""
    if output.as_json:
        output.document(document)
        return
    for line in lines:
        output.data(line)
    output.last_line(document)
