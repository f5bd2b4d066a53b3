"""Accuracy, memory and time of a recall task by the number of segments read.

Guarantees: what is read at a length follows from the seed and the number of the sample alone,
not from how samples are batched; answers are balanced to within one. The question is asked from
memory alone: nothing of the text is in sight any more.

The memory after `n` segments does not depend on what follows, so *memorize*, whose fact always
comes first, is read once and asked at every length on the way.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy
import psutil
import torch
from torch import Tensor

from novelgen.errors import UsageError
from novelgen.evaluation.confidence import Interval, share_interval
from novelgen.evaluation.recall_model import RecallModel
from novelgen.evaluation.recall_noise import (
    Encode,
    RecallSample,
    draw_sample,
    encode_places,
    longest_problem,
)
from novelgen.evaluation.recall_tasks import PLACES, RecallTask
from novelgen.evaluation.segment_nats import require_defined
from novelgen.modeling.out_of_memory import translated_out_of_memory
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.token_batch import TokenBatch, pad_left

_BYTES_PER_MIB = 1 << 20

OnProgress = Callable[[int, int], None]
"""Segments read so far, and segments in all."""


@dataclass(frozen=True, slots=True)
class RecallPlan:
    """What is asked and how often."""

    task: RecallTask
    lengths: tuple[int, ...]
    """Numbers of segments, rising."""
    samples: int
    """At every length."""
    segment_size: int
    batch_size: int
    seed: int

    def passes(self) -> tuple[tuple[int, ...], ...]:
        """The lengths that one reading of a sample can be asked at, for every reading."""
        if self.task is RecallTask.MEMORIZE:
            return (self.lengths,)
        return tuple((length,) for length in self.lengths)

    def total_segments(self) -> int:
        """Segments to read in all, over all samples."""
        return self.samples * sum(lengths[-1] for lengths in self.passes())


@dataclass(frozen=True, slots=True)
class RecallResult:
    """What was measured at one length."""

    num_segments: int
    correct: int
    samples: int
    tokens: int
    """In each sample, with the question."""
    peak_memory_mib: float
    """The most while it read to this length: of what CUDA has allocated; elsewhere of the resident
    memory of the process, looked at after every segment."""
    seconds_per_segment: float
    """The time of a batch, with its questions, over its samples and segments."""

    @property
    def accuracy(self) -> float:
        return self.correct / self.samples

    @property
    def accuracy_interval(self) -> Interval:
        """The accuracy with its 95 % Wilson interval over samples."""
        return share_interval(self.correct, self.samples)


def evaluate_recall(
    recall: RecallModel,
    plan: RecallPlan,
    noise: Tensor,
    on_progress: OnProgress = lambda _done, _total: None,
) -> list[RecallResult]:
    """The results of a task at every length of the plan."""
    with translated_out_of_memory("Lower --batch-size."):
        return _evaluate(recall, plan, noise, on_progress)


def _evaluate(
    recall: RecallModel, plan: RecallPlan, noise: Tensor, on_progress: OnProgress
) -> list[RecallResult]:
    meters = {length: _Meter() for length in plan.lengths}
    done, total = 0, plan.total_segments()
    for lengths in plan.passes():
        for start in range(0, plan.samples, plan.batch_size):
            numbers = range(start, min(start + plan.batch_size, plan.samples))
            samples = draw_samples(plan, lengths[-1], numbers, noise, recall.encode)
            for rows in _read(recall, samples, lengths, noise, meters):
                done += rows
                on_progress(done, total)
    return [_result(plan, length, meters[length]) for length in plan.lengths]


def require_room(recall: RecallModel, segment_size: int) -> None:
    """Raise `UsageError` when a segment cannot hold a problem, or the model not a segment."""
    fewest = longest_problem(recall.encode)
    most = recall.model.context_size - 2 * recall.model.num_mem_tokens
    if not fewest <= segment_size <= most:
        raise UsageError(
            f"With this model a segment has {fewest} to {most} tokens, not {segment_size}.",
            "Give a --segment-size between them.",
        )


def draw_samples(
    plan: RecallPlan, num_segments: int, numbers: Sequence[int], noise: Tensor, encode: Encode
) -> list[RecallSample]:
    """The samples with these numbers; the same numbers give the same problems and noise."""
    task = list(RecallTask).index(plan.task)
    return [
        draw_sample(
            plan.task,
            num_segments,
            plan.segment_size,
            noise,
            encode,
            numpy.random.default_rng([plan.seed, task, number]),
            PLACES[number % len(PLACES)],
        )
        for number in numbers
    ]


def answer(
    model: RecurrentLM, memory: Tensor, samples: Sequence[RecallSample], places: list[list[int]]
) -> list[int]:
    """The most likely place, as an index, of every row, from memory alone.

    `memory` is `(batch, num_mem_tokens, hidden)`, `places` holds the token ids of every answer.
    Raises `ModelError` for undefined numbers.
    """
    nats = []
    for place in places:
        rows = pad_left([[*sample.question.tokens, *place] for sample in samples])
        nats.append(model.predict(memory, rows, num_scored=len(place)).sum(1))
    found = torch.stack(nats)  # (places, batch)
    require_defined(found)
    return [int(best) for best in found.argmin(0)]


class _Meter:
    """What is measured at one length, batch after batch."""

    def __init__(self) -> None:
        self.correct = 0
        self.seconds = 0.0
        self.peak_bytes = 0


def _read(
    recall: RecallModel,
    samples: list[RecallSample],
    lengths: tuple[int, ...],
    noise: Tensor,
    meters: Mapping[int, _Meter],
) -> Iterator[int]:
    """Read a batch to the last length and ask at every length; yields rows after a segment."""
    model, places = recall.model, encode_places(recall.encode)
    with torch.inference_mode():
        memory = model.initial_memory(len(samples))
        seconds = 0.0
        for index in range(lengths[-1]):
            _start_measuring(model.device)
            if index + 1 in lengths:
                meter = meters[index + 1]
                started = time.perf_counter()
                asked = [sample.prefix(index + 1) for sample in samples]
                last = model.write(memory, _segment(asked, index, noise))
                answers = answer(model, last, asked, places)
                meter.correct += sum(
                    places[found] == list(sample.question.answer)
                    for found, sample in zip(answers, asked, strict=True)
                )
                meter.seconds += seconds + time.perf_counter() - started
            if index + 1 < lengths[-1]:
                started = time.perf_counter()
                memory = model.write(memory, _segment(samples, index, noise))
                _wait_for(model.device)
                seconds += time.perf_counter() - started
            _measure_memory(model.device, meters, lengths, index + 1)
            yield len(samples)


def _segment(samples: list[RecallSample], index: int, noise: Tensor) -> TokenBatch:
    rows = [sample.segment(index, noise) for sample in samples]
    lengths = tuple(len(row) for row in rows)
    if len(set(lengths)) == 1:
        return TokenBatch(torch.stack(rows), lengths)
    return pad_left([row.tolist() for row in rows])


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":  # which computes after the call has returned
        torch.cuda.synchronize(device)


def _start_measuring(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def _measure_memory(
    device: torch.device, meters: Mapping[int, _Meter], lengths: tuple[int, ...], read: int
) -> None:
    if device.type == "cuda":
        used = torch.cuda.max_memory_allocated(device)
    else:
        used = psutil.Process().memory_info().rss
    for length in lengths:
        if length >= read:
            meters[length].peak_bytes = max(meters[length].peak_bytes, used)


def _result(plan: RecallPlan, length: int, meter: _Meter) -> RecallResult:
    return RecallResult(
        num_segments=length,
        correct=meter.correct,
        samples=plan.samples,
        tokens=length * plan.segment_size,
        peak_memory_mib=meter.peak_bytes / _BYTES_PER_MIB,
        seconds_per_segment=meter.seconds / (length * plan.samples),
    )
