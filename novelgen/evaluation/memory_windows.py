"""One contiguous stretch of tokens from each of several books, to be read in lockstep.

Guarantees that no text is there twice, since books are what intervals count, and that a book's
stretch depends on the seed, its name and its text alone, never on which other books there are.
Rows come in an order drawn by the seed, so that neighbours, who lend each other their memories, are
not the works of one author that a sorted folder puts together. Knows no model: tokens come from a
callable.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import torch
from torch import Tensor

from novelgen.engine.randomness import stream_key, uniforms
from novelgen.errors import UsageError
from novelgen.text.books import BookFile
from novelgen.text.stretches import CHARS_PER_TOKEN, word_start

MIN_BOOKS = 2
"""Fewer give no memory of another book, and no confidence interval."""

# What stands at the beginning of a file: title page, dedication, contents.
_SKIPPED_SHARE = 0.05

Encode = Callable[[str], Sequence[int]]
OnSkipped = Callable[[BookFile, str], None]
"""Told of a book that is left out, and why."""


@dataclass(frozen=True, slots=True)
class MemoryWindows:
    """A stretch of every book; row `i` of all tensors is book `i`."""

    books: tuple[str, ...]
    input_ids: Tensor
    """`(books, tokens)`, int64, on the CPU."""
    start_ids: tuple[int, ...] = ()
    """What the model's texts begin with; shown to a model without memory only."""


class _Flaw(Enum):
    """Why a book is left out."""

    TRAINED_ON = auto()
    COPY = auto()
    SHORT = auto()


def draw_windows(
    books: Iterable[BookFile],
    encode: Encode,
    num_tokens: int,
    seed: int,
    max_books: int | None = None,
    on_skipped: OnSkipped = lambda _book, _why: None,
    start_ids: Sequence[int] = (),
    trained_on: Collection[str] = (),
) -> MemoryWindows:
    """A stretch of `num_tokens` of each book that is long enough, of `max_books` at most.

    Which books, where in them, and in which order, is drawn by `seed`. Books whose SHA-256 is in
    `trained_on`, and all copies of a text but the first drawn, are left out. Raises `UsageError`
    when fewer than two remain that are long enough.
    """
    stretches: dict[str, list[int]] = {}
    first_with: dict[str, str] = {}
    left_out: Counter[_Flaw] = Counter()
    for book in sorted(books, key=lambda book: _draw(seed, "order", book.name)):
        place = _draw(seed, "place", book.name)
        read = book.read()
        if read.sha256 in trained_on:
            left_out[_Flaw.TRAINED_ON] += 1
            on_skipped(book, "the adapter was trained on it")
            continue
        digest = read.prose_sha256
        if digest in first_with:
            left_out[_Flaw.COPY] += 1
            on_skipped(book, f"the same text as {first_with[digest]}")
            continue
        ids = _stretch(read.prose, encode, num_tokens, place)
        if len(ids) < num_tokens:
            left_out[_Flaw.SHORT] += 1
            on_skipped(book, f"too short, with {len(ids):,} tokens")
            continue
        stretches[book.name] = ids
        first_with[digest] = book.name
        if len(stretches) == max_books:
            break
    if len(stretches) < MIN_BOOKS:
        raise _too_few(len(stretches), left_out, num_tokens)
    input_ids = torch.tensor(list(stretches.values()), dtype=torch.long)
    return MemoryWindows(tuple(stretches), input_ids, tuple(start_ids))


def _stretch(prose: str, encode: Encode, num_tokens: int, place: float) -> list[int]:
    """`num_tokens` tokens, from a `place` between the first that may be and the last, 0 to 1.

    All that there are past the beginning when those are fewer. Of a long book only the
    stretch is tokenised.
    """
    first = word_start(prose, int(_SKIPPED_SHARE * len(prose)))
    num_chars = num_tokens * CHARS_PER_TOKEN
    if len(prose) - first > num_chars:
        start = word_start(prose, first + int(place * (len(prose) - first - num_chars)))
        ids = encode(prose[start : start + num_chars])
        if len(ids) >= num_tokens:
            return list(ids[:num_tokens])
    ids = encode(prose[first:])
    offset = int(place * (len(ids) - num_tokens + 1)) if len(ids) > num_tokens else 0
    return list(ids[offset : offset + num_tokens])


def _draw(seed: int, purpose: str, name: str) -> float:
    return float(uniforms(stream_key(seed, "eval memory", [purpose, name]), 0, 1)[0])


def _too_few(found: int, left_out: Counter[_Flaw], num_tokens: int) -> UsageError:
    named = {
        _Flaw.TRAINED_ON: "that the adapter was trained on",
        _Flaw.COPY: "with the same text as another",
        _Flaw.SHORT: f"without the {num_tokens:,} tokens that are needed past their beginning",
    }
    reasons = [f"{left_out[flaw]} {words}" for flaw, words in named.items() if left_out[flaw]]
    message = (
        f"{found} of {found + left_out.total()} books can be judged; memory is compared between "
        f"at least {MIN_BOOKS}."
    )
    if reasons:
        message += f" Left out: {', '.join(reasons)}."
    remedy = "Give more books."
    if left_out[_Flaw.TRAINED_ON]:
        remedy = "Name another corpus, of books that the adapter was not trained on."
    if left_out[_Flaw.SHORT]:
        remedy += (
            " Longer books, or a lower --segments-per-book, --segment-size or --tail-tokens, "
            "help too."
        )
    return UsageError(message, remedy)
