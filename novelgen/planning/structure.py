"""The shape of a novel before the model has said a word: how many parts, chapters and beats.

Everything here is a pure function of the word target, so a plan exists for any model. A chapter's
`role` is its place in the story's arc.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

# (target words, words a chapter): a novella has short chapters, a saga chapters of 4,600 words
_CHAPTER_LENGTHS = (
    (1_500, 500),
    (3_000, 1_000),
    (10_000, 2_000),
    (50_000, 3_000),
    (550_000, 4_580),
)
_CHAPTERS_A_PART = 20
_WORDS_A_BEAT = 170
_MAX_BEATS = 8


@dataclass(frozen=True, slots=True)
class ChapterSlot:
    """A chapter that is not planned yet: its place, its part and its share of the words."""

    number: int
    part: int
    position: float
    """Where in the story it stands: 0 the first chapter, 1 the last."""
    target_words: int


@dataclass(frozen=True, slots=True)
class Structure:
    """The skeleton of a novel. Chapters are numbered from 1."""

    target_words: int
    chapters: tuple[ChapterSlot, ...]

    @property
    def total_chapters(self) -> int:
        return len(self.chapters)

    def slot(self, number: int) -> ChapterSlot:
        return self.chapters[number - 1]

    def part_of(self, number: int) -> tuple[ChapterSlot, ...]:
        """All chapters of the part that chapter `number` stands in."""
        part = self.slot(number).part
        return tuple(slot for slot in self.chapters if slot.part == part)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Structure":
        return cls(
            document["target_words"],
            tuple(ChapterSlot(**slot) for slot in document["chapters"]),
        )


def outline(target_words: int, chapters: int | None = None) -> Structure:
    """Parts and chapters for a target; `chapters` fixes their number."""
    total = chapters or default_chapters(target_words)
    bounds = [round(target_words * index / total) for index in range(total + 1)]
    parts = max(1, round(total / _CHAPTERS_A_PART))
    slots = tuple(
        ChapterSlot(
            number=number,
            part=(number - 1) * parts // total + 1,
            position=(number - 1) / (total - 1) if total > 1 else 1.0,
            target_words=upto - before,
        )
        for number, (before, upto) in enumerate(pairwise(bounds), start=1)
    )
    return Structure(target_words, slots)


def default_chapters(target_words: int) -> int:
    """How many chapters a novel of that length usually has."""
    return max(1, round(target_words / _chapter_length(target_words)))


def default_beats(chapter_words: int) -> int:
    """How many beats a chapter of that length gets."""
    return min(_MAX_BEATS, max(1, round(chapter_words / _WORDS_A_BEAT)))


def _chapter_length(target_words: int) -> float:
    """Interpolated between the known lengths, in the logarithm of the target."""
    known = _CHAPTER_LENGTHS
    if target_words <= known[0][0]:
        return known[0][1]
    for (low, low_words), (high, high_words) in pairwise(known):
        if target_words <= high:
            share = math.log(target_words / low) / math.log(high / low)
            return low_words + share * (high_words - low_words)
    return known[-1][1]
