"""Entries and facts in words."""

from textual.content import Content

from novelgen.tui.places.bible.entry_forms import KIND_NAMES
from novelgen.tui.places.bible.reading import KnownEntry
from storage.story_records import EntryKind, FactRecord, StoryOrigin

_SIGNS = {EntryKind.CHARACTER: "●", EntryKind.PLACE: "⌂", EntryKind.THING: "◆"}
ORIGINS = {
    StoryOrigin.PLAN: "planned",
    StoryOrigin.TEXT: "read",
    StoryOrigin.MODEL: "read by the model",
    StoryOrigin.AUTHOR: "yours",
}
_NAME_CELLS = 24
_MOST_PASSAGE = 220


def entry_line(known: KnownEntry) -> Content:
    """`● Mara Hale                3`."""
    entry = known.entry
    name = entry.name if len(entry.name) <= _NAME_CELLS else entry.name[: _NAME_CELLS - 1] + "…"
    count = str(len(known.facts)) if known.facts else ""
    return Content.assemble(
        (f"{_SIGNS[entry.kind]} ", "$primary" if known.facts else "$text-muted"),
        name,
        (f"  {count}", "$text-muted"),
    )


def entry_head(known: KnownEntry) -> Content:
    """Name, kind, other names, description, and where it comes from."""
    entry = known.entry
    where = f", first in chapter {entry.first_chapter}" if entry.first_chapter else ""
    facts = f"{KIND_NAMES[entry.kind]}; {ORIGINS[entry.origin]}{where}"
    aliases = f"\nalso {', '.join(entry.aliases)}" if entry.aliases else ""
    return Content.assemble(
        (entry.name, "bold $primary"),
        (f"   {facts}", "$text-muted"),
        (aliases, "$secondary"),
        f"\n\n{entry.description}" if entry.description else "",
    )


def fact_line(fact: FactRecord) -> Content:
    """The fact, since when it holds, and under it the passage that tells it."""
    since = f"from chapter {fact.valid_from_chapter}" if fact.valid_from_chapter else "always"
    until = f" until {fact.valid_until_chapter}" if fact.valid_until_chapter else ""
    told = f"  {ORIGINS[fact.origin]}, {since}{until}"
    source = ""
    if fact.source_passage:
        where = f"ch. {fact.source_chapter}: " if fact.source_chapter else ""
        source = f"\n  {where}{quoted(short(fact.source_passage))}"
    return Content.assemble(fact.text, (told, "$secondary"), (source, "$text-muted"))


def unread_told(count: int) -> str:
    """How many complete chapters were not read yet; empty for none."""
    if not count:
        return ""
    return f"{count:,} {'chapter is' if count == 1 else 'chapters are'} not read yet; U reads"


def quoted(text: str) -> str:
    """A passage on one line in quotation marks, unless it is speech from end to end."""
    line = " ".join(text.split())
    return line if line[:1] in '"“' else f"“{line}”"


def short(text: str, most: int = _MOST_PASSAGE) -> str:
    """A passage on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
