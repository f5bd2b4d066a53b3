"""The right side of the memory: the snapshots of a chapter, and what changed to the marked one."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from novelgen.tui.places.memory.lines import Changes, snapshot_line, words_told
from novelgen.tui.places.memory.reading import NovelMemory, SnapshotPlace
from novelgen.tui.widgets.kept_list import KeptList


class SnapshotSide(Vertical):
    """A list, and what is to be told of the marked line."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    SnapshotSide { width: 40; background: $surface; }
    SnapshotSide #memory-title { height: 1; padding: 0 1; color: $primary; text-style: bold; }
    SnapshotSide #memory-snapshots { height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    SnapshotSide #memory-detail { height: auto; max-height: 60%; min-height: 7; padding: 1;
        scrollbar-size-vertical: 1; }
    .-narrow SnapshotSide { width: 33; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._memory: NovelMemory | None = None
        self._chapter = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="memory-title")
        yield KeptList(id="memory-snapshots")
        with VerticalScroll(id="memory-detail", can_focus=False):
            yield Static("", id="memory-told")

    @property
    def snapshots(self) -> KeptList:
        return self.query_one(KeptList)

    @property
    def place(self) -> SnapshotPlace | None:
        """The snapshot that is marked."""
        return None if self._memory is None else self._memory.place(self.snapshots.chosen)

    def show(self, chapter: int, memory: NovelMemory, changes: Changes, base: str) -> None:
        """The segments of a chapter; of another one than before the last stored is marked.

        `base` is the key of the snapshot that others are compared with, if one was marked.
        """
        is_other = chapter != self._chapter
        self._memory, self._chapter = memory, chapter
        self.query_one("#memory-title", Static).update(Content(f"Chapter {chapter}"))
        places = memory.of_chapter(chapter)
        stored = [each.link.key for each in places if each.stored is not None]
        self.snapshots.show(
            [(each.link.key, snapshot_line(each, memory, changes, base)) for each in places],
            stored[-1] if is_other and stored else None,
        )

    def tell(self, told: Content) -> None:
        """Say something of the marked snapshot; below stands what the chapter's memory knows."""
        words = Content("")
        if self._memory is not None:
            words = words_told(self._chapter, self._memory)
        self.query_one("#memory-told", Static).update(Content.assemble(told, words))
