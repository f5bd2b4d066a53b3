"""The memory: its snapshots along the story, what changed, going back to one, reading again."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.errors import UsageError
from novelgen.generation.memory_changes import MemoryChange
from novelgen.generation.verification import Verification
from novelgen.tui.asking import app_of
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.dialogs.confirm import Confirm
from novelgen.tui.places.memory.asking import MemoryAnswered, MemoryQuestions, MemoryTold
from novelgen.tui.places.memory.changing import branch_off
from novelgen.tui.places.memory.lines import (
    along_the_story,
    change_told,
    chapter_line,
    columns_head,
    memory_head,
)
from novelgen.tui.places.memory.reading import NovelMemory, read_changes, read_memory
from novelgen.tui.places.memory.side import SnapshotSide
from novelgen.tui.places.memory.told import asking_question, rereading_question, verified
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.kept_list import KeptList

_GO_ON, _ONLY = "go-on", "only"
_BACK = (
    Choice(_ONLY, "Go back", "A new branch ends there; you look before you write."),
    Choice(_GO_ON, "Go back and write on", "The model goes on from there at once."),
)


class MemoryPlace(Place):
    """Chapters at the left, the snapshots of one at the right."""

    NAME = "Memory"
    PURPOSE = "See what memory has read, what changed in it, and go back to a snapshot"
    SCOPED_CSS = False
    DEFAULT_CSS = """
    MemoryPlace > #memory-head { height: auto; padding: 0 2; margin: 1 0 0 0; }
    MemoryPlace > #memory-along { height: 1; padding: 0 2; text-wrap: nowrap; }
    MemoryPlace > Horizontal { height: 1fr; margin-top: 1; }
    MemoryPlace #memory-story { width: 1fr; padding: 0 1; }
    MemoryPlace #memory-columns { height: 1; color: $text-muted; text-wrap: nowrap; }
    MemoryPlace #memory-chapters {
        height: 1fr; background: $background; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "restore", "Restore", tooltip="Go back to the snapshot, in a new branch"),
        Binding("m", "mark", "Compare from", tooltip="Compare other snapshots with this one"),
        Binding("e", "reread", "Read again", tooltip="Have the chapters read that memory is "
                "behind in"),
        Binding("v", "verify", "Verify", tooltip="Check all that is stored of this branch"),
        Binding("l", "likelier", "Likelier words", tooltip="Ask the model which words each memory "
                "makes likelier; once more stops it"),
    ]  # fmt: skip

    def __init__(self, novel: object) -> None:
        super().__init__(novel)  # type: ignore[arg-type]
        self._memory: NovelMemory | None = None
        self._changes: dict[tuple[str, str], MemoryChange] = {}
        """Kept: an equal key is an equal memory."""
        self._base = ""
        """Key of the snapshot that others are compared with; empty: the one before."""
        self._questions = MemoryQuestions(self)

    def compose(self) -> ComposeResult:
        yield Static("", id="memory-head")
        yield Static("", id="memory-along")
        with Horizontal():
            with Vertical(id="memory-story"):
                yield Static("", id="memory-columns")
                yield KeptList(id="memory-chapters")
            yield SnapshotSide()

    def on_unmount(self) -> None:
        self._questions.stop()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_chapters)

    def arrive(self) -> None:
        self._chapters.focus()

    def reload(self) -> None:
        self.ask(lambda workbench: read_memory(workbench, self.novel.id), self._take)

    # Actions

    def action_restore(self) -> None:
        place = self._side.place
        if place is None:
            self._explain("Nothing of this chapter is read yet.")
            return

        def answered(choice: str | None) -> None:
            if choice == _GO_ON:
                arguments = ["resume", self.novel.id, "--from", place.link.key]
                self.novel.order(arguments, "Going back and writing on")
            elif choice == _ONLY:
                work = partial(branch_off, novel_id=self.novel.id, key=place.link.key)
                self.change(work, self._explain)

        title = f"Back to segment {place.link.position + 1} of chapter {place.link.chapter}"
        question = "What was written after it stays in the branch that you leave."
        self.app.push_screen(Choose(title, _BACK, question), answered)

    def action_mark(self) -> None:
        place = self._side.place
        if place is None or place.stored is None:
            self._explain("Mark a snapshot that is stored (●): Tab leads to them.")
            return
        self._base = "" if self._base == place.link.key else place.link.key
        self._show_snapshots()

    def action_reread(self) -> None:
        behind = [each.number for each in self.novel.chapters if each.memory_behind]
        if self._memory is None:
            return
        if self._memory.is_read and not behind:
            self._explain("The memory is up to the text; nothing is to be read again.")
            return

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self.novel.order(["reread", self.novel.id], "Reading the text again")
                self._show_head()

        question = rereading_question(self._model, behind)
        self.app.push_screen(
            Confirm("Read again", question, yes="Read again", no="Leave"), answered
        )

    def action_verify(self) -> None:
        self._side.tell(Content.styled("Checking all that is stored …", "$text-muted"))
        self.ask(
            lambda workbench: workbench.verify(self.novel.id), self._show_verified, group="verify"
        )

    def action_likelier(self) -> None:
        if self._questions.is_asking:
            self._questions.stop()
            self._explain("Stopping after this chapter.")
            return
        memory = self._memory
        if memory is None or not memory.kind.is_on:
            self._explain("This novel has no memory to ask.")
            return
        if self.novel.picture.is_busy:
            self._explain("The model is writing. Ask when it is at rest.")
            return
        missing = [each for each in memory.chapter_ends() if each not in memory.words]
        if not missing:
            self._explain("It is known of every chapter whose memory is stored.")
            return
        at_hand = self.novel.chapter
        chapters = sorted(missing, key=lambda number: (number != at_hand, number))

        def answered(is_wanted: bool | None) -> None:
            if is_wanted:
                self._questions.ask(self.novel.id, chapters)

        minutes = app_of(self).desk.workbench.settings.keep_warm_minutes
        question = asking_question(self._model, len(chapters), minutes)
        self.app.push_screen(
            Confirm("Ask the memory", question, yes="Load and ask", no="Leave"), answered
        )

    # Events

    @on(OptionList.OptionHighlighted, "#memory-chapters")
    def look_at_chapter(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_snapshots()

    @on(OptionList.OptionHighlighted, "#memory-snapshots")
    def look_at_snapshot(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_change()

    @on(OptionList.OptionSelected, "#memory-chapters")
    def choose_chapter(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._side.snapshots.focus()

    @on(OptionList.OptionSelected, "#memory-snapshots")
    def choose_snapshot(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_restore()

    @on(MemoryTold)
    def say_told(self, message: MemoryTold) -> None:
        message.stop()
        self._explain(message.text)

    @on(MemoryAnswered)
    def take_words(self, message: MemoryAnswered) -> None:
        message.stop()
        if self._memory is not None:
            words = {**self._memory.words, message.chapter: message.words}
            self._memory = replace(self._memory, words=words)
            self._show_chapters()
            self._show_snapshots()

    # What is shown

    @property
    def _chapters(self) -> KeptList:
        return self.query_one("#memory-chapters", KeptList)

    @property
    def _side(self) -> SnapshotSide:
        return self.query_one(SnapshotSide)

    @property
    def _model(self) -> str:
        overview = self.novel.overview
        return "" if overview is None else overview.summary.novel.model

    def _take(self, memory: NovelMemory) -> None:
        is_first = self._memory is None
        self._memory = memory
        if memory.place(self._base) is None:
            self._base = ""
        self._show_head()
        self._show_chapters(str(self.novel.chapter) if is_first else None)
        self._show_snapshots()
        new = [pair for pair in memory.pairs() if pair not in self._changes]
        if new:
            self.ask(
                lambda workbench: read_changes(workbench, new), self._take_changes, group="changes"
            )

    def _take_changes(self, found: dict[tuple[str, str], MemoryChange]) -> None:
        self._changes |= found
        self._show_head()
        self._show_chapters()
        self._show_snapshots()

    def _show_head(self) -> None:
        if self._memory is None:
            return
        head = memory_head(self._memory, self.novel.chapters, self.novel.ordered)
        self.query_one("#memory-head", Static).update(head)
        along = along_the_story(self._memory, self._changes, self.size.width - 4)
        self.query_one("#memory-along", Static).update(along)
        self.query_one("#memory-along").display = bool(along.plain)

    def _show_chapters(self, at: str | None = None) -> None:
        memory = self._memory
        if memory is None:
            return
        width = self._chapters.size.width or self.size.width
        self.query_one("#memory-columns", Static).update(columns_head(width))
        self._chapters.show(
            [
                (str(each.number), chapter_line(each, memory, self._changes, width))
                for each in self.novel.chapters
            ],
            at,
        )

    def _show_snapshots(self) -> None:
        memory, chosen = self._memory, self._chapters.chosen
        if memory is not None and chosen is not None:
            self._side.show(int(chosen), memory, self._changes, self._base)
            self._show_change()

    def _show_change(self) -> None:
        memory, place = self._memory, self._side.place
        if memory is None:
            return
        if place is None or place.stored is None:
            told = "" if place is None else "This memory is not kept; it is read when needed."
            self._side.tell(Content.styled(told, "$text-muted"))
            return
        base = memory.place(self._base) if self._base else memory.stored_before(place.link.key)
        if base is None or base is place:
            told = "Nothing is stored before it to compare."
            self._side.tell(Content.styled(told, "$text-muted"))
            return
        pair, first = (base.link.key, place.link.key), base

        def show(found: dict[tuple[str, str], MemoryChange]) -> None:
            self._changes |= found
            told = Content("They cannot be compared. v looks at what is stored.")
            self._side.tell(change_told(first, place, found[pair]) if pair in found else told)

        if pair in self._changes:
            show({pair: self._changes[pair]})
        else:
            self.ask(lambda workbench: read_changes(workbench, [pair]), show, group="change")

    def _show_verified(self, found: Verification) -> None:
        self._side.tell(verified(found))
        told = "Everything stored is sound." if found.is_sound else "Not everything is sound."
        self._explain(told)

    def _explain(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
        else:
            app_of(self).show_error(UsageError(text))
