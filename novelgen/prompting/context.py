"""The context of a passage: `[memory][brief][verbatim tail][new tokens]` within the model's reach.

What each part costs in tokens is counted, so that a person can see what the model saw and why there
was no room for more.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from novelgen.engine.protocol import Engine
from novelgen.errors import UsageError
from novelgen.text.sentences import split_sentences

_MIN_TAIL_TOKENS = 32
_SLACK_WORDS = 40
"""Words that may be drawn beyond the wanted ones, so that a sentence can end."""
_MOST_TOKENS_PER_WORD = 2.0


@dataclass(frozen=True, slots=True)
class ContextPart:
    """A part of a context and its cost. Parts of the brief are counted each alone."""

    name: str
    tokens: int


@dataclass(frozen=True, slots=True)
class SegmentContext:
    """What the model sees while it draws one passage."""

    brief: str
    tail: str
    """The end of the prose before, with the white space that joins what follows."""
    prose_before: str
    """More of it, for whoever judges what is drawn."""
    wanted_words: int
    parts: tuple[ContextPart, ...]

    @property
    def max_new_tokens(self) -> int:
        return new_tokens_for(self.wanted_words)

    @property
    def slack_words(self) -> int:
        return _SLACK_WORDS

    def tail_with(self, prefix: str) -> str:
        """The tail and what is kept of an attempt before, with the white space that joins it.

        Where a tail ends with a paragraph's break already, that of the prefix is the same one.
        """
        return self.tail + (prefix.lstrip() if self.tail.endswith("\n\n") else prefix)

    def as_json(self) -> dict[str, Any]:
        """All of it but what the model did not see."""
        return {
            "brief": self.brief,
            "tail": self.tail,
            "max_new_tokens": self.max_new_tokens,
            "parts": [asdict(part) for part in self.parts],
        }


def new_tokens_for(wanted_words: int) -> int:
    """Tokens that are kept free for a passage of so many words."""
    return round((wanted_words + _SLACK_WORDS) * _MOST_TOKENS_PER_WORD)


def segment_context(
    engine: Engine,
    brief: str,
    brief_parts: Mapping[str, str],
    prose_before: str,
    *,
    wanted_words: int,
    starts_paragraph: bool,
    tail_tokens: int,
) -> SegmentContext:
    """The context of a passage. `brief_parts` are the texts that the brief was made of, by name.

    Raises `UsageError` when the brief alone leaves no room.
    """
    tail = fit_tail(
        brief,
        prose_before,
        "\n\n" if starts_paragraph else "",
        engine,
        tail_tokens=tail_tokens,
        new_tokens=new_tokens_for(wanted_words),
    )
    named = {name: engine.count_tokens(text) for name, text in brief_parts.items() if text}
    whole = engine.count_prompt_tokens(brief, "")
    parts = [
        ContextPart("memory", engine.info.num_mem_tokens),
        *(ContextPart(name, tokens) for name, tokens in named.items()),
        ContextPart("template", max(0, whole - sum(named.values()))),
        ContextPart("tail", engine.count_prompt_tokens(brief, tail) - whole),
        ContextPart("new text", new_tokens_for(wanted_words)),
    ]
    return SegmentContext(brief, tail, prose_before, wanted_words, tuple(parts))


def fit_tail(
    brief: str, prose: str, joint: str, engine: Engine, *, tail_tokens: int, new_tokens: int
) -> str:
    """As much of the end of `prose` as fits, `joint` behind it; empty when there is no prose.

    The tail begins at a sentence and holds at most `tail_tokens`; together with memory, the whole
    `brief` and `new_tokens` it stays within the model's context. Raises `UsageError` when the brief
    alone leaves no room.
    """
    info = engine.info
    room = info.context_size - info.num_mem_tokens - new_tokens
    brief_tokens = engine.count_prompt_tokens(brief, "")
    if room - brief_tokens < _MIN_TAIL_TOKENS:
        raise UsageError(
            f"The brief takes {brief_tokens} tokens and the model's context holds only "
            f"{info.context_size}; {new_tokens} are kept for new text.",
            "Shorten the premise, or use a model with a longer context.",
        )

    def fits(tail: str) -> bool:
        if engine.count_tokens(tail) > tail_tokens:
            return False
        return engine.count_prompt_tokens(brief, tail + joint) <= room

    starts = [sentence.start for sentence in split_sentences(prose)]
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if fits(prose[starts[middle] :].lstrip()):
            high = middle
        else:
            low = middle + 1
    return prose[starts[low] :].lstrip() + joint if low < len(starts) else ""
