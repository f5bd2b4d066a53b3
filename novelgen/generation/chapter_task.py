"""What a chapter is to be."""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.planning.cards import ChapterCard
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
