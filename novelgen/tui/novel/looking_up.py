"""Looks through a whole novel: for what is to be checked, and for words; and goes there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from novelgen.generation.searching import Found, Part
from novelgen.generation.to_check import ToCheck
from novelgen.tui.asking import ask, carry_out
from novelgen.tui.novel.open_novel import Spot
from novelgen.tui.writing.desk import WritingDesk

if TYPE_CHECKING:
    from novelgen.tui.checking.dialog import CheckAnswer
    from novelgen.tui.novel.screen import NovelScreen
    from novelgen.tui.searching.dialog import SearchAnswer

_PLACES = {Part.CHAPTERS: "Desk", Part.PLAN: "Plan", Part.BIBLE: "Bible"}


class LookingUp:
    """For one open novel; it remembers what was gone to last."""

    def __init__(self, screen: "NovelScreen") -> None:
        self._screen = screen
        self._checked = 0

    def to_check(self) -> None:
        """Show all there is to check, at the entry that was gone to last."""
        from novelgen.tui.checking.dialog import CheckListDialog
        from novelgen.tui.checking.settling import read_to_check

        screen = self._screen

        def shown(entries: Sequence[ToCheck]) -> None:
            written = next((desk.chapter for desk in screen.query(WritingDesk)), 0)
            dialog = CheckListDialog(screen.novel.id, entries, self._checked, written)
            screen.app.push_screen(dialog, self._was_checked)

        ask(screen, lambda bench: read_to_check(bench, screen.novel.id), shown, group="to-check")

    def _was_checked(self, answer: "CheckAnswer | None") -> None:
        if answer is None:
            return
        self._checked = answer.at
        if answer.has_settled:
            self._screen.novel_changed()
        entry = answer.entry
        if entry is not None:
            self._screen.novel.go_to("Desk", Spot(entry.chapter or 1, entry.paragraph))
            self._screen.say(f"F8 goes back to the list · {entry.told}")

    def search(self) -> None:
        """Search the book, the plan and the bible; what is being written is saved first."""
        from novelgen.tui.searching.dialog import SearchDialog

        screen = self._screen

        async def saved() -> None:
            for error in await screen.settle():
                raise error
            dialog = SearchDialog(screen.novel.id, screen.novel.chapter)
            screen.app.push_screen(dialog, self._searched)

        carry_out(screen, saved, group="search")

    def _searched(self, answer: "SearchAnswer | None") -> None:
        if answer is None:
            return
        if answer.done:
            self._screen.novel_changed()
            self._screen.say(answer.done)
        elif answer.goes_to is not None:
            self._go_to(answer.goes_to)

    def _go_to(self, found: Found) -> None:
        spot = None if found.chapter is None else Spot(found.chapter, found.paragraph)
        self._screen.novel.go_to(_PLACES[found.part], spot)
        told = f"{found.where}: {found.before}{found.matched}{found.after}"
        self._screen.say(told.replace("\n", " "))
