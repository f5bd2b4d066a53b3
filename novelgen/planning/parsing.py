"""Reads plans out of what a small model answers: labelled lines and numbered lists.

Everything read is cleaned and checked; None means "nothing usable", and the caller tries again
or falls back on the skeleton.
"""

import re

from novelgen.text.sanitize import clean_line
from novelgen.text.words import count_words

_MAX_TITLE_WORDS = 8
_MAX_BRIEF_WORDS = 70
_MIN_BRIEF_WORDS = 4
_ITEM = re.compile(r"^\s*(?:\d+[.):]|[-*•])\s*(.+)$")
_SENTENCE = re.compile(r".+?[.!?][\"”')]*(?=\s|$)")
_LABEL = re.compile(r"^(?:title|summary|chapter\s+\w+)\s*[:.—-]\s*", re.IGNORECASE)
_LEAK = re.compile(
    r"<\||https?:|www\.|\b(?:as an ai|language model|i'm sorry|premise:)", re.IGNORECASE
)


def parse_title(answer: str) -> str | None:
    """A title of one to eight words: the first line, without label, quotes and full stop."""
    title = clean_line(answer.strip().split("\n", 1)[0])
    title = _LABEL.sub("", title).split(", by ")[0].split(" by ")[0]
    title = title.strip(" \"“”'*#_|").rstrip(".:;,").strip()
    if not 1 <= count_words(title) <= _MAX_TITLE_WORDS or _LEAK.search(title):
        return None
    return title


def parse_premise(answer: str) -> str | None:
    """One to three whole sentences."""
    return _whole_sentences(answer.strip().split("\n\n", 1)[0])


def parse_chapter(answer: str) -> tuple[str, str] | None:
    """Title and summary out of "summary, then a line `Title: ...`"."""
    head, separator, tail = answer.partition("Title:")
    brief = _whole_sentences(head.strip().split("\n\n", 1)[0])
    title = parse_title(tail) if separator else None
    if title is None or brief is None:
        return None
    return title, brief


def parse_beats(answer: str, count: int) -> list[str] | None:
    """The first `count` items of a numbered list, each a whole sentence; None if fewer."""
    beats: list[str] = []
    for line in answer.strip().split("\n"):
        item = _ITEM.match(line)
        beat = _whole_sentences(item.group(1) if item else "", first_only=True)
        if beat and beat not in beats:
            beats.append(beat)
    return beats[:count] if len(beats) >= count else None


def _whole_sentences(text: str, *, first_only: bool = False) -> str | None:
    line = clean_line(text.replace("**", ""))
    sentences = _SENTENCE.findall(line)[: 1 if first_only else 3]
    brief = " ".join(sentence.strip() for sentence in sentences)
    if not _MIN_BRIEF_WORDS <= count_words(brief) <= _MAX_BRIEF_WORDS or _LEAK.search(brief):
        return None
    return brief
