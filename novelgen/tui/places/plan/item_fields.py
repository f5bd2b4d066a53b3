"""The fields of the side editor: from the plan into a form, and from a form into the plan."""

from collections.abc import Mapping
from dataclasses import replace

from novelgen.errors import UsageError
from novelgen.generation.plan_editing import SeenPlan
from novelgen.planning.document import (
    DocumentBeat,
    DocumentChapter,
    DocumentMember,
    PlanDocument,
)
from novelgen.planning.rearranging import (
    with_beat,
    with_chapter,
    with_new_beat,
    with_new_chapter,
    with_part,
)
from novelgen.text.sanitize import clean_line
from novelgen.tui.places.plan.items import Item, ItemKind, chapter_of
from novelgen.tui.widgets.form_fields import FieldKind, FormField, number_in

Wanted = tuple[PlanDocument, int]
"""A document, and the words that the book is to have."""

_NAMES_HINT = "names, parted by commas"


def fields_of(seen: SeenPlan, item: Item) -> list[FormField]:
    """The fields for an item of the plan."""
    document = seen.document
    match item.kind:
        case ItemKind.BOOK:
            return _book(document, seen.content.structure.target_words)
        case ItemKind.PART:
            part = document.parts[item.number - 1]
            return [
                FormField("title", "Title", part.title),
                FormField("brief", "What the part tells", part.brief, FieldKind.TEXT, lines=6),
            ]
        case ItemKind.CHAPTER:
            chapter = document.chapters[item.number - 1]
            return _chapter(chapter, is_written=item.number <= seen.written)
        case ItemKind.NEW_CHAPTER:
            return _chapter(DocumentChapter(words=_usual(document)), is_written=False)
        case ItemKind.BEAT:
            return _beat(document.chapters[item.number - 1].beats[item.beat])
        case ItemKind.NEW_BEAT:
            chapter = document.chapters[item.number - 1]
            near = chapter.beats[max(item.beat, 0)] if chapter.beats else None
            place = near.place if near else (chapter.places[0] if chapter.places else "")
            people = near.characters if near else chapter.characters
            return _beat(DocumentBeat("", None, people, place))


def wanted(seen: SeenPlan, item: Item, values: Mapping[str, str]) -> Wanted:
    """The plan as it is to be by what is typed. Raises `UsageError` for what cannot be."""
    document, target = seen.document, seen.content.structure.target_words
    match item.kind:
        case ItemKind.BOOK:
            members = (_members(values["people"]), _members(values["places"]))
            document = replace(document, characters=members[0], places=members[1])
            target = number_in(values, "words", "Words of the book") or target
        case ItemKind.PART:
            title, brief = _line(values, "title"), _line(values, "brief")
            document = with_part(document, item.number, title, brief)
        case ItemKind.CHAPTER:
            chapter = document.chapters[item.number - 1]
            document = with_chapter(document, item.number, _changed(chapter, values))
        case ItemKind.NEW_CHAPTER:
            chapter = _changed(DocumentChapter(), values)
            document = with_new_chapter(document, item.number, chapter, seen.written)
        case ItemKind.BEAT | ItemKind.NEW_BEAT:
            document = _with_beat(document, item, values)
    return document, target


def _book(document: PlanDocument, target: int) -> list[FormField]:
    hint = "Name: what there is to know"
    return [
        FormField("words", "Words of the book", f"{target:,}", FieldKind.NUMBER),
        FormField("people", "People, one a line", _listed(document.characters), FieldKind.TEXT,
                  hint, lines=6),
        FormField("places", "Places, one a line", _listed(document.places), FieldKind.TEXT,
                  hint, lines=4),
    ]  # fmt: skip


def _chapter(chapter: DocumentChapter, *, is_written: bool) -> list[FormField]:
    words = "" if chapter.words is None else f"{chapter.words:,}"
    fields = [FormField("title", "Title", chapter.title, hint="found when it is planned")]
    if not is_written:
        fields.append(FormField("words", "Words", words, FieldKind.NUMBER, "a share of the rest"))
    return [
        *fields,
        FormField("brief", "What happens", chapter.brief, FieldKind.TEXT,
                  "Left empty, it is planned when it is reached.", lines=6),
        FormField("people", "People", ", ".join(chapter.characters), hint=_NAMES_HINT),
        FormField("places", "Places", ", ".join(chapter.places), hint=_NAMES_HINT),
    ]  # fmt: skip


def _beat(beat: DocumentBeat) -> list[FormField]:
    words = "" if beat.words is None else f"{beat.words:,}"
    return [
        FormField("brief", "What happens", beat.brief, FieldKind.TEXT, lines=3),
        FormField("words", "Words", words, FieldKind.NUMBER, "an equal share"),
        FormField("people", "On stage", ", ".join(beat.characters), hint=_NAMES_HINT),
        FormField("place", "Place", beat.place),
    ]


def _changed(chapter: DocumentChapter, values: Mapping[str, str]) -> DocumentChapter:
    changed = replace(
        chapter,
        title=_line(values, "title"),
        brief=_line(values, "brief"),
        characters=_names(values["people"]),
        places=_names(values["places"]),
    )
    if "words" in values:
        changed = replace(changed, words=number_in(values, "words", "Words"))
    return changed


def _with_beat(document: PlanDocument, item: Item, values: Mapping[str, str]) -> PlanDocument:
    brief = _line(values, "brief")
    if not any(map(str.isalnum, brief)):
        raise UsageError("Say in a sentence what happens in the beat.")
    words = number_in(values, "words", "Words")
    beat = DocumentBeat(brief, words, _names(values["people"]), clean_line(values["place"]))
    if item.kind is ItemKind.NEW_BEAT:
        return with_new_beat(document, item.number, item.beat, beat)
    chapter = chapter_of(document, item)
    if chapter is None or item.beat >= len(chapter.beats):
        raise UsageError("The beat is not in the plan any more.", "Look at the plan again.")
    return with_beat(document, item.number, item.beat, beat)


def _line(values: Mapping[str, str], name: str) -> str:
    return clean_line(values[name])


def _names(text: str) -> tuple[str, ...]:
    names = [clean_line(name) for name in text.replace(";", ",").split(",")]
    return tuple(dict.fromkeys(name for name in names if name))


def _listed(members: tuple[DocumentMember, ...]) -> str:
    return "\n".join(
        f"{member.name}: {member.description}" if member.description else member.name
        for member in members
    )


def _members(text: str) -> tuple[DocumentMember, ...]:
    members = []
    for line in text.split("\n"):
        name, _, description = line.partition(":")
        if not clean_line(name):
            continue
        if "," in name or ";" in name:
            raise UsageError(f"A name has no comma in it: “{clean_line(name)}”.")
        members.append(DocumentMember(clean_line(name), clean_line(description)))
    return tuple(members)


def _usual(document: PlanDocument) -> int:
    words = [chapter.words or 0 for chapter in document.chapters]
    return round(sum(words) / max(1, len(words)))
