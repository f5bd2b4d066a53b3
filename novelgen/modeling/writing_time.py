"""About how long a novel takes: prompts read, drafts drawn, ranked, and written to the memory.

An estimate from this machine's memory and arithmetic. Its shares were measured with the default
model on two cores (docs/writing.md); others may keep more or less of what they draw.
"""

TOKENS_PER_WORD = 1.35
_PASSAGE_TOKENS = 195
"""Kept of a passage."""
_BRIEF_TOKENS = 400
_DRAWN_FOR_KEPT = 1.3
"""Tokens of each draft, those included that were drawn and given up."""
_RANKED, _READ_TO_RANK = 2, 1.5
"""Drafts that the model is asked about, and tokens it reads of each, as a share of the draft."""
_SECONDS_OF_A_ROW = 0.1
"""What another row adds to a step, as a share of the step with one."""


def writing_seconds(
    words: int,
    candidates: int,
    tail_tokens: int,
    drawn_per_second: float,
    read_per_second: float | None,
) -> float:
    """Seconds for so many words, with tokens a second of one row, and of a text that is read.

    Without the latter it is a bound: drawing alone.
    """
    passages = words * TOKENS_PER_WORD / _PASSAGE_TOKENS
    steps = _PASSAGE_TOKENS * _DRAWN_FOR_KEPT
    seconds = steps * (1 + _SECONDS_OF_A_ROW * (candidates - 1)) / drawn_per_second
    if read_per_second is not None:
        read = _BRIEF_TOKENS + tail_tokens + _PASSAGE_TOKENS
        if candidates > 1:
            read += round(min(candidates, _RANKED) * _PASSAGE_TOKENS * _READ_TO_RANK)
        seconds += read / read_per_second
    return passages * seconds
