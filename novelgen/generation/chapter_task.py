"""What a chapter is to be."""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.planning.planner import ChapterCard
from storage.records import Beat


@dataclass(frozen=True, slots=True)
class ChapterTask:
    """A chapter to write: its card and beats, and its words as things stand."""

    title: str
    premise: str
    card: ChapterCard
    beats: Sequence[Beat]
    target_words: int
    total_chapters: int
    earlier: str
    instruction: str = ""
    """What a person wants done differently, in their own words."""

    @property
    def all_words(self) -> str:
        """Everything that the plan says of it, for the names in it."""
        told = [self.card.title, self.card.brief, self.earlier, self.instruction]
        return " ".join([self.title, self.premise, *told, *(beat.brief for beat in self.beats)])
