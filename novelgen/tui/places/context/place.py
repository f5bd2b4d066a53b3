"""The context inspector: exactly what the model sees for a passage, and what it costs.

Passages that are written are shown as they were stored; the next one is put together as a run would
do it now. No model is loaded.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from novelgen.tui.novel.open_novel import OpenNovel
from novelgen.tui.places.context.reading import ContextPassage, ContextReading, read_contexts
from novelgen.tui.places.context.showing import cost_panel, part_bar, text_panel
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.wrapping import wrap

_PASSAGES = Binding.Group("Passage", compact=True)


class ContextPages(VerticalScroll, inherit_bindings=False):
    """Scrolls up and down; left and right are the place's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Up", show=False, tooltip="A line up"),
        Binding("down", "scroll_down", "Down", show=False, tooltip="A line down"),
        Binding("pageup", "page_up", "Page up", show=False, tooltip="A page up"),
        Binding("pagedown,space", "page_down", "Page down", show=False, tooltip="A page down"),
        Binding("home", "scroll_home", "Top", show=False, tooltip="To the beginning of the text"),
        Binding("end", "scroll_end", "End", show=False, tooltip="To the end of the text"),
    ]


class ContextPlace(Place):
    """The inspector."""

    NAME = "Context"
    SHORT_NAME = "Cont."
    PURPOSE = "See exactly what the model reads for a passage, part by part, and what it costs"
    SCOPED_CSS = False  # what a narrow screen changes is a matter of its class
    DEFAULT_CSS = """
    ContextPlace { layout: vertical; }
    ContextPlace #context-head { height: auto; padding: 1 2 0 2; }
    ContextPlace #context-bar { height: 2; padding: 0 2; }
    ContextPlace #context-body { height: 1fr; layout: horizontal; overflow: hidden; }
    ContextPlace #context-cost {
        width: 52; padding: 1 2; background: $surface; scrollbar-size-vertical: 1;
    }
    ContextPlace #context-text { width: 1fr; padding: 1 3; scrollbar-size-vertical: 1; }
    ContextPlace #context-cost-told, ContextPlace #context-text-told { height: auto; }
    ContextPlace #context-text-told { max-width: 84; }
    .-narrow ContextPlace #context-head { padding: 0 1; }
    .-narrow ContextPlace #context-bar { padding: 0 1; }
    .-narrow ContextPlace #context-body { layout: vertical; overflow-y: auto; }
    .-narrow ContextPlace #context-cost { width: 1fr; height: auto; padding: 0 1 1 1; }
    .-narrow ContextPlace #context-text { height: auto; padding: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left", "step(-1)", "Passage before", key_display="←", group=_PASSAGES,
            tooltip="The passage before",
        ),
        Binding(
            "right", "step(1)", "Passage after", key_display="→", group=_PASSAGES,
            tooltip="The passage after; the next one to be written comes last",
        ),
        Binding("n", "next", "Next", tooltip="The passage that would be written now"),
        Binding(
            "b", "brief", "Brief", tooltip="The brief part by part, or as the model reads it"
        ),
    ]  # fmt: skip

    def __init__(self, novel: OpenNovel) -> None:
        super().__init__(novel)
        self._reading: ContextReading | None = None
        self._at: int | None = None
        """Index of the passage in sight; None is the last."""
        self._is_by_part = True

    def compose(self) -> ComposeResult:
        yield Static("", id="context-head")
        yield Static("", id="context-bar")
        with ContextPages(id="context-body", can_focus=False):
            with ContextPages(id="context-cost"):
                yield Static("", id="context-cost-told")
            with ContextPages(id="context-text"):
                yield Static("", id="context-text-told")

    def arrive(self) -> None:
        self.query_one("#context-text").focus()

    def reload(self) -> None:
        number = self.novel.chapter
        self.ask(lambda workbench: read_contexts(workbench, self.novel.id, number), self._take)

    def on_resize(self, event: Resize) -> None:
        self._show()

    def action_step(self, step: int) -> None:
        passages = self._passages
        if passages:
            self._go(min(max(self._index + step, 0), len(passages) - 1))

    def action_next(self) -> None:
        coming = [index for index, each in enumerate(self._passages) if each.is_next]
        if coming:
            self._go(coming[-1])
        elif self._reading is not None and self._reading.notes:
            self._say(self._reading.notes[-1])

    def action_brief(self) -> None:
        passage = self._passage
        if passage is None:
            return
        if passage.brief_parts is None:
            self._say(
                "The parts of a brief are known of the next passage; this one was stored whole."
            )
            return
        self._is_by_part = not self._is_by_part
        self._show()

    @property
    def _passages(self) -> tuple[ContextPassage, ...]:
        return () if self._reading is None else self._reading.passages

    @property
    def _index(self) -> int:
        last = len(self._passages) - 1
        return last if self._at is None else min(self._at, last)

    @property
    def _passage(self) -> ContextPassage | None:
        return self._passages[self._index] if self._passages else None

    def _go(self, index: int) -> None:
        self._at = None if index == len(self._passages) - 1 else index
        self._show()
        for scrolled in ("#context-text", "#context-cost", "#context-body"):
            self.query_one(scrolled).scroll_home(animate=False)

    def _take(self, reading: ContextReading) -> None:
        is_other = self._reading is None or self._reading.chapter != reading.chapter
        self._reading = reading
        if is_other:
            self._at = None
        self._show()

    def _show(self) -> None:
        if self._reading is None:
            return
        passage = self._passage
        self.query_one("#context-body").display = passage is not None
        self.query_one("#context-bar").display = passage is not None
        self.query_one("#context-head", Static).update(self._head(self._reading, passage))
        if passage is None:
            return
        cells = max(self.query_one("#context-bar").content_size.width, 20)
        self.query_one("#context-bar", Static).update(part_bar(passage, cells))
        self.query_one("#context-cost-told", Static).update(cost_panel(passage))
        told = text_panel(passage, is_by_part=self._is_by_part)
        self.query_one("#context-text-told", Static).update(told)

    def _head(self, reading: ContextReading, passage: ContextPassage | None) -> Content:
        if passage is None:
            return Content("\n\n").join([Content(note) for note in reading.notes])
        before = "‹ " if self._index else "  "
        after = " ›" if self._index < len(self._passages) - 1 else ""
        note = "" if any(each.is_next for each in self._passages) else reading.notes[-1]
        room = self.query_one("#context-head").content_size.width - len(before)
        lines = [note[line.start : line.end] for line in wrap(note, room)] if note else []
        return Content.assemble(
            (before, "$text-muted"),
            (passage.title, "bold $primary"),
            f"  {passage.place}",
            (after, "$text-muted"),
            ("".join(f"\n  {line}" for line in lines), "$text-muted"),
        )

    def _say(self, text: str) -> None:
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)
