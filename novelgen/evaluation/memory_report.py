"""What the paired scores say: gains of the true memory, with 95 % intervals over books.

A gain is how many nats a token the true memory saves against another reading of the same tokens;
above 0 the true memory is better. The independent observations are books: every interval is a
t-interval of the books' own mean differences. Knows no models and no output
formats; loads no torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from novelgen.evaluation.confidence import Interval, mean_interval
from novelgen.evaluation.memory_readings import COMPARED, Reading

if TYPE_CHECKING:
    from torch import Tensor

    from novelgen.evaluation.memory_scoring import MemoryScores

_FIRST_BUCKET = 8


@dataclass(frozen=True, slots=True)
class Comparison:
    """Readings of the same tokens, over all books. A reading that was not made is absent."""

    nats: Mapping[Reading, float]
    """Mean nats a token."""
    gain: Mapping[Reading, Interval]
    """Of true memory, in nats a token, over each of `COMPARED`."""
    gap: Mapping[Reading, Interval]
    """What full context saves, in nats a token, over initial memory and over the control."""

    @property
    def gap_share(self) -> float | None:
        """How much memory closes of the gap from initial memory to full context; 1 is all."""
        return self.gap_share_from(Reading.RESET)

    @property
    def gap_share_from_control(self) -> float | None:
        """How much memory closes of the gap from the control to full context; 1 is all."""
        return self.gap_share_from(Reading.CONTROL)

    def gap_share_from(self, bare: Reading) -> float | None:
        """How much memory closes of the gap from a reading without it; 1 is all.

        None when there is no such gap, or when it is not clearly above 0: a share of noise may
        come out as anything.
        """
        gap = self.gap.get(bare)
        if gap is None or gap.low <= 0:
            return None
        return (self.nats[bare] - self.nats[Reading.TRUE]) / gap.mean


@dataclass(frozen=True, slots=True)
class SegmentComparison:
    """One segment of the stretch."""

    number: int
    """From 1: memory has read `number - 1` segments."""
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class PositionComparison:
    """Tokens `first` to `last` of the segments, from 1."""

    first: int
    last: int
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class BookComparison:
    """One book alone, which has no interval."""

    name: str
    nats: Mapping[Reading, float]
    gain: Mapping[Reading, float]


@dataclass(frozen=True, slots=True)
class TailReport:
    """All that one set of scores says."""

    tail_tokens: int
    overall: Comparison
    by_segment: tuple[SegmentComparison, ...]
    by_position: tuple[PositionComparison, ...]
    by_book: tuple[BookComparison, ...]


@dataclass(frozen=True, slots=True)
class MemoryReport:
    """The result of `eval memory`."""

    num_mem_tokens: int
    segment_size: int
    books: tuple[str, ...]
    memory_alone: TailReport
    with_tail: TailReport | None
    """None when no tail was asked for."""

    @property
    def requested(self) -> TailReport:
        """The set with the tail that was asked for."""
        return self.with_tail or self.memory_alone


def summarise(
    scores: "Sequence[MemoryScores]", books: tuple[str, ...], num_mem_tokens: int, segment_size: int
) -> MemoryReport:
    """The report of one set of scores, or of two with the tail second."""
    reports = [summarise_tail(part, books) for part in scores]
    return MemoryReport(
        num_mem_tokens,
        segment_size,
        books,
        memory_alone=reports[0],
        with_tail=reports[1] if len(reports) > 1 else None,
    )


def summarise_tail(scores: "MemoryScores", books: tuple[str, ...]) -> TailReport:
    """All that one set of scores of at least two books says."""
    nats = {reading: values.double() for reading, values in scores.nats.items()}
    segments = [
        SegmentComparison(number, _compare({r: v[:, column] for r, v in nats.items()}))
        for column, number in enumerate(scores.segments)
    ]
    length = nats[Reading.TRUE].shape[2]
    positions = [
        # Scores begin with the segment's second token.
        PositionComparison(
            first, last, _compare({r: v[:, :, first - 2 : last - 1] for r, v in nats.items()})
        )
        for first, last in position_buckets(length + 1)
    ]
    by_book = [
        _book(name, {reading: float(values[row].mean()) for reading, values in nats.items()})
        for row, name in enumerate(books)
    ]
    return TailReport(
        scores.tail_tokens, _compare(nats), tuple(segments), tuple(positions), tuple(by_book)
    )


def position_buckets(segment_size: int) -> list[tuple[int, int]]:
    """First and last scored token, from 1, of stretches that double: 2-8, 9-16, 17-32, ..."""
    buckets, first, last = [], 2, _FIRST_BUCKET
    while first <= segment_size:
        buckets.append((first, min(last, segment_size)))
        first, last = last + 1, 2 * last
    return buckets


def _compare(nats: "Mapping[Reading, Tensor]") -> Comparison:
    """`nats` are `(books, ...)`; every book counts alike."""
    by_book = {reading: values.flatten(1).mean(1) for reading, values in nats.items()}
    gain = {
        other: mean_interval((by_book[other] - by_book[Reading.TRUE]).tolist())
        for other in COMPARED
        if other in by_book
    }
    gap: dict[Reading, Interval] = {
        bare: mean_interval((by_book[bare] - by_book[Reading.FULL_CONTEXT]).tolist())
        for bare in (Reading.RESET, Reading.CONTROL)
        if bare in by_book and Reading.FULL_CONTEXT in by_book
    }
    nats_a_token = {reading: float(means.mean()) for reading, means in by_book.items()}
    return Comparison(nats_a_token, gain, gap)


def _book(name: str, nats: Mapping[Reading, float]) -> BookComparison:
    gain = {other: nats[other] - nats[Reading.TRUE] for other in COMPARED if other in nats}
    return BookComparison(name, nats, gain)
