"""Every key with its purpose."""

from typing import Any

from textual.screen import ModalScreen, Screen


class HelpScreen(ModalScreen[None]):
    """The keys of a screen."""

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._about = about
