"""Finds paragraphs and sentences that do not end, and lines that are no prose."""

import re
from collections.abc import Iterator

from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.sentences import SCENE_BREAK, split_sentences
from novelgen.text.words import count_words

MOST_PARAGRAPH_WORDS = 400
"""Of human paragraphs 1 in 200 is longer, hardly one of them in a novel of today."""
MOST_SENTENCE_WORDS = 120
_LEAST_LETTERS = 0.6
"""Of the characters of a line, spaces aside."""
_LEAST_CHARS = 12
_ITEM = re.compile(r"\s*(?:[-•*+]\s|\(?\d{1,3}[.)]\s|[a-z]\)\s)")
_ITEMS = re.compile(r"\S+")
_PARAGRAPH = re.compile(r"[^\n]+")
_SHORT_CHARS = 3 * MOST_SENTENCE_WORDS
"""A line that is no longer holds no such sentence."""
_SHOWN = 60


def shape_alarms(text: str, *, is_whole: bool) -> Iterator[Alarm]:
    """Runaway paragraphs and sentences, lists, capitals, symbols, other scripts.

    What a last line is that may still go on is not judged, only how long it is.
    """
    for match in _PARAGRAPH.finditer(text):
        line = match.group()
        is_open = not is_whole and match.end() == len(text)
        if line.strip() == SCENE_BREAK:
            continue
        fault = "" if is_open else _not_prose(line)
        if fault:
            yield Alarm(AlarmKind.NOT_PROSE, match.start(), match.end(), fault)
            continue
        if len(line) <= _SHORT_CHARS:
            continue
        words = count_words(line)
        if words > MOST_PARAGRAPH_WORDS:
            start = match.start() + _end_of_words(line, MOST_PARAGRAPH_WORDS)
            yield Alarm(AlarmKind.PARAGRAPH, start, match.end(), f"a paragraph of {words} words")
        elif words > MOST_SENTENCE_WORDS:
            yield from _long_sentences(line, match.start())


def _end_of_words(line: str, count: int) -> int:
    """Where so many items between white space end."""
    ends = [match.end() for match in _ITEMS.finditer(line)]
    return ends[min(count, len(ends)) - 1]


def _long_sentences(line: str, offset: int) -> Iterator[Alarm]:
    for sentence in split_sentences(line):
        words = count_words(line[sentence.start : sentence.end])
        if words > MOST_SENTENCE_WORDS:
            detail = f"a sentence of {words} words"
            yield Alarm(AlarmKind.PARAGRAPH, offset + sentence.start, offset + sentence.end, detail)


def _not_prose(line: str) -> str:
    solid = [character for character in line if not character.isspace()]
    if len(solid) < _LEAST_CHARS:
        return ""
    letters = [character for character in solid if character.isalpha()]
    if len(solid) >= 2 * _LEAST_CHARS and len(letters) < _LEAST_LETTERS * len(solid):
        return "hardly a letter in it: " + _shown(line)
    latin = sum(character < "\u0250" for character in letters)
    if latin < 0.9 * len(letters):
        return "another script: " + _shown(line)
    if len(letters) > 2 * _LEAST_CHARS and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        return "capitals: " + _shown(line)
    if _ITEM.match(line):
        return "an item of a list: " + _shown(line)
    return ""


def _shown(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
