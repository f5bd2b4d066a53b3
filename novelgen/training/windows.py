"""Which texts a step trains on: contiguous windows, each inside one book.

Guarantees: the batch of a step depends on the seed, the phase and the step alone, so that a run
that was killed goes on with the very batches it would have seen. Books are drawn by length.
"""

import bisect
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.errors import UsageError
from novelgen.modeling.tokenization import Tokenization
from novelgen.text.books import Book
from novelgen.text.stretches import CHARS_PER_TOKEN, word_start
from novelgen.training.config import Phase, TrainingConfig

# A place near the end of a book, or in one of very long words, may be short of tokens.
_MAX_DRAWS = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """How a batch's windows are cut; the same for all of its rows."""

    num_segments: int
    """Segments that are trained on."""
    segment_tokens: int
    is_first_scored: bool
    has_brief: bool
    tail_tokens: int
    """Tokens before the last segment that are read verbatim as well; 0 for none."""
    is_reconstructing: bool
    burn_in: int = 0
    """Segments before the others that train the memory cell alone."""
    gap_tokens: int = 0
    """Words that stand in so many tokens before do not count as coming again."""
    long_last_tokens: int = 0
    """The length of the last segment where it is longer than the others; else 0."""

    @property
    def last_tokens(self) -> int:
        """The length of the last segment."""
        return self.long_last_tokens or self.segment_tokens

    @property
    def num_tokens(self) -> int:
        """Tokens of a window, burn-in included."""
        return self.burn_in * self.segment_tokens + self.num_trained_tokens

    @property
    def num_trained_tokens(self) -> int:
        """Tokens of a window that are trained on."""
        return (self.num_segments - 1) * self.segment_tokens + self.last_tokens


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens of one book, and where they stand."""

    book: Book
    start: int
    """The character it begins with."""
    token_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WindowBatch:
    """What one optimizer step reads."""

    shape: Shape
    windows: tuple[Window, ...]
    seed: int
    """For what is drawn further down, as which stretch to rebuild."""


class WindowSampler:
    """Draws the batch of any step of one phase."""

    def __init__(
        self,
        books: Sequence[Book],
        tokenization: Tokenization,
        config: TrainingConfig,
        phase: str,
        total_steps: int,
    ) -> None:
        self._books, self._tokenization, self._config = books, tokenization, config
        self._phase, self._total_steps = phase, total_steps
        self._ends = list(itertools.accumulate(len(book.prose) for book in books))

    def batch(self, step: int) -> WindowBatch:
        """The batch of optimizer step `step`, counted from 0.

        Raises `UsageError` when the books have too few tokens for their characters.
        """
        draw = random.Random(f"{self._config.seed}/{self._phase}/{step}")  # noqa: S311
        shape = self._shape(draw, step)
        count = self._config.batch_size
        windows = tuple(self._window(draw, shape.num_tokens) for _ in range(count))
        return WindowBatch(shape, windows, draw.getrandbits(32))

    def _shape(self, draw: random.Random, step: int) -> Shape:
        config = self._config
        # Long windows come late, when there is a memory to carry through them.
        is_late = self._phase == Phase.MEMORY and step >= config.late_from * self._total_steps
        max_segments = config.late_max_segments if is_late else config.max_segments
        max_tail_tokens = config.late_max_tail_tokens if is_late else config.max_tail_tokens
        segment_tokens = draw.randint(config.min_segment_tokens, config.max_segment_tokens)
        num_segments = draw.randint(config.min_segments, max_segments)
        num_segments = max(
            config.min_segments, min(num_segments, config.max_window_tokens // segment_tokens)
        )
        burn_in = draw.randint(0, config.late_max_burn_in) if is_late else 0
        context_share = config.late_context_share if is_late else config.context_share
        has_context = draw.random() < context_share
        # A brief alone, a tail alone, or both, as generation has them.
        has_brief, has_tail = draw.choice([(True, False), (False, True), (True, True)])
        tail_tokens = draw.randint(min(16, max_tail_tokens), max_tail_tokens)
        tail_tokens = min(tail_tokens, (num_segments - 1) * segment_tokens)
        long_last_tokens = self._long_last_tokens(draw)
        has_context = has_context and not long_last_tokens
        annealed = max(0.0, 1 - 2 * step / max(1, self._total_steps))
        return Shape(
            num_segments,
            segment_tokens,
            is_first_scored=draw.random() < config.first_segment_weight,
            has_brief=has_context and has_brief,
            tail_tokens=tail_tokens if has_context and has_tail else 0,
            is_reconstructing=draw.random() < config.reconstruction_share * annealed,
            burn_in=burn_in,
            # Before a long last segment nothing is shown verbatim.
            gap_tokens=config.late_gap_tokens if is_late and not long_last_tokens else 0,
            long_last_tokens=long_last_tokens,
        )

    def _long_last_tokens(self, draw: random.Random) -> int:
        """0 for a last segment like the others; draws nothing where a recipe has no long ones."""
        config = self._config
        if not config.long_last_share or draw.random() >= config.long_last_share:
            return 0
        return draw.randint(config.max_segment_tokens, config.long_last_tokens)

    def _window(self, draw: random.Random, num_tokens: int) -> Window:
        for _ in range(_MAX_DRAWS):
            book = self._books[bisect.bisect_right(self._ends, draw.randrange(self._ends[-1]))]
            num_chars = num_tokens * CHARS_PER_TOKEN
            start = word_start(book.prose, draw.randint(0, max(0, len(book.prose) - num_chars)))
            token_ids = self._tokenization.prose_ids(book.prose[start : start + num_chars])
            if len(token_ids) >= num_tokens:
                return Window(book, start, tuple(token_ids[:num_tokens]))
        raise UsageError(
            f"The book {book.name} has fewer than {num_tokens:,} tokens where {num_chars:,} "
            f"characters were read, as had {_MAX_DRAWS - 1} places before.",
            "Remove what is not prose from the corpus, or lower --max-window-tokens.",
        )
