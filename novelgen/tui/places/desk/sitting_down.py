"""Sits down to a chapter: what was recovered is asked about first, then the chapter is held.

One at a time; a chapter that is held and that nobody receives any more is let go.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.errors import NotFoundError, NovelgenError
from novelgen.generation.editing import chapter_text
from novelgen.tui.asking import app_of, ask
from novelgen.tui.writing.opening import OpenedChapter, open_chapter, recovered_text, take_up
from novelgen.tui.writing.recovered_dialog import (
    GO_ON,
    KEEP,
    THROW_AWAY,
    WRITE_OUT,
    RecoveredDialog,
)
from storage.records import RevisionRecord

if TYPE_CHECKING:
    from novelgen.sittings.recovered_text import RecoveredText
    from novelgen.tui.places.desk.place import DeskPlace


class SittingDown:
    """Opens chapters for the desk."""

    def __init__(self, place: "DeskPlace") -> None:
        self._place = place
        self._is_under_way = False
        self._is_gone = False

    def write(self, chapter: int, paragraph: int, words: str = "") -> None:
        """Open a chapter to write it, at a paragraph, from 1, or at words in it."""
        place = self._place

        def begin() -> None:
            self._open(lambda workbench: open_chapter(workbench, place.novel.id, chapter), at)

        def at(chapter: OpenedChapter) -> None:
            place.begin_writing(chapter, paragraph, words)

        def found(recovered: "RecoveredText | None") -> None:
            if recovered is None:
                begin()
            else:
                self._ask_about(recovered, later=begin)

        place.ask(
            lambda workbench: recovered_text(workbench, place.novel.id, chapter),
            found,
            group="recovered",
        )

    def look_for_recovered(self) -> None:
        """Show what a sudden end left behind, in whichever chapter, and what cannot be read."""
        place = self._place

        def look(workbench: Workbench) -> "tuple[list[RecoveredText], list[Path]]":
            found = workbench.sittings.recovered(place.novel.id)
            return found, workbench.sittings.damaged(place.novel.id)

        def found(both: "tuple[list[RecoveredText], list[Path]]") -> None:
            recovered, damaged = both
            if recovered:
                place.novel.choose_chapter(recovered[0].chapter)
                self._ask_about(recovered[0])
            for path in damaged:
                app_of(place).show_error(
                    NovelgenError(
                        "What a sudden end left of a chapter cannot be read.",
                        f"It was put aside as {path}, whose lines are JSON.",
                    )
                )

        place.ask(look, found, group="recovered")

    def close(self) -> None:
        """Nobody is there to receive a chapter any more."""
        self._is_gone = True

    def _open(
        self, hold: Callable[[Workbench], OpenedChapter], then: Callable[[OpenedChapter], object]
    ) -> None:
        place = self._place
        if self._is_under_way:
            return
        self._is_under_way = True

        def held(workbench: Workbench) -> OpenedChapter:
            chapter = hold(workbench)
            if self._is_gone:
                chapter.sitting.close()
            return chapter

        def begun(chapter: OpenedChapter) -> None:
            self._is_under_way = False
            then(chapter)

        def failed(error: NovelgenError) -> None:
            self._is_under_way = False
            place.give_up_writing()
            app_of(place).show_error(error)

        ask(place, held, begun, group="sit-down", is_exclusive=False, on_error=failed)

    def _ask_about(
        self, recovered: "RecoveredText", later: Callable[[], object] | None = None
    ) -> None:
        place = self._place

        def present(workbench: Workbench) -> str:
            try:
                standing = chapter_text(
                    workbench.store, place.novel.id, recovered.branch_id, recovered.chapter
                )
            except NotFoundError:
                return ""
            return standing.text.strip()

        def chosen(what: str | None) -> None:
            if what == GO_ON:
                self._open(lambda workbench: take_up(workbench, recovered), begun)
                return
            place.give_up_writing()
            if what == KEEP:
                place.change(lambda workbench: workbench.sittings.keep_aside(recovered), kept)
            elif what == THROW_AWAY:
                place.ask(lambda workbench: workbench.sittings.throw_away(recovered), thrown)
            elif what == WRITE_OUT:
                file = Path(f"chapter-{recovered.chapter}-recovered.txt")
                place.ask(lambda workbench: workbench.sittings.write_out(recovered, file), written)
            elif later is not None:
                later()

        def begun(chapter: OpenedChapter) -> None:
            place.novel.choose_chapter(recovered.chapter)
            place.begin_writing(chapter, 1, "")

        def kept(revision: RevisionRecord) -> None:
            number = revision.number
            place.explain(f"Kept as revision {number} of chapter {recovered.chapter}: 6 shows it.")

        def thrown(_: object) -> None:
            place.explain("The recovered text is thrown away.")

        def written(path: Path) -> None:
            place.explain(f"The recovered text is in {path.absolute()}.")

        place.ask(
            present,
            lambda text: place.app.push_screen(RecoveredDialog(recovered, text), chosen),
            group="recovered",
        )
