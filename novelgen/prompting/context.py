"""Fits `[memory][brief][verbatim tail][new tokens]` into the model's context."""

from novelgen.engine.protocol import Engine
from novelgen.errors import UsageError
from novelgen.text.sentences import split_sentences

_MIN_TAIL_TOKENS = 32


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
