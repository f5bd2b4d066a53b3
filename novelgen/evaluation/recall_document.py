"""The JSON document of `eval recall`. Knows no model."""

from collections.abc import Sequence
from typing import Any

from novelgen.evaluation.confidence import Interval
from novelgen.evaluation.recall_evaluation import RecallPlan, RecallResult


def recall_document(plan: RecallPlan, results: Sequence[RecallResult]) -> dict[str, Any]:
    """One task; every figure by number of segments."""
    return {
        "task": plan.task.value,
        "accuracy": {f"{r.num_segments}": round(r.accuracy, 4) for r in results},
        "ci95": {f"{r.num_segments}": _ends(r.accuracy_interval) for r in results},
        "samples": {f"{r.num_segments}": r.samples for r in results},
        "tokens": {f"{r.num_segments}": r.tokens for r in results},
        "peak_memory_mib": {f"{r.num_segments}": round(r.peak_memory_mib, 1) for r in results},
        "seconds_per_segment": {
            f"{r.num_segments}": round(r.seconds_per_segment, 6) for r in results
        },
        "segment_size": plan.segment_size,
        "batch_size": plan.batch_size,
        "seed": plan.seed,
    }


def _ends(interval: Interval) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]
