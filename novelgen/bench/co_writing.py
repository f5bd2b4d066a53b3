"""How long a person waits for the co-writer: the first text, all of it, a retry, a rewriting.

Measured as a person meets it: through the engine that is there, with whatever else it does. Every
ghost text has a place of its own, so that its prompt has to be read. Nothing is saved.
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from novelgen.bench.rounds import OnProgress, Spread
from novelgen.errors import UsageError
from novelgen.generation.co_writing import CoWriter
from novelgen.generation.co_writing_values import (
    Continuation,
    Cursor,
    Instruction,
    Rewritten,
    Selection,
    WordRange,
)
from novelgen.text.sentences import split_sentences
from novelgen.text.words import count_words

_LEAST_SENTENCES = 6
_SHARE_OF_RANGE = 1.5


@dataclass(frozen=True, slots=True)
class CoWritingFigures:
    """Seconds, and words a second from the first text on; medians and ranges of the repeats."""

    chapter: int
    words: int
    repeats: int
    was_warm: bool
    """Whether the model was loaded already."""
    open_seconds: float
    cold_first_text: float
    """Of the first ghost text, opening included."""
    first_text: Spread
    whole: Spread
    words_per_second: Spread
    retry_first_text: Spread
    """Another one at the same cursor, whose prompt has been read."""
    rewrite_first_text: Spread
    rewrite_whole: Spread
    waited: float
    """Seconds in all while somebody else had the engine."""
    prompt_tokens: int
    drawn_again: int
    """Ghost texts that were not good at the first try."""
    memory_upto: str

    def as_json(self) -> dict[str, Any]:
        return {
            name: round(value, 3) if isinstance(value, float) else _rounded(value)
            for name, value in asdict(self).items()
        }


def bench_co_writing(
    writer: CoWriter,
    chapter: int,
    text: str,
    *,
    words: int,
    repeats: int,
    was_warm: bool,
    open_seconds: float,
    on_progress: OnProgress,
) -> CoWritingFigures:
    """Go on from ends of sentences of a chapter, once more from each, and rewrite a sentence.

    Raises `UsageError` for a chapter that is too short.
    """
    sentences = split_sentences(text)
    if len(sentences) < _LEAST_SENTENCES:
        raise UsageError(
            f"Chapter {chapter} has {len(sentences)} sentences; {_LEAST_SENTENCES} are needed.",
            "Choose another one with --chapter.",
        )
    wanted = WordRange(words, round(words * _SHARE_OF_RANGE))
    ghosts: list[Continuation] = []
    retries: list[Continuation] = []
    rewritten: list[Rewritten] = []
    total = repeats + 1
    for number in range(total):
        # The last half of the chapter, from its end on; a place comes again in long measurements.
        behind = len(sentences) - 1 - number % (len(sentences) // 2)
        end = sentences[behind].end
        cursor = Cursor(chapter, text[:end], "")
        ghosts.append(writer.continue_at(cursor, words=wanted, attempt=number))
        retries.append(writer.continue_at(cursor, words=wanted, attempt=total + number))
        start = sentences[behind].start
        selection = Selection(chapter, text[:start], text[start:end], text[end:])
        rewritten.append(writer.rewrite(selection, Instruction(), attempt=number))
        on_progress(number + 1, total)
    warm, again, anew = ghosts[1:], retries[1:], rewritten[1:]
    return CoWritingFigures(
        chapter=chapter,
        words=words,
        repeats=repeats,
        was_warm=was_warm,
        open_seconds=open_seconds,
        cold_first_text=open_seconds + _first(ghosts[0]),
        first_text=_spread([_first(each) for each in warm]),
        whole=_spread([each.seconds for each in warm]),
        words_per_second=_spread([_speed(each) for each in warm]),
        retry_first_text=_spread([_first(each) for each in again]),
        rewrite_first_text=_spread([_first(each) for each in anew]),
        rewrite_whole=_spread([each.seconds for each in anew]),
        waited=sum(each.seconds_waited for each in [*ghosts, *retries])
        + sum(each.seconds_waited for each in rewritten),
        prompt_tokens=round(statistics.median(each.prompt_tokens for each in warm)),
        drawn_again=sum(each.times_drawn > 1 for each in warm),
        memory_upto=warm[-1].memory_upto,
    )


def _first(drawn: Continuation | Rewritten) -> float:
    first = drawn.seconds_to_first_text
    return drawn.seconds if first is None else first


def _speed(drawn: Continuation) -> float:
    return count_words(drawn.text) / max(drawn.seconds - _first(drawn), 1e-6)


def _spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: round(each, 3) for name, each in value.items()}
    return value
