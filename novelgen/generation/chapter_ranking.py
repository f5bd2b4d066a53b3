"""Chooses among drafts of a whole chapter without a judge. Pure.

In this order: no talk about the story, fewest repeats, nearest to the wanted length, the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.generation.ranking import repeat_share
from novelgen.text.leaks import count_leaks
from novelgen.text.words import count_words
from storage.records import RevisionRecord


@dataclass(frozen=True, slots=True)
class ChapterDraft:
    """A complete draft of a chapter."""

    revision: RevisionRecord
    text: str


def best_chapter(drafts: Sequence[ChapterDraft], before: str, wanted_words: int) -> ChapterDraft:
    """The draft to keep. `before` is the prose before the chapter, which it must not repeat."""

    def cost(draft: ChapterDraft) -> tuple[float, ...]:
        return (
            float(count_leaks(draft.text)),
            round(repeat_share(draft.text, before), 2),
            abs(count_words(draft.text) - wanted_words) / max(wanted_words, 1),
        )

    return min(drafts, key=cost)
