"""Keeps the plan of a branch in the store, made piece by piece, one transaction a piece.

The cast is planned first, a part and its chapters when the first of them is reached, beats
when their chapter is. Everything planned is added to the current version; only a person makes
another one.
"""

from collections.abc import Iterator
from dataclasses import replace

from novelgen.generation.events import ChapterPlanned
from novelgen.generation.novel_context import NovelContext
from novelgen.generation.plan_store import card_of, new_chapter, parts_of
from novelgen.planning.cards import Cast, ChapterCard, PartCard
from novelgen.planning.cast_planner import filled_cast
from novelgen.planning.frame import PlanFrame
from novelgen.planning.planner import Planner
from novelgen.planning.premise_names import cast_of
from novelgen.planning.structure import ChapterSlot, Structure, outline
from novelgen.text.sanitize import clean_line
from storage.records import Beat, NovelChanges, PlannedBeats, PlanRecord

_MAX_STRETCH, _STRETCH = 30, 20
"""Chapters of a part that are planned together at most, and of a larger part."""


class PlanKeeper:
    """The plan of one branch: what is stored, and the planner for what is missing."""

    def __init__(self, context: NovelContext) -> None:
        self._context = context
        with context.store.reading() as work:
            novel = work.novels.get(context.novel.id)
            plan = work.plans.current(context.branch_id)
        self._title, self._premise, self._seed = novel.title, novel.premise, novel.seed
        self._target_words = novel.target_words
        self._plan: PlanRecord | None = None
        self.structure = outline(novel.target_words, context.settings.chapters)
        self._parts: dict[int, PartCard] = {}
        self._cards: dict[int, ChapterCard] = {}
        self._take(plan)

    @property
    def title(self) -> str:
        return self._title

    @property
    def premise(self) -> str:
        return self._premise

    @property
    def target_words(self) -> int:
        """Words wanted of the novel, as they are stored now."""
        return self._target_words

    @property
    def cast(self) -> Cast:
        """The people and places of the novel; before they are planned, those of the premise."""
        if self.structure.cast is not None:
            return self.structure.cast
        return filled_cast(cast_of(self._premise), self._seed, self.structure.target_words)

    def ensure_premise_and_title(self) -> None:
        """Let the model invent what the person left open, the cast included."""
        novel_id = self._context.novel.id
        if not self._premise:
            self._premise = clean_line(self._planner.plan_premise())
            with self._context.store.writing() as work:
                work.novels.update(novel_id, NovelChanges(premise=self._premise))
        if not self._title:
            self._title = clean_line(self._planner.plan_title(self._premise))
            with self._context.store.writing() as work:
                work.novels.update(novel_id, NovelChanges(title=self._title))
        self._ensure_plan()

    def ensure_part(self, number: int) -> Iterator[ChapterPlanned]:
        """Plan every chapter of the part that holds chapter `number`; yield the new ones.

        Of a part with very many chapters, those near it.
        """
        self._ensure_plan()
        slots = self._stretch(number)
        self._load(slots[0].number, slots[-1].number)
        missing = [slot for slot in slots if slot.number not in self._cards]
        if not missing:
            return
        self._load(1, None)
        self._planner.settle_answers(self._premise, self.structure.target_words)
        part = self._plan_part(slots[0].part)
        for slot in missing:
            cards = sorted(self._cards.items())
            before = [card for number, card in cards if number < slot.number]
            after = [card for number, card in cards if number > slot.number]
            card = self._planner.plan_chapter(slot, self._frame(), before, after)
            with self._context.store.writing() as work:
                work.plans.add_chapter(self._plan_id, new_chapter(card, part))
            self._cards[card.number] = card
            part = None  # it is stored with one chapter
            yield ChapterPlanned(
                card.number, self.structure.total_chapters, card.title, card.origin
            )
            if self._context.stop.is_requested:
                return

    def ensure_all(self) -> Iterator[ChapterPlanned]:
        """Plan every chapter of the novel."""
        self._ensure_plan()
        number = 1
        while number <= self.structure.total_chapters and not self._context.stop.is_requested:
            yield from self.ensure_part(number)
            number = self._stretch(number)[-1].number + 1

    def card(self, number: int) -> ChapterCard:
        """The card of a planned chapter. Raises `LookupError` when it is not planned yet."""
        if number not in self._cards and self._plan is not None:
            self._load(number, number)
        if number not in self._cards:
            raise LookupError(f"chapter {number} is not planned")
        return self._cards[number]

    def beats(self, number: int) -> tuple[Beat, ...]:
        """The beats of a planned chapter; planned and stored when first asked for."""
        with self._context.store.reading() as work:
            stored = work.plans.beats(self._plan_id, number)
        if stored is not None:
            return stored.beats
        card = self.card(number)
        self._planner.settle_answers(self._premise, self.structure.target_words)
        planned = self._planner.plan_beats(
            self._slot(number), card, self._frame(), self._told_elsewhere(number)
        )
        beats = tuple(replace(beat, brief=clean_line(beat.brief)) for beat in planned.beats)
        with self._context.store.writing() as work:
            work.plans.add_beats(self._plan_id, number, PlannedBeats(beats, planned.origin))
        return beats

    @property
    def _plan_id(self) -> str:
        if self._plan is None:
            raise LookupError("nothing is planned")
        return self._plan.id

    def _take(self, plan: PlanRecord | None) -> None:
        """Go by this version of the plan."""
        if plan is not None:
            self._plan = plan
            self.structure = Structure.from_json(plan.structure)
            self._parts = {card.number: card for card in self.structure.parts}
        context = self._context
        self._planner = Planner(
            context.planner,
            context.library,
            seed=self._seed,
            branch=context.branch_name,
            observer=context.watching,
            answers=self.structure.answers_of(context.engine.info.model_fingerprint),
            round_=self.structure.round,
        )

    def _ensure_plan(self) -> None:
        """Plan the cast, and store the first version with it."""
        if self._plan is not None:
            return
        cast = self._planner.plan_cast(self._premise, self.structure.target_words)
        structure = replace(
            self.structure,
            cast=cast,
            answers=self._planner.answers,
            answers_by=self._context.engine.info.model_fingerprint,
        )
        branch_id = self._context.branch_id
        with self._context.store.writing() as work:
            plan = work.plans.current(branch_id)  # a person may have been quicker
            if plan is None:
                plan = work.plans.add(branch_id, structure.as_json())
        self._take(plan)

    def _stretch(self, number: int) -> tuple[ChapterSlot, ...]:
        """The chapters that are planned together."""
        part = self.structure.part_of(number)
        if len(part) <= _MAX_STRETCH:
            return part
        first = (number - part[0].number) // _STRETCH * _STRETCH
        return part[first : first + _STRETCH]

    def _load(self, first: int, last: int | None) -> None:
        with self._context.store.reading() as work:
            records = work.plans.chapters(self._plan_id, first, last)
        self._cards |= {record.number: card_of(record) for record in records}
        self._parts = parts_of(self.structure, records) | self._parts

    def _plan_part(self, number: int) -> PartCard | None:
        """Plan a part that nobody has planned; None where there is nothing to plan."""
        if self.structure.total_parts == 1 or self._parts.get(number, PartCard(0)).brief:
            return None
        given = self._parts.get(number)
        part = self._planner.plan_part(number, self._frame())
        if given is not None and given.title:  # the author's
            part = replace(part, title=given.title)
        self._parts[number] = part
        return part

    def _frame(self) -> PlanFrame:
        return PlanFrame(
            self._title, self._premise, self._seed, self.structure, self.cast, self._parts
        )

    def _slot(self, number: int) -> ChapterSlot:
        return self.structure.slot(number)

    def _told_elsewhere(self, number: int) -> frozenset[str]:
        """Briefs of the beats of other chapters: 8,000 are read in a tenth of a second."""
        with self._context.store.reading() as work:
            return frozenset(map(str.casefold, work.plans.beat_briefs(self._plan_id, number)))
