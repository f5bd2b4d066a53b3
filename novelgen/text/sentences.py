"""Sentence boundaries that depend only on the words near them.

Boundaries come from sentencex, with quotation marks masked: sentencex treats a quotation as a
unit, so one unclosed quote would move boundaries pages away, and a cut made while the text
grows would differ from the cut of the finished text. Two rules are added: closing quotes belong to
the sentence before, and a sentence does not end between speech and its dialogue tag.

Every sentence keeps the white space before it, so that the sentences of a text, joined, are
the text.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

import sentencex

from novelgen.text.speech_verbs import TAG_VERBS
from novelgen.text.words import count_words

_QUOTES = "\"“”„«»‘’'()[]*_"
_MASK = {ord(character): "_" for character in _QUOTES}
_CLOSERS = "\"”»’')]*_"
_PARAGRAPH_BREAK = re.compile(r"\n\s*\n|\n")
_DIALOGUE_TAG = re.compile(
    r"\s+(?:(?:[a-z]\S*)"
    r"|(?:(?:Mr|Mrs|Ms|Miss|Dr|Sir|Lady|Lord|Captain)\.?\s+)?"
    rf"(?:[A-Z][\w’'-]*\s+){{1,2}}(?:{'|'.join(TAG_VERBS)})\b)"
)
_ENDS_SPEECH = re.compile(r"[!?.…,—-][\"”’'»]+$")
_ENDS_SENTENCE = re.compile(rf"[.!?…—][{re.escape(_CLOSERS)}]*$")
SCENE_BREAK = "* * *"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of text `[start, end)`, leading white space included, trailing excluded."""

    start: int
    end: int


def split_sentences(text: str) -> list[Sentence]:
    """The sentences of `text`, contiguous, in order.

    White space after the last sentence belongs to no sentence.
    """
    ends: list[int] = []
    for start, end in _paragraphs(text):
        ends.extend(start + offset for offset in _paragraph_sentence_ends(text[start:end]))
    return [Sentence(start, end) for start, end in pairwise([0, *ends])]


def complete_sentence_ends(text: str) -> list[int]:
    """Offsets at which `text` may stop: after a whole sentence.

    The last sentence counts only when it really has ended: a probe sentence is set behind it,
    so that "he met Mr." is not taken for one. A scene break is no place to stop at.
    """
    probe = text + " Smith was there."
    ends = [sentence.end for sentence in split_sentences(probe) if sentence.end <= len(text)]
    return [end for end in ends if _has_ended(text[:end].rstrip())]


def end_of_prose(text: str, max_chars: int) -> str:
    """The whole sentences at the end of `text` that fit into `max_chars` characters.

    All of a shorter text, and the bare end of one whose last sentence is longer.
    """
    if len(text) <= max_chars:
        return text
    end = text[len(text) - max_chars :]
    sentences = split_sentences(end)
    return end[sentences[0].end :] if len(sentences) > 1 else end


def beginning_of_prose(text: str, max_words: int) -> str:
    """The whole sentences at the beginning of `text` that hold at most so many words.

    Empty when the first one is longer.
    """
    end = taken = 0
    for sentence in split_sentences(text):
        taken += count_words(text[sentence.start : sentence.end])
        if taken > max_words:
            break
        end = sentence.end
    return text[:end].strip()


def has_balanced_quotes(text: str, end: int) -> bool:
    """Whether every quotation opened in the paragraph that holds `end` is closed by `end`."""
    start = max(text.rfind("\n", 0, end), -1) + 1
    paragraph = text[start:end]
    straight_even = paragraph.count('"') % 2 == 0
    return straight_even and paragraph.count("“") <= paragraph.count("”")


def _has_ended(text: str) -> bool:
    return bool(_ENDS_SENTENCE.search(text[-8:])) and not text.endswith(SCENE_BREAK)


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Spans of non-empty paragraphs; leading line breaks stay with the paragraph they precede."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _PARAGRAPH_BREAK.finditer(text):
        if text[start : match.start()].strip():
            spans.append((start, match.start()))
            start = match.start()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def _paragraph_sentence_ends(paragraph: str) -> list[int]:
    lead = len(paragraph) - len(paragraph.lstrip())
    body = paragraph[lead:].rstrip()
    ends: list[int] = []
    position = 0
    for piece in sentencex.segment("en", body.translate(_MASK)):
        position += len(piece)
        end = _after_closers(body, position)
        if end < len(body) and _is_boundary(body, end) and (not ends or end > ends[-1]):
            ends.append(end)
    return [lead + end for end in [*ends, len(body)]]


def _after_closers(body: str, position: int) -> int:
    """Move a masked boundary behind closing quotes, then back over trailing white space."""
    while position < len(body) and not body[position - 1].isspace() and body[position] in _CLOSERS:
        position += 1
    return len(body[:position].rstrip())


def _is_boundary(body: str, end: int) -> bool:
    if not body[end].isspace():
        return False
    if body[:end].count("* ") and body[:end].strip("* ") == "":
        return False
    speech_ended = _ENDS_SPEECH.search(body[max(0, end - 4) : end])
    if speech_ended and _DIALOGUE_TAG.match(body, end):
        return False
    following = body[end:].lstrip()
    return not following[:1].islower()
