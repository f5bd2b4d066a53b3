"""The picture of `bench decode`. Draws off screen."""

from pathlib import Path

from novelgen.bench.decode import DecodeReport
from novelgen.evaluation.plot_files import save_figure


def plot_decode(report: DecodeReport, path: Path) -> None:
    """Tokens a second by batch, beside the parts of a segment. Raises `StorageError`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    ours = [row for row in report.rows if row.engine == "novelgen"]
    speeds = [row.tokens_per_second for row in ours]
    left.errorbar(
        [row.batch for row in ours],
        [speed.median for speed in speeds],
        yerr=[
            [speed.median - speed.lowest for speed in speeds],
            [speed.highest - speed.median for speed in speeds],
        ],
        marker="o",
        capsize=3,
        label="novelgen",
    )
    for row in report.rows:
        if row.engine != "novelgen":
            left.axhline(
                row.tokens_per_second.median, linestyle="--", linewidth=1, label=row.engine
            ).set_color(f"C{1 + [r.engine for r in report.rows].index(row.engine)}")
    left.set_xlabel("rows drawn together")
    left.set_ylabel("tokens a second, all rows")
    left.set_ylim(bottom=0)
    left.legend()
    segment = report.segment
    parts = {
        "read prompt": segment.read_seconds,
        "draw": segment.draw_seconds,
        "write memory": segment.write_seconds,
    }
    right.bar(list(parts), [part.median for part in parts.values()])
    right.set_ylabel("seconds a segment, one row")
    figure.suptitle(
        f"{report.device}, {report.dtype}, drawing weights {report.quantization}, "
        f"{report.threads} threads"
    )
    save_figure(figure, path)
