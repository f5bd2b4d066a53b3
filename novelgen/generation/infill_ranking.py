"""Chooses among rewritings of a passage: which of them leads best to the text after it?

The text after is the judge: its log-likelihood after [before + candidate], less that after [before]
alone. What makes a candidate unfit stands before that, in this order: talk about the story, repeats
of itself and of the text around it, a length far from the one wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from novelgen.engine.protocol import Engine
from novelgen.engine.values import MemoryState
from novelgen.generation.ranking import repeat_share
from novelgen.prompting.context import fit_tail
from novelgen.text.leaks import count_leaks
from novelgen.text.sentences import beginning_of_prose
from novelgen.text.words import count_words

AFTER_WORDS = 80
"""Words of the text after that judge; what is further on says little of what leads to it."""
_BREAK = "\n\n"
_SLACK_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the passage, and what it is read with."""

    memory: MemoryState
    brief: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A candidate with its marks. `number` counts from 1 in the order of drawing."""

    number: int
    text: str
    words: int
    leads: float | None
    """Nats a token of the text after that the candidate adds; 0 where nothing follows, None where
    the engine gives no scores."""
    repeats: float
    """Share of its 4-grams that it, or the text around it, holds already."""
    leaks: int

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "text": self.text,
            "words": self.words,
            "leads": None if self.leads is None else round(self.leads, 4),
            "repeats": round(self.repeats, 4),
            "leaks": self.leaks,
        }


def judged(
    engine: Engine, around: Surroundings, texts: Sequence[str], tail_tokens: int
) -> list[Rewriting]:
    """The candidates with their marks, in the order of drawing."""
    leads = _leads(engine, around, texts, tail_tokens)
    near = f"{around.before}{_BREAK}{around.after}"
    return [
        Rewriting(
            number, text, count_words(text), lead, repeat_share(text, near), count_leaks(text)
        )
        for number, (text, lead) in enumerate(zip(texts, leads, strict=True), 1)
    ]


def best(rewritings: Sequence[Rewriting], wanted_words: int) -> Rewriting:
    """The one to keep; of equals the first."""

    def cost(rewriting: Rewriting) -> tuple[float, ...]:
        miss = abs(rewriting.words - wanted_words) / max(wanted_words, 1)
        leads = rewriting.leads or 0.0
        return (rewriting.leaks, round(rewriting.repeats, 1), round(miss / 0.25), -leads)

    return min(rewritings, key=cost)


def _leads(
    engine: Engine, around: Surroundings, texts: Sequence[str], tail_tokens: int
) -> Sequence[float | None]:
    after = _first_words(around.after)
    if not after:
        return [0.0] * len(texts)
    if not engine.info.can_score:
        return [None] * len(texts)
    tokens = max(map(engine.count_tokens, texts)) + engine.count_tokens(after) + _SLACK_TOKENS
    before = fit_tail(
        around.brief, around.before, _BREAK, engine, tail_tokens=tail_tokens, new_tokens=tokens
    )

    def score(tail: str) -> float:
        return engine.scores(around.memory, around.brief, tail, [after])[0]

    alone = score(before)
    return [score(f"{before}{text}{_BREAK}") - alone for text in texts]


def _first_words(text: str) -> str:
    """Whole sentences where they are short enough, else bare words."""
    return beginning_of_prose(text, AFTER_WORDS) or " ".join(text.split()[:AFTER_WORDS])
