"""Brings a manuscript in: a file, what is made of it, its names; then the novel is opened.

The steps are screens in front of the library. Up to the form leaving one leaves all; once the novel
is stored it stays, whatever is stopped.
"""

from collections.abc import Callable

from textual.screen import Screen

from novelgen.tui.asking import ask
from novelgen.tui.dialogs.choose import Choice, Choose
from novelgen.tui.library.novel_words import counted
from novelgen.tui.manuscripts.bring_in_form import BringInForm
from novelgen.tui.manuscripts.choose_file import ChooseManuscript
from novelgen.tui.manuscripts.learning import LearnNames
from novelgen.tui.manuscripts.reading import ReadManuscript, read_manuscript
from novelgen.tui.manuscripts.waiting import WaitFor
from novelgen.tui.places.memory.reading import memory_kind
from storage.records import NovelSummary

OnBroughtIn = Callable[[str, bool], object]
"""Given the id of the novel, and whether its memory is to be read at once."""

_QUESTION = (
    "Word, EPUB, Markdown, plain text, a novel that was exported as JSON, or a folder with a file "
    "a chapter."
)
_RESTORE, _TEXT, _OPEN, _READ = "restore", "text", "open", "read"
_WHOLE = (
    Choice(_RESTORE, "Restore all of it", "As it was: versions, branches, plan, bible and notes."),
    Choice(_TEXT, "Take its chapters only", "A new novel with this text."),
)
_MEMORY = (
    Choice(_OPEN, "Open the novel", "Its memory is read when it is written on, or in place 7."),
    Choice(
        _READ,
        "Open it, and have its memory read now",
        "The model is loaded in a process of its own, which goes on when you leave.",
    ),
)


class BringingIn:
    """The steps."""

    def __init__(self, screen: Screen[None], done: OnBroughtIn) -> None:
        self._screen, self._done = screen, done

    def begin(self) -> None:
        """Ask for the file."""
        self._screen.app.push_screen(
            ChooseManuscript("Bring in a manuscript", _QUESTION, read_manuscript), self._was_read
        )

    def _was_read(self, read: ReadManuscript | None) -> None:
        if read is None:
            return
        archive = read.archive
        if archive is None:
            self._fill_in(read)
            return

        def answered(choice: str | None) -> None:
            if choice == _TEXT:
                self._fill_in(read)
            elif choice == _RESTORE:
                told = f"“{read.manuscript.title}” is restored …"
                restoring = WaitFor(
                    "Restoring", told, lambda workbench: workbench.imports.restore(archive).id
                )
                self._screen.app.push_screen(restoring, self._was_stored)

        chapters = counted(len(read.chapter_words), "chapter")
        question = (
            f"{read.path.name} holds the whole novel “{read.manuscript.title}”: {chapters}, "
            f"{counted(read.words, 'word')}, and all else there is of it."
        )
        self._screen.app.push_screen(Choose("A whole novel", _WHOLE, question), answered)

    def _fill_in(self, read: ReadManuscript) -> None:
        self._screen.app.push_screen(BringInForm(read), self._was_stored)

    def _was_stored(self, novel_id: str | None) -> None:
        if novel_id is None:
            return

        def learned(is_whole: bool | None) -> None:
            ask(
                self._screen,
                lambda workbench: workbench.find(novel_id),
                lambda summary: self._offer_memory(summary, knows_names=bool(is_whole)),
                group="brought-in",
            )

        self._screen.app.push_screen(LearnNames(novel_id), learned)

    def _offer_memory(self, summary: NovelSummary, *, knows_names: bool) -> None:
        novel, totals = summary.novel, summary.totals

        def answered(choice: str | None) -> None:
            self._done(novel.id, choice == _READ)

        if not memory_kind(novel).is_on:
            self._done(novel.id, False)
            return
        names = "Its names are in the bible" if knows_names else _NAMES_LATER
        question = (
            f"“{novel.title}” is here: {counted(totals.chapters, 'chapter')}, "
            f"{counted(totals.words, 'word')}. {names}; its memory has not read the text yet."
        )
        self._screen.app.push_screen(Choose("Brought in", _MEMORY, question), answered)


_NAMES_LATER = "The next writing goes on with the names for the bible"
