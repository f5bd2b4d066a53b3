"""Asks the model which words each memory makes likelier, in a thread, chapter by chapter.

It posts messages only; the place that asked owns what is shown.
"""

from collections.abc import Sequence
from threading import Event

from textual.message import Message
from textual.widget import Widget

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.memory_words import compute_all_memory_words
from novelgen.generation.memory_words import MemoryWord
from novelgen.tui.asking import ask


class MemoryTold(Message):
    """How far it has come, in words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class MemoryAnswered(Message):
    """What the memory of a chapter makes likelier."""

    def __init__(self, chapter: int, words: tuple[MemoryWord, ...]) -> None:
        super().__init__()
        self.chapter = chapter
        self.words = words


class MemoryQuestions:
    """One series of questions at a time; `stop` ends it after the chapter in hand."""

    def __init__(self, place: Widget) -> None:
        """`place` is posted `MemoryTold` and `MemoryAnswered`."""
        self._place = place
        self._stop: Event | None = None

    @property
    def is_asking(self) -> bool:
        return self._stop is not None

    def stop(self) -> None:
        if self._stop is not None:
            self._stop.set()

    def ask(self, novel_id: str, chapters: Sequence[int]) -> None:
        """Load the model, and ask the memories of these chapters in their order."""
        self._stop = stop = Event()

        def narrate(told: str) -> None:
            if not stop.is_set():
                self._place.post_message(MemoryTold(told))

        def on_words(chapter: int, words: tuple[MemoryWord, ...]) -> None:
            self._place.post_message(MemoryAnswered(chapter, words))

        def asked(workbench: Workbench) -> None:
            try:
                compute_all_memory_words(
                    workbench, novel_id, chapters, narrate, on_words, stop.is_set
                )
            finally:
                self._stop = None
            told = "What each memory makes likelier is known now."
            self._place.post_message(MemoryTold("Stopped." if stop.is_set() else told))

        ask(self._place, asked, group="likelier")
