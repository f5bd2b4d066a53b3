"""Watches a novel from a thread: whoever writes it, in whatever process, and when it is at rest.

It changes nothing, except that a run that has died is marked crashed.
"""

import threading
import time
from collections.abc import Callable

from novelgen.errors import NovelgenError
from novelgen.generation.events import Event
from novelgen.runs.following import ProseCommitted
from novelgen.runs.live import LiveNews, RowStruck
from novelgen.runs.standing import Standing, Stands
from novelgen.tui.desk import Desk
from novelgen.tui.run.live_page import LivePageReader
from novelgen.tui.run.news import RunNews
from novelgen.tui.run.picture import PictureMaker
from storage.run_records import RunRecord

_SECONDS_BETWEEN_LOOKS = 0.1
_SECONDS_AT_REST = 0.4
_SECONDS_AFTER_AN_ERROR = 2.0


class RunWatch:
    """Tells what goes on with one novel until it is closed."""

    def __init__(
        self,
        desk: Desk,
        novel_id: str,
        tell: Callable[[RunNews], object],
        on_error: Callable[[NovelgenError], object],
    ) -> None:
        """`tell` and `on_error` are called from the thread of the watch."""
        self._desk = desk
        self._novel_id = novel_id
        self._tell = tell
        self._on_error = on_error
        self._closing = threading.Event()
        self._maker = PictureMaker(time.monotonic)
        self._page = LivePageReader()
        self._told: Standing | None = None
        self._thread = threading.Thread(target=self._watch, name="run-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Look away; the run goes on."""
        self._closing.set()

    def _watch(self) -> None:
        has_failed = False
        while not self._closing.is_set():
            try:
                self._desk.answer(lambda _: self._look())
                has_failed = False
            except NovelgenError as error:
                if (
                    not has_failed and not self._closing.is_set()
                ):  # once for a disturbance, however long it lasts
                    self._on_error(error)
                has_failed = True
                self._closing.wait(_SECONDS_AFTER_AN_ERROR)

    def _look(self) -> None:
        standing = self._desk.workbench.runs.standing(self._novel_id)
        if standing.stands is Stands.RUNNING and standing.run is not None:
            self._follow(standing.run)
            return
        if standing != self._told:
            was, self._told = self._told, standing
            if was is not None and _has_come_and_gone(was, standing):
                self._tell_of_missed(standing)
            else:
                self._tell_of_rest(standing)
        self._closing.wait(_SECONDS_AT_REST)

    def _tell_of_rest(self, standing: Standing) -> None:
        doing = "starting" if standing.stands is Stands.STARTING else ""
        ending = self._maker.picture.ending
        is_same = self._maker.picture.run == standing.run
        self._maker.begin(standing.stands, standing.run, doing)
        if is_same and ending is not None:
            self._maker.take(ending)
        self._page.clear()
        self._send()

    def _tell_of_missed(self, standing: Standing) -> None:
        """A run began and ended between two looks: it is told of all the same."""
        assert standing.run is not None
        events = self._desk.workbench.runs.follower(standing.run).recent()
        self._maker.begin(standing.stands, standing.run)
        self._maker.catch_up(events)
        self._page.clear()
        self._send(events=events, has_ended=True)

    def _follow(self, run: RunRecord) -> None:
        follower = self._desk.workbench.runs.follower(run)
        self._maker.begin(Stands.RUNNING, run, "beginning")
        self._maker.catch_up(follower.recent())
        self._page.clear()
        self._send()
        prose: list[ProseCommitted] = []
        events: list[Event] = []
        for news in follower.follow(_SECONDS_BETWEEN_LOOKS):
            if self._closing.is_set():
                return
            if isinstance(news, LiveNews):
                self._maker.count(news.pieces)
                self._page.take(news.items)
                self._count_strikes(news)
                if prose or events or news.items or news.pieces:
                    self._send(prose, events)
                    prose, events = [], []
            elif isinstance(news, ProseCommitted):
                self._page.commit(news.text)
                prose.append(news)
            else:
                self._maker.take(news)
                events.append(news)
        self._maker.see(follower.run)
        self._page.clear()
        self._told = Standing(Stands.AT_REST, follower.run)
        self._send(prose, events, has_ended=True)

    def _count_strikes(self, news: LiveNews) -> None:
        for item in news.items:
            if isinstance(item, RowStruck):
                self._maker.strike(item.struck.kind, item.struck.detail)

    def _send(
        self,
        prose: list[ProseCommitted] | None = None,
        events: list[Event] | None = None,
        *,
        has_ended: bool = False,
    ) -> None:
        picture, page = self._maker.picture, self._page.page
        self._tell(RunNews(picture, page, tuple(prose or ()), tuple(events or ()), has_ended))


def _has_come_and_gone(was: Standing, standing: Standing) -> bool:
    """Whether there is a run that has ended and that was not there at the last look."""
    run, before = standing.run, was.run
    is_new = run is not None and (before is None or run.id != before.id)
    return standing.stands is Stands.AT_REST and is_new
