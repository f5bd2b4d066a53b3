"""The story so far: what writing goes on from. Book, parts and chapters; to be edited."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.story.story_overview import StoryOverview, Told
from novelgen.tui.dialogs.form import FormDialog
from novelgen.tui.places.bible.changing import keep_summary, take_summary_back
from novelgen.tui.places.bible.entry_lines import unread_told
from novelgen.tui.places.bible.reading import read_story
from novelgen.tui.places.bible.section import BibleSection
from novelgen.tui.widgets.form_fields import FieldKind, FormField
from novelgen.tui.widgets.kept_list import KeptList
from storage.story_records import SummaryKind, SummaryOrigin

_ORIGINS = {
    SummaryOrigin.MODEL: "by the model",
    SummaryOrigin.EXTRACT: "sentences of the text",
    SummaryOrigin.AUTHOR: "yours",
}
_LINE = 30


class SummaryList(KeptList):
    """The summaries."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Read it", tooltip="Go to the text of the chapter"),
    ]


class StoryView(BibleSection):
    """Book, parts and chapters at the left, the summary of one at the right."""

    NAME = "So far"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Change", tooltip="Put a summary of your own in its place"),
        Binding("x,delete,backspace", "reset", "Take back", key_display="x",
                tooltip="Take your own summary back; the machine's stands again"),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        yield SummaryList(classes="bible-list", id="summaries")
        with VerticalScroll(classes="bible-side", can_focus=False):
            yield Static("", id="summary-told")

    def on_mount(self) -> None:
        self._story = StoryOverview(None, (), ())

    def arrive(self) -> None:
        self.query_one(SummaryList).focus()

    def reload(self) -> None:
        self.place.ask(lambda bench: read_story(bench, self.novel_id), self._take, group="story")

    def action_edit(self) -> None:
        told = self._told
        if told is None:
            return
        if not told.text:
            self.say("The chapter is not read yet. U reads it first, by plain rules.")
            return
        self.app.push_screen(
            FormDialog(
                f"What {_name(told).lower()} tells",
                [FormField("text", "In few words", told.text, FieldKind.TEXT, lines=8)],
                lambda bench, values: keep_summary(bench, self.novel_id, told, values["text"]),
                "Writing goes on from this. It stands until the text changes.",
            ),
            self.changed,
        )

    def action_reset(self) -> None:
        told = self._told
        if told is None:
            return
        if told.origin is not SummaryOrigin.AUTHOR:
            self.say("This is the machine's own summary.")
            return
        self.change(lambda bench: take_summary_back(bench, self.novel_id, told.kind, told.number))

    @on(OptionList.OptionSelected, "#summaries")
    def go_there(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        told = self._told
        if told is not None:
            self.jump(told.chapters[0], None)

    @on(OptionList.OptionHighlighted, "#summaries")
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show()

    @property
    def _all(self) -> list[Told]:
        story = self._story
        parts = story.parts if len(story.parts) > 1 else ()
        return [*([story.book] if story.book else []), *parts, *story.chapters]

    @property
    def _told(self) -> Told | None:
        chosen = self.query_one(SummaryList).chosen
        return next((each for each in self._all if _key(each) == chosen), None)

    def _take(self, story: StoryOverview) -> None:
        self._story = story
        self.tell(unread_told(len(story.unread)))
        self.query_one(SummaryList).show([(_key(each), _line(each)) for each in self._all])
        self._show()

    def _show(self) -> None:
        told = self._told
        panel = self.query_one("#summary-told", Static)
        if told is None:
            text = "No chapter is complete yet; then it is summed up here."
            panel.update(Content.styled(text, "$text-muted"))
            return
        title = f": {told.title}" if told.title else ""
        origin = _ORIGINS[told.origin] if told.text else "not read yet"
        panel.update(
            Content.assemble(
                (f"{_name(told)}{title}", "bold $primary"), (f"   {origin}\n\n", "$text-muted"),
                told.text or "U reads it, by plain rules; the next run reads it by itself.",
            )
        )  # fmt: skip


def _key(told: Told) -> str:
    return f"{told.kind.value}.{told.number}"


def _name(told: Told) -> str:
    if told.kind is SummaryKind.BOOK:
        return "The book"
    return f"{'Part' if told.kind is SummaryKind.PART else 'Chapter'} {told.number}"


def _line(told: Told) -> Content:
    mark = ("✎", "$primary") if told.text and told.origin is SummaryOrigin.AUTHOR else (" ", "")
    if not told.text:
        mark = ("·", "$text-muted")
    if told.kind is not SummaryKind.CHAPTER:
        return Content.assemble(mark, (f" {_name(told)}", "bold"))
    title = told.title if len(told.title) <= _LINE else told.title[: _LINE - 1] + "…"
    return Content.assemble(mark, (f" {told.number:>3} ", "$text-muted"), title)
