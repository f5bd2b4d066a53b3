"""The screen of an open novel: header, bar of places, the place in sight, what can be done."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import ContentSwitcher, Static

from novelgen.engine.spending import Budget
from novelgen.errors import NotFoundError, NovelgenError, UsageError
from novelgen.generation.novel_context import RunLimits
from novelgen.manuscript.overview import NovelOverview
from novelgen.sittings.recovered_text import RecoveredText
from novelgen.tui.asking import app_of, ask, carry_out
from novelgen.tui.left_off import LeftOff
from novelgen.tui.novel.endings import ending_in_words
from novelgen.tui.novel.going import Going
from novelgen.tui.novel.header import NovelHeader
from novelgen.tui.novel.looking_up import LookingUp
from novelgen.tui.novel.open_novel import OpenNovel, Spot
from novelgen.tui.novel.places_bar import PlacesBar
from novelgen.tui.places.desk.place import DeskPlace
from novelgen.tui.places.place import Place
from novelgen.tui.places.registry import PlaceEntry, places
from novelgen.tui.run.control import RunControl
from novelgen.tui.run.news import RunNews, RunTold, WatchFailed
from novelgen.tui.run.watch import RunWatch
from novelgen.tui.unsaved import may_leave, saves_done
from novelgen.tui.widgets.clock import today
from novelgen.tui.widgets.keys_footer import KeysFooter
from storage.records import NovelStatus

_SECONDS_BETWEEN_OVERVIEWS = 1.5
"""While a run commits segments; figures in between come with the news."""


class NovelScreen(Screen[None]):
    """An open novel."""

    TITLE = "This novel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Library", tooltip="Back to the library"),
        Binding("w", "write_on", "Write", tooltip="Write on to the end of the book"),
        Binding("c", "write_chapter", "Chapter", tooltip="Write to the end of the chapter"),
        Binding("t", "write_beat", "Beat", tooltip="Write one beat only"),
        Binding("p", "pause", "Pause", tooltip="Stop after the segment in hand"),
        Binding(
            "P", "stop_now", "Stop now", show=False, tooltip="Stop at once; the segment is redrawn"
        ),
        Binding("f8", "to_check", "To check", show=False, tooltip="All there is to check: go there "
                "with Enter, and come back with the same key"),
        Binding("f3,slash", "search", "Search", show=False, key_display="/",
                tooltip="Search the book, the plan and the bible; put other words there"),
        Binding(
            "left_square_bracket", "step_chapter(-1)", "Chapter before", show=False,
            key_display="[", tooltip="Go to the chapter before",
        ),
        Binding(
            "right_square_bracket", "step_chapter(1)", "Next chapter", show=False,
            key_display="]", tooltip="Go to the next chapter",
        ),
    ]  # fmt: skip

    def __init__(
        self, novel_id: str, begins: RunLimits | None = None, *, reads_memory: bool = False
    ) -> None:
        """`begins`: how far it is written on as soon as it is open; None leaves it as it is.

        `reads_memory`: its memory is read from its text as soon as it is open.
        Its budget holds anew for every run that is begun here.
        """
        super().__init__()
        self._begins, self._reads_memory = begins, reads_memory
        self._budget = Budget() if begins is None else begins.budget
        self.novel = OpenNovel(novel_id, self)
        self._entries: Sequence[PlaceEntry] = places()
        self._left = LeftOff()
        self._watch: RunWatch | None = None
        self._control: RunControl | None = None
        self._is_ordering = False
        self._has_looked_away = False
        self._looking_up = LookingUp(self)
        self._going = Going(self, self.novel, self._entries, self._show)
        self._words_at_first: int | None = None
        """Of the novel, when it was opened on the first day that it is known."""
        self._overview_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield NovelHeader(id="novel-header")
        yield PlacesBar(self._entries)
        yield ContentSwitcher(id="places")
        with Horizontal(id="news-line"):
            yield Static("", id="news")
        yield KeysFooter()

    def on_mount(self) -> None:
        app = app_of(self)
        for entry in self._entries:
            name, purpose = entry.place.NAME, entry.place.PURPOSE
            self._bindings.key_to_bindings[entry.key] = [
                Binding(entry.key, f"go('{name}')", name, show=False, tooltip=purpose)
            ]
        self._control = RunControl(app.desk, self.novel.id)
        self._left = app.left_off.of(self.novel.id)
        self.novel._chapter = max(1, self._left.chapter)
        if self._left.paragraph:
            self.novel.spot = Spot(self.novel.chapter, self._left.paragraph)
        self._read_first()

    async def on_unmount(self) -> None:
        if self._watch is not None:
            self._watch.close()
        if self._control is not None and not self._has_looked_away:  # a browser's page was closed
            with suppress(NovelgenError):
                await self._control.look(away=True)

    def on_screen_resume(self) -> None:
        if self._place is not None:
            self._place.look_again()

    # The open novel's host

    def novel_changed(self) -> None:
        for place in self.query(Place):
            place.is_stale = True
        self._read_overview(lambda _: self._reload_place())

    def chapter_chosen(self) -> None:
        for place in self.query(Place):
            place.is_stale = True
        self._reload_place()

    def go_to_place(self, name: str) -> None:
        self.action_go(name)

    def order(self, arguments: Sequence[str], doing: str) -> None:
        if self._is_ordering or self.novel.picture.is_busy:
            app_of(self).show_error(
                UsageError(
                    "Something is being written in this novel already.",
                    "Pause it with p, then try again.",
                )
            )
            return
        self._is_ordering = True
        self.novel.ordered = doing
        self.say(f"{doing} …")

        async def ordered() -> None:
            try:
                await self._runs.order(arguments, self.say)
            finally:
                self._is_ordering = False
                self.novel.ordered = ""
                self.novel_changed()  # what is done without a run tells no news

        carry_out(self, ordered, group="order")

    def write(self, limits: RunLimits) -> None:
        from novelgen.runs.orders import resume_arguments

        if self.novel.overview is not None:
            novel = self.novel.overview.summary.novel
            if limits.budget == Budget():
                limits = replace(limits, budget=self._budget)
            self.order(resume_arguments(novel, limits), "Starting")

    # Actions

    def action_leave(self) -> None:
        async def left() -> None:
            why = await self.settle()
            await saves_done(app_of(self))
            if await may_leave(app_of(self), self.unsaved(), why):
                await self.throw_away()
                await self.look_away()
                app_of(self).close_novel()

        carry_out(self, left, group="leave")

    def unsaved(self) -> list[str]:
        """What was typed in the places and is not saved."""
        return [unsaved for place in self.query(Place) if (unsaved := place.unsaved())]

    async def settle(self) -> list[NovelgenError]:
        """Save what saves itself; returns why something could not be, which is unsaved still."""
        why = []
        for place in self.query(Place):
            try:
                await place.settle()
            except NovelgenError as error:
                why.append(error)
        return why

    async def throw_away(self) -> None:
        """The person wants none of what is unsaved; a database that refuses keeps nobody here."""
        for place in self.query(Place):
            with suppress(NovelgenError):
                await place.throw_away()

    async def look_away(self) -> None:
        """The person goes elsewhere: their place is kept, and what is drafted meets them later.

        A database that refuses does not keep them here.
        """
        if self._control is None:
            return
        self._has_looked_away = True
        self._keep_place()
        with suppress(NovelgenError):
            await self._control.look(away=True)

    def action_go(self, name: str) -> None:
        self._going.go(name)

    def action_step_chapter(self, step: int) -> None:
        self.novel.step_chapter(step)

    def action_write_on(self) -> None:
        overview = self.novel.overview
        if overview is not None and overview.summary.novel.status is NovelStatus.FINISHED:
            self.say("The book is written to its end. Export it, or revise it chapter by chapter.")
            return
        self.novel.write(RunLimits())

    def action_write_chapter(self) -> None:
        self.novel.write(RunLimits(until_chapter=self._chapter_to_write()))

    def action_write_beat(self) -> None:
        self.novel.write(RunLimits(beats=1))

    def action_pause(self) -> None:
        self._pause(at_once=False)

    def action_stop_now(self) -> None:
        self._pause(at_once=True)

    def action_to_check(self) -> None:
        self._looking_up.to_check()

    def action_search(self) -> None:
        self._looking_up.search()

    # News

    def say(self, text: str) -> None:
        """A line of narration above the keys."""
        self.query_one("#news", Static).update(Content(text))

    @on(RunTold)
    def hear(self, message: RunTold) -> None:
        message.stop()
        news = message.news
        self.novel.picture, self.novel.page = news.picture, news.page
        self.query_one(NovelHeader).picture = news.picture
        if news.has_ended:
            self._told_ending(news)
        if news.prose or news.events or news.has_ended:
            self._overview_is_old()
        place = self._place
        if place is not None:
            place.hear(news)

    @on(WatchFailed)
    def show_that_nothing_is_seen(self, message: WatchFailed) -> None:
        app_of(self).show_error(message.error)

    @on(PlacesBar.Chosen)
    def go_where_clicked(self, message: PlacesBar.Chosen) -> None:
        self.action_go(message.name)

    @property
    def _runs(self) -> RunControl:
        if self._control is None:
            raise RuntimeError("the screen is not mounted")
        return self._control

    @property
    def _place(self) -> Place | None:
        """The place in sight."""
        current = self.query_one("#places", ContentSwitcher).current
        return None if current is None else self.query_one(f"#{current}", Place)

    def _open(self, overview: NovelOverview) -> None:
        """What is done once, when the novel is first read."""
        app = app_of(self)
        numbers = [chapter.number for chapter in overview.chapters]
        if numbers and self.novel.chapter not in numbers:
            self.novel.choose_chapter(numbers[0])
        self._watch = RunWatch(
            app.desk,
            self.novel.id,
            lambda news: self.post_message(RunTold(news)),
            lambda error: self.post_message(WatchFailed(error)),
        )
        self._watch.start()
        names = [entry.place.NAME for entry in self._entries]
        self.action_go(self._left.place if self._left.place in names else names[0])
        carry_out(self, lambda: self._runs.look(away=False), group="look")
        self._look_for_recovered()
        self._greet(overview)
        self._introduce(overview)
        if self._begins is not None:
            self.novel.write(self._begins)
        elif self._reads_memory:
            self.novel.order(["reread", self.novel.id], "Reading the text for its memory")

    def _look_for_recovered(self) -> None:
        """The desk, which asks about it, is gone to where a sudden end has left something."""

        def found(texts: Sequence[RecoveredText]) -> None:
            if texts:
                self.action_go(DeskPlace.NAME)

        ask(
            self,
            lambda workbench: workbench.sittings.recovered(self.novel.id),
            found,
            group="recovered",
        )

    def _greet(self, overview: NovelOverview) -> None:
        words = overview.summary.totals.words
        since = self._left.words_since_yesterday(words, today())
        if since:
            self.say(f"{since:+,} words since the last day. Chapter {self.novel.chapter}.")

    def _introduce(self, overview: NovelOverview) -> None:
        """Say once of a novel what the bundled model is for."""
        from novelgen.tui.library.bundled_model import BundledModelDialog, is_bundled

        if is_bundled(overview.summary.novel.model) and not self._left.is_introduced:
            self._left = replace(self._left, is_introduced=True)
            app_of(self).left_off.keep(self.novel.id, self._left)
            self.app.push_screen(BundledModelDialog())

    def _read_first(self, *, is_told: bool = False) -> None:
        """Read the novel and open it; again and again where it cannot be read, told once."""

        def failed(error: NovelgenError) -> None:
            if not is_told:
                app_of(self).show_error(error)
            if not isinstance(error, NotFoundError):
                self.set_timer(_SECONDS_BETWEEN_OVERVIEWS, lambda: self._read_first(is_told=True))

        self._read_overview(self._open, on_error=failed)

    def _read_overview(
        self,
        then: Callable[[NovelOverview], object],
        on_error: Callable[[NovelgenError], object] | None = None,
    ) -> None:
        def read(overview: NovelOverview) -> None:
            self.novel.overview = overview
            self.query_one(NovelHeader).overview = overview
            words = overview.summary.totals.words
            self.novel.words_today = self._words_today(words)
            self._left = self._left.with_words(words, today())
            then(overview)

        ask(
            self,
            lambda workbench: workbench.overview(self.novel.id),
            read,
            group="overview",
            on_error=on_error,
        )

    def _words_today(self, words: int) -> int:
        """Since the last day before; on the first day, since the novel was opened."""
        since = self._left.words_since_yesterday(words, today())
        if since is not None:
            return since
        first = self._left.words_by_day.get(today().isoformat(), words)
        self._words_at_first = first if self._words_at_first is None else self._words_at_first
        return words - self._words_at_first

    def _overview_is_old(self) -> None:
        """Read it again, but not with every segment of a fast run."""
        if self._overview_timer is None:
            self._overview_timer = self.set_timer(_SECONDS_BETWEEN_OVERVIEWS, self._overview_again)

    def _overview_again(self) -> None:
        self._overview_timer = None
        for place in self.query(Place):
            place.is_stale = True
        self._read_overview(lambda _: self._reload_place())

    def _show(self, place: Place) -> None:
        self.query_one("#places", ContentSwitcher).current = place.id
        self.query_one(PlacesBar).chosen = place.NAME
        self._reload_place()
        place.arrive()
        self.refresh_bindings()

    def _reload_place(self) -> None:
        place = self._place
        if place is not None and place.is_stale:
            place.is_stale = False
            place.reload()

    def _chapter_to_write(self) -> int:
        """The first chapter that is not written to its end."""
        for chapter in self.novel.chapters:
            if chapter.status != "complete":
                return chapter.number
        return max((chapter.number for chapter in self.novel.chapters), default=1)

    def _pause(self, *, at_once: bool) -> None:
        async def paused() -> None:
            if await self._runs.pause(at_once=at_once):
                when = "now" if at_once else "after this segment"
                self.say(f"Stopping {when}.")
            else:
                self.say("Nothing is being written.")

        carry_out(self, paused, group="pause")

    def _told_ending(self, news: RunNews) -> None:
        picture = news.picture
        if picture.has_crashed:
            self.say("The run crashed. All that was committed is kept; w goes on from there.")
            return
        run = picture.run
        if run is not None and run.error and run.status.value == "failed":
            app_of(self).show_error(
                NovelgenError(run.error, "What was committed is kept. w goes on from there."),
            )
        self.say(ending_in_words(picture.ending))

    def _keep_place(self) -> None:
        here = self.query_one(PlacesBar).chosen
        paragraph = next((desk.paragraph for desk in self.query(DeskPlace)), 0)
        left = replace(self._left, chapter=self.novel.chapter, paragraph=paragraph, place=here)
        app_of(self).left_off.keep(self.novel.id, left)
