"""Two engines of one model beside each other: the memory they write, how likely they find a text,
what memory is worth to them, and where their most likely words part.

Knows engines and texts alone, so that any runtime and any quantisation is judged by the same.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from novelgen.engine.memory import memory_values
from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, MemoryState, SamplingParams
from novelgen.errors import UsageError
from novelgen.text.segmentation import split_segments
from novelgen.text.stretches import CHARS_PER_TOKEN, word_start

_SKIPPED_SHARE = 0.05
"""What stands at the beginning of a file: title page, dedication, contents."""
_TAIL_SEGMENTS = 3
_EVERY = 4
"""One segment of so many is scored."""
_GREEDY = SamplingParams(temperature=0.0, repetition_penalty=1.1)
_GREEDY_TOKENS = 128
_FIRST_OF_PLACES = 8

OnStep = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Scored:
    """Nats a token of one segment."""

    behind_tail: float
    """After its memory and the segments before it, as in writing."""
    with_memory: float
    """After its memory alone."""
    without_memory: float
    """After the initial memory alone."""


@dataclass(frozen=True, slots=True)
class TextReading:
    """What one engine made of one text."""

    memories: tuple[NDArray[np.float32], ...]
    """After each segment, `(num_mem_tokens, hidden)`."""
    scored: tuple[Scored, ...]
    greedy: str
    """The most likely words after it."""


@dataclass(frozen=True, slots=True)
class MemoryGap:
    """How far memories are apart after so many segments."""

    segments: int
    relative_rms: float
    """The largest of all texts: root mean square of the difference over that of the memory."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Where most likely words part."""

    same_words: int
    words: int
    """Of the reference."""


@dataclass(frozen=True, slots=True)
class Parity:
    """One engine beside the reference."""

    perplexity: float
    memory_gain: float
    """Nats a token that memory alone is worth."""
    largest_score_gap: float
    """Of one segment behind its tail, nats a token; 0 for the reference itself."""
    memory: tuple[MemoryGap, ...]
    partings: tuple[Parting, ...]


def segments_of(texts: Iterable[str], engine: Engine, count: int) -> list[list[str]]:
    """So many segments of each text, as the engine cuts them.

    Raises `UsageError` for a text that is too short.
    """
    size = engine.info.segment_size
    found = []
    for text in texts:
        begin = word_start(text, int(len(text) * _SKIPPED_SHARE))
        stretch = text[begin : begin + (count + 1) * size * CHARS_PER_TOKEN]
        segments = list(islice(split_segments(stretch, size, engine.count_tokens), count))
        if len(segments) < count:
            raise UsageError(
                f"A text has {len(segments)} segments of {size} tokens, and {count} are wanted.",
                "Give longer texts, or ask for fewer --segments.",
            )
        found.append(segments)
    return found


def read_text(engine: Engine, segments: Sequence[str], on_step: OnStep) -> TextReading:
    """Write all segments to the memory, score some of them, and go on from the last."""
    initial = memory = engine.initial_memory()
    memories, scored = [], []
    for number, segment in enumerate(segments):
        if number % _EVERY == _EVERY - 1:
            scored.append(_score(engine, initial, memory, _tail(segments, number), segment))
        memory = engine.write(memory, segment)
        memories.append(memory_values(memory).copy())
        on_step()
    request = DecodeRequest(
        memory, "", _tail(segments, len(segments)), _GREEDY, (stream_key(0, "parity", [0]),),
        _GREEDY_TOKENS,
    )  # fmt: skip
    greedy = engine.decode(request).candidates[0].text
    return TextReading(tuple(memories), tuple(scored), greedy)


def compare(theirs: Sequence[TextReading], ours: Sequence[TextReading]) -> Parity:
    """What one engine read beside what the reference, `theirs`, read of the same texts."""
    behind = [each.behind_tail for reading in ours for each in reading.scored]
    known = [each.behind_tail for reading in theirs for each in reading.scored]
    gains = [each.without_memory - each.with_memory for reading in ours for each in reading.scored]
    pairs = list(zip(theirs, ours, strict=True))
    memories = theirs[0].memories
    places = _places(len(memories)) if memories[0].size else []
    return Parity(
        perplexity=math.exp(float(np.mean(behind))),
        memory_gain=float(np.mean(gains)),
        largest_score_gap=float(np.abs(np.subtract(behind, known)).max()),
        memory=tuple(_gap(pairs, number) for number in places),
        partings=tuple(_parting(one.greedy, other.greedy) for one, other in pairs),
    )


def _score(
    engine: Engine, initial: MemoryState, memory: MemoryState, tail: str, segment: str
) -> Scored:
    def nats(state: MemoryState, before: str) -> float:
        return -engine.scores(state, "", before, [segment])[0]

    return Scored(nats(memory, tail), nats(memory, ""), nats(initial, ""))


def _tail(segments: Sequence[str], number: int) -> str:
    return "".join(segments[max(0, number - _TAIL_SEGMENTS) : number])


def _places(segments: int) -> list[int]:
    """1, 8, 64 and so on, and the last."""
    found, number = [], 1
    while number < segments:
        found.append(number)
        number *= _FIRST_OF_PLACES
    return [*found, segments]


def _gap(pairs: Sequence[tuple[TextReading, TextReading]], segments: int) -> MemoryGap:
    gaps = []
    for theirs, ours in pairs:
        one, other = theirs.memories[segments - 1], ours.memories[segments - 1]
        gaps.append(_rms(one - other) / _rms(one))
    return MemoryGap(segments, max(gaps))


def _rms(values: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def _parting(theirs: str, ours: str) -> Parting:
    words, others = theirs.split(), ours.split()
    pairs = enumerate(zip(words, others, strict=False))
    same = next(
        (place for place, (one, other) in pairs if one != other), min(len(words), len(others))
    )
    return Parting(same, len(words))
