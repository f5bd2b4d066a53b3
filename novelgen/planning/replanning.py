"""New versions of a plan out of older ones: planned anew, for other words, an old one again. Pure.

What is written stays. The words of all chapters add up to the novel's, whatever happens.
"""

from collections.abc import Sequence
from dataclasses import replace

from novelgen.errors import UsageError
from novelgen.planning.budgets import chapter_words
from novelgen.planning.cards import ChapterCard
from novelgen.planning.content import PlanContent
from novelgen.planning.structure import (
    MIN_CHAPTER_WORDS,
    Structure,
    default_chapters,
    outline,
    placed,
)
from novelgen.text.budget import share_out
from storage.records import Beat, PlannedBeats, PlanOrigin


def anew_from(
    now: PlanContent, first: int, written: int, target_words: int | None = None
) -> PlanContent:
    """The plan without what was planned for chapter `first` and those after it.

    What an author's outline says of them is kept. With other `target_words` the number of unwritten
    chapters is found anew, too, where no outline gives it. Raises `UsageError`.
    """
    structure = now.structure
    if not written < first <= structure.total_chapters:
        raise UsageError(
            f"Chapter {first} cannot be the first one that is planned anew: "
            f"{written} of {structure.total_chapters} chapters are written.",
            f"Choose {written + 1} to {structure.total_chapters}."
            if written < structure.total_chapters
            else "Add chapters with `novelgen plan NOVEL --edit`.",
        )
    kept = list(structure.chapters[: first - 1])
    words = target_words or structure.target_words
    rest = list(structure.chapters[first - 1 :])
    is_outlined = any(slot.title or slot.brief or slot.beats for slot in rest)
    keeps_chapters = is_outlined or words == structure.target_words
    if not keeps_chapters:
        left = words - sum(slot.target_words for slot in kept)
        total = max(default_chapters(words) - len(kept), 1)
        shape = outline(max(left, total), total)
        part = kept[-1].part if kept else 1
        rest = [replace(slot, part=part - 1 + slot.part) for slot in shape.chapters]
    slots = placed([*kept, *rest])
    begun = {slot.part for slot in kept}
    content = PlanContent(
        replace(
            structure,
            chapters=slots,
            parts=tuple(
                part
                for part in structure.parts
                if part.number in begun or (keeps_chapters and part.origin == PlanOrigin.AUTHOR)
            ),
            made=f"planned anew from chapter {first}",
            round=structure.round + 1,
        ),
        {number: card for number, card in now.cards.items() if number < first},
        {number: beats for number, beats in now.beats.items() if number < first},
    )
    return with_target(content, words, written)


def with_target(now: PlanContent, target_words: int, written: int) -> PlanContent:
    """The plan for another number of words; what is written keeps its own. Raises `UsageError`."""
    structure = now.structure
    fixed = [slot.target_words if slot.number <= written else None for slot in structure.chapters]
    weights = [float(slot.target_words) for slot in structure.chapters]
    words = chapter_words(target_words, fixed, weights)
    slots = tuple(
        replace(slot, target_words=share)
        for slot, share in zip(structure.chapters, words, strict=True)
    )
    return with_words(
        PlanContent(
            replace(structure, target_words=target_words, chapters=slots), now.cards, now.beats
        )
    )


def extended(now: PlanContent, target_words: int) -> PlanContent:
    """The plan with more chapters behind its last one, of the length that its chapters have.

    For a novel that is written to its end and is to go on; no word of what is planned changes.
    Raises `UsageError` where too few words are added for a chapter.
    """
    slots = now.structure.chapters
    left = target_words - sum(slot.target_words for slot in slots)
    if left < MIN_CHAPTER_WORDS:
        raise UsageError(
            f"All {len(slots)} chapters are written, with {target_words - left:,} words.",
            f"Give at least {target_words - left + MIN_CHAPTER_WORDS:,}, so that a chapter is "
            "added.",
        )
    usual = max((target_words - left) / len(slots), MIN_CHAPTER_WORDS)
    shape = outline(left, max(1, round(left / usual)))
    part = slots[-1].part
    more = [replace(slot, part=part - 1 + slot.part) for slot in shape.chapters]
    structure = replace(now.structure, target_words=target_words, chapters=placed([*slots, *more]))
    return with_words(PlanContent(structure, now.cards, now.beats))


def brought_back(now: PlanContent, older: PlanContent, version: int, written: int) -> PlanContent:
    """An older version, with the written chapters as they are. Raises `UsageError`."""
    total = older.structure.total_chapters
    if total < written:
        raise UsageError(
            f"Version {version} of the plan has {total} chapters, and {written} are written.",
            "Choose another version, or take what you need from `novelgen plan NOVEL --at "
            f"{version}`.",
        )
    slots = [
        replace(slot, target_words=now.structure.slot(slot.number).target_words)
        if slot.number <= min(written, now.structure.total_chapters)
        else slot
        for slot in older.structure.chapters
    ]
    kept = range(1, written + 1)
    cards = {**older.cards, **{at: now.cards[at] for at in kept if at in now.cards}}
    beats = {**older.beats, **{at: now.beats[at] for at in kept if at in now.beats}}
    structure = replace(older.structure, chapters=tuple(slots), made=f"version {version} again")
    content = PlanContent(structure, cards, beats)
    return with_target(content, now.structure.target_words, written)


def with_words(content: PlanContent) -> PlanContent:
    """Cards and beats with the words, the part and the role that the structure gives them."""
    structure = content.structure
    cards: dict[int, ChapterCard] = {}
    for number, card in content.cards.items():
        slot = structure.slot(number)
        cards[number] = replace(
            card,
            number=number,
            part=slot.part,
            role=structure.role_of(number).name,
            target_words=slot.target_words,
        )
    beats = {
        number: PlannedBeats(
            timed(planned.beats, structure, number, [beat.words for beat in planned.beats]),
            planned.origin,
        )
        for number, planned in content.beats.items()
        if number in cards and planned.beats
    }
    return PlanContent(structure, cards, beats)


def timed(
    beats: Sequence[Beat], structure: Structure, number: int, words: Sequence[int | None]
) -> tuple[Beat, ...]:
    """The beats with words that add up to the chapter's; the last one closes it."""
    given = [each for each in words if each]
    usual = sum(given) / len(given) if given else 1.0
    weights = [float(each) if each else usual for each in words]
    shares = share_out(structure.slot(number).target_words, weights)
    last = len(beats) - 1
    return tuple(
        replace(beat, words=share, closes=structure.closes(number) if at == last else "")
        for at, (beat, share) in enumerate(zip(beats, shares, strict=True))
    )
