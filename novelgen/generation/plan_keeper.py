"""Keeps the plan of a branch in the store, made piece by piece, one transaction a piece."""

from collections.abc import Iterator

from novelgen.generation.events import ChapterPlanned
from novelgen.generation.novel_context import NovelContext
from novelgen.planning.planner import Beat as PlannedBeat
from novelgen.planning.planner import ChapterCard, Planner
from novelgen.planning.structure import Structure, outline
from novelgen.text.sanitize import clean_line
from storage.records import (
    Beat,
    NewPlannedChapter,
    NovelChanges,
    PlannedBeats,
    PlannedChapterRecord,
    PlanOrigin,
)


class PlanKeeper:
    """The plan of one branch: what is stored, and the planner for what is missing."""

    def __init__(self, context: NovelContext) -> None:
        self._context = context
        self._planner = Planner(
            context.engine,
            context.library,
            seed=context.novel.seed,
            branch=context.branch_name,
            observer=context.watching,
        )
        with context.store.reading() as work:
            novel = work.novels.get(context.novel.id)
            self._title, self._premise = novel.title, novel.premise
            plan = work.plans.current(context.branch_id)
        if plan is None:
            shape = outline(context.novel.target_words, context.settings.chapters)
            with context.store.writing() as work:
                plan = work.plans.add(context.branch_id, shape.as_json())
        self._plan = plan
        self.structure = Structure.from_json(plan.structure)
        with context.store.reading() as work:
            self._cards = [_card(chapter) for chapter in work.plans.chapters(plan.id)]

    @property
    def title(self) -> str:
        return self._title

    @property
    def premise(self) -> str:
        return self._premise

    def ensure_premise_and_title(self) -> None:
        """Let the model invent what the person left open."""
        novel_id = self._context.novel.id
        if not self._premise:
            self._premise = clean_line(self._planner.plan_premise())
            with self._context.store.writing() as work:
                work.novels.update(novel_id, NovelChanges(premise=self._premise))
        if not self._title:
            self._title = clean_line(self._planner.plan_title(self._premise))
            with self._context.store.writing() as work:
                work.novels.update(novel_id, NovelChanges(title=self._title))

    def ensure_part(self, number: int) -> Iterator[ChapterPlanned]:
        """Plan every chapter of the part that holds chapter `number`; yield the new ones."""
        for slot in self.structure.part_of(number):
            if self._has_card(slot.number):
                continue
            card = self._planner.plan_chapter(
                slot,
                self.structure.total_chapters,
                self._title,
                self._premise,
                [before for before in self._cards if before.number < slot.number],
            )
            with self._context.store.writing() as work:
                work.plans.add_chapter(self._plan.id, _new_chapter(card))
            self._cards.append(card)
            yield ChapterPlanned(
                card.number, self.structure.total_chapters, card.title, card.origin
            )
            if self._context.stop.is_requested:
                return

    def ensure_all(self) -> Iterator[ChapterPlanned]:
        """Plan every chapter of the novel."""
        for slot in self.structure.chapters:
            if slot.number == self.structure.part_of(slot.number)[0].number:
                yield from self.ensure_part(slot.number)
            if self._context.stop.is_requested:
                return

    def card(self, number: int) -> ChapterCard:
        """The card of a planned chapter. Raises `LookupError` when it is not planned yet."""
        for card in reversed(self._cards):
            if card.number == number:
                return card
        raise LookupError(f"chapter {number} is not planned")

    def beats(self, number: int) -> tuple[Beat, ...]:
        """The beats of a planned chapter; planned and stored when first asked for."""
        with self._context.store.reading() as work:
            stored = work.plans.beats(self._plan.id, number)
        if stored is not None:
            return stored.beats
        card = self.card(number)
        planned, origin = self._planner.plan_beats(
            self.structure.slot(number), card, self._title, self._premise
        )
        beats = tuple(_beat(beat) for beat in planned)
        with self._context.store.writing() as work:
            work.plans.add_beats(self._plan.id, number, PlannedBeats(beats, PlanOrigin(origin)))
        return beats

    def _has_card(self, number: int) -> bool:
        return any(card.number == number for card in reversed(self._cards))


def _beat(beat: PlannedBeat) -> Beat:
    return Beat("", beat.brief, beat.words)


def _card(chapter: PlannedChapterRecord) -> ChapterCard:
    return ChapterCard(
        chapter.number,
        chapter.part,
        chapter.role,
        chapter.title,
        chapter.brief,
        chapter.target_words,
        chapter.origin.value,
    )


def _new_chapter(card: ChapterCard) -> NewPlannedChapter:
    return NewPlannedChapter(
        number=card.number,
        part=card.part,
        title=card.title,
        brief=card.brief,
        target_words=card.target_words,
        role=card.role,
        origin=PlanOrigin(card.origin),
    )
