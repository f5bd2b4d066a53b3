"""An item of the plan to be read, beside the outline."""

from textual.content import Content

from novelgen.generation.plan_editing import SeenPlan
from novelgen.manuscript.overview import ChapterOverview
from novelgen.planning.document import DocumentMember
from novelgen.tui.places.plan.items import Item, ItemKind, is_there

_ORIGINS = {
    "author": "yours",
    "model": "by the model",
    "repaired": "by the model, mended",
    "skeleton": "by plain rules",
}


def card_of(seen: SeenPlan, item: Item, written: ChapterOverview | None) -> Content:
    """What there is to know about an item."""
    if not is_there(seen.document, item):
        return Content("")
    match item.kind:
        case ItemKind.BOOK:
            return _book(seen)
        case ItemKind.PART:
            return _part(seen, item.number)
        case ItemKind.CHAPTER:
            return _chapter(seen, item.number, written)
    return _beat(seen, item)


def _book(seen: SeenPlan) -> Content:
    document, structure = seen.document, seen.content.structure
    told = f"{structure.target_words:,} words in {structure.total_chapters:,} chapters"
    return _joined(
        Content.styled(seen.novel.title or "The book", "bold $primary"),
        Content.assemble(
            told, (f"\n{seen.written:,} begun; made: {structure.made}", "$text-muted")
        ),
        Content(seen.novel.premise),
        _members("People", document.characters),
        _members("Places", document.places),
    )


def _part(seen: SeenPlan, number: int) -> Content:
    part = seen.document.parts[number - 1]
    words = sum(chapter.words or 0 for chapter in part.chapters)
    return _joined(
        Content.styled(f"Part {number}", "bold $primary"),
        Content.styled(part.title, "bold"),
        Content(part.brief or "Planned when it is reached."),
        Content.styled(f"{len(part.chapters):,} chapters, {words:,} words", "$text-muted"),
    )


def _chapter(seen: SeenPlan, number: int, written: ChapterOverview | None) -> Content:
    chapter = seen.document.chapters[number - 1]
    card = seen.content.cards.get(number)
    origin = "" if card is None else _ORIGINS.get(card.origin, "")
    have = "" if written is None or not written.words else f"{written.words:,} written of "
    role = seen.content.structure.role_of(number).name
    facts = f"{have}{chapter.words or 0:,} words\n{role}" + (f", {origin}" if origin else "")
    return _joined(
        Content.styled(f"Chapter {number}", "bold $primary"),
        Content.styled(chapter.title, "bold"),
        Content(chapter.brief or "Planned when it is reached."),
        Content.styled(facts, "$text-muted"),
        _named("On stage", chapter.characters),
        _named("Places", chapter.places),
        _beats_told(len(chapter.beats), is_planned=card is not None),
    )


def _beat(seen: SeenPlan, item: Item) -> Content:
    chapter = seen.document.chapters[item.number - 1]
    beat = chapter.beats[item.beat]
    planned = seen.content.beats.get(item.number)
    origin = ""
    if planned is not None:
        stored = planned.beats[item.beat]
        origin = _ORIGINS.get(stored.origin or planned.origin.value, "")
    facts = f"{beat.words or 0:,} words" + (f", {origin}" if origin else "")
    return _joined(
        Content.styled(f"Beat {item.beat + 1} of {len(chapter.beats)}", "bold $primary"),
        Content.styled(f"Chapter {item.number}: {chapter.title}", "$text-muted"),
        Content(beat.brief),
        Content.styled(facts, "$text-muted"),
        _named("On stage", beat.characters),
        _named("Place", (beat.place,) if beat.place else ()),
    )


def _joined(*sections: Content) -> Content:
    return Content("\n\n").join(section for section in sections if section.plain)


def _named(heading: str, names: tuple[str, ...]) -> Content:
    if not names:
        return Content("")
    return Content.assemble((f"{heading}\n", "$secondary"), ", ".join(names))


def _members(heading: str, members: tuple[DocumentMember, ...]) -> Content:
    if not members:
        return Content("")
    lines: list[tuple[str, str]] = [(heading, "$secondary")]
    for member in members:
        lines.append((f"\n{member.name}", ""))
        if member.description:
            lines.append((f"  {member.description}", "$text-muted"))
    return Content.assemble(*lines)


def _beats_told(count: int, *, is_planned: bool) -> Content:
    if count:
        return Content("")
    when = "when the chapter is reached" if is_planned else "with the chapter"
    return Content.styled(f"Its beats are planned {when}; b adds one of your own.", "$text-muted")
