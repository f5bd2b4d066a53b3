"""A plan as a person reads and edits it: one document, whatever it is written in.

Markdown and YAML are two ways to write the same document; both are read back exactly as they were
written. A document says nothing of where an item came from: that is told by comparing it with the
plan it was made from.
"""

from dataclasses import dataclass, field

from novelgen.errors import UsageError
from novelgen.planning.content import PlanContent
from novelgen.planning.structure import ChapterSlot
from storage.records import Beat

MAX_TITLE_CHARS = 300
MAX_BRIEF_CHARS = 4_000
"""A brief stands in every prompt of its chapter."""
MAX_CHAPTERS = 5_000
MAX_BEATS = 200
_SHOWN = 60


class PlanMistake(UsageError):
    """A plan document that cannot be read; the message names the line."""

    def __init__(self, line: int, found: str, expected: str) -> None:
        where = f"Line {line} of the plan" if line else "The plan"
        super().__init__(f"{where}: {found}.", f"Expected {expected}.")
        self.line = line


@dataclass(frozen=True, slots=True)
class DocumentMember:
    """A person or a place."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class DocumentBeat:
    """One scene."""

    brief: str
    words: int | None = None
    characters: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class DocumentChapter:
    """A chapter. Without title and brief it is planned when it is reached."""

    number: int | None = None
    title: str = ""
    words: int | None = None
    brief: str = ""
    characters: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    beats: tuple[DocumentBeat, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A part with its chapters."""

    title: str = ""
    brief: str = ""
    chapters: tuple[DocumentChapter, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A whole plan."""

    parts: tuple[DocumentPart, ...]
    characters: tuple[DocumentMember, ...] = ()
    places: tuple[DocumentMember, ...] = ()
    title: str = ""
    """The novel's, and the premise its: only a new novel takes them from here."""
    premise: str = ""
    version: int | None = None
    """Of the plan that the document was made from."""

    @property
    def chapters(self) -> tuple[DocumentChapter, ...]:
        return tuple(chapter for part in self.parts for chapter in part.chapters)


def document_of(content: PlanContent, version: int | None = None, title: str = "") -> PlanDocument:
    """The document of a version of a plan."""
    structure = content.structure
    cast = structure.cast
    parts = {card.number: card for card in structure.parts}
    chapters: dict[int, list[DocumentChapter]] = {}
    for slot in structure.chapters:
        chapters.setdefault(slot.part, []).append(_chapter(slot, content))
    return PlanDocument(
        tuple(
            DocumentPart(
                parts[number].title if number in parts else "",
                parts[number].brief if number in parts else "",
                tuple(listed),
            )
            for number, listed in chapters.items()
        ),
        tuple(DocumentMember(m.name, m.description) for m in cast.characters) if cast else (),
        tuple(DocumentMember(m.name, m.description) for m in cast.places) if cast else (),
        title,
        "",
        version,
    )


def require_sound(document: PlanDocument) -> PlanDocument:
    """The document itself. Raises `PlanMistake` for what no plan can hold."""
    chapters = document.chapters
    if not chapters:
        raise PlanMistake(0, "it has no chapter", "at least one, like `## Chapter 1: The Letter`")
    if len(chapters) > MAX_CHAPTERS:
        raise PlanMistake(
            chapters[MAX_CHAPTERS].line,
            f"there are {len(chapters):,} chapters",
            f"at most {MAX_CHAPTERS:,}",
        )
    for chapter in chapters:
        texts = (chapter.brief, *(beat.brief for beat in chapter.beats))
        if len(chapter.title) > MAX_TITLE_CHARS:
            raise PlanMistake(
                chapter.line,
                f"the title “{_short(chapter.title)}” has {len(chapter.title):,} characters",
                f"at most {MAX_TITLE_CHARS}",
            )
        if any(len(text) > MAX_BRIEF_CHARS for text in texts) or len(chapter.beats) > MAX_BEATS:
            raise PlanMistake(
                chapter.line,
                f"the chapter “{_short(chapter.title)}” says too much for a plan",
                f"briefs of at most {MAX_BRIEF_CHARS:,} characters, and at most {MAX_BEATS} scenes",
            )
        if chapter.words == 0 or any(beat.words == 0 for beat in chapter.beats):
            raise PlanMistake(chapter.line, "something has 0 words", "a positive number of words")
    return document


def _chapter(slot: ChapterSlot, content: PlanContent) -> DocumentChapter:
    card = content.cards.get(slot.number)
    planned = content.beats.get(slot.number)
    if card is None:
        beats = tuple(DocumentBeat(beat.brief, beat.words) for beat in slot.beats)
        return DocumentChapter(slot.number, slot.title, slot.target_words, slot.brief, beats=beats)
    return DocumentChapter(
        slot.number,
        card.title,
        slot.target_words,
        card.brief,
        card.characters,
        card.places,
        tuple(_beat(beat) for beat in planned.beats) if planned else (),
    )


def _beat(beat: Beat) -> DocumentBeat:
    return DocumentBeat(beat.brief, beat.words, beat.characters, beat.place)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
