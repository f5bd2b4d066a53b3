"""A line of a text as a paragraph: white space put right, a scene break written one way."""

import re

from novelgen.text.sentences import SCENE_BREAK

_SCENE_BREAK = re.compile(r"(?:[*#_~=-]\s*){3,}|[*#]")


def is_scene_break(line: str) -> bool:
    """Whether a line is a scene break, however it was typed."""
    return _SCENE_BREAK.fullmatch(line.strip()) is not None


def as_paragraph(line: str) -> str:
    """The line with single spaces; a scene break, however it was typed, as `* * *`."""
    text = " ".join(line.split())
    return SCENE_BREAK if _SCENE_BREAK.fullmatch(text) else text
