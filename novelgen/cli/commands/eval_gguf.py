"""`novelgen eval gguf`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.engine_loading import load_engine
from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.cli.output import columns
from novelgen.cli.path_options import existing_path
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from novelgen.config import Settings
    from novelgen.engine.protocol import Engine
    from novelgen.evaluation.runtime_parity import Parity, TextReading


_SHORTEST_SEGMENT = 32
"""Characters; the smallest segments have 32 tokens."""


def gguf(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", parser=existing_path, help="GGUF files of the model."),
    ],
    corpus: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            parser=existing_path,
            help="Folder of .md or .txt books never trained on.",
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(metavar="M", help="The model as torch runs it; default smollm2-135m."),
    ] = None,
    adapter: Annotated[
        str | None, typer.Option(metavar="A", help="Memory adapter: shipped, a directory, or none.")
    ] = None,
    books: Annotated[
        int, typer.Option(metavar="N", min=1, help="At most so many books, in their order.")
    ] = 4,
    segments: Annotated[
        int, typer.Option(metavar="N", min=4, help="Segments read of each; every fourth is scored.")
    ] = 64,
) -> None:
    """Compare GGUF files by llama.cpp with the model by torch: memory, perplexity, likeliest words.

    The model is run in float32, its weights as they are. Perplexity is of segments behind their
    memory and the three segments before; the gain of memory is that of memory alone.

    Example: novelgen eval gguf smollm2-135m-Q8_0.gguf --corpus books/
    """
    invocation = invocation_of(context)
    from novelgen.cli.step_progress import step_display
    from novelgen.config import load_settings
    from novelgen.engine.values import ModelRuntime
    from novelgen.evaluation.runtime_parity import compare, read_text, segments_of
    from novelgen.modeling.gguf_header import read_gguf_header
    from novelgen.modeling.llamacpp.library import require_llama_cpp
    from novelgen.text.books import find_books

    output = invocation.output
    settings = load_settings(invocation.paths, invocation.config_file, model=model, adapter=adapter)
    require_llama_cpp()
    for file in files:
        if not file.is_file():
            raise NotFoundError(f"There is no file {file}.", "Name GGUF files of the model.")
        read_gguf_header(file)
    texts = [book.read().prose for book in find_books(corpus)[:books]]
    _require_long(texts, segments)
    readings: dict[str, Parity] = {}
    with (
        explained_interrupt(output, "Nothing is kept of it; fewer --segments take less time."),
        step_display(output, "Reading") as on_progress,
    ):
        output.note("Loading the model.")
        reference = _load_reference(invocation, settings)
        cut = segments_of(texts, reference, segments)
        steps, total = 0, len(cut) * segments * (1 + len(files))

        def read_all(engine: "Engine") -> "list[TextReading]":
            def on_step() -> None:
                nonlocal steps
                steps += 1
                on_progress(steps, total)

            return [read_text(engine, each, on_step) for each in cut]

        theirs = read_all(reference)
        readings["torch float32"] = compare(theirs, theirs)
        for file in files:
            loaded = load_engine(invocation, settings, str(file), ModelRuntime.LLAMA_CPP)
            try:
                readings[file.name] = compare(theirs, read_all(loaded.engine))
            finally:
                loaded.close()
    if output.as_json:
        output.document({name: _as_json(parity) for name, parity in readings.items()})
    else:
        output.data(_table(readings))


def _require_long(texts: list[str], segments: int) -> None:
    """Raises `UsageError` for what cannot be long enough, before anything is loaded."""
    shortest = min(map(len, texts))
    if shortest < segments * _SHORTEST_SEGMENT:
        raise UsageError(
            f"A text has {shortest:,} characters, too few for {segments} segments.",
            "Give longer texts, or ask for fewer --segments.",
        )


def _load_reference(invocation: Invocation, settings: "Settings") -> "Engine":
    from novelgen.engine.values import ModelRuntime
    from novelgen.modeling.catalog import DEFAULT_MODEL

    exact = settings.model_copy(update={"dtype": "float32", "quantization": "none"})
    model = settings.model or DEFAULT_MODEL
    return load_engine(invocation, exact, model, ModelRuntime.TORCH).engine


def _table(readings: "dict[str, Parity]") -> str:
    gaps = next(iter(readings.values())).memory
    rows = [
        [
            name,
            f"{parity.perplexity:.3f}",
            f"{parity.memory_gain:.4f}",
            f"{parity.largest_score_gap:.4f}",
            *(f"{gap.relative_rms:.2%}" for gap in parity.memory),
            _words(parity),
        ]
        for name, parity in readings.items()
    ]
    after = [f"memory after {gap.segments}" for gap in gaps]
    headers = ["", "perplexity", "gain", "scores", *after, "likeliest words"]
    return columns(headers, rows, right=tuple(range(1, len(headers))))


def _words(parity: "Parity") -> str:
    same = sum(part.same_words for part in parity.partings)
    return f"{same} of {sum(part.words for part in parity.partings)}"


def _as_json(parity: "Parity") -> dict[str, Any]:
    return {
        "perplexity": round(parity.perplexity, 5),
        "memory_gain_nats": round(parity.memory_gain, 6),
        "largest_score_gap_nats": round(parity.largest_score_gap, 6),
        "memory": [
            {"segments": gap.segments, "relative_rms": round(gap.relative_rms, 7)}
            for gap in parity.memory
        ],
        "likeliest_words": [
            {"same": part.same_words, "of": part.words} for part in parity.partings
        ],
    }
