"""The results of one task of `eval recall` as a plain table for a terminal."""

from collections.abc import Iterator, Sequence

from novelgen.cli.output import columns
from novelgen.evaluation.recall_evaluation import RecallResult
from novelgen.evaluation.recall_tasks import CHANCE, RecallTask

_HEADERS = (
    "segments", "tokens", "right", "95 % interval", "samples", "peak MiB", "ms a segment",
)  # fmt: skip


def recall_table(task: RecallTask, results: Sequence[RecallResult]) -> Iterator[str]:
    """The lines to print; the intervals are over samples."""
    yield task.value
    yield f"guessing: {CHANCE:.1%}"
    yield columns(_HEADERS, [_row(result) for result in results], right=range(len(_HEADERS)))


def _row(result: RecallResult) -> list[str]:
    interval = result.accuracy_interval
    return [
        f"{result.num_segments:,}",
        f"{result.tokens:,}",
        f"{result.accuracy:.1%}",
        f"{interval.low:.1%} to {interval.high:.1%}",
        f"{result.samples:,}",
        f"{result.peak_memory_mib:,.0f}",
        f"{1000 * result.seconds_per_segment:,.2f}",
    ]
