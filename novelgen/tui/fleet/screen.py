"""The fleet: all that its workers write or will write, who they are, and what they are told.

Looks at the database alone and again every other second; workers are begun and ended elsewhere.
"""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static
from textual.worker import Worker

from novelgen.bootstrap import Workbench
from novelgen.errors import UsageError
from novelgen.fleet.standing import FleetStanding, TaskStanding
from novelgen.fleet.telling import is_held_or_to_be, is_in_hand
from novelgen.tui.asking import app_of, ask, ask_once
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.fleet.changing import hold, let_go, pause_all, put_in, retry, take_out
from novelgen.tui.fleet.lines import head, next_step, task_at_hand, workers
from novelgen.tui.fleet.table import FleetTable
from novelgen.tui.widgets.keys_footer import KeysFooter
from storage.records import NovelRecord
from storage.run_records import PauseRequest

_SECONDS_BETWEEN_LOOKS = 2.0
_MARGINS, _SCROLLBAR = 4, 1
_OF_A_TASK = ("hold", "retry", "take_out")


class FleetScreen(Screen[None]):
    """The fleet of the database."""

    TITLE = "Fleet"
    AUTO_FOCUS = "#fleet-tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause or go on",
                tooltip="Let the whole fleet stand still after the segments in hand, or go on"),
        Binding("P", "pause_now", "Pause now", show=False,
                tooltip="Let the whole fleet stand still at once; segments in hand are dropped"),
        Binding("h", "hold", "Hold",
                tooltip="Hold this novel back after the segment in hand, or let it go on"),
        Binding("n", "put_in", "Put in",
                tooltip="Put a novel in the queue, to be written to its end"),
        Binding("delete,backspace,x", "take_out", "Take out", key_display="x",
                tooltip="Take the novel out of the queue; what is written of it stays"),
        Binding("t", "retry", "Retry", tooltip="Put what has failed of this novel in again"),
        Binding("T", "retry_all", "Retry all", show=False,
                tooltip="Put all that has failed in the queue again"),
        Binding("a", "with_done", "All", show=False,
                tooltip="Show also the tasks that are done, or hide them"),
        Binding("escape,f", "leave", "Library", tooltip="Back to the library"),
    ]  # fmt: skip
    CSS_PATH = "screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self._standing: FleetStanding | None = None
        self._with_done = False
        self._look: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="fleet-head")
        yield Static("", id="fleet-next")
        yield FleetTable()
        yield Static("", id="fleet-at-hand")
        with VerticalScroll(id="fleet-workers"):
            yield Static("", id="fleet-workers-told")
        yield Static("", id="fleet-said")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._read()
        self.set_interval(_SECONDS_BETWEEN_LOOKS, self._read_again)

    def on_screen_resume(self) -> None:
        self._read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where there is no task, what is done with one is not offered."""
        has_tasks = self._standing is not None and bool(self._standing.tasks)
        return has_tasks or action not in _OF_A_TASK

    # Actions

    def action_leave(self) -> None:
        self.app.pop_screen()

    def action_pause(self) -> None:
        if self._standing is not None:
            is_paused = self._standing.pause is not PauseRequest.NONE
            request = PauseRequest.NONE if is_paused else PauseRequest.AFTER_SEGMENT
            self._do(lambda workbench: pause_all(workbench, request))

    def action_pause_now(self) -> None:
        self._do(lambda workbench: pause_all(workbench, PauseRequest.NOW))

    def action_hold(self) -> None:
        """A novel of which anything is held goes on; any other is held."""
        novel_id = self._novel_at_hand
        if novel_id is not None:
            is_held = any(map(is_held_or_to_be, self._tasks_of(novel_id)))
            self._do(partial(let_go if is_held else hold, novel_id=novel_id))

    def action_retry(self) -> None:
        novel_id = self._novel_at_hand
        if novel_id is not None:
            self._do(lambda workbench: retry(workbench, novel_id))

    def action_retry_all(self) -> None:
        self._do(lambda workbench: retry(workbench, None))

    def action_take_out(self) -> None:
        at_hand = self._at_hand
        if at_hand is None:
            return
        novel_id = at_hand.task.novel_id
        if any(map(is_in_hand, self._tasks_of(novel_id))):
            app_of(self).show_error(
                UsageError(
                    f"A worker has “{at_hand.title}” in hand.",
                    "Hold it with h first; it ends with the segment in hand.",
                )
            )
            return

        def answered(does_it: bool | None) -> None:
            if does_it:
                self._do(lambda workbench: take_out(workbench, novel_id))

        question = f"Take “{at_hand.title}” out of the queue? What is written of it stays."
        self.app.push_screen(Confirm("Take out", question, yes="Take out", no="Leave"), answered)

    def action_put_in(self) -> None:
        ask_once(self, lambda bench: bench.fleet.unfinished_and_unqueued(), self._choose_novel)

    def action_with_done(self) -> None:
        self._with_done = not self._with_done
        self._say("Also what is done." if self._with_done else "Without what is done.")
        self._read()

    # Events

    @on(DataTable.RowSelected, "#fleet-tasks")
    def open(self, event: "DataTable.RowSelected") -> None:
        event.stop()
        novel_id = self._novel_at_hand
        if novel_id is not None:
            app_of(self).open_novel(novel_id)

    @on(DataTable.RowHighlighted, "#fleet-tasks")
    def look_at(self, event: "DataTable.RowHighlighted") -> None:
        event.stop()
        self._show_at_hand()

    # Reading and doing

    def _read_again(self) -> None:
        """A look that takes longer than usual is waited for."""
        if self.is_current and (self._look is None or self._look.is_finished):
            self._read()

    def _read(self) -> None:
        with_done = self._with_done
        self._look = ask(
            self,
            lambda workbench: workbench.fleet.standing(with_done=with_done),
            self._take,
            group="fleet",
        )

    def _take(self, standing: FleetStanding) -> None:
        if standing != self._standing:
            self._standing = standing
            self._show()

    def _do(self, change: Callable[[Workbench], str]) -> None:
        """Tell the fleet something, and show how it stands then."""

        def done(said: str) -> None:
            self._say(said)
            self._read()

        ask_once(self, change, done)

    def _choose_novel(self, novels: list[NovelRecord]) -> None:
        if not novels:
            self._say("Every novel that is not finished is in the queue.")
            return

        def chosen(novel_id: str | None) -> None:
            if novel_id is not None:
                self._do(lambda workbench: put_in(workbench, novel_id))

        choices = [
            Choice(each.id, each.title or "(no title yet)", f"{each.target_words:,} words")
            for each in novels
        ]
        self.app.push_screen(Choose("Which novel is the fleet to write?", choices), chosen)

    @property
    def _at_hand(self) -> TaskStanding | None:
        return self.query_one(FleetTable).at_hand

    @property
    def _novel_at_hand(self) -> str | None:
        at_hand = self._at_hand
        return None if at_hand is None else at_hand.task.novel_id

    def _tasks_of(self, novel_id: str) -> list[TaskStanding]:
        tasks = () if self._standing is None else self._standing.tasks
        return [each for each in tasks if each.task.novel_id == novel_id]

    # Showing

    def _show(self) -> None:
        standing = self._standing
        if standing is None:
            return
        cells = self.size.width - _MARGINS
        self.query_one("#fleet-head", Static).update(head(standing, cells))
        following = next_step(standing)
        self.query_one("#fleet-next", Static).update(following)
        self.query_one("#fleet-next").display = bool(following.plain)
        self.query_one(FleetTable).show_tasks(standing.tasks)
        self.query_one("#fleet-workers-told", Static).update(workers(standing, cells - _SCROLLBAR))
        self._show_at_hand()
        self.refresh_bindings()

    def _show_at_hand(self) -> None:
        self.query_one("#fleet-at-hand", Static).update(task_at_hand(self._at_hand))

    def _say(self, said: str) -> None:
        self.query_one("#fleet-said", Static).update(Content(said))
