"""What every section of the bible is made from: a list at the left, what it says at the right."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal

from novelgen.bootstrap import Workbench
from novelgen.tui.novel.open_novel import Spot
from novelgen.tui.places.bible.reading import find_passage
from novelgen.tui.widgets.section_bar import SectionBar

if TYPE_CHECKING:
    from novelgen.tui.places.place import Place


class BibleSection(Horizontal):
    """A section; it reads its own part of the bible when it is shown."""

    NAME: ClassVar[str]
    SCOPED_CSS = False
    DEFAULT_CSS = """
    BibleSection { height: 1fr; }
    BibleSection .bible-list { width: 44; background: $background; }
    BibleSection .bible-list:focus { background-tint: $background 0%; }
    BibleSection .bible-list > .option-list--option { padding: 0 1; }
    BibleSection .bible-side { width: 1fr; background: $surface; padding: 1 2;
        scrollbar-size-vertical: 1; }
    .-narrow BibleSection .bible-list { width: 28; }
    .-very-wide BibleSection .bible-list { width: 60; }
    """

    def __init__(self, place: "Place", id: str) -> None:
        super().__init__(id=id)
        self.place = place

    @property
    def novel_id(self) -> str:
        return self.place.novel.id

    def tell(self, text: str) -> None:
        """A few words about the section, in the bar above it."""
        bar = self.place.query_one(SectionBar)
        if bar.chosen == self.NAME:
            bar.told = text

    def reload(self) -> None:
        """Read again what is shown."""

    def arrive(self) -> None:
        """The person has come here: focus what they will use first."""

    def change(self, work: Callable[[Workbench], str]) -> None:
        """Change something, and say what became of it."""
        self.place.change(work, self.say)

    def changed(self, told: str | None) -> None:
        """A dialog has changed something; None: it was left."""
        if told is not None:
            self.place.novel.has_changed()
            self.say(told)

    def jump(self, chapter: int, paragraph: int | None, passage: str = "") -> None:
        """Go to a passage of the text; where only its words are known, to where they stand."""
        if not chapter:
            self.say("That is from before the story; no chapter tells it.")
            return
        novel = self.place.novel
        if not passage:
            novel.go_to("Desk", Spot(chapter, paragraph))
            return

        def go(found: int | None) -> None:
            novel.go_to("Desk", Spot(chapter, found or paragraph or None, passage))

        find = partial(_find, novel_id=novel.id, chapter=chapter, passage=passage)
        self.place.ask(find, go, group="jump")

    def say(self, text: str) -> None:
        """A line of narration above the keys."""
        say = getattr(self.screen, "say", None)
        if callable(say):
            say(text)


def _find(workbench: Workbench, novel_id: str, chapter: int, passage: str) -> int | None:
    return find_passage(workbench, novel_id, chapter, passage)
