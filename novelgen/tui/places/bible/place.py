"""The bible: what is known of the story, how it is to sound, what it owes, what is to check."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher

from novelgen.bootstrap import Workbench
from novelgen.generation.editing import undo_change
from novelgen.tui.places.bible.changing import read_unread
from novelgen.tui.places.bible.checks_view import ChecksView
from novelgen.tui.places.bible.entries_view import EntriesView
from novelgen.tui.places.bible.promises_view import PromisesView
from novelgen.tui.places.bible.section import BibleSection
from novelgen.tui.places.bible.story_view import StoryView
from novelgen.tui.places.bible.voice_view import VoiceView
from novelgen.tui.places.place import Place
from novelgen.tui.widgets.section_bar import SectionBar

_SECTIONS: tuple[tuple[str, type[BibleSection]], ...] = (
    ("bible-entries", EntriesView),
    ("bible-checks", ChecksView),
    ("bible-promises", PromisesView),
    ("bible-story", StoryView),
    ("bible-voice", VoiceView),
)


class BiblePlace(Place):
    """The bible."""

    NAME = "Bible"
    PURPOSE = "Who and what there is, what is true of it, what is promised, what is to check"
    SCOPED_CSS = False
    DEFAULT_CSS = """
    BiblePlace { layout: vertical; }
    BiblePlace SectionBar { margin: 1 0 0 1; }
    BiblePlace #bible-sections { height: 1fr; }
    BiblePlace.-low SectionBar { margin-top: 0; height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "section(1)", "Section", tooltip="The next section: who and what, to "
                "check, promises, the story so far, voice"),
        Binding("shift+tab", "section(-1)", "Section before", show=False,
                tooltip="The section before"),
        Binding("u", "undo", "Undo", show=False, tooltip="Take the last change back"),
        Binding("U", "read_unread", "Read chapters", show=False,
                tooltip="Read the chapters that were not read yet, by plain rules"),
    ]  # fmt: skip

    def compose(self) -> ComposeResult:
        yield SectionBar([view.NAME for _, view in _SECTIONS])
        with ContentSwitcher(initial=_SECTIONS[0][0], id="bible-sections"):
            for id_, view in _SECTIONS:
                yield view(self, id_)

    def on_resize(self) -> None:
        self.set_class(self.size.height < 24, "-low")

    def arrive(self) -> None:
        self._view.arrive()

    def reload(self) -> None:
        self._view.reload()

    def action_section(self, step: int) -> None:
        self._show_section(self.query_one(SectionBar).next_name(step))

    def action_undo(self) -> None:
        def take_back(workbench: Workbench) -> str:
            novel = workbench.find(self.novel.id).novel
            return undo_change(workbench.store, novel).change.label

        self.change(take_back, lambda label: self._view.say(f"Taken back: {label}"))

    def action_read_unread(self) -> None:
        self._view.say("Reading …")
        self._view.change(lambda workbench: read_unread(workbench, self.novel.id))

    @on(SectionBar.Chosen)
    def go_to_section(self, event: SectionBar.Chosen) -> None:
        event.stop()
        self._show_section(event.name)

    @property
    def _view(self) -> BibleSection:
        chosen = self.query_one(SectionBar).chosen
        kind = next(view for _, view in _SECTIONS if chosen == view.NAME)
        return self.query_one(kind)

    def _show_section(self, name: str) -> None:
        id_ = next(id_ for id_, view in _SECTIONS if name == view.NAME)
        self.query_one(SectionBar).chosen = name
        self.query_one("#bible-sections", ContentSwitcher).current = id_
        self._view.reload()
        self._view.arrive()
        self.screen.refresh_bindings()
