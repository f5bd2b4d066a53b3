"""The versions: revisions of the chapter at hand, changes, branches; and what differs in words."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList

from novelgen.bootstrap import Workbench
from novelgen.errors import UsageError
from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.places.place import Place
from novelgen.tui.places.versions.changing import go_to_branch, make_branch, redo, restore, undo
from novelgen.tui.places.versions.detail import VersionDetail
from novelgen.tui.places.versions.lines import origin_of
from novelgen.tui.places.versions.lists import VersionLists
from novelgen.tui.places.versions.reading import (
    BranchComparison,
    BranchLine,
    TextDiff,
    Versions,
    read_branch_diff,
    read_change,
    read_comparison,
    read_diff,
    read_versions,
)


class VersionsPlace(Place):
    """Lists at the left, what differs at the right."""

    NAME = "Versions"
    SHORT_NAME = "Vers."
    PURPOSE = "See how the text came about, go back, and let the story branch"
    DEFAULT_CSS = """
    VersionsPlace > Horizontal { height: 1fr; }
    VersionsPlace VersionDetail { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "restore", "Restore", tooltip="Make the revision the chapter's text again"),
        Binding("m", "mark", "Compare from", tooltip="Compare the other revisions with this one"),
        Binding("u", "undo", "Undo", tooltip="Take the last change back"),
        Binding("U", "redo", "Redo", tooltip="Make the change that was taken back once more"),
        Binding("n", "branch", "New branch", tooltip="Let the story go another way after a "
                "chapter"),
        Binding("g", "switch", "Go there", show=False, tooltip="Go on in the branch that is "
                "marked"),
        Binding("f", "full", "Full text", tooltip="Show the whole text, or only what differs"),
        Binding("space", "turn(1)", "Page down", show=False, tooltip="Turn the page at the right"),
        Binding("b", "turn(-1)", "Page up", show=False, tooltip="Turn the page back"),
    ]  # fmt: skip

    def __init__(self, novel: object) -> None:
        super().__init__(novel)  # type: ignore[arg-type]
        self._base: str | None = None
        """The revision that the others are compared with; None: the text that stands."""
        self._compared: BranchLine | None = None
        """The branch whose comparison is shown."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield VersionLists()
            yield VersionDetail()

    def arrive(self) -> None:
        self._lists.revisions.focus()

    def reload(self) -> None:
        number = self.novel.chapter
        self.ask(lambda workbench: read_versions(workbench, self.novel.id, number), self._take)

    # Actions

    def action_restore(self) -> None:
        versions, revision = self._lists.versions, self._lists.revision
        if versions is None or revision is None:
            return
        if revision.id == versions.standing_id:
            self._explain(f"Revision {revision.number} is the chapter's text already.")
            return

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._carry_out(partial(restore, novel_id=self.novel.id, revision=revision))

        question = (
            f"Make it the text of chapter {versions.chapter} again? It is {origin_of(revision)}, "
            f"{revision.words:,} words. The text that stands is kept as a revision."
        )
        title = f"Revision {revision.number}"
        self.app.push_screen(Confirm(title, question, yes="Restore", no="Leave"), answered)

    def action_mark(self) -> None:
        versions, revision = self._lists.versions, self._lists.revision
        if versions is None or revision is None:
            return
        self._base = None if self._base == revision.id else revision.id
        self._lists.show(versions, self._base)
        self._show_revision()
        told = "Compared with the text that stands from now on."
        if self._base is not None:
            told = (
                f"Compared with revision {revision.number} from now on. m on it once more: with "
                "the text that stands."
            )
        self._explain(told)

    def action_undo(self) -> None:
        self._carry_out(partial(undo, novel_id=self.novel.id))

    def action_redo(self) -> None:
        self._carry_out(partial(redo, novel_id=self.novel.id))

    def action_branch(self) -> None:
        def at(answer: str | None) -> None:
            if answer is not None and answer.isdecimal():
                self._ask_name(int(answer))
            elif answer is not None:
                self._explain("Give the number of a chapter; no branch was made.")

        question = (
            "After which chapter does the story go another way? Up to it both share the text; "
            "0 shares none."
        )
        self.app.push_screen(AskLine("A new branch", question, str(self.novel.chapter)), at)

    def action_switch(self) -> None:
        line = self._lists.branch
        if line is None:
            return
        if line.is_active:
            self._explain(f"{line.branch.name} is the branch at hand already.")
        else:
            self._go_to(line.branch.name)

    def action_full(self) -> None:
        self._detail.toggle_whole()

    def action_turn(self, step: int) -> None:
        self._detail.turn(step)

    # Events

    @on(OptionList.OptionHighlighted)
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_list.has_focus:
            self._show_detail()

    @on(OptionList.OptionSelected)
    def select(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_list is self._lists.revisions:
            self.action_restore()
        elif event.option_list is self._lists.branches:
            self.action_switch()
        elif event.option_list is self._lists.changes:
            self._show_change()
        elif event.option.id is not None:
            self._show_chapter(int(event.option.id))

    def on_descendant_focus(self) -> None:
        self._show_detail()

    # What is shown

    @property
    def _lists(self) -> VersionLists:
        return self.query_one(VersionLists)

    @property
    def _detail(self) -> VersionDetail:
        return self.query_one(VersionDetail)

    def _take(self, versions: Versions) -> None:
        if versions.revision(self._base) is None:
            self._base = None
        self._lists.show(versions, self._base)
        self._show_detail()

    def _show_detail(self) -> None:
        """What belongs to the list that has the focus."""
        if self._lists.changes.has_focus:
            self._show_change()
        elif self._lists.branches.has_focus:
            self._show_branch()
        elif not self._detail.is_in_use:
            self._show_revision()

    def _show_revision(self) -> None:
        versions, revision = self._lists.versions, self._lists.revision
        if versions is None:
            return
        if revision is None:
            self._detail.show_nothing(f"Chapter {versions.chapter} has no text yet.")
            return
        other = versions.revision(self._base or versions.standing_id)
        if other is None or other.id == revision.id:
            other = versions.revision(revision.parent_id)
        if other is None:
            told = "It is the first text of the chapter; there is nothing to compare it with."
            self._detail.show_nothing(told)
            return
        old, new = sorted((other, revision), key=lambda each: each.number)
        self._ask_diff(lambda workbench: read_diff(workbench, old, new))

    def _show_change(self) -> None:
        change = self._lists.change
        if change is None:
            self._detail.show_nothing("Nothing was changed by hand in this branch yet.")
        else:
            self._ask_diff(lambda workbench: read_change(workbench, change))

    def _show_branch(self) -> None:
        line = self._lists.branch
        if line is None:
            return
        self._compared = line
        self.ask(
            lambda workbench: read_comparison(workbench, self.novel.id, line.branch),
            lambda found: self._show_comparison(line, found),
            group="detail",
        )

    def _show_chapter(self, number: int) -> None:
        """A chapter of the branches that are compared."""
        line = self._compared
        if line is not None:
            self._ask_diff(
                lambda workbench: read_branch_diff(workbench, self.novel.id, line.branch, number)
            )

    def _ask_diff(self, read: Callable[[Workbench], TextDiff | None]) -> None:
        def show(diff: TextDiff | None) -> None:
            if diff is None:
                told = "This change touched the bible or the plan, and no chapter."
                self._detail.show_nothing(told)
            else:
                self._detail.show_diff(diff)

        self.ask(read, show, group="detail")

    def _show_comparison(self, line: BranchLine, found: BranchComparison | None) -> None:
        if found is None:
            self._detail.show_nothing(
                f"{line.branch.name} is the branch that is written, edited and exported. n makes "
                "another; mark one to compare it with this."
            )
        else:
            self._detail.show_comparison(found)

    # Branches

    def _ask_name(self, chapter: int) -> None:
        def named(name: str | None) -> None:
            if name is not None:
                work = partial(make_branch, novel_id=self.novel.id, chapter=chapter, name=name)
                self.change(work, self._offer_branch)

        question = f"What is it called? It leaves after chapter {chapter}."
        self.app.push_screen(AskLine("A new branch", question), named)

    def _offer_branch(self, name: str) -> None:
        def answered(goes: bool | None) -> None:
            if goes:
                self._go_to(name)

        question = (
            f"Go on in it? What is written, edited and exported is then {name}; nothing of this "
            "branch changes."
        )
        title = f"The branch {name} is made"
        self.app.push_screen(Confirm(title, question, yes="Go there", no="Stay here"), answered)

    def _go_to(self, name: str) -> None:
        self._carry_out(partial(go_to_branch, novel_id=self.novel.id, name=name))

    def _carry_out(self, work: Callable[[Workbench], str]) -> None:
        self.change(work, self._explain)

    def _explain(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
        else:
            app_of(self).show_error(UsageError(text))
