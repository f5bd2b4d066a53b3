"""An open novel, as its places see it: which it is, the chapter at hand, what goes on with it.

It holds values and passes orders on; what is shown and how is a matter of the places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from novelgen.generation.novel_context import RunLimits
from novelgen.manuscript.overview import ChapterOverview, NovelOverview
from novelgen.tui.run.live_page import LivePage
from novelgen.tui.run.picture import RunPicture


class NovelHost(Protocol):
    """What an open novel asks of the screen that it is on."""

    def novel_changed(self) -> None:
        """Text, plan, memory or bible of the novel changed."""

    def chapter_chosen(self) -> None:
        """Another chapter is at hand."""

    def go_to_place(self, name: str) -> None:
        """Bring a place into sight."""

    def order(self, arguments: Sequence[str], doing: str) -> None:
        """Have a worker carry out a command on the novel."""

    def write(self, limits: RunLimits) -> None:
        """Go on writing the novel."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a chapter to go: a paragraph, from 1, and words in it to look for."""

    chapter: int
    paragraph: int | None = None
    words: str = ""
    writes: bool = False
    """Whether the chapter is to be written there, and not read."""


class OpenNovel:
    """The novel that a screen is about."""

    def __init__(self, novel_id: str, host: NovelHost) -> None:
        self.id = novel_id
        self._host = host
        self.overview: NovelOverview | None = None
        """None until it is read."""
        self.picture = RunPicture()
        self.page = LivePage()
        self.ordered = ""
        """What a process was sent off for and whose run has not begun, or has none; in words."""
        self.words_today = 0
        """Written since the last day before, as saved."""
        self._chapter = 1
        self.spot: Spot | None = None
        """Where the desk goes next; it takes it away."""

    @property
    def chapter(self) -> int:
        """The number of the chapter at hand, from 1."""
        return self._chapter

    @property
    def chapters(self) -> tuple[ChapterOverview, ...]:
        return () if self.overview is None else self.overview.chapters

    @property
    def chapter_overview(self) -> ChapterOverview | None:
        return next((each for each in self.chapters if each.number == self._chapter), None)

    @property
    def branch_id(self) -> str | None:
        return None if self.overview is None else self.overview.summary.novel.active_branch_id

    def choose_chapter(self, number: int) -> None:
        """Have another chapter at hand."""
        if number != self._chapter:
            self._chapter = number
            self._host.chapter_chosen()

    def step_chapter(self, step: int) -> None:
        """Have the next chapter, or one before, at hand."""
        numbers = [each.number for each in self.chapters]
        if numbers:
            at = numbers.index(self._chapter) if self._chapter in numbers else 0
            self.choose_chapter(numbers[min(max(at + step, 0), len(numbers) - 1)])

    def has_changed(self) -> None:
        """Text, plan, memory or bible changed: every place reads again."""
        self._host.novel_changed()

    def go_to(self, place: str, spot: Spot | None = None) -> None:
        """Go to a place by its name; to a spot of the prose, where one is given."""
        if spot is not None:
            self.spot = spot
            self._chapter = spot.chapter
            self._host.chapter_chosen()  # also where it is at hand: the spot is new
        self._host.go_to_place(place)

    def order(self, arguments: Sequence[str], doing: str) -> None:
        """Have a worker carry out a command such as `["regenerate", id, "--chapter", "3"]`.

        `doing` says what it does, in words.
        """
        self._host.order(arguments, doing)

    def write(self, limits: RunLimits) -> None:
        """Go on writing."""
        self._host.write(limits)
