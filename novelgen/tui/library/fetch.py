"""A model being fetched, with a bar; it can be stopped at any moment, and nothing half stays."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.fetching import Fetch
from novelgen.errors import NovelgenError
from novelgen.modeling.pull_progress import Progress, Stage
from novelgen.tui.asking import app_of, ask
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.widgets.bars import bar

_BAR_CELLS = 44
_STAGES = {
    Stage.WAIT: "Another process fetches this model; waiting for it",
    Stage.DOWNLOAD: "Fetching the model",
    Stage.CHECK: "Checking what came",
    Stage.CONVERT: "Making it ready, once",
    Stage.SAVE: "Saving it",
    Stage.DONE: "Ready",
}


class FetchModel(Dialog[bool]):
    """Whether the model is here now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", tooltip="Stop fetching; nothing half-fetched is kept"),
    ]
    CSS = """
    FetchModel #fetch-bar { color: $primary; margin: 1 0 0 0; height: 1; }
    FetchModel #fetch-stage { color: $text-muted; height: auto; }
    """

    class Progressed(Message):
        """It has come so far; the newest is enough."""

        def __init__(self, progress: Progress) -> None:
            super().__init__()
            self.progress = progress

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, type(self))

    def __init__(self, model: str) -> None:
        super().__init__()
        self._model = model
        self._fetch: Fetch | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(f"Fetching {self._model}")
            yield Static(
                "This is done once. It needs the network now, and never again for this model."
            )
            yield Static("", id="fetch-bar")
            yield Static("", id="fetch-stage")
            with Vertical(classes="buttons"):
                yield Button("Stop", id="stop")

    def on_mount(self) -> None:
        self.query_one("#stop").focus()
        self._show(Progress(Stage.DOWNLOAD, 0.0))
        self._fetch = fetch = Fetch(app_of(self).desk.workbench.paths, self._model)

        def run(_: Workbench) -> bool:
            return fetch.run(self._progressed)

        ask(self, run, self.dismiss, on_error=self._failed)

    def on_unmount(self) -> None:
        if self._fetch is not None:
            self._fetch.cancel()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_stop()

    def action_stop(self) -> None:
        self.dismiss(False)

    def _progressed(self, progress: Progress) -> None:
        """Called from the thread that fetches."""
        self.post_message(self.Progressed(progress))

    @on(Progressed)
    def hear(self, message: Progressed) -> None:
        message.stop()
        self._show(message.progress)

    def _show(self, progress: Progress) -> None:
        share = progress.overall
        self.query_one("#fetch-bar", Static).update(
            Content(f"{bar(share, _BAR_CELLS)} {100 * share:3.0f} %")
        )
        told = _STAGES[progress.stage]
        if progress.bytes_total:
            done, total = progress.bytes_done / 1e6, progress.bytes_total / 1e6
            told += f": {done:,.0f} of {total:,.0f} MB"
        self.query_one("#fetch-stage", Static).update(Content(told))

    def _failed(self, error: NovelgenError) -> None:
        self.dismiss(False)
        app_of(self).show_error(error, f"{self._model} was not fetched")
