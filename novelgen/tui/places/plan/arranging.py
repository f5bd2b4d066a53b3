"""What the keys of the outline ask for at an item: a change, and what is chosen after it."""

from collections.abc import Callable
from dataclasses import dataclass

from novelgen.generation.plan_editing import SeenPlan
from novelgen.planning.document import PlanDocument
from novelgen.planning.rearranging import (
    merged_chapter,
    moved_beat,
    moved_chapter,
    split_chapter,
    without_beat,
    without_chapter,
)
from novelgen.tui.places.plan.items import Item, ItemKind, chapter_of


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A change, made with the plan as it is then and the number of chapters that are written."""

    changed: Callable[[PlanDocument, int], PlanDocument]
    item: Item
    """What is chosen afterwards."""
    hint: str = ""


def moved(item: Item, step: int) -> Arrangement | None:
    """The item one place up (-1) or down (1); None for what is not moved."""
    number = item.number
    if item.kind is ItemKind.CHAPTER:
        return Arrangement(
            lambda document, written: moved_chapter(document, number, step, written),
            Item(ItemKind.CHAPTER, number + step),
        )
    if item.kind is ItemKind.BEAT:
        return Arrangement(
            lambda document, _: moved_beat(document, number, item.beat, step),
            Item(ItemKind.BEAT, number, item.beat + step),
        )
    return None


def split(item: Item) -> Arrangement | None:
    """The chapter made two, at the beat that is chosen, else in the middle."""
    if item.chapter is None:
        return None
    number = item.chapter

    def changed(document: PlanDocument, written: int) -> PlanDocument:
        middle = (len(document.chapters[number - 1].beats) + 1) // 2
        at = item.beat if item.kind is ItemKind.BEAT else middle
        return split_chapter(document, number, at, written)

    hint = "Give both a brief of their own."
    return Arrangement(changed, Item(ItemKind.CHAPTER, number + 1), hint)


def merged(item: Item) -> Arrangement | None:
    """The chapter and the one behind it made one."""
    number = item.chapter
    if number is None:
        return None
    return Arrangement(
        lambda document, written: merged_chapter(document, number, written),
        Item(ItemKind.CHAPTER, number),
    )


def deleted(item: Item) -> Arrangement | None:
    """The plan without the chapter or beat."""
    number = item.number
    if item.kind is ItemKind.CHAPTER:
        return Arrangement(
            lambda document, written: without_chapter(document, number, written),
            Item(ItemKind.CHAPTER, max(1, number - 1)),
        )
    if item.kind is ItemKind.BEAT:
        before = Item(ItemKind.BEAT, number, item.beat - 1)
        return Arrangement(
            lambda document, _: without_beat(document, number, item.beat),
            before if item.beat else Item(ItemKind.CHAPTER, number),
        )
    return None


def new_chapter_at(seen: SeenPlan, item: Item) -> Item:
    """Where a new chapter comes that is asked for at an item: behind it, and what is written."""
    document = seen.document
    behind = len(document.chapters)
    if item.chapter is not None:
        behind = item.chapter
    elif item.kind is ItemKind.PART:
        behind = sum(len(part.chapters) for part in document.parts[: item.number])
    return Item(ItemKind.NEW_CHAPTER, max(behind, seen.written))


def new_beat_at(seen: SeenPlan, item: Item) -> Item | None:
    """Where a new beat comes that is asked for at an item; None where there is no chapter."""
    chapter = chapter_of(seen.document, item)
    if chapter is None or item.chapter is None:
        return None
    at = item.beat if item.kind is ItemKind.BEAT else len(chapter.beats) - 1
    return Item(ItemKind.NEW_BEAT, item.chapter, at)
