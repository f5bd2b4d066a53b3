"""The report of `eval memory` as a JSON document. Its keys are a contract with other programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from novelgen.evaluation.memory_readings import COMPARED, Reading
from novelgen.evaluation.memory_report import Comparison, MemoryReport, TailReport


def memory_document(
    report: MemoryReport,
    model: str,
    adapter: str,
    seed: int,
    left_out: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """The document: results with the tail that was asked for, then both sets whole.

    In `by_book` each book's `other_book` is the next one's memory, the last one's the first's.
    """
    requested = report.requested
    return {
        "model": model,
        "adapter": adapter,
        "num_mem_tokens": report.num_mem_tokens,
        "segment_size": report.segment_size,
        "books": len(report.books),
        "tail_tokens": requested.tail_tokens,
        "seed": seed,
        "left_out": [dict(book) for book in left_out],
        **_tail(requested),
        "memory_alone": _tail(report.memory_alone),
        "with_tail": _tail(report.with_tail) if report.with_tail else None,
    }


def _tail(report: TailReport) -> dict[str, Any]:
    return {
        **_comparison(report.overall),
        "by_segment": [
            {"segment": part.number, **_comparison(part.comparison)} for part in report.by_segment
        ],
        "by_position": [
            {"first": part.first, "last": part.last, **_comparison(part.comparison)}
            for part in report.by_position
        ],
        "by_book": [
            {"book": part.name, "nats": _nats(part.nats), "gain": _gains(part.gain)}
            for part in report.by_book
        ],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    intervals = {
        reading: {"mean": gain.mean, "ci95": [gain.low, gain.high]}
        for reading, gain in comparison.gain.items()
    }
    return {
        "nats": _nats(comparison.nats),
        "gain": _gains(intervals),
        "gap_share": comparison.gap_share,
        "gap_share_from_control": comparison.gap_share_from_control,
    }


def _nats(nats: Mapping[Reading, float]) -> dict[str, float | None]:
    return {reading.value: nats.get(reading) for reading in Reading}


def _gains(gains: Mapping[Reading, Any]) -> dict[str, Any]:
    return {f"vs_{reading.value}": gains.get(reading) for reading in COMPARED}
