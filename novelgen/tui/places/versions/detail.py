"""The right side of the versions: what differs in words, or two branches chapter by chapter."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from novelgen.tui.places.versions.lines import comparison_line
from novelgen.tui.places.versions.reading import BranchComparison, TextDiff
from novelgen.tui.widgets.diff_page import diff_page, num_places
from novelgen.tui.widgets.kept_list import KeptList
from novelgen.tui.widgets.prose_page import ProsePage

_LEAST_CELLS = 40


class VersionDetail(Vertical):
    """A head of two lines, and under it a page, or a list of chapters above it."""

    SCOPED_CSS = False  # what a wide screen changes is a matter of its class
    DEFAULT_CSS = """
    VersionDetail > #version-told { height: 4; padding: 1 3 0 3; }
    .-narrow VersionDetail > #version-told { height: 3; padding: 0 3; }
    VersionDetail > ProsePage { height: 1fr; }
    VersionDetail > #version-comparison { height: 1fr; background: $background; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._diff: TextDiff | None = None
        self._shows_whole = False

    def compose(self) -> ComposeResult:
        yield Static("", id="version-told")
        yield KeptList(id="version-comparison")
        yield ProsePage(id="version-diff")

    def on_mount(self) -> None:
        self.query_one(KeptList).display = False

    @property
    def is_in_use(self) -> bool:
        """Whether the person is in it, so that it is not to be changed under them."""
        return self.query_one(KeptList).has_focus or self.query_one(ProsePage).has_focus

    def show_diff(self, diff: TextDiff) -> None:
        """Two texts; below the chapters, where one of them was chosen."""
        self._diff = diff
        page, chapters = self.query_one(ProsePage), self.query_one(KeptList)
        page.display = True
        if not chapters.has_focus:
            chapters.display = False
        places = num_places(diff.spans)
        told = "They are the same."
        if places:
            where = "1 place" if places == 1 else f"{places} places"
            told = f"{100 * diff.share_changed:.1f} % of the words differ, in {where}."
        self._tell(diff.title, told, "  Struck: went. Underlined: came." if places else "")
        paragraphs = diff_page(diff.spans, whole=self._shows_whole or not places)
        if list(page.paragraphs) == paragraphs:
            return  # the reader stays where they are
        page.show(paragraphs, keeps_place=False)
        changed = [at for at, each in enumerate(page.paragraphs) if each.stretches]
        if self._shows_whole and changed:
            self.call_after_refresh(page.go_to, changed[0], marks=False)

    def show_comparison(self, found: BranchComparison) -> None:
        """Two branches."""
        self._diff = None
        self._tell(
            f"{found.one} beside {found.other}",
            "Enter goes there. Tab leads to the chapters; Enter on one shows what differs.",
        )
        page, chapters = self.query_one(ProsePage), self.query_one(KeptList)
        page.display, chapters.display = False, True
        page.show([], keeps_place=False)
        width = max(chapters.size.width or self.size.width - 2, _LEAST_CELLS)
        chapters.show([(str(each.number), comparison_line(each, width)) for each in found.chapters])

    def show_nothing(self, told: str) -> None:
        """A sentence only."""
        self._diff = None
        self._tell("", told)
        self.query_one(KeptList).display = False
        self.query_one(ProsePage).show([], keeps_place=False)

    def toggle_whole(self) -> None:
        """Show the whole text, or only what differs."""
        self._shows_whole = not self._shows_whole
        if self._diff is not None:
            self.show_diff(self._diff)

    def turn(self, step: int) -> None:
        """Turn the page."""
        page = self.query_one(ProsePage)
        if step > 0:
            page.scroll_page_down(animate=False)
        else:
            page.scroll_page_up(animate=False)

    def _tell(self, title: str, told: str, legend: str = "") -> None:
        self.query_one("#version-told", Static).update(
            Content.assemble(
                (f"{title}\n" if title else "", "bold $primary"), told, (legend, "$text-muted")
            )
        )
