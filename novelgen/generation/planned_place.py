"""What the plan says of a place in a chapter: its card, its beat, and the chapter before."""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.generation.beats import next_passage
from novelgen.prompting.brief import Brief
from storage.records import Beat, NovelRecord
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A place in a book, and what is planned there; what nobody planned is empty."""

    title: str
    premise: str
    chapter: int
    total_chapters: int
    chapter_title: str
    chapter_brief: str
    earlier: str
    """What the chapter before was about, by the plan."""
    beat: Beat | None

    def brief(self) -> Brief:
        """The brief of a passage here, without what is known of the story."""
        beat = self.beat
        return Brief(
            title=self.title,
            premise=self.premise,
            chapter_number=self.chapter,
            total_chapters=self.total_chapters,
            chapter_title=self.chapter_title,
            chapter_brief=self.chapter_brief,
            beat="" if beat is None else beat.brief,
            earlier=self.earlier,
            characters=() if beat is None else beat.characters,
            place="" if beat is None else beat.place,
        )

    @property
    def beat_words(self) -> str:
        """All that is said of the beat."""
        beat = self.beat
        return "" if beat is None else " ".join([beat.brief, *beat.characters, beat.place])

    @property
    def all_words(self) -> str:
        """All that is planned, for the names in it."""
        told = [self.title, self.premise, self.chapter_title, self.chapter_brief, self.earlier]
        return " ".join([*told, self.beat_words])


def planned_place(
    work: UnitOfWork,
    novel: NovelRecord,
    branch_id: str,
    number: int,
    words_before: int,
    chapter_words: int,
) -> PlannedPlace:
    """The place behind so many words of a chapter that has `chapter_words`."""
    plan = work.plans.current(branch_id)
    chapter = work.chapters.get(branch_id, number)
    last = work.chapters.last(branch_id)
    card = earlier = beats = None
    total = 0
    if plan is not None:
        card = work.plans.chapter(plan.id, number)
        earlier = work.plans.chapter(plan.id, number - 1)
        beats = work.plans.beats(plan.id, number)
        total = len(work.plans.chapters(plan.id))
    title = f"Chapter {number}" if card is None else card.title
    return PlannedPlace(
        title=novel.title,
        premise=novel.premise,
        chapter=number,
        total_chapters=max(total, number if last is None else last.number),
        chapter_title=title if chapter is None else chapter.revision.title,
        chapter_brief="" if card is None else card.brief,
        earlier="" if earlier is None else earlier.brief,
        beat=_beat_at(() if beats is None else beats.beats, chapter_words, words_before),
    )


def _beat_at(beats: Sequence[Beat], chapter_words: int, words_before: int) -> Beat | None:
    """The planned beat that a place is in; None without a plan."""
    planned = sum(beat.words for beat in beats)
    if not planned:
        return None
    whole = max(chapter_words, 1)
    step = next_passage([beat.words for beat in beats], whole, words_before)
    return beats[-1 if step is None else step.beat]
