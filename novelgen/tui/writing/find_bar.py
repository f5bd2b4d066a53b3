"""Finds words on the page, and puts others there, one after the other or all at once.

What is found is marked while the bar is open; every replacement is a step that undo takes back.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from novelgen.errors import UsageError
from novelgen.text.searching import Hit, Query, find_in, replaced
from novelgen.tui.writing.page import WritingPage

_SWITCHES = (
    ("is_case_sensitive", "alt+c", "Aa"),
    ("whole_words", "alt+w", "word"),
    ("is_pattern", "alt+r", ".*"),
)
"""What can be switched, its key, and its sign."""


class FindBar(Horizontal):
    """Two fields and what was found; not in sight until it is opened."""

    DEFAULT_CSS = """
    FindBar { height: 1; display: none; background: $panel; padding: 0 1; }
    FindBar.-open { display: block; layout: horizontal; }
    FindBar Input {
        width: 1fr; max-width: 30; height: 1; border: none; padding: 0; background: $surface;
    }
    FindBar Input:focus { border: none; background: $boost; }
    FindBar #replacement, FindBar #replacement-head { display: none; }
    FindBar.-replaces #replacement, FindBar.-replaces #replacement-head { display: block; }
    FindBar Static { width: auto; height: 1; color: $text-muted; padding: 0 1; }
    FindBar #find-told { padding: 0 0 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", tooltip="Back to the page, at what was found"),
        Binding("down,f3", "turn(1)", "Next", show=False, tooltip="The next one"),
        Binding("up", "turn(-1)", "Before", show=False, tooltip="The one before"),
        Binding("alt+c", "switch('is_case_sensitive')", "Case", priority=True, show=False,
                tooltip="Whether capitals matter"),
        Binding("alt+w", "switch('whole_words')", "Whole words", priority=True, show=False,
                tooltip="Whether whole words alone are found"),
        Binding("alt+r", "switch('is_pattern')", "Pattern", priority=True, show=False,
                tooltip="Whether what is sought is a regular expression"),
        Binding("alt+a", "replace_all", "Replace all", priority=True, show=False,
                tooltip="Put the other words everywhere in the chapter"),
        Binding("f4", "replaces", "Replace", show=False, tooltip="Put other words there"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(id="find-bar")
        self._page: WritingPage | None = None
        self._hits: Sequence[Hit] = ()
        self._at = 0
        self._start = 0
        """Where the cursor stood when the bar was opened."""
        self.say: Callable[[str], object] = _say_nothing
        """Tells the person what there is no room for here."""
        self._sought_in = ""
        """The text that the hits are of."""
        self._switches = dict.fromkeys((name for name, _, _ in _SWITCHES), False)

    def compose(self) -> ComposeResult:
        yield Static("Find")
        yield Input(id="sought", select_on_focus=True)
        yield Static("put", id="replacement-head")
        yield Input(id="replacement", select_on_focus=True)
        yield Static("", id="find-told")

    def open(self, page: WritingPage, *, replaces: bool = False) -> None:
        """Find on a page; what is marked there is sought first."""
        self._page = page
        start, end = page.selected
        marked = page.text[start:end]
        self._start = start
        self.add_class("-open")
        self.set_class(replaces, "-replaces")
        sought = self.query_one("#sought", Input)
        if marked and "\n" not in marked:
            sought.value = marked
        sought.focus()
        self._tell_keys()
        self._seek()

    @property
    def _query(self) -> Query:
        return Query(self.query_one("#sought", Input).value, **self._switches)

    @on(Input.Changed, "#sought")
    def seek(self, event: Input.Changed) -> None:
        event.stop()
        self._seek()

    @on(Input.Changed, "#replacement")
    def pass_over(self, event: Input.Changed) -> None:
        event.stop()

    @on(Input.Submitted, "#sought")
    def next_one(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_turn(1)

    @on(Input.Submitted, "#replacement")
    def replace_one(self, event: Input.Submitted) -> None:
        """Put the other words in the place of what is shown, and go to the next."""
        event.stop()
        page = self._page
        if page is None or not self._are_there(page):
            return
        hit = self._hits[self._at]
        try:
            text = replaced(page.text, hit, self._query, event.value)
        except UsageError as error:
            self._tell("!")
            self.say(error.message)
            return
        page.put(hit.start, hit.end, text)
        self._start = hit.start + len(text)
        self._seek()

    def action_replace_all(self) -> None:
        """Put the other words everywhere, as one step."""
        page = self._page
        if page is None or not self._are_there(page):
            return
        text, other = page.text, self.query_one("#replacement", Input).value
        query, count = self._query, len(self._hits)
        try:
            put = [(hit.start, hit.end, replaced(text, hit, query, other)) for hit in self._hits]
        except UsageError as error:
            self._tell("!")
            self.say(error.message)
            return
        page.put_all(put)
        self._seek()
        self._tell(f"{count:,} replaced")
        self.say("As one step: ctrl+z on the page takes it back.")

    def action_replaces(self) -> None:
        self.toggle_class("-replaces")
        which = "#replacement" if self.has_class("-replaces") else "#sought"
        self.query_one(which, Input).focus()
        self._show()
        self._tell_keys()

    def action_switch(self, name: str) -> None:
        self._switches[name] = not self._switches[name]
        self._seek()

    def action_turn(self, step: int) -> None:
        """Show the next hit, or the one before; round and round."""
        page = self._page
        if page is not None and self._are_there(page):
            self._at = (self._at + step) % len(self._hits)
            self._show()

    def action_close(self) -> None:
        if self._page is None:
            return
        self.remove_class("-open")
        page, self._page = self._page, None
        if page is not None:
            page.marks.found = ()
            page.restyle()
            page.focus()
            self.say("")

    def _are_there(self, page: WritingPage) -> bool:
        """Whether there are hits; where the page has changed since, they are sought again first."""
        if page.text != self._sought_in:
            self._start = page.selected[0]
            self._seek()
            return False
        return bool(self._hits)

    def _seek(self) -> None:
        page = self._page
        if page is None:
            return
        try:
            self._hits = find_in(page.text, self._query) if self._query.text else ()
        except UsageError as error:
            self._hits = ()
            page.marks.found = ()
            page.restyle()
            self._tell("!")
            self.say(error.message)
            return
        self._sought_in = page.text
        page.marks.found = [(hit.start, hit.end) for hit in self._hits]
        page.restyle()
        behind = (at for at, hit in enumerate(self._hits) if hit.start >= self._start)
        self._at = next(behind, 0)
        self._show()

    def _show(self) -> None:
        page = self._page
        if page is None:
            return
        if not self._hits:
            self._tell("not found" if self._query.text else "")
            return
        hit = self._hits[self._at]
        page.select(hit.start, hit.end)
        self._tell(f"{self._at + 1:,} of {len(self._hits):,}")

    def _tell_keys(self) -> None:
        if self.has_class("-replaces"):
            self.say("In the second field enter puts it there once, alt+a everywhere.")

    def _tell(self, told: str) -> None:
        """What was found, and the keys; a switch that is on has a tick."""
        ticks = {name: "✓" if is_on else "" for name, is_on in self._switches.items()}
        if self.has_class("-replaces"):
            on = [f"✓{sign}" for name, _, sign in _SWITCHES if ticks[name]]
            pieces = [told, *on]
        else:
            pieces = [told, *(f"{key} {ticks[name]}{sign}" for name, key, sign in _SWITCHES)]
        self.query_one("#find-told", Static).update(Content("  ".join(filter(None, pieces))))


def _say_nothing(_: str) -> None:
    """Until somebody listens."""
