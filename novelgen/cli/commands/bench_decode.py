"""`novelgen bench decode`."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.bench_options import AdapterOption, ModelOption, PlotOption, load_model, say
from novelgen.cli.engine_loading import load_engine
from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import invocation_of
from novelgen.cli.output import columns
from novelgen.cli.path_options import existing_path
from novelgen.errors import UsageError

if TYPE_CHECKING:
    from novelgen.bench.decode import DecodeReport
    from novelgen.bench.rounds import Spread

_LARGEST_BATCH = 64


class Shape(StrEnum):
    """Sizes of `novelgen.bench.shapes`, which imports torch and so is not asked here."""

    SMALL = "135m"
    MIDDLE = "1b"
    LARGE = "8b"


def decode(
    context: typer.Context,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    batches: Annotated[
        str, typer.Option(metavar="N,N", help="Rows drawn together, comma-separated.")
    ] = "1,4,8,16",
    prompt_tokens: Annotated[
        int, typer.Option(metavar="N", min=1, help="Tokens before the new ones.")
    ] = 128,
    new_tokens: Annotated[
        int, typer.Option(metavar="N", min=2, help="Tokens drawn of every row.")
    ] = 128,
    rounds: Annotated[
        int, typer.Option(metavar="N", min=1, help="Measurements of each; medians are shown.")
    ] = 5,
    gguf: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            parser=existing_path,
            help="GGUF file of the model, to measure llama.cpp too (needs llama-cpp-python); "
            "may be given again.",
        ),
    ] = None,
    device: Annotated[str | None, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = None,
    shape: Annotated[
        Shape | None,
        typer.Option(help="A size with random weights in place of the model, without memory."),
    ] = None,
    plot: PlotOption = None,
) -> None:
    """Tokens a second against `generate` and llama.cpp, and against this machine's memory.

    Example: novelgen bench decode --batches 1,8 --plot decode.png
    """
    invocation = invocation_of(context)
    sizes = _read_batches(batches)
    from novelgen.cli.step_progress import step_display
    from novelgen.config import load_settings
    from novelgen.evaluation.plot_files import require_plottable
    from novelgen.generation.novel_settings import PROSE_SAMPLING

    output = invocation.output
    settings = load_settings(
        invocation.paths, invocation.config_file, model=model, adapter=adapter, device=device
    )
    if plot is not None:
        require_plottable(plot)
    from novelgen.bench.decode import DecodePlan, bench_decode
    from novelgen.engine.values import ModelRuntime
    from novelgen.modeling.gguf_header import read_gguf_header
    from novelgen.modeling.llamacpp.library import require_llama_cpp

    for file in gguf or ():
        if not file.is_file():
            raise UsageError(f"There is no file {file}.", "Name a GGUF file of the model.")
        read_gguf_header(file)
    if gguf:
        require_llama_cpp()
    plan = DecodePlan(
        sizes, prompt_tokens, new_tokens, settings.tail_tokens, rounds, PROSE_SAMPLING, gguf or ()
    )
    with (
        explained_interrupt(output, "Nothing is kept of it; fewer --rounds take less time."),
        step_display(output, "Measuring") as on_progress,
    ):
        loaded = load_model(invocation, settings, shape and shape.value)
        report = bench_decode(
            loaded,
            plan,
            on_progress,
            lambda file: (
                load_engine(invocation, settings, str(file), ModelRuntime.LLAMA_CPP).engine
            ),
        )
    if plot is not None:
        from novelgen.bench.decode_plot import plot_decode

        plot_decode(report, plot)
        output.note(f"Plotted in {plot}.")
    say(output, _lines(report), _document(report))


def _read_batches(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and 1 <= int(part) <= _LARGEST_BATCH for part in parts):
        raise UsageError(
            f"--batches {text!r} is no list of numbers from 1 to {_LARGEST_BATCH}.",
            "Write it as 1,4,8.",
        )
    return sorted({int(part) for part in parts})


def _lines(report: "DecodeReport") -> Iterator[str]:
    yield (
        f"{report.device}, {report.dtype}, drawing weights {report.quantization}, "
        f"{report.threads} threads; {report.plan.new_tokens} tokens after "
        f"{report.plan.prompt_tokens}; medians of {report.plan.rounds}"
    )
    yield ""
    ratios = report.ratios
    rows = []
    for row in report.rows:
        speed, ratio = row.tokens_per_second, ""
        if row.engine == "novelgen" and row.batch in ratios:
            ratio = f"{ratios[row.batch]:.1f}x"
        spread = f"{speed.lowest:.0f} to {speed.highest:.0f}"
        rows.append([row.engine, str(row.batch), f"{speed.median:.1f}", spread, ratio])
    headers = ["engine", "rows", "tokens/s", "range", "over generate"]
    yield columns(headers, rows, right=(1, 2, 3, 4))
    yield ""
    yield (
        f"This machine reads {report.bandwidth.median / 1e9:.1f} GB a second; drawing one row "
        f"reads {report.weight_bytes / 1e6:.0f} MB a token, {report.roofline_fraction:.0%} "
        f"of what memory allows."
    )
    segment = report.segment
    yield (
        f"A segment of {segment.new_tokens} tokens after {segment.prompt_tokens}: reading those "
        f"{segment.read_seconds.median:.2f} s, drawing {segment.draw_seconds.median:.2f} s, "
        f"writing memory {segment.write_seconds.median:.2f} s ({segment.write_share:.1%})."
    )
    yield (
        f"The first token after those comes in {segment.first_token_seconds.median:.2f} s, "
        f"{segment.generate_first_token_seconds.median:.2f} s by generate."
    )
    yield f"That is {segment.words_per_hour:,.0f} words an hour at one candidate:"
    for title, hours in report.hours().items():
        yield f"  {title}: {hours:,.1f} hours"


def _document(report: "DecodeReport") -> dict[str, Any]:
    segment = report.segment
    return {
        "device": report.device,
        "dtype": report.dtype,
        "quantization": report.quantization,
        "threads": report.threads,
        "prompt_tokens": report.plan.prompt_tokens,
        "new_tokens": report.plan.new_tokens,
        "rounds": report.plan.rounds,
        "rows": [
            {
                "engine": row.engine,
                "batch": row.batch,
                "tokens_per_second": round(row.tokens_per_second.median, 2),
                "range": _range(row.tokens_per_second),
            }
            for row in report.rows
        ],
        "ratio_to_hf_generate": {
            str(batch): round(ratio, 3) for batch, ratio in report.ratios.items()
        },
        "bandwidth_bytes_per_second": round(report.bandwidth.median),
        "weight_bytes": report.weight_bytes,
        "roofline_fraction": round(report.roofline_fraction, 4),
        "segment": {
            "prompt_tokens": segment.prompt_tokens,
            "new_tokens": segment.new_tokens,
            "read_seconds": round(segment.read_seconds.median, 4),
            "first_token_seconds": round(segment.first_token_seconds.median, 4),
            "generate_first_token_seconds": round(segment.generate_first_token_seconds.median, 4),
            "draw_seconds": round(segment.draw_seconds.median, 4),
            "write_seconds": round(segment.write_seconds.median, 4),
            "write_share": round(segment.write_share, 4),
            "words_per_hour": round(segment.words_per_hour),
        },
        "hours": {title: round(hours, 2) for title, hours in report.hours().items()},
    }


def _range(spread: "Spread") -> list[float]:
    return [round(spread.lowest, 2), round(spread.highest, 2)]
