"""The beat of a chapter, to be changed from anywhere: the desk opens it over the prose."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Footer, Static

from novelgen.errors import NovelgenError, UsageError
from novelgen.generation.plan_editing import Replanned, SeenPlan
from novelgen.planning.budget_preview import previewed
from novelgen.planning.document import PlanDocument
from novelgen.tui.asking import app_of, ask, ask_once
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.novel.open_novel import OpenNovel
from novelgen.tui.places.plan.item_fields import fields_of, wanted
from novelgen.tui.places.plan.items import Item, ItemKind, is_there
from novelgen.tui.places.plan.reading import read_plan, save_plan
from novelgen.tui.widgets.form_fields import FormFields


class BeatEditor(Dialog[Replanned]):
    """Changes beat `beat`, counted from 0, of a chapter; its answer is what became of the plan.

    A chapter that has no beats yet gets its first one.
    """

    DEFAULT_CSS = """
    BeatEditor FormFields { height: auto; padding: 0; }
    BeatEditor FormFields > VerticalScroll { height: auto; max-height: 56vh; }
    BeatEditor #beat-shares { margin-bottom: 1; color: $text-muted; }
    BeatEditor Footer { dock: bottom; }
    """

    def __init__(self, novel: OpenNovel, chapter: int, beat: int) -> None:
        super().__init__()
        self._novel = novel
        self._item = Item(ItemKind.BEAT, chapter, beat)
        self._seen: SeenPlan | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(f"Chapter {self._item.number}, beat {self._item.beat + 1}")
            yield Static("", id="beat-shares")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        ask(self, lambda workbench: read_plan(workbench, self._novel.id), self._take)

    @on(FormFields.Ready)
    def begin(self, event: FormFields.Ready) -> None:
        event.stop()
        event.form.begin()
        self._tell(event.form)

    @on(FormFields.Changed)
    def preview(self, event: FormFields.Changed) -> None:
        event.stop()
        self._tell(event.form)

    @on(FormFields.Saved)
    def save(self, event: FormFields.Saved) -> None:
        event.stop()
        seen = self._seen
        if seen is None:
            return
        try:
            document, words = wanted(seen, self._item, event.form.values)
        except UsageError as error:
            self._complain(error)
            return

        def done(replanned: Replanned) -> None:
            self._novel.has_changed()
            self.dismiss(replanned)

        ask_once(
            self,
            lambda workbench: save_plan(workbench, seen, document, words),
            done,
            on_error=self._complain,
        )

    @on(FormFields.Left)
    def leave(self, event: FormFields.Left) -> None:
        event.stop()
        if not self.query_one(FormFields).is_changed:
            self.dismiss(None)
            return

        def answered(throws_away: bool | None) -> None:
            if throws_away:
                self.dismiss(None)

        question = "What you typed was not saved. Throw it away?"
        self.app.push_screen(Confirm("Unsaved", question, "Throw away", "Go on"), answered)

    def _take(self, seen: SeenPlan | None) -> None:
        number = self._item.number
        if seen is None or number > len(seen.document.chapters):
            self.dismiss(None)
            app_of(self).show_error(
                UsageError("There is no such beat in the plan.", "Press 2 to see the plan.")
            )
            return
        self._seen = seen
        if not is_there(seen.document, self._item):
            last = len(seen.document.chapters[number - 1].beats) - 1
            self._item = Item(ItemKind.NEW_BEAT, number, last)
            self.query_one(".box").border_title = Content(f"Chapter {number}, a new beat")
        self.query_one(".box").mount(FormFields(fields_of(seen, self._item)))

    def _tell(self, form: FormFields) -> None:
        seen = self._seen
        if seen is None:
            return
        try:
            document, target = wanted(seen, self._item, form.values)
            shown = previewed(seen.content, document, seen.written, target)
        except UsageError as error:
            form.tell(error.message, is_wrong=form.is_changed)
            return
        form.tell("")
        self.query_one("#beat-shares", Static).update(self._shares(shown))

    def _shares(self, shown: PlanDocument) -> Content:
        """The words of all beats of the chapter, this one's marked."""
        chapter = shown.chapters[self._item.number - 1]
        at = self._item.added.beat
        parts: list[tuple[str, str]] = [(f"{chapter.title or 'Chapter'}: ", "")]
        for index, beat in enumerate(chapter.beats):
            text = f"{beat.words or 0:,}"
            parts.append(
                (f"[{text}]" if index == at else text, "bold $primary" if index == at else "")
            )
            parts.append((" + ", "") if index < len(chapter.beats) - 1 else ("", ""))
        parts.append((f" = {chapter.words or 0:,} words", ""))
        return Content.assemble(*parts)

    def _complain(self, error: NovelgenError) -> None:
        self.query_one(FormFields).tell(f"{error.message} {error.remedy}".strip(), is_wrong=True)
