"""Chooses among drafts of a whole chapter without a judge. Pure.

In this order: fewest things that look odd in the finished chapter, fewest repeats, nearest to the
wanted length, the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.generation.ranking import repeat_share
from novelgen.text.words import count_words
from storage.records import RevisionRecord


@dataclass(frozen=True, slots=True)
class ChapterDraft:
    """A complete draft of a chapter."""

    revision: RevisionRecord
    text: str
    oddities: int
    """What the guard found in the whole of it."""


def best_chapter(drafts: Sequence[ChapterDraft], before: str, wanted_words: int) -> ChapterDraft:
    """The draft to keep. `before` is the prose before the chapter, which it must not repeat."""

    def cost(draft: ChapterDraft) -> tuple[float, ...]:
        return (
            float(draft.oddities),
            round(repeat_share(draft.text, before), 2),
            abs(count_words(draft.text) - wanted_words) / max(wanted_words, 1),
        )

    return min(drafts, key=cost)
