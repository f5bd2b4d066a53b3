"""The names of a manuscript go into the bible, with a bar; it can be stopped at any moment."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Static

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError
from novelgen.generation.stop import StopSignal
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.manuscripts.progress import ChapterProgress, Progressed

_TOLD = (
    "The chapters are read for people, places and what is said of them. No model is needed. "
    "Stopping loses nothing: the next writing goes on with it."
)


class LearnNames(Dialog[bool]):
    """Whether all chapters were read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", tooltip="Stop after this chapter; the novel stays"),
    ]
    DEFAULT_CSS = """
    LearnNames #learn-bar { height: 1; margin: 1 0 0 0; }
    """

    def __init__(self, novel_id: str) -> None:
        super().__init__()
        self._novel_id = novel_id
        self._stop = StopSignal()

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Names for the bible"
            yield Static(_TOLD)
            yield Static("", id="learn-bar")
            with Vertical(classes="buttons"):
                yield Button("Stop", id="stop")

    def on_mount(self) -> None:
        self.query_one("#stop").focus()
        novel_id, stop, news = self._novel_id, self._stop, ChapterProgress(self)

        def learn(workbench: Workbench) -> bool:
            return workbench.imports.learn(workbench.find(novel_id).novel, stop, news.tell)

        ask(self, learn, self.dismiss, on_error=self._failed)

    def on_unmount(self) -> None:
        self._stop.stop_after_segment()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_stop()

    def action_stop(self) -> None:
        self._stop.stop_after_segment()
        self._tell(Content("Stopping after this chapter …"))

    @on(Progressed)
    def tell_progress(self, event: Progressed) -> None:
        event.stop()
        if not self._stop.is_requested:
            self._tell(event.told("Chapters"))

    def _failed(self, error: NovelgenError) -> None:
        self.dismiss(False)
        app_of(self).show_error(error)

    def _tell(self, told: Content) -> None:
        self.query_one("#learn-bar", Static).update(told)
