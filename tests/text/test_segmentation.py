"""Segments are a function of the text, however it came."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelgen.engine.scripted_grammar import pieces
from novelgen.text.segmentation import closed_segment, split_segments
from novelgen.text.sentences import split_sentences

SIZE = 40
AWKWARD = [
    '"I saw him.', ' He ran!"', ' said Mr. Hale.', "\n\n* * *", "\n\nNight fell.", ' "Who?"',
    " Emma asked.", " It was 3 p.m. already.", " No.", " — and then, nothing.", " 'Why?'",
    " J. R. R. Wren wrote it.", " A" + " very" * 60 + " long sentence.", "\n\n“Stay,” he said.",
]  # fmt: skip


def count_tokens(text: str) -> int:
    return len(text.split())


def scripted_text(seed: int, words: int) -> str:
    numbers = random.Random(seed)
    stream = pieces(iter(numbers.random, None))
    return "".join(next(stream) for _ in range(words))


def grown(parts: list[str]) -> list[str]:
    """Segments cut while the text arrives part by part."""
    closed: list[str] = []
    open_text = ""
    for part in parts:
        open_text += part
        while (segment := closed_segment(open_text, SIZE, count_tokens)) is not None:
            closed.append(segment)
            open_text = open_text[len(segment) :]
    return closed + list(split_segments(open_text, SIZE, count_tokens))


@pytest.mark.parametrize("seed", range(5))
def test_joined_segments_are_the_text_and_fit(seed: int) -> None:
    text = scripted_text(seed, 600)
    segments = list(split_segments(text, SIZE, count_tokens))
    assert "".join(segments) == text
    assert max(count_tokens(segment) for segment in segments) <= SIZE
    ends = {sentence.end for sentence in split_sentences(text)}
    position = 0
    for segment in segments:
        position += len(segment)
        assert position in ends


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(AWKWARD), min_size=3, max_size=40),
    st.randoms(use_true_random=False),
)
def test_a_growing_text_is_cut_like_the_finished_one(
    parts: list[str], chance: random.Random
) -> None:
    text = "".join(parts)
    sentences = [text[sentence.start : sentence.end] for sentence in split_sentences(text)]
    arrivals: list[str] = []
    while sentences:
        many = chance.randint(1, 4)
        arrivals.append("".join(sentences[:many]))
        sentences = sentences[many:]
    assert grown(arrivals) == list(split_segments(text, SIZE, count_tokens))


def test_an_open_segment_is_not_closed() -> None:
    assert closed_segment("A short text. It may grow.", SIZE, count_tokens) is None


def test_a_sentence_longer_than_a_segment_is_cut_at_a_word() -> None:
    text = "word " * 100 + "end."
    segments = list(split_segments(text, SIZE, count_tokens))
    assert [count_tokens(segment) for segment in segments] == [40, 40, 21]
    assert "".join(segments) == text


def test_a_word_is_never_cut_however_long() -> None:
    text = "One two. " + "z" * 5_000 + " three. Four five."
    segments = list(split_segments(text, SIZE, lambda part: len(part) // 4 + 1))
    assert "".join(segments) == text
    assert sum(len(segment.split()) for segment in segments) == len(text.split())


def test_a_word_longer_than_a_segment_stands_alone() -> None:
    segments = list(split_segments("tiny " + "x" * 50 + " tail", 8, len))
    assert "".join(segments) == "tiny " + "x" * 50 + " tail"
    assert max(segments, key=len).strip() == "x" * 50
