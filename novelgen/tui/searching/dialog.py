"""Searches the book, the plan and the bible; what is found is seen before it is replaced.

Every hit is a line that may be left out. Replacing is one change, which `u` takes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from novelgen.bootstrap import Workbench
from novelgen.errors import NovelgenError, UsageError
from novelgen.generation.replacing import replace
from novelgen.generation.searching import Found, Part, Scope, SearchResult, search
from novelgen.text.searching import Query
from novelgen.tui.asking import ask, ask_once
from novelgen.tui.dialogs.dialog import Dialog

_SECONDS_AFTER_TYPING = 0.3
_MOST_SHOWN = 2_000
"""Lines of hits; replacing takes all."""
_WHERE_CELLS, _LEAST_ROOM = 24, 60
"""Of a line, which is not to be wrapped."""
_SWITCHES = (
    ("is_case_sensitive", "case"),
    ("whole_words", "whole words"),
    ("is_pattern", "pattern"),
)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What the dialog came to: a place to go to, or something done, in words."""

    goes_to: Found | None = None
    done: str = ""


class SearchDialog(Dialog[SearchAnswer]):
    """Two fields, and a line for each hit."""

    DEFAULT_CSS = """
    SearchDialog .box { width: 110; height: 92%; }
    SearchDialog .fields { height: 1; }
    SearchDialog .fields Static { width: 12; color: $text-muted; }
    SearchDialog Input { height: 1; border: none; padding: 0; margin: 0; background: $panel; }
    SearchDialog Input:focus { border: none; background: $boost; }
    SearchDialog OptionList { height: 1fr; max-height: 100%; }
    SearchDialog #search-told { height: 1; margin-top: 1; color: $text-muted; }
    SearchDialog Footer { dock: bottom; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+s", "replace", "Replace", key_display="F2", priority=True,
                tooltip="Put the other words there, everywhere but where they are left out"),
        Binding("alt+s", "scope", "Where", priority=True,
                tooltip="Everywhere, in the chapters, in this chapter, in the plan, in the bible"),
        Binding("alt+c", "switch('is_case_sensitive')", "Case", priority=True,
                tooltip="Whether capitals matter"),
        Binding("alt+w", "switch('whole_words')", "Words", priority=True,
                tooltip="Whether whole words alone are found"),
        Binding("alt+r", "switch('is_pattern')", "Pattern", priority=True,
                tooltip="Whether what is sought is a regular expression"),
        Binding("space", "leave_out", "Leave out", show=False,
                tooltip="Leave the marked place as it is, or not"),
    ]  # fmt: skip

    def __init__(self, novel_id: str, chapter: int, sought: str = "") -> None:
        super().__init__()
        self._novel_id, self._sought = novel_id, sought
        self._scopes = (
            ("everywhere", Scope()),
            ("in the chapters", Scope.of_book()),
            (f"in chapter {chapter}", Scope.of_chapter(chapter)),
            ("in the plan", Scope(frozenset({Part.PLAN}))),
            ("in the bible", Scope(frozenset({Part.BIBLE}))),
        )
        self._scope = 0
        self._switches = dict.fromkeys((name for name, _ in _SWITCHES), False)
        self._found: SearchResult | None = None
        self._left: set[str] = set()
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Search and replace"
            with Horizontal(classes="fields"):
                yield Static("Find")
                yield Input(self._sought, id="sought")
            with Horizontal(classes="fields"):
                yield Static("Replace by")
                yield Input(id="replacement")
            yield Static("", id="search-told")
            yield OptionList(id="search-hits")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#sought").focus()
        self._look()

    @on(Input.Changed, "#sought")
    def look_soon(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_SECONDS_AFTER_TYPING, self._look)

    @on(Input.Submitted)
    def go_to_hits(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#search-hits").focus()

    @on(OptionList.OptionSelected)
    def go_there(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._found is not None:
            self.dismiss(SearchAnswer(goes_to=self._found.hits[event.option_index]))

    def action_scope(self) -> None:
        self._scope = (self._scope + 1) % len(self._scopes)
        self._look()

    def action_switch(self, name: str) -> None:
        self._switches[name] = not self._switches[name]
        self._look()

    def action_leave_out(self) -> None:
        options = self.query_one(OptionList)
        at, found = options.highlighted, self._found
        if at is None or found is None:
            return
        hit = found.hits[at]
        self._left ^= {hit.id}
        line = _line(hit, self._room, is_left=hit.id in self._left)
        options.replace_option_prompt_at_index(at, line)
        self._tell()

    def action_replace(self) -> None:
        """Replace what is shown; where something has changed since, nothing is."""
        found, other = self._found, self.query_one("#replacement", Input).value
        if found is None or not found.hits:
            self._complain(UsageError("There is nothing to replace.", "Seek something first."))
            return
        left = frozenset(self._left)

        def replaced(workbench: Workbench) -> str:
            novel = workbench.find(self._novel_id).novel
            change = replace(
                workbench.store, novel, found.query, other, found.scope, left, seen=found
            )
            count = len(found.hits) - len(left)
            if change is None:
                return "Nothing was changed."
            return f"{count:,} places: {change.label}. u takes it back."

        ask_once(
            self,
            replaced,
            lambda done: self.dismiss(SearchAnswer(done=done)),
            on_error=self._complain,
        )

    def _look(self) -> None:
        text = self.query_one("#sought", Input).value
        if not text.strip():
            self._show(None)
            return
        query = Query(text, **self._switches)
        scope = self._scopes[self._scope][1]
        ask(
            self,
            lambda workbench: search(
                workbench.store, workbench.find(self._novel_id).novel, query, scope
            ),
            self._show,
            group="search",
            on_error=self._complain,
        )

    def _show(self, found: SearchResult | None) -> None:
        self._found = found
        self._left = set()
        options = self.query_one(OptionList)
        options.clear_options()
        hits: Sequence[Found] = () if found is None else found.hits[:_MOST_SHOWN]
        options.add_options(Option(_line(hit, self._room, is_left=False)) for hit in hits)
        if hits:
            options.highlighted = 0
        self._tell()

    @property
    def _room(self) -> int:
        """Cells of a line."""
        return max(_LEAST_ROOM, self.query_one(OptionList).scrollable_content_region.width - 4)

    def _tell(self) -> None:
        where = self._scopes[self._scope][0]
        on = "".join(f", {told}" for name, told in _SWITCHES if self._switches[name])
        pieces = []
        if self._found is not None:
            hits = self._found.hits
            shown = f", the first {_MOST_SHOWN:,} shown" if len(hits) > _MOST_SHOWN else ""
            left = f", {len(self._left):,} left out" if self._left else ""
            pieces.append(f"{len(hits):,} found{shown}{left}")
        told = " · ".join([*pieces, f"{where}{on}", "enter goes there, space leaves one out"])
        self.query_one("#search-told", Static).update(Content(told))

    def _complain(self, error: NovelgenError) -> None:
        told = f"! {error.message} {error.remedy or ''}".rstrip()
        self.query_one("#search-told", Static).update(Content.styled(told, "$warning"))


def _line(hit: Found, room: int, *, is_left: bool) -> Content:
    before, after = (part.replace("\n", " ") for part in (hit.before, hit.after))
    matched = hit.matched.replace("\n", " ")
    told = room - _WHERE_CELLS - 3
    ahead = told * 2 // 5
    return Content.assemble(
        ("– " if is_left else "  ", "bold"),
        (f"{hit.where:<{_WHERE_CELLS}.{_WHERE_CELLS}} ", "$text-muted"),
        before[-ahead:].rjust(ahead),
        (matched, "bold $text-muted strike" if is_left else "bold $primary"),
        after[: max(0, told - ahead - len(matched))],
    )
