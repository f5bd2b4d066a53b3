"""Dialogs: what a person wrote is no markup, nothing is done twice, no other screen is closed."""

from pathlib import Path
from threading import Event

from textual.app import ComposeResult
from textual.widgets import Static

from novelgen.bootstrap import Workbench
from novelgen.tui.asking import app_of, ask, ask_once
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.dialogs.dialog import Dialog
from tests.tui.conftest import Opened, shown, until


class Counting(Dialog[int]):
    """Answers when it is told to, with how often its work was done."""

    def __init__(self, may_go_on: Event) -> None:
        super().__init__()
        self._may_go_on, self.times = may_go_on, 0

    def compose(self) -> ComposeResult:
        yield Static("counting")

    def begin(self) -> None:
        def work(_: Workbench) -> int:
            self.times += 1
            self._may_go_on.wait(30)
            return self.times

        ask_once(self, work, self.dismiss)


async def test_a_title_is_no_markup(written_home: Path, opened: Opened) -> None:
    async with opened() as pilot:
        for title in ("Salt [second]", "Take out [/x]", "[untitled]"):
            pilot.app.push_screen(Confirm(title, "[/y] is no markup either.", "Yes", "No"))
            await until(pilot, lambda wanted=title: wanted in shown(pilot))
            assert "[/y] is no markup either." in shown(pilot)
            await pilot.press("escape")


async def test_an_answer_waits_until_its_dialog_is_seen(written_home: Path, opened: Opened) -> None:
    may_go_on = Event()
    answers: list[int | None] = []
    async with opened() as pilot:
        dialog = Counting(may_go_on)
        pilot.app.push_screen(dialog, answers.append)
        await until(pilot, lambda: dialog.is_current)
        dialog.begin()
        await until(pilot, lambda: dialog.times)
        dialog.begin()
        other = Confirm("Other", "On top.", "Yes", "No")
        pilot.app.push_screen(other)
        await until(pilot, lambda: other.is_current)
        may_go_on.set()
        told: list[bool] = []
        ask(pilot.app.screen, lambda _: True, told.append)
        await until(pilot, lambda: told and dialog._owed)
        assert other.is_current and not answers
        await pilot.press("escape")
        await until(pilot, lambda: answers)
        assert answers == [1] and dialog.times == 1
        assert dialog not in app_of(pilot.app).screen_stack
