"""The forms for entries, facts and promises."""

from novelgen.tui.widgets.form_fields import FieldKind, FormField
from storage.story_records import (
    EntryKind,
    EntryRecord,
    FactRecord,
    ThreadKind,
    ThreadRecord,
    ThreadState,
)

KIND_NAMES = {
    EntryKind.CHARACTER: "person",
    EntryKind.PLACE: "place",
    EntryKind.THING: "thing",
}
STATE_NAMES = {
    ThreadState.OPEN: "open",
    ThreadState.PAID: "kept",
    ThreadState.INTENDED: "stays open",
    ThreadState.DROPPED: "no promise",
}


def entry_fields(entry: EntryRecord | None = None, name: str = "") -> list[FormField]:
    """The fields of an entry, or of a new one."""
    kinds = tuple((kind.value, called) for kind, called in KIND_NAMES.items())
    kind = EntryKind.CHARACTER if entry is None else entry.kind
    aliases = "" if entry is None else ", ".join(entry.aliases)
    return [
        FormField("name", "Name", name if entry is None else entry.name),
        FormField("kind", "What it is", kind.value, FieldKind.CHOICE, choices=kinds),
        FormField("aliases", "Other names", aliases, hint="parted by commas"),
        FormField("description", "Description", "" if entry is None else entry.description,
                  FieldKind.TEXT, lines=3),
    ]  # fmt: skip


def fact_fields(fact: FactRecord | None = None, chapter: int = 0) -> list[FormField]:
    """The fields of a fact, or of a new one that holds from a chapter on."""
    since = chapter if fact is None else fact.valid_from_chapter
    until = "" if fact is None or fact.valid_until_chapter is None else fact.valid_until_chapter
    return [
        FormField("text", "What is true", "" if fact is None else fact.text,
                  hint="has green eyes"),
        FormField("from", "From chapter (0: from before the story)", str(since),
                  FieldKind.NUMBER),
        FormField("until", "Until chapter", str(until), FieldKind.NUMBER, "it stays true"),
    ]  # fmt: skip


def promise_fields(thread: ThreadRecord | None = None, chapter: int = 0) -> list[FormField]:
    """The fields of a promise, or of a new one that is made in a chapter."""
    kind = ThreadKind.SETUP if thread is None else thread.kind
    state = ThreadState.OPEN if thread is None else thread.state
    opened = chapter if thread is None else thread.opened_chapter
    due = "" if thread is None or thread.due_chapter is None else str(thread.due_chapter)
    kinds = tuple((each.value, each.value) for each in ThreadKind)
    states = tuple((each.value, called) for each, called in STATE_NAMES.items())
    return [
        FormField("text", "What is promised", "" if thread is None else thread.text,
                  FieldKind.TEXT, lines=3),
        FormField("kind", "Kind", kind.value, FieldKind.CHOICE, choices=kinds),
        FormField("state", "What became of it", state.value, FieldKind.CHOICE, choices=states),
        FormField("opened", "Made in chapter", str(opened), FieldKind.NUMBER),
        FormField("due", "Due in chapter", due, FieldKind.NUMBER, "whenever"),
    ]  # fmt: skip
