"""What the screens are told of a run."""

from dataclasses import dataclass

from textual.message import Message

from novelgen.errors import NovelgenError
from novelgen.generation.events import Event
from novelgen.runs.following import ProseCommitted
from novelgen.tui.run.live_page import LivePage
from novelgen.tui.run.picture import RunPicture


@dataclass(frozen=True, slots=True)
class RunNews:
    """What came since the last news: at most ten times a second."""

    picture: RunPicture
    page: LivePage
    prose: tuple[ProseCommitted, ...] = ()
    events: tuple[Event, ...] = ()
    has_ended: bool = False
    """Whether the run ended just now."""


class WatchFailed(Message):
    """What goes on cannot be seen; the watch tries again by itself."""

    def __init__(self, error: NovelgenError) -> None:
        super().__init__()
        self.error = error


class RunTold(Message):
    """News of the run that is watched."""

    def __init__(self, news: RunNews) -> None:
        super().__init__()
        self.news = news
