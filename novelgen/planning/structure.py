"""The shape of a novel: how many parts, chapters and beats, and who is in it.

The shape is a pure function of the word target, so a plan exists for any model. A structure also
holds what an author has said of chapters that are not planned yet, and what a plan as a whole is
made of: parts, cast, and how the model is asked.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from novelgen.planning.cards import Cast, PartCard
from novelgen.planning.roles import Role, role_at

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
MIN_CHAPTER_WORDS = 40


@dataclass(frozen=True, slots=True)
class GivenBeat:
    """A beat in an author's outline; without words it takes an equal share."""

    brief: str
    words: int | None = None


@dataclass(frozen=True, slots=True)
class ChapterSlot:
    """A chapter that may not be planned yet: its place, its part and its share of the words."""

    number: int
    part: int
    position: float
    """Where in the story it stands: 0 the first chapter, 1 the last."""
    target_words: int
    title: str = ""
    """The author's; planning keeps it, and what follows, to the letter."""
    brief: str = ""
    beats: tuple[GivenBeat, ...] = ()

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "ChapterSlot":
        beats = tuple(GivenBeat(**beat) for beat in document.get("beats", ()))
        return cls(**{**document, "beats": beats})


@dataclass(frozen=True, slots=True)
class Structure:
    """The skeleton of a novel. Chapters are numbered from 1."""

    target_words: int
    chapters: tuple[ChapterSlot, ...]
    parts: tuple[PartCard, ...] = ()
    """Parts that are planned by somebody already; the others are planned when they are reached."""
    cast: Cast | None = None
    """None in a plan of an earlier version of the product."""
    answers: str = ""
    """How the model answers planning questions: `json`, `labelled`, or not known."""
    answers_by: str = ""
    """The fingerprint of the model that was found to answer so; empty in older plans."""
    made: str = "planned"
    """How this version of the plan came about, in a word or two."""
    round: int = 0
    """Rises when a person has the plan made anew, so that other answers are drawn."""

    @property
    def total_chapters(self) -> int:
        return len(self.chapters)

    @property
    def total_parts(self) -> int:
        return self.chapters[-1].part

    def slot(self, number: int) -> ChapterSlot:
        return self.chapters[number - 1]

    def part_of(self, number: int) -> tuple[ChapterSlot, ...]:
        """All chapters of the part that chapter `number` stands in."""
        part = self.slot(number).part
        return tuple(slot for slot in self.chapters if slot.part == part)

    def part_words(self) -> dict[int, int]:
        """The words of every part; they add up to the target."""
        words: dict[int, int] = {}
        for slot in self.chapters:
            words[slot.part] = words.get(slot.part, 0) + slot.target_words
        return words

    def role_of(self, number: int) -> Role:
        """What chapter `number` is for: every part has an arc of its own."""
        part = self.part_of(number)
        if len(part) == 1 or self.total_parts == 1:
            return role_at(self.slot(number).position)
        return role_at((number - part[0].number) / (len(part) - 1))

    def role_of_part(self, part: int) -> Role:
        """What a part is for in the whole."""
        total = self.total_parts
        return role_at((part - 1) / (total - 1) if total > 1 else 1.0)

    def closes(self, number: int) -> str:
        """What ends with chapter `number`: `novel`, `part` or `chapter`."""
        if number == self.total_chapters:
            return "novel"
        return "part" if self.slot(number + 1).part != self.slot(number).part else "chapter"

    def answers_of(self, model_fingerprint: str) -> str:
        """How this model answers, as far as the plan knows: another one may answer otherwise."""
        return self.answers if self.answers_by in ("", model_fingerprint) else ""

    def as_json(self) -> dict[str, Any]:
        """Without what is not said, so that a long plan stays small."""
        document = asdict(self)
        if self.cast is None:
            del document["cast"]
        for slot in document["chapters"]:
            for name in ("title", "brief", "beats"):
                if not slot[name]:
                    del slot[name]
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Structure":
        cast = document.get("cast")
        return cls(
            document["target_words"],
            tuple(ChapterSlot.from_json(slot) for slot in document["chapters"]),
            tuple(PartCard(**part) for part in document.get("parts", ())),
            None if cast is None else Cast.from_json(cast),
            document.get("answers", ""),
            document.get("answers_by", ""),
            document.get("made", "planned"),
            document.get("round", 0),
        )


def outline(target_words: int, chapters: int | None = None) -> Structure:
    """Parts and chapters for a target; `chapters` fixes their number."""
    total = chapters or default_chapters(target_words)
    bounds = [round(target_words * index / total) for index in range(total + 1)]
    parts = max(1, round(total / _CHAPTERS_A_PART))
    slots = [
        ChapterSlot(number, (number - 1) * parts // total + 1, 0.0, upto - before)
        for number, (before, upto) in enumerate(pairwise(bounds), start=1)
    ]
    return Structure(target_words, placed(slots))


def placed(slots: Sequence[ChapterSlot]) -> tuple[ChapterSlot, ...]:
    """The chapters in this order, numbered, each with its place in the story."""
    total = len(slots)
    return tuple(
        replace(slot, number=number, position=(number - 1) / (total - 1) if total > 1 else 1.0)
        for number, slot in enumerate(slots, start=1)
    )


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
