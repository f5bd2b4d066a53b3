"""Where the paragraphs of a chapter stand, numbered from 1: prose between empty lines."""

import re

_BREAK = re.compile(r"\n\n+")


def paragraph_spans(text: str) -> list[tuple[int, int]]:
    """`[start, end)` of each paragraph, without the breaks around it."""
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    ends = [*(match.start() for match in _BREAK.finditer(text)), len(text)]
    spans = []
    for start, end in zip(starts, ends, strict=True):
        paragraph = text[start:end]
        if paragraph.strip():
            lead = len(paragraph) - len(paragraph.lstrip())
            spans.append((start + lead, start + len(paragraph.rstrip())))
    return spans


def paragraphs_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The first and last paragraph that a stretch `[start, end)` of the text touches."""
    touched = [
        number
        for number, (begins, ends) in enumerate(paragraph_spans(text), 1)
        if begins < end and ends > start
    ]
    return touched[0], touched[-1]
