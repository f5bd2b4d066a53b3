"""New versions of a plan out of a person's document: pure, nothing is stored.

What is written stays: written chapters keep their number and their words, and everything that a
change leaves alone keeps its origin.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from novelgen.planning.budgets import chapter_words
from novelgen.planning.cards import Cast, CastMember, ChapterCard, PartCard
from novelgen.planning.cast_planner import filled_cast
from novelgen.planning.content import PlanContent
from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentMember,
    PlanDocument,
    PlanMistake,
    document_of,
)
from novelgen.planning.frame import PlanFrame
from novelgen.planning.planner import author_card
from novelgen.planning.premise_names import cast_of, mentioned
from novelgen.planning.replanning import timed, with_words
from novelgen.planning.structure import (
    ChapterSlot,
    GivenBeat,
    Structure,
    placed,
)
from storage.records import Beat, PlannedBeats, PlanOrigin

_AUTHOR = PlanOrigin.AUTHOR.value


def with_document(
    now: PlanContent,
    seen: PlanContent,
    document: PlanDocument,
    written: int,
    target_words: int,
    frame: PlanFrame,
) -> PlanContent:
    """The plan as the document has it.

    `seen` is the plan that the document was made from; what the document leaves as it was is taken
    from `now`, in which planning may have gone on. The first `written` chapters have text. Raises
    `PlanMistake` and `UsageError`.
    """
    chapters = document.chapters
    before = {each.number: each for each in document_of(seen).chapters}
    words = _chapter_words(now, before, chapters, written, target_words)
    slots, number = [], 0
    for part, listed in enumerate(document.parts, start=1):
        for _ in listed.chapters:
            slots.append(ChapterSlot(number + 1, part, 0.0, words[number]))
            number += 1
    structure = replace(
        now.structure,
        target_words=target_words,
        chapters=placed(slots),
        parts=_parts(document, now.structure),
        cast=_cast(document, now.structure.cast),
        made="edited",
    )
    frame = replace(frame, structure=structure, cast=structure.cast or frame.cast)
    return _Revision(now, before, structure, frame).of(chapters)


def document_words(
    now: PlanContent, seen: PlanContent, document: PlanDocument, written: int, target_words: int
) -> list[int]:
    """The words that `with_document` would give the chapters; raises as it does."""
    before = {each.number: each for each in document_of(seen).chapters}
    return _chapter_words(now, before, document.chapters, written, target_words)


def from_outline(document: PlanDocument, target_words: int, seed: int, premise: str) -> Structure:
    """The structure of a novel that is written by an author's own outline.

    What the outline says is kept to the letter; the rest is planned when it is reached. Raises
    `UsageError`.
    """
    chapters = document.chapters
    words = chapter_words(target_words, [chapter.words for chapter in chapters])
    parts = [part for part, listed in enumerate(document.parts, 1) for _ in listed.chapters]
    slots = [
        ChapterSlot(
            number,
            part,
            0.0,
            share,
            chapter.title,
            chapter.brief,
            tuple(GivenBeat(beat.brief, beat.words) for beat in chapter.beats),
        )
        for number, (chapter, part, share) in enumerate(zip(chapters, parts, words, strict=True), 1)
    ]
    named = cast_of("\n".join([premise, *_texts(chapters)]))
    told = Cast(
        _members(document.characters, ()) or named.characters,
        _members(document.places, ()) or named.places,
    )
    return Structure(
        target_words,
        placed(slots),
        _parts(document, Structure(target_words, ())),
        filled_cast(told, seed, target_words),
        made="outline",
    )


class _Revision:
    """Turns the chapters of a document into those of a plan."""

    def __init__(
        self,
        now: PlanContent,
        before: Mapping[int | None, DocumentChapter],
        structure: Structure,
        frame: PlanFrame,
    ) -> None:
        self._now = now
        self._before = before
        self._structure = structure
        self._frame = frame
        self._by_text = {(card.title, card.brief): card for card in now.cards.values()}
        self._slots = list(structure.chapters)
        self._cards: dict[int, ChapterCard] = {}
        self._beats: dict[int, PlannedBeats] = {}

    def of(self, chapters: Sequence[DocumentChapter]) -> PlanContent:
        for number, chapter in enumerate(chapters, start=1):
            self._take(number, chapter)
        structure = replace(self._structure, chapters=tuple(self._slots))
        return with_words(PlanContent(structure, self._cards, self._beats))

    def _take(self, number: int, chapter: DocumentChapter) -> None:
        was = chapter.number
        if was is not None and replace(chapter, words=None) == self._plain(was):
            self._keep(number, was)  # whatever was planned for it meanwhile
            return
        slot = replace(
            self._slots[number - 1],
            title=chapter.title,
            brief=chapter.brief,
            beats=tuple(GivenBeat(beat.brief, beat.words) for beat in chapter.beats),
        )
        known = self._by_text.get((chapter.title, chapter.brief))
        if not (chapter.title and chapter.brief):
            self._slots[number - 1] = slot  # planned when it is reached
            return
        card = known or author_card(slot, self._frame, chapter.title)
        people = self._full(chapter.characters) or card.characters
        places = chapter.places or card.places
        if (people, places) != (card.characters, card.places):
            card = replace(card, characters=people, places=places)
        self._cards[number] = card
        if chapter.beats:
            old = self._now.beats.get(known.number) if known else self._now.beats.get(was or 0)
            self._beats[number] = self._planned(chapter.beats, old, card, number)

    def _plain(self, was: int) -> DocumentChapter | None:
        before = self._before.get(was)
        return None if before is None else replace(before, words=None)

    def _keep(self, number: int, was: int) -> None:
        old = self._now.structure
        if was <= old.total_chapters:
            given = old.slot(was)
            self._slots[number - 1] = replace(
                self._slots[number - 1], title=given.title, brief=given.brief, beats=given.beats
            )
        if was in self._now.cards:
            self._cards[number] = self._now.cards[was]
        if was in self._now.beats:
            self._beats[number] = self._now.beats[was]

    def _planned(
        self,
        told: Sequence[DocumentBeat],
        old: PlannedBeats | None,
        card: ChapterCard,
        number: int,
    ) -> PlannedBeats:
        known = {beat.brief: beat for beat in old.beats} if old else {}
        beats = []
        for each in told:
            before = known.get(each.brief)
            origin = _AUTHOR if before is None else before.origin or (old or before).origin
            people = self._full(each.characters)
            if not people and before is None:
                people = mentioned(each.brief, self._frame.people) or card.characters[:2]
            beats.append(Beat("", each.brief, each.words or 0, people, each.place, str(origin)))
        in_time = timed(beats, self._structure, number, [each.words for each in told])
        origins = {beat.origin for beat in beats}
        return PlannedBeats(in_time, PlanOrigin(origins.pop() if len(origins) == 1 else _AUTHOR))

    def _full(self, names: Sequence[str]) -> tuple[str, ...]:
        """Names as the cast has them; unknown ones as they are."""
        full = []
        for name in names:
            found = () if name in self._frame.people else mentioned(name, self._frame.people)
            full.append(found[0] if len(found) == 1 else name)
        return tuple(dict.fromkeys(full))


def _chapter_words(
    now: PlanContent,
    before: Mapping[int | None, DocumentChapter],
    chapters: Sequence[DocumentChapter],
    written: int,
    target_words: int,
) -> list[int]:
    """What is written or changed by the person is fixed; the others share the rest."""
    _require_written(chapters, written, now)
    fixed = [
        _fixed_words(chapter, at, written, now, before) for at, chapter in enumerate(chapters, 1)
    ]
    return chapter_words(target_words, fixed, _weights(chapters, before))


def _texts(chapters: Sequence[DocumentChapter]) -> list[str]:
    """What chapters say, in sentences; titles have capitals that are no names."""
    return [
        text for chapter in chapters for text in (chapter.brief, *(b.brief for b in chapter.beats))
    ]


def _require_written(chapters: Sequence[DocumentChapter], written: int, now: PlanContent) -> None:
    """What is written may be called another thing, but not go or move."""
    for number in range(1, written + 1):
        chapter = chapters[number - 1] if number <= len(chapters) else None
        if chapter is None or chapter.number not in (None, number):
            card = now.cards.get(number)
            title = f" (“{card.title}”)" if card else ""
            line = chapter.line if chapter else 0
            found = f"`## Chapter {chapter.number}`" if chapter else "nothing"
            raise PlanMistake(
                line,
                f"chapter {number}{title} is written and cannot be deleted or moved; found {found}",
                f"`## Chapter {number}` here: the first {written} chapters stay in their order",
            )


def _fixed_words(
    chapter: DocumentChapter,
    number: int,
    written: int,
    now: PlanContent,
    before: Mapping[int | None, DocumentChapter],
) -> int | None:
    """The words a chapter must have: those of a written one, and those a person has changed."""
    if number <= written:
        has = now.structure.slot(number).target_words
        if chapter.words not in (None, has):
            raise PlanMistake(
                chapter.line,
                f"chapter {number} is written, and its words cannot be planned any more",
                f"`({has:,} words)` there, or none",
            )
        return has
    old = before.get(chapter.number)
    return chapter.words if old is None or old.words != chapter.words else None


def _weights(
    chapters: Sequence[DocumentChapter], before: Mapping[int | None, DocumentChapter]
) -> list[float]:
    old = [each.words or 0 for each in before.values()]
    usual = sum(old) / len(old) if any(old) else 1.0
    return [
        float(before[each.number].words or usual) if each.number in before else usual
        for each in chapters
    ]


def _parts(document: PlanDocument, old: Structure) -> tuple[PartCard, ...]:
    known = {(part.title, part.brief): part.origin for part in old.parts}
    return tuple(
        PartCard(number, part.title, part.brief, known.get((part.title, part.brief), _AUTHOR))
        for number, part in enumerate(document.parts, start=1)
        if part.title or part.brief
    )


def _cast(document: PlanDocument, old: Cast | None) -> Cast | None:
    """The document's cast; a list that is not there leaves the old one."""
    kept = old or Cast()
    cast = Cast(
        _members(document.characters, kept.characters) or kept.characters,
        _members(document.places, kept.places) or kept.places,
    )
    return cast if old is not None or cast != Cast() else None


def _members(told: Sequence[DocumentMember], old: Sequence[CastMember]) -> tuple[CastMember, ...]:
    known = {(member.name, member.description): member for member in old}
    return tuple(
        known.get((each.name, each.description), CastMember(each.name, each.description))
        for each in told
    )
