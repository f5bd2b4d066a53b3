"""Sentences of several drafts, joined into one text; pure.

Where two sentences meet that did not stand side by side, there is a seam.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.text.sentences import split_sentences

_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of a draft, both counted from 0."""

    draft: int
    number: int
    text: str
    """Without the white space before it."""
    begins_paragraph: bool


@dataclass(frozen=True, slots=True)
class JoinedText:
    """The text, and the offsets in it at which a seam's second sentence begins."""

    text: str
    seams: tuple[int, ...]


def sentences_of(draft: int, text: str) -> tuple[DraftSentence, ...]:
    """The sentences of a draft, in order."""
    found: list[DraftSentence] = []
    for sentence in split_sentences(text):
        piece = text[sentence.start : sentence.end]
        lead = piece[: len(piece) - len(piece.lstrip())]
        if piece.strip():
            number = len(found)
            found.append(DraftSentence(draft, number, piece.strip(), "\n" in lead or not number))
    return tuple(found)


def joined(sentences: Sequence[DraftSentence]) -> JoinedText:
    """The sentences as one text, in the order given.

    A sentence that began a paragraph in its draft begins one here, but for the first of a draft,
    which goes on where it is put.
    """
    text = ""
    seams: list[int] = []
    before: DraftSentence | None = None
    for sentence in sentences:
        if before is not None:
            starts = sentence.begins_paragraph and sentence.number > 0
            text += _BREAK if starts else " "
            if (sentence.draft, sentence.number) != (before.draft, before.number + 1):
                seams.append(len(text))
        text += sentence.text
        before = sentence
    return JoinedText(text, tuple(seams))
