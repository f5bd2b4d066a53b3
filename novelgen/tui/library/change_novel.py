"""Changes a novel in mid-book: title, author, length, drafts and model, as `novelgen set` does."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.known_models import KnownModel
from novelgen.bootstrap.wishes import checked_wish
from novelgen.errors import NovelgenError
from novelgen.generation.changing import change_novel
from novelgen.manuscript.lengths import read_words
from novelgen.tui.after_typing import after_typing
from novelgen.tui.asking import app_of, ask_once
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.library.fields import Chips, PickedField, Row
from novelgen.tui.library.model_words import model_called
from novelgen.tui.library.pick_model import PickModel
from novelgen.tui.library.reading import ShelfNovel

_DRAFTS = (1, 4)


class ChangeNovel(Dialog[tuple[str, ...]]):
    """The names of what was changed; empty where all was so already."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "save", "Save", priority=True, tooltip="Change the novel"),
    ]
    CSS = """
    ChangeNovel .box Input { margin: 0; background: $panel; padding: 0 1; }
    ChangeNovel .box Input:focus { background: $boost; }
    ChangeNovel Chips, ChangeNovel PickedField { background: $panel; }
    ChangeNovel Chips:focus, ChangeNovel PickedField:focus { background: $boost; }
    ChangeNovel .row { margin: 0 0 1 0; }
    ChangeNovel #change-told { color: $text-muted; height: auto; }
    """

    def __init__(self, novel: ShelfNovel) -> None:
        super().__init__()
        self._novel = novel
        self._model: KnownModel | None = None

    def compose(self) -> ComposeResult:
        novel = self._novel
        counts = sorted({*_DRAFTS, novel.candidates})
        drafts = Chips([(str(n), str(n)) for n in counts], str(novel.candidates), "change-drafts")
        with Vertical(classes="box") as box:
            box.border_title = "Change the novel"
            box.border_subtitle = "^s saves   Esc leaves"
            yield Row("Title", Input(novel.title, id="change-title", compact=True)).add_class("row")
            yield Row("Author", Input(novel.author, id="change-author", compact=True)).add_class(
                "row"
            )
            words = Input(f"{novel.target_words:,}", id="change-words", compact=True)
            yield Row("Words", words).add_class("row")
            yield Row("Drafts", drafts).add_class("row")
            yield Row("Model", PickedField(id="change-model")).add_class("row")
            yield Static(_TOLD, id="change-told")
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        self.query_one("#change-model", PickedField).told = Content(model_called(self._novel.model))
        self.query_one("#change-title").focus()

    @on(PickedField.Opened)
    def pick_model(self) -> None:
        def picked(model: KnownModel | None) -> None:
            if model is not None:
                self._model = model
                self.query_one(PickedField).told = Content(model.name)

        chosen = self._novel.model if self._model is None else self._model.id
        self.app.push_screen(PickModel(chosen=chosen), picked)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed)
    def press(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "save":
            self.action_save()
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        after_typing(self, self._save)

    def _save(self) -> None:
        title, author = self._line("title"), self._line("author")
        words, model = self._line("words"), self._model
        candidates = int(self.query_one(Chips).value)

        def change(workbench: Workbench) -> tuple[str, ...]:
            found = workbench.find(self._novel.id).novel
            wish = checked_wish(
                found,
                workbench.settings,
                title=title if title != found.title else None,
                author=author,
                target_words=read_words(words),
                candidates=candidates,
                model=None if model is None or model.id == found.model else model.id,
            )
            with workbench.runs.claimed(found):
                return change_novel(workbench.store, found, wish).names

        ask_once(self, change, self.dismiss, on_error=self._refused)

    def _line(self, name: str) -> str:
        return self.query_one(f"#change-{name}", Input).value

    def _refused(self, error: NovelgenError) -> None:
        app_of(self).show_error(error)


_TOLD = (
    "Prose, plan and bible stay as they are. Unwritten chapters share a new length; another model "
    "reads the text again with its own memory before it writes on."
)
