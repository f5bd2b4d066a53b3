"""What the story has promised: what is overdue, open, kept, and what stays open on purpose."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.tui.dialogs.form import FormDialog
from novelgen.tui.places.bible.changing import keep_promise, settle_promise
from novelgen.tui.places.bible.entry_forms import STATE_NAMES, promise_fields
from novelgen.tui.places.bible.entry_lines import ORIGINS, quoted, short
from novelgen.tui.places.bible.reading import Promises, read_promises
from novelgen.tui.places.bible.section import BibleSection
from novelgen.tui.widgets.kept_list import KeptList
from storage.story_records import ThreadRecord, ThreadState

_SIGNS = {
    ThreadState.OPEN: ("○", "$primary"),
    ThreadState.PAID: ("✓", "$success"),
    ThreadState.INTENDED: ("∞", "$text-muted"),
    ThreadState.DROPPED: ("✗", "$text-muted"),
}
_OVERDUE = ("!", "$warning")
_LINE = 60


class PromiseList(KeptList):
    """The promises."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Passage", tooltip="Go to the passage that makes it"),
    ]


class PromisesView(BibleSection):
    """Promises at the left, one of them with its passages at the right."""

    NAME = "Promises"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="Add a promise of your own"),
        Binding("e", "edit", "Change", tooltip="Change the promise, and what became of it"),
        Binding("k", "settle('paid')", "Kept", tooltip="Say that the story has kept it"),
        Binding("i", "settle('intended')", "Stays open", tooltip="It stays open on purpose"),
        Binding("delete,backspace,x", "settle('dropped')", "No promise", show=False,
                key_display="x", tooltip="It is no promise at all: take it off the list"),
        Binding("g", "closing", "Where kept", show=False, tooltip="Go to where it is kept"),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        yield PromiseList(classes="bible-list", id="promises")
        with VerticalScroll(classes="bible-side", can_focus=False):
            yield Static("", id="promise-told")

    def on_mount(self) -> None:
        self._promises = Promises((), 0)

    def arrive(self) -> None:
        self.query_one(PromiseList).focus()

    def reload(self) -> None:
        self.place.ask(
            lambda bench: read_promises(bench, self.novel_id), self._take, group="promises"
        )

    def action_new(self) -> None:
        self._form("A promise of the story", None)

    def action_edit(self) -> None:
        thread = self._thread
        if thread is not None:
            self._form("A promise of the story", thread)

    def action_settle(self, state: str) -> None:
        thread = self._thread
        if thread is not None:
            self.change(lambda bench: settle_promise(bench, self.novel_id, thread.id, state))

    def action_closing(self) -> None:
        thread = self._thread
        if thread is None:
            return
        if thread.closed_chapter is None:
            self.say("No passage keeps it yet.")
        else:
            self.jump(thread.closed_chapter, thread.closed_paragraph, thread.closed_passage)

    @on(OptionList.OptionSelected, "#promises")
    def go_there(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        thread = self._thread
        if thread is not None:
            self.jump(thread.opened_chapter, thread.opened_paragraph, thread.opened_passage)

    @on(OptionList.OptionHighlighted, "#promises")
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show()

    @property
    def _thread(self) -> ThreadRecord | None:
        chosen = self.query_one(PromiseList).chosen
        return next((each for each in self._promises.threads if each.key == chosen), None)

    def _form(self, title: str, thread: ThreadRecord | None) -> None:
        id_ = None if thread is None else thread.id
        self.app.push_screen(
            FormDialog(
                title,
                promise_fields(thread, self.place.novel.chapter),
                lambda bench, values: keep_promise(bench, self.novel_id, id_, values),
            ),
            self.changed,
        )

    def _take(self, promises: Promises) -> None:
        self._promises = promises
        waiting = [each for each in promises.threads if each.state is ThreadState.OPEN]
        late = sum(map(promises.is_overdue, waiting))
        self.tell(f"{len(waiting):,} open" + (f", {late:,} overdue" if late else ""))
        lines = [(each.key, self._line(each)) for each in promises.threads]
        self.query_one(PromiseList).show(lines)
        self._show()

    def _line(self, thread: ThreadRecord) -> Content:
        is_overdue = self._promises.is_overdue(thread)
        sign, style = _OVERDUE if is_overdue else _SIGNS[thread.state]
        due = f"  due {thread.due_chapter}" if thread.due_chapter else ""
        return Content.assemble(
            (f"{sign} ", style), short(thread.text, _LINE),
            (due, "$warning" if is_overdue else "$text-muted"),
        )  # fmt: skip

    def _show(self) -> None:
        thread = self._thread
        told = self.query_one("#promise-told", Static)
        if thread is None:
            told.update(Content.styled("No promise is made yet; n adds one.", "$text-muted"))
            return
        overdue = "  overdue" if self._promises.is_overdue(thread) else ""
        due = f", due in chapter {thread.due_chapter}" if thread.due_chapter else ""
        made = (
            f"in chapter {thread.opened_chapter}" if thread.opened_chapter else "before the story"
        )
        sections = [
            Content.assemble((thread.text, "bold")),
            Content.assemble(
                (f"{STATE_NAMES[thread.state]}{due}", "$secondary"), (overdue, "bold $warning"),
                (f"   {thread.kind.value}, {ORIGINS[thread.origin]}", "$text-muted"),
            ),
            _passage(f"Made {made}", thread.opened_passage),
        ]  # fmt: skip
        if thread.closed_chapter is not None:
            sections.append(
                _passage(f"Kept in chapter {thread.closed_chapter}", thread.closed_passage)
            )
        told.update(Content("\n\n").join(sections))


def _passage(heading: str, passage: str) -> Content:
    return Content.assemble((heading, "$secondary"), f"\n{quoted(passage)}" if passage else "")
