"""Where RMT segments are cut: a function of the text alone, however the text came.

A chapter starts a segment. A segment ends at the last sentence end at or before the segment
size. A sentence longer than a segment is cut at its last word end that fits, and a word
longer than a segment stands alone. Joined, the segments of a chapter are the chapter.
"""

from collections.abc import Callable, Iterator

from novelgen.text.sentences import split_sentences

CountTokens = Callable[[str], int]
_MAX_CHARS_PER_TOKEN = 16


def split_segments(text: str, segment_size: int, count_tokens: CountTokens) -> Iterator[str]:
    """All segments of a finished chapter, in order. `segment_size` is in tokens."""
    rest = text
    while rest.strip():
        segment = closed_segment(rest, segment_size, count_tokens) or rest
        yield segment
        rest = rest[len(segment) :]


def closed_segment(text: str, segment_size: int, count_tokens: CountTokens) -> str | None:
    """The first segment of a growing text, or None while more text could still join it.

    It is closed once the sentence after it is there and does not fit. That sentence may still
    grow; growing only makes it fit less, so the cut stands.
    """
    window = _window(text, segment_size * _MAX_CHARS_PER_TOKEN)
    if count_tokens(window) <= segment_size and len(window) < len(text):
        window = text
    sentences = split_sentences(window)
    end = 0
    for sentence in sentences:
        if count_tokens(window[: sentence.end]) > segment_size:
            break
        end = sentence.end
    else:
        return None
    return text[:end] if end else _first_words(window, segment_size, count_tokens)


def _window(text: str, num_chars: int) -> str:
    """The beginning of `text`, of `num_chars` or a little more: it ends with a whole word."""
    end = num_chars
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[:end]


def _first_words(text: str, segment_size: int, count_tokens: CountTokens) -> str:
    """The most whole words that fit, at least one."""
    ends = _word_ends(text)
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens(text[: ends[middle]]) <= segment_size:
            low = middle
        else:
            high = middle - 1
    return text[: ends[low]]


def _word_ends(text: str) -> list[int]:
    pairs = zip(text, text[1:] + " ", strict=True)
    return [
        index + 1
        for index, (here, following) in enumerate(pairs)
        if not here.isspace() and following.isspace()
    ]
