"""Versions of plans in the store: one read whole, a new one added whole."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from novelgen.planning.cards import ChapterCard, PartCard
from novelgen.planning.content import PlanContent
from novelgen.planning.structure import Structure
from storage.records import NewPlannedChapter, PlannedChapterRecord, PlanOrigin, PlanRecord
from storage.unit_of_work import UnitOfWork


def read_content(work: UnitOfWork, plan: PlanRecord) -> PlanContent:
    """Everything in a version, the parts planned since it was made among them."""
    structure = Structure.from_json(plan.structure)
    records = work.plans.chapters(plan.id)
    parts = parts_of(structure, records)
    structure = replace(structure, parts=tuple(card for _, card in sorted(parts.items())))
    cards = {record.number: card_of(record) for record in records}
    return PlanContent(structure, cards, work.plans.all_beats(plan.id))


def add_content(
    work: UnitOfWork, branch_id: str, content: PlanContent, expected_version: int
) -> PlanRecord:
    """Make a version of the plan that holds this. Raises `HeadMoved` and `RecordNotFound`."""
    plan = work.plans.add(branch_id, content.structure.as_json(), expected_version=expected_version)
    for number, card in sorted(content.cards.items()):
        work.plans.add_chapter(plan.id, new_chapter(card))
        if number in content.beats:
            work.plans.add_beats(plan.id, number, content.beats[number])
    return plan


def card_of(record: PlannedChapterRecord) -> ChapterCard:
    """A planned chapter as planning knows it."""
    return ChapterCard(
        record.number,
        record.part,
        record.role,
        record.title,
        record.brief,
        record.target_words,
        record.origin.value,
        tuple(record.provenance.get("characters", ())),
        tuple(record.provenance.get("places", ())),
    )


def new_chapter(card: ChapterCard, part: PartCard | None = None) -> NewPlannedChapter:
    """A card to store; with it the card of its part, if that was planned for it."""
    provenance: dict[str, Any] = {
        "characters": list(card.characters),
        "places": list(card.places),
    }
    if part is not None:
        provenance["part"] = {
            "number": part.number,
            "title": part.title,
            "brief": part.brief,
            "origin": part.origin,
        }
    return NewPlannedChapter(
        number=card.number,
        part=card.part,
        title=card.title,
        brief=card.brief,
        target_words=card.target_words,
        role=card.role,
        origin=PlanOrigin(card.origin),
        provenance=provenance,
    )


def parts_of(structure: Structure, records: Iterable[PlannedChapterRecord]) -> dict[int, PartCard]:
    """The cards of parts: those in the structure, and those planned with a chapter of theirs."""
    told = [record.provenance["part"] for record in records if "part" in record.provenance]
    planned = {part["number"]: PartCard(**part) for part in told}
    return planned | {card.number: card for card in structure.parts}
