"""A line for the path of a file, with what lies there below it.

The focus stays in the line: ↓ and ↑ go through the list, Tab takes an entry into the line, Enter
takes what is marked in the list, or what is typed. A folder is gone into, unless it is taken whole.
"""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from novelgen.errors import NovelgenError
from novelgen.tui.asking import app_of, ask
from novelgen.tui.widgets.clock import ago
from novelgen.tui.widgets.path_listing import (
    PathEntry,
    PathListing,
    above,
    entered,
    list_paths,
    path_of,
)

_UP, _WHOLE, _NONE = "up", "whole", "none"
_AGE_CELLS = 16
_LEAST_CELLS = 40


class PathField(Vertical):
    """The line and the list."""

    DEFAULT_CSS = """
    PathField { height: 1fr; }
    PathField Input, Dialog .box PathField Input {
        height: 1; border: none; padding: 0 1; margin: 0; background: $panel;
    }
    PathField Input:focus { border: none; background: $boost; }
    PathField OptionList, Dialog .box PathField OptionList {
        height: 1fr; max-height: 100%; border: none; background: $surface; margin: 0;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    PathField OptionList > .option-list--option-highlighted {
        background: $primary 25%; color: $foreground;
    }
    PathField .told { height: auto; padding: 0 1; margin-top: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Down", show=False, tooltip="Mark the next entry of the list"),
        Binding("up", "move(-1)", "Up", show=False, tooltip="Mark the entry before"),
        Binding("pagedown", "move(8)", "Page down", show=False, tooltip="Mark an entry further on"),
        Binding("pageup", "move(-8)", "Page up", show=False, tooltip="Mark an entry further back"),
        Binding("tab", "complete", "Complete", show=False,
                tooltip="Take the marked entry, or the first one, into the line"),
    ]  # fmt: skip

    class Taken(Message):
        """A path was chosen, or typed and entered: it need not exist. None is no file at all."""

        def __init__(self, path: Path | None) -> None:
            super().__init__()
            self.path = path

    class Changed(Message):
        """Something else is meant: it is marked in the list, or stands in the line."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(
        self,
        suffixes: frozenset[str],
        value: str = "",
        *,
        whole: frozenset[str] = frozenset(),
        none: str = "",
        nothing: str = "No file here that could be meant.",
    ) -> None:
        """`suffixes` are those of the files that are listed, in small letters, with the dot.

        `whole` are those of which a folder can be taken whole; `none` is what it is called to take
        no file at all, empty: that cannot be. `nothing` tells of a folder without such files.
        """
        super().__init__()
        self._suffixes, self._value = suffixes, value
        self._whole, self._none, self._nothing = whole, none, nothing
        self._listing: PathListing | None = None

    def compose(self) -> ComposeResult:
        line = Input(self._value, id="path-line", select_on_focus=False)
        line.styles.margin = 0  # whatever dialogs have for lines of their own
        yield line
        yield Static("", classes="told", id="path-told")
        entries = OptionList(id="path-entries")
        entries.can_focus = False
        yield entries

    def on_mount(self) -> None:
        self._list()

    def on_resize(self) -> None:
        if self._listing is not None:
            self._show(self._listing)

    def focus_line(self) -> None:
        """Go to the line, behind what stands in it."""
        self._line.focus()
        self._line.action_end()

    @property
    def value(self) -> str:
        """What is typed."""
        return self._line.value.strip()

    def action_move(self, step: int) -> None:
        entries, last = self._entries, self._entries.option_count - 1
        if last < 0:
            return
        at = entries.highlighted
        if at is None:
            entries.highlighted = 0 if step > 0 else None
        elif at + step < 0:
            entries.highlighted = None if at == 0 else 0
        else:
            entries.highlighted = min(at + step, last)

    def action_complete(self) -> None:
        """Take an entry into the line; where none would change it, go on to the next field."""
        text, listing = self._line.value, self._listing
        if listing is not None and listing.text == text:
            chosen = self._marked
            if chosen is None and listing.has_name and listing.entries:
                chosen = "0"
            if chosen == _UP:
                text = above(text)
            elif chosen is not None and chosen.isdecimal():
                text = entered(text, listing.entries[int(chosen)])
        if text == self._line.value:
            self.screen.focus_next()
        else:
            self._type(text)

    @on(Input.Changed, "#path-line")
    def look_there(self, event: Input.Changed) -> None:
        event.stop()
        self._list()
        self.post_message(self.Changed(self.value))

    @on(OptionList.OptionHighlighted, "#path-entries")
    def tell_marked(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        listing, chosen = self._listing, self._marked
        if listing is not None and chosen is not None and chosen.isdecimal():
            self.post_message(self.Changed(entered(listing.text, listing.entries[int(chosen)])))

    @on(Input.Submitted, "#path-line")
    def take(self, event: Input.Submitted) -> None:
        event.stop()
        if self._marked is not None:
            self._take_entry(self._marked)
        else:
            self._take_typed()

    @on(OptionList.OptionSelected, "#path-entries")
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take_entry(event.option.id)
        self._line.focus()

    def _take_entry(self, chosen: str | None) -> None:
        listing = self._listing
        if listing is None or chosen is None or listing.text != self._line.value:
            return  # the list is of what stood there before
        if chosen == _UP:
            self._type(above(listing.text))
        elif chosen == _WHOLE:
            self.post_message(self.Taken(listing.folder))
        elif chosen == _NONE:
            self.post_message(self.Taken(None))
        else:
            entry = listing.entries[int(chosen)]
            self._type(entered(listing.text, entry))
            if not entry.is_folder:
                self.post_message(self.Taken(listing.folder / entry.name))

    def _take_typed(self) -> None:
        text = self.value
        if not text:
            self.post_message(self.Taken(None))
            return
        try:
            path = path_of(text)
        except NovelgenError as error:
            app_of(self).show_error(error)
            return

        def looked(is_folder: bool) -> None:
            if is_folder and not (text.endswith("/") and self._whole):
                self._type(text.removesuffix("/") + "/")
            else:
                self.post_message(self.Taken(path))

        ask(self, lambda _: path.is_dir(), looked, group="look")

    def _type(self, text: str) -> None:
        self._line.value = text
        self._line.action_end()

    def _list(self) -> None:
        text, suffixes = self._line.value, self._suffixes
        ask(self, lambda _: list_paths(text, suffixes), self._show, group="list")

    def _show(self, listing: PathListing) -> None:
        at = self._entries.highlighted if listing is self._listing else None
        self._listing = listing
        room = max(self._entries.size.width - 3, _LEAST_CELLS)
        entries = self._first_entries(listing)
        entries += [
            Option(_told(entry, room), id=str(at)) for at, entry in enumerate(listing.entries)
        ]
        self._entries.set_options(entries)
        self._entries.highlighted = at
        told = listing.problem or ("" if listing.suffixes else self._nothing)
        self.query_one("#path-told", Static).update(Content(told))
        self.query_one("#path-told").display = bool(told)

    def _first_entries(self, listing: PathListing) -> list[Option]:
        """What is no entry of the folder, and is there while nothing of a name is typed."""
        if listing.has_name:
            return []
        first = []
        if self._none:
            first.append(Option(Content.assemble(("× ", "$primary"), self._none), id=_NONE))
        count = sum(suffix in self._whole for suffix in listing.suffixes)
        if count > 1:
            told = f"The folder {listing.folder.name}/: all {count:,} text files, a chapter each"
            first.append(Option(Content.assemble(("▪ ", "$primary"), told), id=_WHOLE))
        if listing.folder.parent != listing.folder:
            first.append(Option(Content.styled("↑ the folder above", "$text-muted"), id=_UP))
        return first

    @property
    def _marked(self) -> str | None:
        """The entry that is marked in the list."""
        at = self._entries.highlighted
        return None if at is None else self._entries.get_option_at_index(at).id

    @property
    def _line(self) -> Input:
        return self.query_one("#path-line", Input)

    @property
    def _entries(self) -> OptionList:
        return self.query_one("#path-entries", OptionList)


def _told(entry: PathEntry, room: int) -> Content:
    if entry.is_folder:
        return Content.assemble(("▸ ", "$text-muted"), f"{entry.name}/")
    age = f"{ago(entry.changed_at):>{_AGE_CELLS}}"
    cells = room - _AGE_CELLS - 2
    name = entry.name if len(entry.name) <= cells else f"…{entry.name[-(cells - 1) :]}"
    return Content.assemble("  ", f"{name:<{cells}}", (age, "$text-muted"))
