"""Export: format, chapters, title page and file; then the manuscript on disk, with progress.

Nothing is overwritten without being asked, and a file is there whole or not at all.
"""

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.wishes import checked_wish
from novelgen.errors import UsageError
from novelgen.generation.changing import change_novel
from novelgen.manuscript.chapter_range import parse_range, range_in_words
from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.novel.open_novel import OpenNovel
from novelgen.tui.places.export.reading import (
    ExportPlan,
    ExportWish,
    backup_path,
    format_called,
    formats,
    plan_export,
)
from novelgen.tui.places.export.saving import FOLDER, Progressed, Saving
from novelgen.tui.places.export.showing import (
    AUTHOR,
    BACKUP,
    CHAPTERS,
    EXPORT,
    FILE,
    FORMAT,
    TITLE,
    plan_told,
    progress_told,
    result_told,
    row,
)
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.clock import today
from novelgen.tui.widgets.short_path import short_path

_GROUPS = (
    ("The title page", (TITLE, AUTHOR)),
    ("The file", (FORMAT, CHAPTERS, FILE)),
    ("", (EXPORT, BACKUP)),
)


class ExportList(OptionList):
    """What can be chosen and done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Change", tooltip="Change the line at hand, or do what it says"),
    ]


class ExportPlace(Place):
    """The place."""

    NAME = "Export"
    PURPOSE = "Write the manuscript to a file, or copy all novels to a safe place"
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
    .-narrow ExportPlace #export-list { height: 13; padding: 0 1; }
    .-narrow ExportPlace #export-side { width: 1fr; height: 1fr; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "export", "Export", tooltip="Write the manuscript to the file"),
        Binding("b", "backup", "Back up", tooltip="Copy the database with all novels to a file"),
        Binding("f", "format", "Format", show=False, tooltip="Choose the format of the file"),
        Binding("r", "range", "Chapters", show=False, tooltip="Choose which chapters"),
        Binding("o", "file", "File", show=False, tooltip="Say where the file is to be"),
        Binding("T", "title", "Title", show=False, tooltip="Change the title of the novel"),
        Binding("A", "author", "Author", show=False, tooltip="Change the author of the novel"),
    ]

    def __init__(self, novel: OpenNovel) -> None:
        super().__init__(novel)
        self._wish = ExportWish(formats()[0])
        self._plan: ExportPlan | None = None
        self._saving = Saving(self, self.tell, self._saved)

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
        overview, wish, folder = self.novel.overview, self._wish, self._folder
        if overview is not None:
            self.ask(lambda _: plan_export(overview, wish, folder), self._take, group="plan")

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    # Actions

    def action_export(self) -> None:
        if self._plan is not None:
            self._saving.write(self._plan, self._wish)

    def action_backup(self) -> None:
        suggested = backup_path(self._folder, today())

        def named(text: str | None) -> None:
            if text is not None:
                self._saving.back_up(Path(text).expanduser().absolute())

        self.app.push_screen(
            AskLine("Back up", "The copy of all novels, in one file:", short_path(suggested)), named
        )

    def action_format(self) -> None:
        choices = [Choice(name, format_called(name)) for name in formats()]

        def chosen(name: str | None) -> None:
            if name is not None:
                path = self._wish.path
                path = None if path is None else path.with_suffix(f".{name}")
                self._want(ExportWish(name, self._wish.first, self._wish.last, path))

        self.app.push_screen(Choose("Format", choices), chosen)

    def action_range(self) -> None:
        wish = self._wish
        now = "" if wish.last is None else range_in_words(wish.first, wish.last).replace("–", "-")

        def named(text: str | None) -> None:
            if text is None:
                return
            try:
                first, last = parse_range(text)
            except UsageError as error:
                app_of(self).show_error(error)
                return
            self._want(ExportWish(wish.format_name, first, last, wish.path))

        self.app.push_screen(
            AskLine(
                "Chapters", "Such as 3-7, or 5. Empty for all of them.", now, may_be_empty=True
            ),
            named,
        )

    def action_file(self) -> None:
        plan, wish = self._plan, self._wish
        if plan is None:
            return

        def named(text: str | None) -> None:
            if text is None:
                return
            path = Path(text).expanduser().absolute() if text else None
            if path is not None:
                app_of(self).left_off.keep_value(FOLDER, str(path.parent))
            self._want(ExportWish(wish.format_name, wish.first, wish.last, path))

        question = "Where the file is to be. Empty for a name after the title."
        self.app.push_screen(
            AskLine("File", question, short_path(plan.path), may_be_empty=True), named
        )

    def action_title(self) -> None:
        self._change_details(TITLE, "Title", may_be_empty=False)

    def action_author(self) -> None:
        self._change_details(AUTHOR, "Author", may_be_empty=True)

    @on(OptionList.OptionSelected, "#export-list")
    def do_chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        actions = {
            TITLE: self.action_title,
            AUTHOR: self.action_author,
            FORMAT: self.action_format,
            CHAPTERS: self.action_range,
            FILE: self.action_file,
            EXPORT: self.action_export,
            BACKUP: self.action_backup,
        }
        if event.option.id in actions:
            actions[event.option.id]()

    @on(Progressed)
    def tell_progress(self, event: Progressed) -> None:
        event.stop()
        if self._saving.is_writing:
            self.tell(progress_told(event.done, event.total))

    def tell(self, told: Content | None) -> None:
        """Say what goes on, or came of it, above what the file holds; None says nothing."""
        done = self.query_one("#export-done", Static)
        done.display = told is not None
        done.update(told or "")

    # What they do

    def _change_details(self, name: str, label: str, *, may_be_empty: bool) -> None:
        overview = self.novel.overview
        if overview is None:
            return

        def named(text: str | None) -> None:
            if text is not None:
                self.change(lambda workbench: _changed(workbench, self.novel.id, name, text))

        now = str(getattr(overview.summary.novel, name))
        question = f"{label} of the novel, here and in every file from now on."
        self.app.push_screen(AskLine(label, question, now, may_be_empty=may_be_empty), named)

    def _want(self, wish: ExportWish) -> None:
        self._wish = wish
        self.reload()

    @property
    def _folder(self) -> Path:
        """Where the last file went, else where novelgen was started."""
        kept = app_of(self).left_off.value(FOLDER)
        return Path(kept) if isinstance(kept, str) and Path(kept).is_dir() else Path.cwd()

    def _take(self, plan: ExportPlan) -> None:
        self._plan = plan
        self._show()

    def _show(self) -> None:
        plan, overview = self._plan, self.novel.overview
        if plan is None or overview is None:
            return
        options = self.query_one("#export-list", OptionList)
        at = options.highlighted
        cells = max(options.size.width - 6, 30)
        lines: list[Option] = []
        for heading, names in _GROUPS:
            spaced = f"\n{heading}" if lines and heading else heading
            lines.append(Option(Content.styled(spaced, "bold $primary"), disabled=True))
            for name in names:
                told = row(name, overview.summary.novel, self._wish, plan, cells)
                lines.append(Option(told, id=name))
        options.set_options(lines)
        ids = [line.id for line in lines]
        options.highlighted = ids.index(EXPORT) if at is None else at
        self.query_one("#export-plan", Static).update(plan_told(plan))

    def _saved(self, path: Path, told: str, said: str) -> None:
        self.tell(result_told(told, short_path(path)))
        self._say(said)
        self.reload()

    def _say(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)


def _changed(workbench: Workbench, novel_id: str, name: str, text: str) -> None:
    """Raises `UsageError` for a title that is empty or too long, and while a run has the novel."""
    novel = workbench.find(novel_id).novel
    wish = checked_wish(novel, workbench.settings, **{name: text})  # type: ignore[arg-type]
    with workbench.runs.claimed(novel):
        change_novel(workbench.store, novel, wish)
