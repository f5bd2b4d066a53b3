"""Noise for the recall tasks: one long row of tokens of prose, and samples cut from it.

The prose is any corpus folder, or text of the scripted engine's grammar. A sample is a place in
it to start from, with the facts of a problem put in; when the row ends, it begins again. Segments
are made when asked for, so a sample of two million tokens takes no memory. Knows no model.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

import numpy
import torch
from torch import Tensor

from novelgen.engine.scripted_grammar import pieces
from novelgen.errors import NotFoundError
from novelgen.evaluation.recall_tasks import (
    PLACES,
    Placement,
    Problem,
    Question,
    RecallTask,
    draw_place,
    draw_placements,
    draw_problem,
    vocabulary_sentences,
)
from novelgen.text.books import find_books

Encode = Callable[[str], list[int]]
"""Token ids of a text, without special tokens."""

TRAINING_NOISE_SEED = 0
_SCRIPTED_WORDS = 200_000
# A byte-level tokenizer of any model is fast enough on pieces of this size.
_CHARS_PER_PIECE = 20_000


@dataclass(frozen=True, slots=True)
class EncodedQuestion:
    """A question in token ids."""

    tokens: tuple[int, ...]
    answer: tuple[int, ...]
    """As it follows the question."""
    needs: tuple[int, ...]
    """Which facts, in reading order, it takes to answer."""


@dataclass(frozen=True, slots=True)
class RecallSample:
    """A problem in noise, cut into segments; the last one leaves room for the question.

    All segments together with the question have `num_segments * segment_size` tokens.
    """

    num_segments: int
    segment_size: int
    noise_start: int
    facts: tuple[tuple[int, ...], ...]
    """Token ids, in reading order."""
    placements: tuple[Placement, ...]
    question: EncodedQuestion
    lessons: tuple[EncodedQuestion, ...] = ()

    def segment(self, index: int, noise: Tensor) -> Tensor:
        """Token ids of segment `index`, from 0, int64."""
        inside = self._facts_in(index)
        tokens_of_facts = sum(len(fact) for fact, _ in inside)
        start = self.noise_start + index * self.segment_size - self._fact_tokens_before(index)
        length = self._length(index) - tokens_of_facts
        prose = noise[(start + torch.arange(length)) % len(noise)].long()
        parts, taken = [], 0
        for fact, noise_before in inside:
            parts += [prose[taken:noise_before], torch.tensor(fact)]
            taken = noise_before
        return torch.cat([*parts, prose[taken:]])

    def prefix(self, num_segments: int) -> "RecallSample":
        """The same sample asked after `num_segments`, where its facts must already stand."""
        if any(placement.segment >= num_segments for placement in self.placements):
            raise ValueError(f"a fact stands behind segment {num_segments}")
        return RecallSample(
            num_segments,
            self.segment_size,
            self.noise_start,
            self.facts,
            self.placements,
            self.question,
            self.lessons,
        )

    def has_fact_in(self, index: int) -> bool:
        """Whether a fact stands in segment `index`."""
        return bool(self._facts_in(index))

    @property
    def has_shared_segment(self) -> bool:
        """Whether two facts stand in one segment."""
        return len({place.segment for place in self.placements}) < len(self.placements)

    def is_answered_by(self, question: EncodedQuestion, index: int) -> bool:
        """Whether all that `question` needs has been read after segment `index`."""
        return all(self.placements[fact].segment <= index for fact in question.needs)

    def _length(self, index: int) -> int:
        is_last = index == self.num_segments - 1
        return self.segment_size - (len(self.question.tokens) if is_last else 0)

    def _facts_in(self, index: int) -> list[tuple[tuple[int, ...], int]]:
        pairs = zip(self.facts, self.placements, strict=True)
        return [(fact, place.noise_before) for fact, place in pairs if place.segment == index]

    def _fact_tokens_before(self, index: int) -> int:
        pairs = zip(self.facts, self.placements, strict=True)
        return sum(len(fact) for fact, place in pairs if place.segment < index)


def read_noise(corpus: Path | None, encode: Encode, seed: int = 1) -> Tensor:
    """Every token of the corpus in one row, int32; text of the scripted grammar without one.

    Models are trained on the scripted text of seed `TRAINING_NOISE_SEED`. Raises `NotFoundError`
    for a folder that is missing or holds no prose.
    """
    pieces_of_text = _corpus_pieces(corpus) if corpus else iter([_scripted_text(seed)])
    ids = array("i")
    for piece in pieces_of_text:
        ids.extend(encode(piece))
    if not ids:
        raise NotFoundError(f"The books in {corpus} hold no prose.", "Put novels there.")
    return torch.frombuffer(ids, dtype=torch.int32).clone()


def draw_sample(
    task: RecallTask,
    num_segments: int,
    segment_size: int,
    noise: Tensor,
    encode: Encode,
    rng: numpy.random.Generator,
    answer: str | None = None,
) -> RecallSample:
    """A random problem at random places in noise from a random start."""
    problem = draw_problem(task, answer or draw_place(rng), rng)
    return place_problem(task, problem, num_segments, segment_size, noise, encode, rng)


def place_problem(
    task: RecallTask,
    problem: Problem,
    num_segments: int,
    segment_size: int,
    noise: Tensor,
    encode: Encode,
    rng: numpy.random.Generator,
) -> RecallSample:
    """A given problem at random places in noise from a random start."""
    facts = tuple(tuple(encode(f" {fact}")) for fact in problem.facts)
    question = encode_question(problem.question, encode)
    lengths = [segment_size] * num_segments
    lengths[-1] -= len(question.tokens)
    return RecallSample(
        num_segments,
        segment_size,
        int(rng.integers(len(noise))),
        facts,
        draw_placements(task, [len(fact) for fact in facts], lengths, rng),
        question,
        tuple(encode_question(lesson, encode) for lesson in problem.lessons),
    )


def encode_question(question: Question, encode: Encode) -> EncodedQuestion:
    """A question as it goes on in running text."""
    tokens = tuple(encode(f" {question.text}"))
    return EncodedQuestion(tokens, tuple(encode(f" {question.answer}")), question.needs)


def longest_problem(encode: Encode) -> int:
    """Tokens that two facts and a question take at most."""
    return 3 * max(len(encode(f" {sentence}")) for sentence in vocabulary_sentences())


def encode_places(encode: Encode) -> list[list[int]]:
    """Token ids of the six answers as they follow the question."""
    return [encode(f" {place}") for place in PLACES]


def _corpus_pieces(corpus: Path) -> Iterator[str]:
    for file in find_books(corpus):
        prose = file.read().prose
        for start in range(0, len(prose), _CHARS_PER_PIECE):
            yield prose[start : start + _CHARS_PER_PIECE]


def _scripted_text(seed: int) -> str:
    rng = numpy.random.default_rng(seed)
    numbers = (rng.random() for _ in count())
    return "".join(islice(pieces(numbers), _SCRIPTED_WORDS))
