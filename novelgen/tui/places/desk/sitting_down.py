"""Sits down to a chapter: what was recovered is asked about first, then the chapter is held."""

from typing import TYPE_CHECKING

from novelgen.bootstrap import Workbench
from novelgen.errors import NotFoundError
from novelgen.generation.editing import chapter_text
from novelgen.tui.writing.opening import OpenedChapter, open_chapter, opened, recovered_text
from novelgen.tui.writing.recovered_dialog import GO_ON, KEEP, THROW_AWAY, RecoveredDialog
from storage.records import RevisionRecord

if TYPE_CHECKING:
    from novelgen.sittings.recovered_text import RecoveredText
    from novelgen.tui.places.desk.place import DeskPlace


class SittingDown:
    """Opens chapters for the desk."""

    def __init__(self, place: "DeskPlace") -> None:
        self._place = place

    def write(self, chapter: int, paragraph: int, words: str = "") -> None:
        """Open a chapter to write it, at a paragraph, from 1, or at words in it."""
        place = self._place

        def found(recovered: "RecoveredText | None") -> None:
            if recovered is None:
                self._open(chapter, paragraph, words)
            else:
                self._ask_about(recovered)

        place.ask(
            lambda workbench: recovered_text(workbench, place.novel.id, chapter),
            found,
            group="sit-down",
        )

    def look_for_recovered(self) -> None:
        """Show what a sudden end left behind, in whichever chapter."""
        place = self._place

        def found(recovered: "list[RecoveredText]") -> None:
            if recovered:
                place.novel.choose_chapter(recovered[0].chapter)
                self._ask_about(recovered[0])

        place.ask(
            lambda workbench: workbench.sittings.recovered(place.novel.id), found, group="recovered"
        )

    def _open(self, chapter: int, paragraph: int, words: str) -> None:
        place = self._place
        place.ask(
            lambda workbench: open_chapter(workbench, place.novel.id, chapter),
            lambda opened: place.begin_writing(opened, paragraph, words),
            group="sit-down",
        )

    def _ask_about(self, recovered: "RecoveredText") -> None:
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
                place.ask(
                    lambda workbench: _taken_up(workbench, recovered), begun, group="sit-down"
                )
            elif what == KEEP:
                place.change(lambda workbench: workbench.sittings.keep_aside(recovered), kept)
            elif what == THROW_AWAY:
                place.ask(lambda workbench: workbench.sittings.throw_away(recovered), thrown)

        def begun(chapter: OpenedChapter) -> None:
            place.novel.choose_chapter(recovered.chapter)
            place.begin_writing(chapter, 1, "")

        def kept(revision: RevisionRecord) -> None:
            number = revision.number
            place.explain(f"Kept as revision {number} of chapter {recovered.chapter}: 6 shows it.")

        def thrown(_: object) -> None:
            place.explain("The recovered text is thrown away.")

        place.ask(
            present,
            lambda text: place.app.push_screen(RecoveredDialog(recovered, text), chosen),
            group="recovered",
        )


def _taken_up(workbench: Workbench, recovered: "RecoveredText") -> OpenedChapter:
    sitting = workbench.sittings.take_up(recovered)
    try:
        return opened(workbench, sitting)
    except BaseException:
        sitting.close()
        raise
