"""The outline of the plan with a side editor: budgets are shared out anew while they are typed.

It shows what it is given and asks for changes by messages; what is stored is the place's matter.
"""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList, Static

from novelgen.errors import UsageError
from novelgen.generation.plan_editing import SeenPlan
from novelgen.manuscript.overview import ChapterOverview
from novelgen.planning.budget_preview import previewed
from novelgen.planning.document import PlanDocument
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.places.plan.item_card import card_of
from novelgen.tui.places.plan.item_fields import Wanted, fields_of, wanted
from novelgen.tui.places.plan.items import Item, ItemKind, is_there
from novelgen.tui.places.plan.outline_lines import OutlineState, outline_lines
from novelgen.tui.places.plan.outline_list import OutlineList
from novelgen.tui.widgets.form_fields import FormFields

_UNFOLDED_UP_TO = 8
"""Chapters; a shorter book shows all its beats."""
_HEADINGS = {ItemKind.NEW_BEAT: "A new beat", ItemKind.NEW_CHAPTER: "A new chapter"}


class OutlineView(Horizontal):
    """Outline, and beside it what is chosen, to be read or changed."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    OutlineView OutlineList { width: 1fr; }
    OutlineView #plan-side { width: 46; background: $surface; }
    OutlineView #plan-card { padding: 1 2; scrollbar-size-vertical: 1; }
    OutlineView #plan-form { display: none; padding: 1 0; }
    OutlineView #plan-form-title { height: 2; padding: 0 2; color: $primary; text-style: bold; }
    OutlineView.-editing #plan-card { display: none; }
    OutlineView.-editing #plan-form { display: block; }
    .-narrow OutlineView #plan-side { display: none; }
    .-narrow OutlineView.-editing #plan-side { display: block; width: 1fr; }
    .-narrow OutlineView.-editing OutlineList { width: 36; }
    .-very-wide OutlineView #plan-side { width: 60; }
    """

    class SaveAsked(Message):
        """The person wants the plan to be this; afterwards `item` is chosen."""

        def __init__(self, wanted: Wanted, item: Item) -> None:
            super().__init__()
            self.wanted = wanted
            self.item = item

    def __init__(self) -> None:
        super().__init__(id="plan-outline")
        self.seen: SeenPlan | None = None
        self._written: dict[int, ChapterOverview] = {}
        self._live = 0
        self._unfolded: set[int] = set()
        self._editing: Item | None = None
        self._at: Item | None = None
        """What is chosen next, though the plan that is shown has it not yet."""

    def compose(self) -> ComposeResult:
        yield OutlineList(id="plan-list")
        with Vertical(id="plan-side"):
            with VerticalScroll(id="plan-card", can_focus=False):
                yield Static("", id="plan-card-told")
            with Vertical(id="plan-form"):
                yield Static("", id="plan-form-title")

    @property
    def is_editing(self) -> bool:
        return self._editing is not None

    @property
    def unsaved(self) -> str:
        """What the form would change, in words; empty where nothing is typed."""
        form, item = self._form, self._editing
        if form is None or item is None or not form.is_mounted or not form.is_changed:
            return ""
        heading = _heading(item)
        return f"the plan of {heading[:1].lower()}{heading[1:]}"

    @property
    def item(self) -> Item:
        """What is chosen, or will be once a change is stored."""
        return self._at or self.query_one(OutlineList).item

    def arrive(self) -> None:
        """The person has come here."""
        if self._form is None:
            self.query_one(OutlineList).focus()
        else:
            self._form.begin()

    def show(
        self, seen: SeenPlan, chapters: tuple[ChapterOverview, ...], live: int, at_hand: int
    ) -> None:
        """Show a plan; `at_hand` is the chapter to choose where nothing is chosen yet."""
        is_first = self.seen is None
        self.seen, self._live = seen, live
        self._written = {each.number: each for each in chapters}
        if is_first:
            total = len(seen.document.chapters)
            self._unfolded = set(range(1, total + 1)) if total <= _UNFOLDED_UP_TO else {at_hand}
            self._at = Item(ItemKind.CHAPTER, min(at_hand, total))
        at, self._at = self._at, None
        self._preview() if self.is_editing else self._show_lines(seen.document, at=at)
        self._show_card()

    def show_live(self, live: int) -> None:
        """Which chapter is being written; 0 for none."""
        if live != self._live and self.seen is not None and not self.is_editing:
            self._live = live
            self._show_lines(self.seen.document)

    def choose(self, item: Item) -> None:
        """Have an item chosen, now or as soon as the plan has it."""
        self._at = item
        if item.kind is ItemKind.BEAT:
            self._unfolded.add(item.number)

    def forget_choice(self) -> None:
        """What was to be chosen does not come: the change was refused."""
        self._at = None

    def choose_chapter(self, number: int) -> None:
        """Another chapter is at hand."""
        if self.item.chapter != number and self.seen is not None and not self.is_editing:
            self._show_lines(self.seen.document, at=Item(ItemKind.CHAPTER, number))
            self._show_card()

    def edit(self, item: Item) -> None:
        """Open the side editor on an item, or for a new one."""
        if self.seen is None or self.is_editing:
            return
        if not item.is_new and not is_there(self.seen.document, item):
            return
        self._editing = item
        self.add_class("-editing")
        self.query_one("#plan-form-title", Static).update(Content(_heading(item)))
        self.query_one("#plan-form").mount(FormFields(fields_of(self.seen, item)))

    def close_form(self) -> None:
        """Back to the outline."""
        self._editing = None
        self.remove_class("-editing")
        self.query(FormFields).remove()
        self.query_one(OutlineList).focus()
        if self.seen is not None:
            self._show_lines(self.seen.document)
            self._show_card()
        self.screen.refresh_bindings()

    def action_edit(self) -> None:
        self.edit(self.item)

    def on_resize(self, event: Resize) -> None:
        self._redraw()

    @on(OptionList.OptionSelected, "#plan-list")
    def edit_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_edit()

    @on(OptionList.OptionHighlighted, "#plan-list")
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_card()

    @on(OutlineList.Folded)
    def fold(self, event: OutlineList.Folded) -> None:
        event.stop()
        number = event.item.chapter
        if number is None or self.seen is None or self.is_editing:
            return
        is_shut = number in self._unfolded if event.is_shut is None else event.is_shut
        if is_shut:
            self._unfolded.discard(number)
        else:
            self._unfolded.add(number)
        at = Item(ItemKind.CHAPTER, number) if is_shut else event.item
        self._show_lines(self.seen.document, at=at)

    @on(FormFields.Ready)
    def begin(self, event: FormFields.Ready) -> None:
        event.stop()
        event.form.begin()
        self._preview()
        self.screen.refresh_bindings()

    @on(FormFields.Changed)
    def preview(self, event: FormFields.Changed) -> None:
        event.stop()
        self._preview()

    @on(FormFields.Saved)
    def save(self, event: FormFields.Saved) -> None:
        event.stop()
        seen, item = self.seen, self._editing
        if seen is None or item is None:
            return
        try:
            asked = wanted(seen, item, event.form.values)
            previewed(seen.content, asked[0], seen.written, asked[1])
        except UsageError as error:
            event.form.tell(error.message, is_wrong=True)
            return
        self.post_message(self.SaveAsked(asked, item.added))

    @on(FormFields.Left)
    def leave(self, event: FormFields.Left) -> None:
        event.stop()
        if self._form is None or not self._form.is_changed:
            self.close_form()
            return

        def answered(throws_away: bool | None) -> None:
            if throws_away:
                self.close_form()

        question = "What you typed was not saved. Throw it away?"
        self.app.push_screen(Confirm("Unsaved", question, "Throw away", "Go on"), answered)

    @property
    def _form(self) -> FormFields | None:
        try:
            return self.query_one(FormFields)
        except NoMatches:
            return None

    def _preview(self) -> None:
        """Show what the plan would become by what is typed."""
        seen, item, form = self.seen, self._editing, self._form
        if seen is None or item is None or form is None or not form.is_mounted:
            return
        try:
            document, target = wanted(seen, item, form.values)
            shown = previewed(seen.content, document, seen.written, target)
        except UsageError as error:
            form.tell(error.message, is_wrong=form.is_changed)
            return
        form.tell(_shares_told(seen, shown))
        self._show_lines(shown, target, at=item.added)

    def _redraw(self) -> None:
        if self.is_editing:
            self._preview()
        elif self.seen is not None:
            self._show_lines(self.seen.document)

    def _show_lines(
        self, document: PlanDocument, target: int | None = None, at: Item | None = None
    ) -> None:
        seen = self.seen
        if seen is None:
            return
        saved = seen.content.structure.target_words
        state = OutlineState(
            document, seen.document, target or saved, saved, self._written, self._unfolded,
            self._live,
        )  # fmt: skip
        outline = self.query_one(OutlineList)
        width = outline.scrollable_content_region.width
        outline.show(outline_lines(state, width), None if at is None else at.id)

    def _show_card(self) -> None:
        if self.seen is None:
            return
        item = self.query_one(OutlineList).item
        written = self._written.get(item.chapter or 0)
        told = card_of(self.seen, item, written)
        self.query_one("#plan-card-told", Static).update(told)


def _heading(item: Item) -> str:
    if item.kind in _HEADINGS:
        return _HEADINGS[item.kind]
    names: dict[ItemKind, Callable[[], str]] = {
        ItemKind.BOOK: lambda: "The book",
        ItemKind.PART: lambda: f"Part {item.number}",
        ItemKind.CHAPTER: lambda: f"Chapter {item.number}",
        ItemKind.BEAT: lambda: f"Chapter {item.number}, beat {item.beat + 1}",
    }
    return names[item.kind]()


def _shares_told(seen: SeenPlan, shown: PlanDocument) -> str:
    """What becomes of the budgets, in a line."""
    before = {chapter.number: chapter.words for chapter in seen.document.chapters}
    moved = [
        chapter for chapter in shown.chapters if before.get(chapter.number, -1) != chapter.words
    ]
    if not moved:
        return ""
    told = "1 chapter gets" if len(moved) == 1 else f"{len(moved):,} chapters get"
    return f"{told} other words, as shown; nothing is saved yet."
