"""The left side of the versions: revisions of the chapter, changes, branches."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from novelgen.tui.places.versions.lines import branch_line, change_line, revision_line
from novelgen.tui.places.versions.reading import BranchLine, Versions
from novelgen.tui.widgets.kept_list import KeptList
from storage.change_records import ChangeRecord
from storage.records import RevisionRecord


class VersionLists(Vertical):
    """Three lists under one another."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    VersionLists { width: 40; padding: 1 0 0 0; background: $surface; }
    VersionLists Static { height: 1; padding: 0 1; color: $primary; text-style: bold; }
    VersionLists Static.later { margin-top: 1; }
    VersionLists KeptList { height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    VersionLists #version-revisions { height: 2fr; }
    .-narrow VersionLists { width: 32; padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.versions: Versions | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="version-title")
        yield KeptList(id="version-revisions")
        yield Static("Changes", classes="later")
        yield KeptList(id="version-changes")
        yield Static("Branches", classes="later")
        yield KeptList(id="version-branches")

    @property
    def revisions(self) -> KeptList:
        return self.query_one("#version-revisions", KeptList)

    @property
    def changes(self) -> KeptList:
        return self.query_one("#version-changes", KeptList)

    @property
    def branches(self) -> KeptList:
        return self.query_one("#version-branches", KeptList)

    @property
    def revision(self) -> RevisionRecord | None:
        """The revision that is marked."""
        return None if self.versions is None else self.versions.revision(self.revisions.chosen)

    @property
    def change(self) -> ChangeRecord | None:
        """The change that is marked."""
        chosen = self.changes.chosen
        changes = () if self.versions is None else self.versions.changes
        return next((each for each in changes if str(each.id) == chosen), None)

    @property
    def branch(self) -> BranchLine | None:
        """The branch that is marked."""
        chosen = self.branches.chosen
        lines = () if self.versions is None else self.versions.branches
        return next((each for each in lines if each.branch.id == chosen), None)

    def show(self, versions: Versions, base: str | None) -> None:
        """`base` is the revision that the others are compared with, if one was marked."""
        is_other = self.versions is None or self.versions.chapter != versions.chapter
        self.versions = versions
        self.query_one("#version-title", Static).update(
            Content(f"Revisions of chapter {versions.chapter}")
        )
        self.revisions.show(
            [(each.id, revision_line(each, versions, base)) for each in versions.revisions],
            versions.standing_id if is_other else None,
        )
        self.changes.show(
            [(str(each.id), change_line(each, versions)) for each in versions.changes]
        )
        self.branches.show([(each.branch.id, branch_line(each)) for each in versions.branches])
