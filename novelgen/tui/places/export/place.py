"""Export: format, looks, chapters, title page and file; then the manuscript on disk, with progress.

Nothing is overwritten without being asked, and a file is there whole or not at all. A manuscript
that an editor has changed comes back here, too.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.novel.open_novel import OpenNovel
from novelgen.tui.places.export.choices import ExportChoices, Line
from novelgen.tui.places.export.choosing import Choosing
from novelgen.tui.places.export.details import change_detail
from novelgen.tui.places.export.lines import grouped, lines_of
from novelgen.tui.places.export.reading import ExportPlan, backup_path, plan_export
from novelgen.tui.places.export.saving import FOLDER, Progressed, Saving
from novelgen.tui.places.export.showing import plan_told, progress_told, result_told
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.clock import today
from novelgen.tui.widgets.path_listing import path_of
from novelgen.tui.widgets.short_path import short_path

_NARROW = 100


class ExportList(OptionList):
    """What can be chosen and done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Change", tooltip="Change the line at hand, or do what it says"),
    ]


def _choice(key: str, line: Line, name: str, tooltip: str) -> Binding:
    return Binding(key, f"choose('{line.value}')", name, show=False, tooltip=tooltip)


class ExportPlace(Place):
    """The place."""

    NAME = "Export"
    PURPOSE = "Write the manuscript to a file, take one back, copy all novels to a safe place"
    SCOPED_CSS = False  # what a narrow screen changes is a matter of its class
    DEFAULT_CSS = """
    ExportPlace { layout: horizontal; }
    ExportPlace #export-list {
        width: 1fr; height: 1fr; border: none; background: $background; padding: 1 2;
        scrollbar-size-vertical: 1;
    }
    ExportPlace #export-list > .option-list--option-highlighted,
    ExportPlace #export-list:focus > .option-list--option-highlighted {
        background: $boost; color: $foreground; text-style: bold;
    }
    ExportPlace #export-side {
        width: 50; padding: 1 2; background: $surface; scrollbar-size-vertical: 1;
    }
    ExportPlace #export-plan { height: auto; }
    ExportPlace #export-done { height: auto; margin-bottom: 1; }
    .-narrow ExportPlace { layout: vertical; }
    .-narrow ExportPlace #export-list { height: auto; max-height: 13; padding: 0 1; }
    .-narrow ExportPlace #export-side { width: 1fr; height: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "export", "Export", tooltip="Write the manuscript to the file"),
        Binding("m", "take_back", "Take back",
                tooltip="Take a manuscript back that an editor or a reader has changed"),
        Binding("b", "backup", "Back up", tooltip="Copy the database with all novels to a file"),
        _choice("f", Line.FORMAT, "Format", "Choose the format of the file"),
        _choice("s", Line.STYLE, "Style", "Standard manuscript format, or a book"),
        _choice("k", Line.MARKS, "Marks", "Curly quotation marks and real dashes, or straight"),
        _choice("g", Line.PAPER, "Paper", "The size of the page"),
        _choice("l", Line.FACE, "Face", "The face of the letters of a manuscript"),
        _choice("i", Line.COVER, "Cover", "The picture on the cover"),
        _choice("n", Line.FILES, "Files", "One file for the book, or one a chapter"),
        _choice("v", Line.BRANCH, "Branch", "Choose the branch of the novel"),
        _choice("r", Line.CHAPTERS, "Chapters", "Choose which chapters"),
        _choice("o", Line.FILE, "File", "Say where the file is to be"),
        _choice("T", Line.TITLE, "Title", "Change the title of the novel"),
        _choice("A", Line.AUTHOR, "Author", "Change the author of the novel"),
    ]  # fmt: skip

    def __init__(self, novel: OpenNovel) -> None:
        super().__init__(novel)
        self._choices = ExportChoices()
        self._plan: ExportPlan | None = None
        self._saving = Saving(self, self.tell, self._saved)
        self._choosing = Choosing(self, self._want)

    def compose(self) -> ComposeResult:
        yield ExportList(id="export-list")
        with VerticalScroll(id="export-side"):
            yield Static("", id="export-done")
            yield Static("", id="export-plan")

    def on_mount(self) -> None:
        self.query_one("#export-done").display = False

    def arrive(self) -> None:
        self.query_one("#export-list").focus()

    def reload(self) -> None:
        self._look()

    def look_again(self) -> None:
        self._look()  # the settings may be others now, or the file be there

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Choices that the format does not leave are not offered."""
        if action != "choose" or self._plan is None:
            return True
        line = Line(str(parameters[0]))
        return self._choices.has(line) and (line is not Line.BRANCH or len(self._plan.branches) > 1)

    # Actions

    def action_export(self) -> None:
        """Look once more, and write."""
        if not self._saving.is_writing:
            self._look(then=self._saving.write)

    def action_backup(self) -> None:
        suggested = backup_path(self._folder, today())

        def named(text: str | None) -> None:
            if text is not None:
                self._saving.back_up(path_of(text))

        self.app.push_screen(
            AskLine("Back up", "The copy of all novels, in one file:", short_path(suggested)), named
        )

    def action_take_back(self) -> None:
        from novelgen.tui.manuscripts.taking_back import TakingBack

        TakingBack(self, self.tell).begin()

    def action_choose(self, line: str) -> None:
        if line in (Line.TITLE, Line.AUTHOR):
            change_detail(self, Line(line))
        elif self._plan is not None:
            self._choosing.ask(Line(line), replace(self._plan, choices=self._choices))

    @on(OptionList.OptionSelected, "#export-list")
    def do_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        match event.option.id:
            case None:
                return
            case Line.EXPORT:
                self.action_export()
            case Line.TAKE_BACK:
                self.action_take_back()
            case Line.BACKUP:
                self.action_backup()
            case line:
                self.action_choose(line)

    @on(Progressed)
    def tell_progress(self, event: Progressed) -> None:
        event.stop()
        if self._saving.is_writing:
            self.tell(progress_told(event.done, event.total, event.afterwards))

    def tell(self, told: Content | None) -> None:
        """Say what goes on, or came of it, above what the file holds; None says nothing."""
        done = self.query_one("#export-done", Static)
        done.display = told is not None
        done.update(told or "")

    # What they do

    def _want(self, choices: ExportChoices) -> None:
        self._choices = choices
        self.refresh_bindings()
        self._look()

    @property
    def _folder(self) -> Path:
        """Where the last file went, else where novelgen was started."""
        kept = app_of(self).left_off.value(FOLDER)
        return Path(kept) if isinstance(kept, str) and Path(kept).is_dir() else Path.cwd()

    def _look(self, then: Callable[[ExportPlan], object] | None = None) -> None:
        """Find what the choices come to, and show it."""
        novel_id, choices, folder = self.novel.id, self._choices, self._folder

        def looked(plan: ExportPlan) -> None:
            self._plan = plan
            self._show()
            self.refresh_bindings()
            if then is not None:
                then(plan)

        self.ask(
            lambda workbench: plan_export(workbench, novel_id, choices, folder),
            looked,
            group="plan" if then is None else "plan-to-write",
        )

    def _show(self) -> None:
        plan, overview = self._plan, self.novel.overview
        if plan is None or overview is None:
            return
        options = self.query_one("#export-list", OptionList)
        at = options.highlighted_option
        cells = max(options.size.width - 6, 30)
        lines = lines_of(plan, overview.summary.novel, cells)
        is_narrow = self.app.size.width < _NARROW
        options.set_options(
            Option(told, id=line, disabled=line is None)
            for line, told in grouped(lines, is_narrow=is_narrow)
        )
        wanted = at.id if at is not None and at.id in lines else Line.EXPORT
        options.highlighted = options.get_option_index(wanted)
        self.query_one("#export-plan", Static).update(plan_told(plan))

    def _saved(self, path: Path, told: str, said: str) -> None:
        self.tell(result_told(told, short_path(path)))
        self._say(said)
        self.reload()

    def _say(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
