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
    end: MemoryState
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
    nats_apart: float
    """By how much the reference prefers its own next words to the other's, all of them together;
    0 where nothing parts."""


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
    return TextReading(tuple(memories), tuple(scored), memory, greedy)


def compare(
    reference: Engine,
    texts: Sequence[Sequence[str]],
    theirs: Sequence[TextReading],
    ours: Sequence[TextReading],
) -> Parity:
    """What `ours` read beside what the `reference` read of the same texts."""
    behind = [each.behind_tail for reading in ours for each in reading.scored]
    known = [each.behind_tail for reading in theirs for each in reading.scored]
    gains = [each.without_memory - each.with_memory for reading in ours for each in reading.scored]
    pairs = list(zip(theirs, ours, strict=True))
    has_memory = reference.info.num_mem_tokens > 0
    return Parity(
        perplexity=math.exp(float(np.mean(behind))),
        memory_gain=float(np.mean(gains)),
        largest_score_gap=float(np.abs(np.subtract(behind, known)).max()),
        memory=tuple(_gap(pairs, number) for number in _places(len(texts[0])) if has_memory),
        partings=tuple(
            _parting(reference, one.end, _tail(segments, len(segments)), one.greedy, other.greedy)
            for segments, (one, other) in zip(texts, pairs, strict=True)
        ),
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


def _parting(reference: Engine, memory: MemoryState, tail: str, theirs: str, ours: str) -> Parting:
    words, others = theirs.split(), ours.split()
    same = next(
        (
            place
            for place, (one, other) in enumerate(zip(words, others, strict=False))
            if one != other
        ),
        min(len(words), len(others)),
    )
    if same == len(words):
        return Parting(same, len(words), 0.0)
    shared = _first_words(theirs, same)
    before = tail + shared
    nexts = [theirs[len(shared) :], ours[len(_first_words(ours, same)) :]]
    nexts = [_first_words(each, 1) for each in nexts]
    sums = [
        mean * reference.count_tokens(text)
        for mean, text in zip(reference.scores(memory, "", before, nexts), nexts, strict=True)
    ]
    return Parting(same, len(words), sums[0] - sums[1])


def _first_words(text: str, count: int) -> str:
    """The beginning of a text with so many words, as it stands."""
    end = 0
    for _ in range(count):
        while end < len(text) and text[end].isspace():
            end += 1
        while end < len(text) and not text[end].isspace():
            end += 1
    return text[:end]
