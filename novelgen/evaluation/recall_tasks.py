"""The three recall tasks: facts to keep in memory, the question about them, and where facts stand.

    memorize             one fact opens the first segment
    detect-and-memorize  one fact, anywhere
    reasoning            two facts, anywhere; neither alone tells the answer

The answer is one of six places, so guessing gives 16.7 %. Sentences are templates of our own;
where facts stand is drawn evenly over segments and over places in a segment. Knows no tokens.
Source: Bulatov, Kuratov, Burtsev, *Scaling Transformer to 1M tokens and beyond with RMT*
(arXiv 2304.11062), after the bAbI tasks of Weston et al. (2015).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations

import numpy

PLACES = ("attic", "cellar", "garden", "kitchen", "library", "tower")
PEOPLE = (
    "Ambrose",
    "Beatrix",
    "Bertram",
    "Gideon",
    "Imogen",
    "Leopold",
    "Rosalind",
    "Winifred",
)
OBJECTS = ("compass", "lantern", "necklace", "telescope", "umbrella", "violin")
CHANCE = 1 / len(PLACES)

_VISITS = (
    "{x} went to the {p}.",
    "{x} walked to the {p}.",
    "{x} hurried to the {p}.",
    "{x} has gone to the {p}.",
)
_PARTINGS = (
    "{x} went to the {p} and {y} to the {q}.",
    "{x} walked to the {p} and {y} hurried to the {q}.",
    "{x} has gone to the {p}, {y} to the {q}.",
)
_GIFTS = (
    "The {o} was given to {y}.",
    "{y} was given the {o}.",
    "{y} has taken the {o}.",
    "Somebody handed the {o} to {y}.",
)
# They name people, places and objects, and tell nothing that is asked.
_DISTRACTIONS = (
    "{x} did not answer.",
    "{x} was thinking of the {p}.",
    "Nobody had seen {x} or {y}.",
    "The {p} was dark and cold.",
    "She went to the {p} and he to the {q}.",
    "They had gone to the {p}.",
    "The {o} was given to him.",
    "The {o} had been lost for years.",
    "{x} talked of the {o}.",
    "{x} and {y} went home.",
)


class RecallTask(StrEnum):
    MEMORIZE = "memorize"
    DETECT = "detect-and-memorize"
    REASONING = "reasoning"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that ends with whom it asks for; the answer follows."""

    text: str
    answer: str
    """One of `PLACES`; of `PEOPLE` in a lesson about who has something."""
    needs: tuple[int, ...]
    """Which facts of the problem it takes to answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Facts in reading order, and what is asked about them."""

    facts: tuple[str, ...]
    question: Question
    """The one that is judged."""
    lessons: tuple[Question, ...] = ()
    """Easier questions about the same facts, for training only."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a fact stands: after `noise_before` noise tokens of segment `segment`, from 0."""

    segment: int
    noise_before: int


def draw_problem(task: RecallTask, answer: str, rng: numpy.random.Generator) -> Problem:
    """A problem with a given answer; people, object and wording are drawn."""
    x, y = _draw_two(PEOPLE, rng)
    if task is RecallTask.REASONING:
        return _draw_reasoning(x, answer, y, rng)
    fact = _draw(_VISITS, rng).format(x=x, p=answer)
    return Problem((fact,), Question(_ask(x), answer, (0,)))


def draw_lesson(answer: str, rng: numpy.random.Generator) -> Problem:
    """The first half of reasoning alone: two people part, and either is asked for."""
    whole = draw_problem(RecallTask.REASONING, answer, rng)
    parting = whole.facts[whole.lessons[0].needs[0]]
    asked, other = (Question(q.text, q.answer, (0,)) for q in whole.lessons[:2])
    return Problem((parting,), asked, (other,))


def draw_placements(
    task: RecallTask,
    fact_lengths: Sequence[int],
    segment_lengths: Sequence[int],
    rng: numpy.random.Generator,
) -> tuple[Placement, ...]:
    """Where the facts stand, in reading order; lengths are tokens, facts included.

    Every segment and every place between two noise tokens is equally likely, and each fact stands
    whole in its segment.
    """
    if task is RecallTask.MEMORIZE:
        return (Placement(0, 0),)
    segments = sorted(int(rng.integers(len(segment_lengths))) for _ in fact_lengths)
    placements = []
    for segment, length in enumerate(segment_lengths):
        inside = [
            tokens for at, tokens in zip(segments, fact_lengths, strict=True) if at == segment
        ]
        noise = length - sum(inside)
        places = sorted(int(rng.integers(noise + 1)) for _ in inside)
        placements += [Placement(segment, place) for place in places]
    return tuple(placements)


def draw_place(rng: numpy.random.Generator) -> str:
    """One of the six answers, each equally likely."""
    return _draw(PLACES, rng)


def draw_distraction(rng: numpy.random.Generator) -> str:
    """A sentence about people, places or objects of the tasks that answers no question."""
    x, y = _draw_two(PEOPLE, rng)
    p, q = _draw_two(PLACES, rng)
    return _draw(_DISTRACTIONS, rng).format(x=x, y=y, p=p, q=q, o=_draw(OBJECTS, rng))


def vocabulary_sentences() -> Iterator[str]:
    """Sentences with every word of the tasks, for a tokenizer to learn them from."""
    for (x, y), (p, q) in zip(permutations(PEOPLE, 2), _cycled_places(), strict=False):
        for template in (*_VISITS, *_PARTINGS, *_GIFTS, *_DISTRACTIONS):
            for o in OBJECTS:
                yield template.format(x=x, y=y, p=p, q=q, o=o)
        yield f"{_ask(x)} {p}"
        yield from (f"{_ask(f'the {o}')} {q}" for o in OBJECTS)


def _draw_reasoning(x: str, answer: str, y: str, rng: numpy.random.Generator) -> Problem:
    """`x` goes to the answer with an object, and `y` elsewhere."""
    elsewhere = _draw(tuple(place for place in PLACES if place != answer), rng)
    parting, o = _draw(_PARTINGS, rng), _draw(OBJECTS, rng)
    if rng.integers(2):
        parting = parting.format(x=x, p=answer, y=y, q=elsewhere)
    else:
        parting = parting.format(x=y, p=elsewhere, y=x, q=answer)
    gift = _draw(_GIFTS, rng).format(o=o, y=x)
    at = int(rng.integers(2))  # of the parting
    facts = (gift, parting) if at else (parting, gift)
    lessons = (
        Question(_ask(x), answer, (at,)),
        Question(_ask(y), elsewhere, (at,)),
        Question(f"In whose hands is the {o}", x, (1 - at,)),
    )
    return Problem(facts, Question(_ask(f"the {o}"), answer, (0, 1)), lessons)


def _ask(whom: str) -> str:
    return f"In which room is {whom}"


def _cycled_places() -> Iterator[tuple[str, str]]:
    while True:
        yield from permutations(PLACES, 2)


def _draw(choices: Sequence[str], rng: numpy.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _draw_two(choices: Sequence[str], rng: numpy.random.Generator) -> tuple[str, str]:
    first, second = rng.choice(len(choices), size=2, replace=False)
    return choices[int(first)], choices[int(second)]
