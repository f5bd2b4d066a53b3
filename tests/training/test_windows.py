"""Batches of windows: where they are cut, and what they follow from."""

from collections import Counter
from dataclasses import replace

import pytest

from novelgen.errors import UsageError
from novelgen.modeling.tokenization import Tokenization
from novelgen.text.books import Book
from novelgen.training.windows import WindowSampler
from tests.evaluation.tiny_books import prose_of_book
from tests.training.tiny_training import TINY


def book(name: str, prose: str) -> Book:
    return Book(name, prose, (), "0" * 64)


@pytest.fixture
def sampler(books: list[Book], tokenization: Tokenization) -> WindowSampler:
    return WindowSampler(books, tokenization, TINY, "memory", 1_000)


def test_a_window_is_a_stretch_of_one_book_from_a_word_on(
    sampler: WindowSampler, books: list[Book], tokenization: Tokenization
) -> None:
    for step in range(480, 520):
        for window in sampler.batch(step).windows:
            assert window.book in books
            text = tokenization.decode(window.token_ids)
            assert window.book.prose.startswith(text, window.start)
            assert window.start == 0 or window.book.prose[window.start - 1].isspace()
            assert not text[0].isspace()


def test_shapes_stay_within_their_bounds_and_reach_them(sampler: WindowSampler) -> None:
    shapes = []
    for step in range(300):
        batch = sampler.batch(step)
        shapes.append(batch.shape)
        assert len(batch.windows) == TINY.batch_size
        assert all(len(window.token_ids) == batch.shape.num_tokens for window in batch.windows)
        before_the_last = batch.shape.num_tokens - batch.shape.segment_tokens
        assert 0 <= batch.shape.tail_tokens <= min(TINY.max_tail_tokens, before_the_last)
    assert {shape.num_segments for shape in shapes} == {2, 3, 4}
    assert {shape.segment_tokens for shape in shapes} == set(range(10, 21))
    with_context = [shape for shape in shapes if shape.has_brief or shape.tail_tokens]
    assert 0.4 < len(with_context) / len(shapes) < 0.6
    kinds = {(shape.has_brief, shape.tail_tokens > 0) for shape in shapes}
    assert kinds == {(False, False), (True, False), (False, True), (True, True)}
    assert 0.1 < sum(shape.is_first_scored for shape in shapes) / len(shapes) < 0.3


def test_windows_grow_longer_late_in_the_memory_phase_alone(
    books: list[Book], tokenization: Tokenization, sampler: WindowSampler
) -> None:
    late = [sampler.batch(step).shape for step in range(500, 700)]
    assert {shape.num_segments for shape in late} == {2, 3, 4, 5, 6}
    assert max(shape.tail_tokens for shape in late) > TINY.max_tail_tokens
    assert max(shape.num_trained_tokens for shape in late) <= TINY.max_window_tokens
    assert {shape.burn_in for shape in late} == {0, 1, 2}
    assert {shape.num_tokens // shape.segment_tokens for shape in late} == set(range(2, 9))
    control = WindowSampler(books, tokenization, TINY, "control", 1_000)
    shapes = [control.batch(step).shape for step in range(500, 700)]
    assert {shape.num_segments for shape in shapes} == {2, 3, 4}
    assert {shape.burn_in for shape in shapes} == {0}
    assert max(shape.tail_tokens for shape in shapes) <= TINY.max_tail_tokens


def test_reconstruction_is_annealed_to_nothing_at_half_time(
    books: list[Book], tokenization: Tokenization
) -> None:
    config = replace(TINY, reconstruction_share=1.0)
    sampler = WindowSampler(books, tokenization, config, "memory", 400)
    rebuilds = [sampler.batch(step).shape.is_reconstructing for step in range(400)]
    assert rebuilds[0]
    assert 0.3 < sum(rebuilds[:200]) / 200 < 0.7
    assert not any(rebuilds[200:])


def test_some_windows_end_with_a_long_segment_read_without_a_brief_or_a_tail(
    books: list[Book], tokenization: Tokenization
) -> None:
    config = replace(TINY, long_last_share=0.5, long_last_tokens=40)
    sampler = WindowSampler(books, tokenization, config, "memory", 400)
    batches = [sampler.batch(step) for step in range(400)]
    long = [batch.shape for batch in batches if batch.shape.long_last_tokens]
    assert 0.4 < len(long) / len(batches) < 0.6
    assert {20, 40} <= {shape.last_tokens for shape in long} <= set(range(20, 41))
    assert not any(shape.has_brief or shape.tail_tokens or shape.gap_tokens for shape in long)
    others = [batch.shape for batch in batches if not batch.shape.long_last_tokens]
    assert all(shape.last_tokens == shape.segment_tokens for shape in others)
    assert any(shape.gap_tokens for shape in others)
    for batch in batches:
        shape = batch.shape
        before = (shape.burn_in + shape.num_segments - 1) * shape.segment_tokens
        assert {len(window.token_ids) for window in batch.windows} == {before + shape.last_tokens}


def test_a_batch_follows_from_seed_phase_and_step_alone(
    books: list[Book], tokenization: Tokenization, sampler: WindowSampler
) -> None:
    later = sampler.batch(7)
    sampler.batch(3)
    assert sampler.batch(7) == later
    assert WindowSampler(books, tokenization, TINY, "memory", 1_000).batch(7) == later
    others = [
        WindowSampler(books, tokenization, replace(TINY, seed=4), "memory", 1_000).batch(7),
        WindowSampler(books, tokenization, TINY, "control", 1_000).batch(7),
        sampler.batch(8),
    ]
    assert all(other != later for other in others)


def test_the_windows_of_a_step_are_of_different_places(sampler: WindowSampler) -> None:
    for step in range(20):
        first, second = sampler.batch(step).windows
        assert (first.book.name, first.start) != (second.book.name, second.start)


def test_books_are_drawn_by_length(tokenization: Tokenization) -> None:
    long, short = book("long", prose_of_book("a", 60)), book("short", prose_of_book("b", 20))
    sampler = WindowSampler([short, long], tokenization, TINY, "memory", 1)
    drawn = Counter(
        window.book.name for step in range(150) for window in sampler.batch(step).windows
    )
    share = len(long.prose) / (len(long.prose) + len(short.prose))
    assert drawn["long"] / drawn.total() == pytest.approx(share, abs=0.1)


def test_a_text_of_too_few_tokens_is_refused(tokenization: Tokenization) -> None:
    """The stretch after the next word's start, far away, is too short."""
    text = "a" * 3_000 + " end"
    sampler = WindowSampler([book("chant", text)], tokenization, TINY, "memory", 1)
    with pytest.raises(UsageError, match=r"chant has fewer than .* tokens"):
        sampler.batch(0)
