"""What a chapter is to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from novelgen.planning.cards import ChapterCard
from novelgen.planning.structure import Structure
from novelgen.text.budget import remaining_target
from storage.records import Beat


@dataclass(frozen=True, slots=True)
class ChapterTask:
    """A chapter to write: its card and beats, and its words as things stand."""

    title: str
    premise: str
    card: ChapterCard
    beats: Sequence[Beat]
    target_words: int
    novel_words: int
    """Target of the whole novel."""
    total_chapters: int
    earlier: str
    instruction: str = ""
    """What a person wants done differently, in their own words."""

    @property
    def all_words(self) -> str:
        """Everything that the plan says of it, for the names in it; a line each."""
        card = self.card
        told = [card.title, card.brief, *card.characters, *card.places]
        for beat in self.beats:
            told += [beat.brief, *beat.characters, beat.place]
        return "\n".join([self.title, self.premise, self.earlier, self.instruction, *told])


def chapter_target(
    structure: Structure, number: int, finished_words: Mapping[int, int], novel_words: int
) -> int:
    """Words of a chapter as things stand: its share of what the finished chapters leave.

    `finished_words` are those of the chapters that are written to their end, by number.
    """
    slots = {slot.number: float(slot.target_words) for slot in structure.chapters}
    unwritten = [each for each in slots if each not in finished_words and each != number]
    order = [*sorted(finished_words), number, *unwritten]
    weights = [slots.get(each, 0.0) for each in order]
    finished = [words for _, words in sorted(finished_words.items())]
    return remaining_target(novel_words, weights, finished)
