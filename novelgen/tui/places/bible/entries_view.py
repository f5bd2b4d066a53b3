"""Who and what there is, and what is true of it, with where that is told."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.form import FormDialog
from novelgen.tui.places.bible.changing import keep_entry, keep_fact, remove_entry, remove_fact
from novelgen.tui.places.bible.entry_forms import entry_fields, fact_fields
from novelgen.tui.places.bible.entry_lines import (
    entry_head,
    entry_line,
    fact_line,
    unread_told,
)
from novelgen.tui.places.bible.reading import KnownBible, KnownEntry, read_bible
from novelgen.tui.places.bible.rename_dialog import RenameDialog
from novelgen.tui.places.bible.section import BibleSection
from novelgen.tui.widgets.kept_list import KeptList
from storage.story_records import FactRecord


class EntryList(KeptList):
    """The entries."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right", "select", "Facts", key_display="⏎",
                tooltip="Go to what is true of it"),
    ]  # fmt: skip


class FactList(KeptList):
    """What is true of an entry."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    FactList:focus { background-tint: $background 0%; }
    FactList > .option-list--option { padding: 0 2 1 2; }
    .-narrow FactList > .option-list--option { padding: 0 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Source", tooltip="Go to the passage that tells it"),
    ]


class EntriesView(BibleSection):
    """Entries at the left, the facts of one at the right."""

    NAME = "Who and what"
    DEFAULT_CSS = """
    EntriesView #entry-side { width: 1fr; background: $surface; }
    EntriesView #entry-head { height: auto; padding: 1 2; }
    EntriesView FactList { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add_fact", "Add fact", tooltip="Add something that is true of it"),
        Binding("n", "new_entry", "New", tooltip="Add a person, a place or a thing"),
        Binding("e", "edit", "Change", tooltip="Change the entry, or the chosen fact"),
        Binding("R", "rename", "Rename", tooltip="Give it another name, in the whole book"),
        Binding("delete,backspace,x", "remove", "Take out", show=False, key_display="x",
                tooltip="Take the entry out, or say that the fact is not true"),
        Binding("g", "first", "Go to", show=False, tooltip="Go to where the text names it first"),
        Binding("slash", "search", "Find", show=False, key_display="/",
                tooltip="Find an entry by a part of its name"),
        Binding("left", "back", "Back", show=False, tooltip="Back to the entries"),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        yield EntryList(classes="bible-list", id="entries")
        with Vertical(id="entry-side"):
            yield Static("", id="entry-head")
            yield FactList(id="facts")

    def on_mount(self) -> None:
        self._bible = KnownBible((), ())

    def arrive(self) -> None:
        self._entries.focus()

    def reload(self) -> None:
        self.place.ask(lambda bench: read_bible(bench, self.novel_id), self._take, group="bible")

    def action_new_entry(self) -> None:
        self.app.push_screen(
            FormDialog(
                "A new entry",
                entry_fields(),
                lambda bench, values: keep_entry(bench, self.novel_id, None, values),
            ),
            self.changed,
        )

    def action_add_fact(self) -> None:
        known = self._known
        if known is None:
            self.action_new_entry()
            return
        self.app.push_screen(
            FormDialog(
                f"What is true of {known.entry.name}",
                fact_fields(),
                lambda bench, values: keep_fact(bench, self.novel_id, known.entry.id, None, values),
            ),
            self.changed,
        )

    def action_edit(self) -> None:
        known, fact = self._known, self._fact
        if known is None:
            return
        if fact is not None:
            self._edit_fact(known, fact)
            return
        self.app.push_screen(
            FormDialog(
                known.entry.name,
                entry_fields(known.entry),
                lambda bench, values: keep_entry(bench, self.novel_id, known.entry.id, values),
                "Another name here is one for the bible alone; R changes it in the whole book.",
            ),
            self.changed,
        )

    def action_remove(self) -> None:
        known, fact = self._known, self._fact
        if known is None:
            return
        if fact is not None:
            self.change(lambda bench: remove_fact(bench, self.novel_id, fact.id))
            return

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self.change(lambda bench: remove_entry(bench, self.novel_id, known.entry.id))

        count = len(known.facts)
        told = "Nothing is said of it." if not count else f"What is said of it goes too: {count}."
        question = f"It goes from the bible, and no run brings it back. {told}"
        self.app.push_screen(Confirm(f"Take out {known.entry.name}", question, "Take out", "Keep"),
                             answered)  # fmt: skip

    def action_rename(self) -> None:
        known = self._known
        name = "" if known is None else known.entry.name
        self.app.push_screen(RenameDialog(self.novel_id, name), self.changed)

    def action_first(self) -> None:
        known = self._known
        if known is None:
            return
        if known.entry.first_chapter is None:
            self.say(f"The text does not name {known.entry.name} yet.")
        else:
            self.jump(known.entry.first_chapter, known.entry.first_paragraph)

    def action_search(self) -> None:
        def found(text: str | None) -> None:
            if text is None:
                return
            for known in self._bible.entries:
                names = [known.entry.name, *known.entry.aliases]
                if any(text.casefold() in name.casefold() for name in names):
                    self._show_entries(known.entry.key)
                    self._entries.focus()
                    return
            self.say(f"Nobody and nothing is called “{text}”.")

        self.app.push_screen(AskLine("Find", "A part of the name:"), found)

    def action_back(self) -> None:
        self._entries.focus()

    @on(OptionList.OptionSelected, "#entries")
    def go_to_facts(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._facts.option_count:
            self._facts.focus()
        else:
            self.say("Nothing is known of it yet; a adds a fact.")

    @on(OptionList.OptionSelected, "#facts")
    def go_to_source(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        fact = self._fact
        if fact is None:
            return
        if fact.source_chapter is None:
            self.say("No passage tells it: it is from the plan, or yours.")
        else:
            self.jump(fact.source_chapter, fact.valid_from_paragraph, fact.source_passage)

    @on(OptionList.OptionHighlighted, "#entries")
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_entry()

    @on(OptionList.OptionHighlighted, "#facts")
    def look_at_fact(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()

    @property
    def _entries(self) -> EntryList:
        return self.query_one(EntryList)

    @property
    def _facts(self) -> FactList:
        return self.query_one(FactList)

    @property
    def _known(self) -> KnownEntry | None:
        chosen = self._entries.chosen
        return next((each for each in self._bible.entries if each.entry.key == chosen), None)

    @property
    def _fact(self) -> FactRecord | None:
        """The fact that is chosen, while the facts have the focus."""
        known = self._known
        if known is None or not self._facts.has_focus:
            return None
        return next((fact for fact in known.facts if fact.key == self._facts.chosen), None)

    def _edit_fact(self, known: KnownEntry, fact: FactRecord) -> None:
        self.app.push_screen(
            FormDialog(
                f"What is true of {known.entry.name}",
                fact_fields(fact),
                lambda bench, values: keep_fact(
                    bench, self.novel_id, known.entry.id, fact.id, values
                ),
            ),
            self.changed,
        )

    def _take(self, bible: KnownBible) -> None:
        self._bible = bible
        facts = sum(len(each.facts) for each in bible.entries)
        told = f"{len(bible.entries):,} entries, {facts:,} facts"
        self.tell(unread_told(len(bible.unread)) or told)
        self._show_entries()
        self._show_entry()

    def _show_entries(self, at: str | None = None) -> None:
        lines = [(each.entry.key, entry_line(each)) for each in self._bible.entries]
        self._entries.show(lines, at)

    def _show_entry(self) -> None:
        known = self._known
        if known is None:
            told = "Nobody and nothing is known yet. n adds somebody; chapters are read as they\n"
            told += "are completed."
            self.query_one("#entry-head", Static).update(Content.styled(told, "$text-muted"))
            self._facts.show([])
            return
        self.query_one("#entry-head", Static).update(entry_head(known))
        self._facts.show([(fact.key, fact_line(fact)) for fact in known.facts])
        if self._facts.has_focus and not known.facts:
            self._entries.focus()
