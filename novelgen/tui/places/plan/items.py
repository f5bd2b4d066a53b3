"""What can be chosen in the outline: the book, a part, a chapter, a beat; or one to be added."""

from dataclasses import dataclass
from enum import Enum

from novelgen.planning.document import DocumentChapter, PlanDocument


class ItemKind(Enum):
    """The kind of an item; its value begins the item's id."""

    BOOK = "book"
    PART = "part"
    CHAPTER = "chapter"
    BEAT = "beat"
    NEW_CHAPTER = "new-chapter"
    NEW_BEAT = "new-beat"


@dataclass(frozen=True, slots=True)
class Item:
    """Where something stands in the document, or behind what it is to be added."""

    kind: ItemKind
    number: int = 0
    """Of the part or chapter, from 1."""
    beat: int = -1
    """Of the beat in its chapter, from 0; -1 of a new one: to be the first."""

    @property
    def id(self) -> str:
        return f"{self.kind.value}.{self.number}.{self.beat}"

    @property
    def is_new(self) -> bool:
        return self.kind in (ItemKind.NEW_CHAPTER, ItemKind.NEW_BEAT)

    @property
    def added(self) -> "Item":
        """Where a new one stands once it is added; any other stays itself."""
        if self.kind is ItemKind.NEW_BEAT:
            return Item(ItemKind.BEAT, self.number, self.beat + 1)
        if self.kind is ItemKind.NEW_CHAPTER:
            return Item(ItemKind.CHAPTER, self.number + 1)
        return self

    @property
    def chapter(self) -> int | None:
        """The chapter that it is or is in."""
        is_in = self.kind in (ItemKind.CHAPTER, ItemKind.BEAT, ItemKind.NEW_BEAT)
        return self.number if is_in else None


BOOK = Item(ItemKind.BOOK)


def item_of(id_: str) -> Item:
    """The item with an id."""
    kind, number, beat = id_.rsplit(".", 2)
    return Item(ItemKind(kind), int(number), int(beat))


def chapter_of(document: PlanDocument, item: Item) -> DocumentChapter | None:
    """The chapter of a chapter or beat, where the document still has it."""
    chapters = document.chapters
    number = item.chapter
    return chapters[number - 1] if number and number <= len(chapters) else None


def is_there(document: PlanDocument, item: Item) -> bool:
    """Whether the document has the item."""
    match item.kind:
        case ItemKind.BOOK:
            return True
        case ItemKind.PART:
            return item.number <= len(document.parts)
        case ItemKind.CHAPTER:
            return chapter_of(document, item) is not None
        case ItemKind.BEAT:
            chapter = chapter_of(document, item)
            return chapter is not None and item.beat < len(chapter.beats)
    return False
