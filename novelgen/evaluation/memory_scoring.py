"""Reads the same segments of held-out books with five memories, and scores the same tokens.

    true          [memory of this book   | tail | segment]
    reset         [initial memory        | tail | segment]
    other_book    [memory of another book | tail | segment]
    control       [tail | segment] by a model tuned without memory
    full_context  [initial memory | two segments more | tail | segment]

Books are rows that go on in lockstep, so the memory of another book at the same segment is the
memory of the next row and costs no write pass. `full_context` shows only what memory has read.
Guarantees that all readings are paired: book by book, segment by segment, token by token.
Memory use does not grow with the number of segments. Knows no statistics.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from novelgen.errors import UsageError
from novelgen.evaluation.memory_readings import Reading
from novelgen.evaluation.memory_settings import MemoryEvalSettings
from novelgen.evaluation.memory_windows import MemoryWindows
from novelgen.evaluation.segment_nats import segment_nats, write_segment
from novelgen.modeling.decoding import require_context
from novelgen.modeling.recurrent import RecurrentLM

FULL_CONTEXT_SEGMENTS = 2


@dataclass(frozen=True, slots=True)
class MemoryScores:
    """Nats of the scored segments, with one length of tail."""

    tail_tokens: int
    segments: tuple[int, ...]
    """Numbers, from 1, of the segments in the stretch."""
    nats: Mapping[Reading, Tensor]
    """`(books, segments, segment_size - 1)` float32: token 2 of the segment comes first."""


OnPass = Callable[[], None]
"""Told of every pass over one segment of all books."""


def score_memory(
    model: RecurrentLM,
    windows: MemoryWindows,
    settings: MemoryEvalSettings,
    on_pass: OnPass = lambda: None,
    reader: RecurrentLM | None = None,
) -> tuple[MemoryScores, ...]:
    """Scores of all readings but the control, one set for each of `settings.tails`.

    `model` writes memory; `reader`, by default the same, predicts with it.

    `full_context` is absent where it does not fit the model's context. Raises `UsageError` for
    a model without memory, and when a segment with its tail does not fit.
    """
    if not model.num_mem_tokens:
        raise UsageError("This model has no memory to judge.", "Name a memory adapter: --adapter.")
    _require_room(model, settings, 2 * model.num_mem_tokens)
    sets = [_Scoring(windows, settings, tail) for tail in settings.tails]
    with torch.inference_mode():
        initial = model.initial_memory(len(windows.books))
        memory = initial
        for number in range(1, settings.total_segments + 1):
            for scores in sets:
                if number in scores.segments:
                    scores.read_all(reader or model, number, memory, initial, on_pass)
            if number < settings.total_segments:
                memory = write_segment(model, memory, _segment(windows, settings, number))
                on_pass()
    return tuple(scores.as_scores() for scores in sets)


def score_control(
    control: RecurrentLM,
    windows: MemoryWindows,
    settings: MemoryEvalSettings,
    on_pass: OnPass = lambda: None,
) -> tuple[MemoryScores, ...]:
    """Scores of the model without memory, on the same tokens, for each of `settings.tails`."""
    _require_room(control, settings, len(windows.start_ids))
    sets = [_Scoring(windows, settings, tail) for tail in settings.tails]
    start = torch.tensor(windows.start_ids, dtype=torch.long).expand(len(windows.books), -1)
    with torch.inference_mode():
        memory = control.initial_memory(len(windows.books))
        for scores in sets:
            for number in scores.segments:
                context = torch.cat([start, scores.context(number)], dim=1)
                scores.read(control, Reading.CONTROL, number, memory, context)
                on_pass()
    return tuple(scores.as_scores() for scores in sets)


def joined(
    with_memory: tuple[MemoryScores, ...], control: tuple[MemoryScores, ...]
) -> tuple[MemoryScores, ...]:
    """The scores of both models, set by set."""
    pairs = zip(with_memory, control, strict=True)
    return tuple(
        MemoryScores(one.tail_tokens, one.segments, {**one.nats, **other.nats})
        for one, other in pairs
    )


def count_passes(settings: MemoryEvalSettings, has_control: bool) -> int:
    """How often `on_pass` is called by `score_memory`, and by `score_control` if there is one."""
    scored = sum(len(settings.scored_segments(tail)) for tail in settings.tails)
    return settings.total_segments - 1 + scored * (5 if has_control else 4)


class _Scoring:
    """The scores of one length of tail, filled in as segments are read."""

    def __init__(
        self, windows: MemoryWindows, settings: MemoryEvalSettings, tail_tokens: int
    ) -> None:
        self.segments = settings.scored_segments(tail_tokens)
        self._tail_tokens = tail_tokens
        self._windows = windows
        self._settings = settings
        self._nats: dict[Reading, Tensor] = {}

    def read_all(
        self, model: RecurrentLM, number: int, memory: Tensor, initial: Tensor, on_pass: OnPass
    ) -> None:
        """Score segment `number` in all readings of the model that has memory."""
        memories = {
            Reading.TRUE: memory,
            Reading.RESET: initial,
            Reading.OTHER_BOOK: memory.roll(-1, dims=0),  # row i gets the memory of row i + 1
        }
        for reading, shown in memories.items():
            self.read(model, reading, number, shown, self.context(number))
            on_pass()
        if self._has_room_for_full_context(model):
            before = self.context(number, FULL_CONTEXT_SEGMENTS)
            self.read(model, Reading.FULL_CONTEXT, number, initial, before)
        on_pass()

    def read(
        self, model: RecurrentLM, reading: Reading, number: int, memory: Tensor, context: Tensor
    ) -> None:
        """Score segment `number` in one reading."""
        segment = _segment(self._windows, self._settings, number)
        if reading not in self._nats:
            shape = (len(segment), len(self.segments), segment.shape[1] - 1)
            self._nats[reading] = torch.empty(shape)
        column = self.segments.index(number)
        self._nats[reading][:, column] = segment_nats(model, memory, context, segment)

    def context(self, number: int, more_segments: int = 0) -> Tensor:
        """The tail of a segment and as many segments before it, no further than the stretch."""
        size = self._settings.segment_size
        end = (number - 1) * size
        begin = max(0, end - self._tail_tokens - more_segments * size)
        return self._windows.input_ids[:, begin:end]

    def as_scores(self) -> MemoryScores:
        return MemoryScores(self._tail_tokens, self.segments, dict(self._nats))

    def _has_room_for_full_context(self, model: RecurrentLM) -> bool:
        segments = FULL_CONTEXT_SEGMENTS + 1
        tokens = self._tail_tokens + segments * self._settings.segment_size
        return model.num_mem_tokens + tokens <= model.context_size


def _segment(windows: MemoryWindows, settings: MemoryEvalSettings, number: int) -> Tensor:
    """Segment `number` of every book, `(books, segment_size)`."""
    size = settings.segment_size
    return windows.input_ids[:, (number - 1) * size : number * size]


def _require_room(model: RecurrentLM, settings: MemoryEvalSettings, num_before: int) -> None:
    tail, size = settings.tail_tokens, settings.segment_size
    require_context(
        model.context_size,
        num_before + tail + size,
        f"{num_before} memory or start + {tail} tail + {size} segment",
    )
