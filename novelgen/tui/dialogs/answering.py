"""Screens with an answer that may come while another screen lies on top of them."""

from typing import TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.events import ScreenResume
from textual.screen import Screen

AnswerT = TypeVar("AnswerT")


class AnsweringScreen(Screen[AnswerT]):
    """Gives its answer once it is the screen that is seen: dismissing takes away whatever is."""

    _owed: tuple[AnswerT | None] | None = None
    """An answer that waits."""

    def dismiss(self, result: AnswerT | None = None) -> AwaitComplete:
        if self.app.screen is self:  # those that shine through count as current
            self._owed = None
            return super().dismiss(result)
        self._owed = (result,)
        return AwaitComplete()  # of nothing

    @on(ScreenResume)
    def give_what_is_owed(self) -> None:
        if self._owed is not None:
            self.dismiss(self._owed[0])
