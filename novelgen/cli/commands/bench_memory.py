"""`novelgen bench memory`."""

from collections.abc import Iterator
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.bench_options import AdapterOption, ModelOption, PlotOption, load_model, say
from novelgen.cli.interrupts import explained_interrupt
from novelgen.cli.invocation import invocation_of

if TYPE_CHECKING:
    from novelgen.bench.memory import MemoryBenchReport


def memory(
    context: typer.Context,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    segments: Annotated[
        int, typer.Option(metavar="N", min=4, help="Segments to write, one after another.")
    ] = 64,
    device: Annotated[str | None, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")] = None,
    plot: PlotOption = None,
) -> None:
    """Whether the process grows while a novel does, and what the write pass costs.

    Example: novelgen bench memory --segments 64 --plot memory.png
    """
    invocation = invocation_of(context)
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
    from novelgen.bench.memory import bench_memory

    with (
        explained_interrupt(output, "Nothing is kept of it; fewer --segments take less time."),
        step_display(output, "Writing") as on_progress,
    ):
        loaded = load_model(invocation, settings)
        report = bench_memory(loaded, segments, settings.tail_tokens, PROSE_SAMPLING, on_progress)
    if plot is not None:
        from novelgen.bench.memory_plot import plot_memory_bench

        plot_memory_bench(report, plot)
        output.note(f"Plotted in {plot}.")
    say(output, _lines(report), _document(report))


def _lines(report: "MemoryBenchReport") -> Iterator[str]:
    yield (
        f"{len(report.tokens)} segments, {report.tokens[-1]:,} tokens: "
        f"{report.peak_mib[1]:,.0f} MiB after the second segment, "
        f"{report.peak_mib[-1]:,.0f} MiB after the last, growth {report.growth_mib:+,.0f} MiB"
    )
    yield (
        f"A segment: drawing {median(report.draw_seconds):.2f} s, writing memory "
        f"{median(report.write_seconds):.2f} s ({report.write_share:.1%})"
    )


def _document(report: "MemoryBenchReport") -> dict[str, Any]:
    return {
        "segments": len(report.tokens),
        "tokens": report.tokens[-1],
        "peak_mib": [round(size, 1) for size in report.peak_mib],
        "growth_mib": round(report.growth_mib, 1),
        "draw_seconds": round(median(report.draw_seconds), 4),
        "write_seconds": round(median(report.write_seconds), 4),
        "write_share": round(report.write_share, 4),
    }
