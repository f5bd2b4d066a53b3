"""Fits `[memory][brief][verbatim tail][new tokens]` into the model's context."""

from dataclasses import dataclass

from novelgen.engine.values import EngineInfo
from novelgen.errors import UsageError
from novelgen.text.segmentation import CountTokens
from novelgen.text.sentences import split_sentences

_MIN_TAIL_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Context:
    """What a decode call is given, and what each part costs in tokens."""

    brief: str
    tail: str
    memory_tokens: int
    brief_tokens: int
    tail_tokens: int
    new_tokens: int


def fit_context(
    brief: str,
    prose: str,
    *,
    info: EngineInfo,
    count_tokens: CountTokens,
    tail_tokens: int,
    new_tokens: int,
) -> Context:
    """The context for a passage: the brief whole, and as much of the end of `prose` as fits.

    The tail holds at most `tail_tokens` and begins at a sentence. Raises `UsageError` when the
    brief alone leaves no room.
    """
    brief_tokens = count_tokens(brief)
    room = info.context_size - info.num_mem_tokens - brief_tokens - new_tokens
    if room < _MIN_TAIL_TOKENS:
        raise UsageError(
            f"The brief takes {brief_tokens} tokens and the model's context holds only "
            f"{info.context_size}; {new_tokens} are kept for new text.",
            "Shorten the premise, or use a model with a longer context.",
        )
    tail = _last_sentences(prose, min(tail_tokens, room), count_tokens)
    return Context(brief, tail, info.num_mem_tokens, brief_tokens, count_tokens(tail), new_tokens)


def _last_sentences(prose: str, max_tokens: int, count_tokens: CountTokens) -> str:
    starts = [sentence.start for sentence in split_sentences(prose)]
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if count_tokens(prose[starts[middle] :].lstrip()) <= max_tokens:
            high = middle
        else:
            low = middle + 1
    return prose[starts[low] :].lstrip() if low < len(starts) else ""
