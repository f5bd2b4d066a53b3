"""Tells what the narrator says from what the characters say, sentence by sentence.

What a quotation is says `novelgen.text.quotations`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from novelgen.text.passages import paragraphs_of
from novelgen.text.quotations import quotations
from novelgen.text.sentences import split_sentences

SPEECH = "…"
"""Stands in place of a quotation in `ToldSentence.narration`."""
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ToldSentence:
    """A sentence of a text, as it stands and without its quotations."""

    paragraph: int
    """Counts from 1; `number` counts the sentences of the text from 0."""
    number: int
    text: str
    narration: str
    """The narrator's words; `SPEECH` for each quotation. Empty when there are none."""

    @property
    def has_speech(self) -> bool:
        return self.narration != self.text


def told_sentences(text: str) -> list[ToldSentence]:
    """The sentences of a text, in order."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[ToldSentence]:
    number = 0
    for paragraph, part in paragraphs_of(text):
        part = _LONE_SURROGATE.sub("_", part)
        spoken = quotations(part)
        for span in split_sentences(part):
            told = part[span.start : span.end].strip()
            if told:
                start = part.index(told, span.start)
                narration = _without(part, spoken, start, start + len(told))
                yield ToldSentence(paragraph, number, told, narration)
                number += 1


def _without(part: str, spoken: list[tuple[int, int]], start: int, end: int) -> str:
    pieces: list[str] = []
    position = start
    for opens, closes in spoken:
        if closes <= start or opens >= end:
            continue
        pieces += [part[position : max(position, opens)], SPEECH]
        position = closes
    pieces.append(part[position:end] if position < end else "")
    narration = "".join(pieces)
    return narration if any(character.isalnum() for character in narration) else ""
