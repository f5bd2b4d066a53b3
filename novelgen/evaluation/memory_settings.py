"""What `eval memory` reads and which segments it scores. Knows no model."""

from dataclasses import dataclass

# Every segment up to here is scored; beyond, two at every doubling.
_LAST_OF_ALL = 8


@dataclass(frozen=True, slots=True)
class MemoryEvalSettings:
    """How a stretch of every book is cut and scored."""

    segment_size: int
    """Tokens in a segment, at least 2."""
    segments_per_book: int
    """At least 2: the first segment has no memory to judge."""
    tail_tokens: int = 0
    """Tokens of verbatim tail before the segment, in a second set of scores; 0 for none."""

    @property
    def tails(self) -> tuple[int, ...]:
        """Tail tokens of every set of scores."""
        return (0, self.tail_tokens) if self.tail_tokens else (0,)

    @property
    def total_segments(self) -> int:
        """Segments of a stretch: as many more as the tail covers."""
        return self.segments_per_book + self._covered(self.tail_tokens)

    @property
    def tokens_per_book(self) -> int:
        return self.total_segments * self.segment_size

    def scored_segments(self, tail_tokens: int) -> tuple[int, ...]:
        """Numbers, from 1, of the segments to score in a set.

        With a tail they move on by the segments that it covers, so that memory has read as much
        that the tail does not show as it has without one.
        """
        covered = self._covered(tail_tokens)
        return tuple(covered + number for number in chosen_segments(self.segments_per_book))

    def _covered(self, tail_tokens: int) -> int:
        return -(-tail_tokens // self.segment_size)


def chosen_segments(segments_per_book: int) -> tuple[int, ...]:
    """Numbers of the segments worth scoring: 2 to 8, 15, 16, 31, 32, 63, 64 ... and the last two.

    Every segment costs a write pass; five scorings only these.
    """
    chosen = set(range(2, min(_LAST_OF_ALL, segments_per_book) + 1))
    power = 2 * _LAST_OF_ALL
    while power <= segments_per_book:
        chosen |= {power - 1, power}
        power *= 2
    chosen |= {max(2, segments_per_book - 1), segments_per_book}
    return tuple(sorted(chosen))
